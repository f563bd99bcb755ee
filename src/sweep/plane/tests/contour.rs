//! Sets whose curves are known, both axes continuous.

use std::f64::consts::PI;

use super::*;

fn max_turn(curve: &Polyline) -> f64 {
    curve
        .points
        .windows(3)
        .map(|p| {
            let (a, b) = ((p[1].x - p[0].x, p[1].y - p[0].y), (p[2].x - p[1].x, p[2].y - p[1].y));
            (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1).abs().to_degrees()
        })
        .fold(0.0, f64::max)
}

const RADIUS: f64 = 0.37;

#[test]
fn a_circle() {
    let f = |x: f64, y: f64| Some(RADIUS - distance(x, y));
    let fine = Settings {
        turn: 0.0,
        depth: 3,
        ..Settings::default()
    };
    let region = superlevel(&plane(&linear(12), &linear(12), &f, fine), 0.0);
    assert_eq!(region.rings().len(), 1);
    for point in region.rings()[0].points() {
        assert!((distance(point.x, point.y) - RADIUS).abs() < 1e-6);
        let half_width = point.x_half_width + point.y_half_width;
        assert!(half_width > 0.0 && half_width < 0.51e-6);
    }
    let area = PI * RADIUS * RADIUS;
    assert!((region.area() - area).abs() < 5e-4 * area, "{}", region.area() / area);
    let curves = region.boundary();
    assert!(curves.len() == 1 && curves[0].is_closed());
}

#[test]
fn splitting_bounds_the_turning_and_spares_what_is_straight() {
    let f = |x: f64, y: f64| Some(RADIUS - distance(x, y));
    let at_depth = |d| {
        let region = superlevel(&plane(&linear(8), &linear(8), &f, depth(d)), 0.0);
        max_turn(&region.boundary()[0])
    };
    assert!(
        at_depth(0) > 15.0 && at_depth(3) <= 15.0,
        "{} {}",
        at_depth(0),
        at_depth(3)
    );
    let line = |x: f64, y: f64| Some(x - 0.3 * y - 0.217);
    let count = |d| superlevel(&plane(&linear(8), &linear(8), &line, depth(d)), 0.0).evaluations();
    assert_eq!(count(0), count(3));
}

#[test]
fn a_jump_around_a_corner_is_refined_only_there() {
    let f = |x: f64, y: f64| indicator(Some(x < 0.434 && y < 0.571));
    let region = |d| superlevel(&plane(&linear(11), &linear(11), &f, depth(d)), VERDICT_LEVEL);
    let exact = 0.434 * 0.571;
    let (coarse, fine) = (region(0), region(3));
    assert!((coarse.area() - exact).abs() < 0.01 / 2.0 + 1e-6);
    assert!((fine.area() - exact).abs() < 0.01 / 128.0 + 1e-6);
    assert!(fine.evaluations() < 4 * coarse.evaluations());
    assert_eq!(fine.boundary().len(), 1);
}

#[test]
fn an_annulus_has_a_clockwise_hole() {
    let f = |x: f64, y: f64| Some(0.01 - (distance(x, y) - 0.3).powi(2));
    let region = superlevel(&plane(&linear(31), &linear(31), &f, depth(2)), 0.0);
    let mut areas: Vec<f64> = region.rings().iter().map(Ring::signed_area).collect();
    areas.sort_by(f64::total_cmp);
    assert_eq!(areas.len(), 2);
    assert!(
        (areas[0] + PI * 0.04).abs() < 2e-3 && (areas[1] - PI * 0.16).abs() < 4e-3,
        "{areas:?}"
    );
    let polygon = region.joined();
    for (x, y, inside) in [(0.5, 0.5, 0), (0.81, 0.52, 1), (0.95, 0.03, 0), (0.53, 0.21, 1)] {
        assert_eq!(winding(&polygon, x, y), inside);
        assert_eq!(region.contains(x, y), inside == 1);
    }
}

#[test]
fn a_half_plane_with_a_jump() {
    let f = |x: f64, y: f64| indicator(Some(x + 0.2 * y >= 0.613));
    let region = superlevel(&plane(&linear(6), &linear(6), &f, Settings::default()), VERDICT_LEVEL);
    let curves = region.boundary();
    assert_eq!(curves.len(), 1);
    assert!(!curves[0].is_closed());
    for p in &curves[0].points {
        assert!((p.x + 0.2 * p.y - 0.613).abs() <= 1.01 * p.x_half_width.max(p.y_half_width));
    }
    assert!((region.area() - (1.0 - 0.513)).abs() < 1e-6);
    // The inside is on the left, so the curve comes down from the top with larger x on its left.
    assert!(curves[0].points[0].y > 0.999 && curves[0].points.last().unwrap().y < 0.001);
}

#[test]
fn a_logarithmic_axis() {
    let x = axis(1e-3, 1e3, 7, Spacing::Logarithmic);
    let f = |x: f64, y: f64| Some(x.log10() - 4.0 * (y - 0.5));
    let region = superlevel(&plane(&x, &linear(5), &f, depth(0)), 0.0);
    for p in &region.boundary()[0].points {
        let error = (p.x.log10() - 4.0 * (p.y - 0.5)).abs();
        assert!(error < 6e-6, "{error}");
        assert!(p.x_half_width <= p.x * 1e-5);
    }
    assert!(region.contains(900.0, 0.1) && !region.contains(0.002, 0.1));
}

#[test]
fn borders_and_corners_are_no_boundary() {
    // Inside: two opposite corners of the rectangle, cut off.
    let f = |x: f64, y: f64| Some((x - y).abs() - 0.65);
    let region = superlevel(&plane(&linear(8), &linear(8), &f, depth(1)), 0.0);
    assert_eq!(region.rings().len(), 2);
    assert!((region.area() - 0.35 * 0.35).abs() < 1e-6);
    let curves = region.boundary();
    assert_eq!(curves.len(), 2);
    for curve in &curves {
        assert!(!curve.is_closed());
        let on_border = |v: f64| v == 0.0 || v == 1.0;
        for (k, p) in curve.points.iter().enumerate() {
            let end = k == 0 || k + 1 == curve.points.len();
            assert_eq!(on_border(p.x) || on_border(p.y), end);
        }
    }
    // And its complement, a band with two of the rectangle's corners: one ring, the same two curves.
    let g = |x: f64, y: f64| Some(0.65 - (x - y).abs());
    let band = superlevel(&plane(&linear(8), &linear(8), &g, depth(1)), 0.0);
    assert_eq!((band.rings().len(), band.boundary().len()), (1, 2));
}

#[test]
fn the_middle_decides_a_saddle() {
    let x = axis(-1.0, 1.0, 4, Spacing::Linear); // no grid line through the saddle
    for (shift, rings) in [(0.01, 1), (-0.01, 2)] {
        let f = move |x: f64, y: f64| Some(x * y + shift);
        for d in 0..=3 {
            let region = superlevel(&plane(&x, &x, &f, depth(d)), 0.0);
            assert_eq!(region.rings().len(), rings, "shift {shift}, depth {d}");
        }
    }
}

#[test]
fn a_saddle_is_split_even_where_turning_is_allowed() {
    let x = axis(-1.0, 1.0, 4, Spacing::Linear);
    let f = |x: f64, y: f64| Some(x * y + 0.01);
    let count = |depth| {
        let lenient = Settings {
            depth,
            turn: 180.0,
            ..Settings::default()
        };
        superlevel(&plane(&x, &x, &f, lenient), 0.0).evaluations()
    };
    // The middle alone, or the middle and those of the four sides; the quarters are then no saddles. No crossing anew.
    assert_eq!(count(1), count(0) + 4);
    assert_eq!(count(3), count(1));
}

#[test]
fn crossings_outlive_the_splitting_of_their_edge() {
    let f = |x: f64, y: f64| Some(RADIUS - distance(x, y));
    let points = |d| {
        let region = superlevel(&plane(&linear(8), &linear(8), &f, depth(d)), 0.0);
        region.rings()[0].points().to_vec()
    };
    let (coarse, fine) = (points(0), points(3));
    assert!(fine.len() > coarse.len());
    assert!(coarse.iter().all(|point| fine.contains(point)));
}
