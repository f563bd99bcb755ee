//! Sets made of columns and cells.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::*;

fn corners(ring: &Ring) -> BTreeSet<(i64, i64)> {
    // In quarters, so that half cells are whole numbers.
    ring.points()
        .iter()
        .map(|p| ((p.x * 4.0).round() as i64, (p.y * 4.0).round() as i64))
        .collect()
}

#[test]
fn steps_where_one_axis_is_whole() {
    // Column n is inside from 1/(n+1) to 1.
    let f = |n: f64, y: f64| Some(y - 1.0 / (n + 1.0));
    let asked = Mutex::new(Vec::new());
    let watched = |n: f64, y: f64| {
        asked.lock().unwrap().push(n);
        f(n, y)
    };
    let region = superlevel(&plane(&whole(4), &linear(6), &watched, Settings::default()), 0.0);
    assert!(asked.lock().unwrap().iter().all(|n| n.fract() == 0.0));
    assert_eq!(region.rings().len(), 1);
    let area: f64 = (1..=4).map(|n| 1.0 - 1.0 / f64::from(n + 1)).sum();
    assert!((region.area() - area).abs() < 2e-6 && region.area() > 0.0);
    // Four treads and three risers, no seams: eight points and the two upper corners of the rectangle.
    assert_eq!(region.rings()[0].points().len(), 10);
    let curves = region.boundary();
    assert_eq!((curves.len(), curves[0].points.len()), (1, 8));
    assert!(
        curves[0]
            .points
            .iter()
            .all(|p| p.x_half_width == 0.0 && p.y_half_width > 0.0)
    );
    assert_eq!((curves[0].points[0].x, curves[0].points[7].x), (0.5, 4.5));

    let g = |x: f64, n: f64| f(n, x);
    let mirrored = superlevel(&plane(&linear(6), &whole(4), &g, Settings::default()), 0.0);
    assert!((mirrored.area() - region.area()).abs() < 1e-12);
    let mirrored: Vec<Point> = mirrored.boundary()[0]
        .points
        .iter()
        .rev()
        .map(|p| p.transposed())
        .collect();
    assert_eq!(mirrored, curves[0].points);
}

#[test]
fn columns_with_several_intervals_make_holes() {
    // A frame: everything but the middle of the second column.
    let f = |n: f64, y: f64| indicator(Some(n != 2.0 || (y - 0.5).abs() > 0.2));
    let region = superlevel(&plane(&whole(3), &linear(8), &f, Settings::default()), VERDICT_LEVEL);
    let areas: Vec<f64> = region.rings().iter().map(Ring::signed_area).collect();
    assert_eq!(areas.len(), 2);
    assert!(areas.iter().any(|a| (a - 3.0).abs() < 1e-9) && areas.iter().any(|a| (a + 0.4).abs() < 3e-6));
    assert_eq!(region.boundary().len(), 1);
    assert!(region.boundary()[0].is_closed());
    assert_eq!(winding(&region.joined(), 2.01, 0.51), 0);
    assert_eq!(winding(&region.joined(), 1.01, 0.51), 1);
}

#[test]
fn cells_that_touch_at_a_corner_are_not_connected() {
    let f = |i: f64, j: f64| indicator(Some((i + j) % 2.0 == 0.0));
    let region = superlevel(&plane(&whole(3), &whole(3), &f, Settings::default()), VERDICT_LEVEL);
    assert_eq!((region.rings().len(), region.evaluations()), (5, 0));
    assert!(region.rings().iter().all(|ring| ring.points().len() == 4));
    assert!(region.rings().iter().all(|ring| ring.signed_area() == 1.0));
    // The four outside cells touch at corners only too; each of them is open to the border.
    assert!(region.boundary().iter().filter(|curve| curve.is_closed()).count() == 1);
}

#[test]
fn whole_cells_merge_without_seams() {
    // An L of cells (1,1), (2,1), (1,2), (1,3) and a ring around (6,6) in an 8 by 8 board.
    let cells = [(1, 1), (2, 1), (1, 2), (1, 3)];
    let around = |i: i32, j: i32| (i - 6).abs().max((j - 6).abs()) == 1;
    let f = move |x: f64, y: f64| {
        let (i, j) = (x as i32, y as i32);
        indicator(Some(cells.contains(&(i, j)) || around(i, j)))
    };
    let region = superlevel(&plane(&whole(8), &whole(8), &f, Settings::default()), VERDICT_LEVEL);
    let rings: Vec<(f64, usize)> = region
        .rings()
        .iter()
        .map(|ring| (ring.signed_area(), ring.points().len()))
        .collect();
    assert_eq!(rings, [(4.0, 6), (9.0, 4), (-1.0, 4)]);
    let l = [(2, 2), (10, 2), (10, 6), (6, 6), (6, 14), (2, 14)];
    assert_eq!(corners(&region.rings()[0]), l.into_iter().collect());
}
