//! Regions and curves whose shape is known. Here: what is common, limits and counts.

mod contour;
mod random;
mod steps;

use std::collections::BTreeSet;
use std::f64::consts::TAU;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

fn axis(low: f64, high: f64, n: usize, spacing: Spacing) -> Axis {
    let share = |k: usize| k as f64 / (n - 1) as f64;
    let value = |k: usize| match spacing {
        Spacing::Logarithmic => low * (high / low).powf(share(k)),
        Spacing::Linear | Spacing::Whole => low + (high - low) * share(k),
    };
    Axis::new((0..n).map(value).collect(), spacing).unwrap()
}

fn linear(n: usize) -> Axis {
    axis(0.0, 1.0, n, Spacing::Linear)
}

fn whole(n: usize) -> Axis {
    axis(1.0, n as f64, n, Spacing::Whole)
}

fn plane<'a>(x: &Axis, y: &Axis, f: &'a Function<'a>, settings: Settings) -> Plane<'a> {
    let values = y
        .values()
        .iter()
        .flat_map(|&b| x.values().iter().map(move |&a| f(a, b)))
        .collect();
    Plane::new(x.clone(), y.clone(), values, f)
        .unwrap()
        .with_settings(settings)
        .unwrap()
}

fn depth(depth: usize) -> Settings {
    Settings {
        depth,
        ..Settings::default()
    }
}

/// Winding of one polygon, apart from the code under test: the sum of the angles seen from the point.
fn winding(polygon: &[(f64, f64)], x: f64, y: f64) -> i32 {
    let next = polygon.iter().cycle().skip(1);
    let angle: f64 = polygon
        .iter()
        .zip(next)
        .map(|(p, q)| {
            let (a, b) = ((p.0 - x, p.1 - y), (q.0 - x, q.1 - y));
            (a.0 * b.1 - a.1 * b.0).atan2(a.0 * b.0 + a.1 * b.1)
        })
        .sum();
    (angle / TAU).round() as i32
}

fn distance(x: f64, y: f64) -> f64 {
    (x - 0.5).hypot(y - 0.5)
}

#[test]
fn missing_values_in_a_corner() {
    let sold = |x: f64, y: f64| x + y < 1.5;
    // NaN and none are the same; and the sold part is partly above the level.
    let f = move |x: f64, y: f64| {
        if sold(x, y) {
            Some(x)
        } else if x > y {
            Some(f64::NAN)
        } else {
            None
        }
    };
    let plane = plane(&linear(8), &linear(8), &f, depth(1));
    let (gone, high, all) = (missing(&plane), superlevel(&plane, 0.25), superlevel(&plane, -1.0));
    assert!((gone.area() - 0.125).abs() < 1e-6);
    assert!((all.area() + gone.area() - 1.0).abs() < 1e-9);
    assert!((high.area() - (0.75 - 0.125)).abs() < 1e-6);
    assert_eq!((gone.boundary().len(), high.boundary().len()), (1, 2));
}

#[test]
fn values_that_are_only_ever_nan_do_not_panic() {
    let f = |_: f64, _: f64| Some(f64::NAN);
    let values = (0..9).map(|k| Some(f64::from(k))).collect();
    let plane = Plane::new(linear(3), linear(3), values, &f).unwrap();
    let region = superlevel(&plane, 3.5);
    assert!(region.evaluations() > 0 && region.area() > 0.0 && region.area() < 1.0);
    for f in [f64::INFINITY, f64::NEG_INFINITY] {
        let at = move |x: f64, _: f64| Some(if x < 0.4 { f } else { -f });
        let region = superlevel(&self::plane(&linear(3), &linear(3), &at, depth(0)), 0.0);
        assert!((region.area() - if f > 0.0 { 0.4 } else { 0.6 }).abs() < 1e-6);
    }
}

#[test]
fn everything_and_nothing() {
    let f = |_: f64, _: f64| Some(1.0);
    for (x, y, area) in [
        (linear(4), linear(3), 1.0),
        (whole(4), linear(3), 4.0),
        (linear(4), whole(3), 3.0),
        (whole(4), whole(3), 12.0),
    ] {
        let plane = plane(&x, &y, &f, depth(3));
        let all = superlevel(&plane, 0.5);
        assert_eq!((all.rings().len(), all.area(), all.evaluations()), (1, area, 0));
        assert_eq!(all.rings()[0].points().len(), 4);
        assert!(all.boundary().is_empty());
        for nothing in [superlevel(&plane, 1.5), superlevel(&plane, f64::NAN), missing(&plane)] {
            assert!(nothing.rings().is_empty() && nothing.boundary().is_empty());
            assert!(nothing.joined().is_empty() && !nothing.contains(1.0, 1.0));
        }
    }
}

#[test]
fn evaluations_are_bounded_counted_and_told() {
    let told = AtomicUsize::new(0);
    let progress = |count: usize| {
        told.fetch_max(count, Ordering::Relaxed);
    };
    // 10 x 10 grid, one vertical jump: 10 crossings, each bracketed from 1/9 to 1e-6 in 17 halvings.
    let asked = AtomicUsize::new(0);
    let f = |x: f64, _: f64| {
        asked.fetch_add(1, Ordering::Relaxed);
        indicator(Some(x > 0.52))
    };
    let plane = plane(&linear(10), &linear(10), &f, Settings::default()).with_progress(&progress);
    asked.store(0, Ordering::Relaxed);
    let region = superlevel(&plane, VERDICT_LEVEL);
    assert!(region.evaluations() <= 10 * 18, "{}", region.evaluations());
    assert_eq!(asked.load(Ordering::Relaxed), region.evaluations());
    assert_eq!(told.load(Ordering::Relaxed), region.evaluations());

    let few = Settings {
        steps: 3,
        ..Settings::default()
    };
    let plane = plane.with_settings(few).unwrap();
    let region = superlevel(&plane, VERDICT_LEVEL);
    assert_eq!(region.evaluations(), 30);
    let p = region.boundary()[0].points[0];
    assert!(p.x_half_width > 5e-3 && (p.x - 0.52).abs() <= p.x_half_width);
}

#[test]
fn no_point_is_asked_twice() {
    // Not even where a bracket tried a point that is the corner of a cell after a later split.
    let asked = Mutex::new(Vec::new());
    let f = |x: f64, y: f64| {
        asked.lock().unwrap().push((x.to_bits(), y.to_bits()));
        Some((9.0 * x).sin() * (8.0 * y).cos() - 0.05)
    };
    let settings = Settings {
        depth: 3,
        turn: 0.0,
        ..Settings::default()
    };
    let plane = plane(&linear(7), &linear(7), &f, settings);
    asked.lock().unwrap().clear();
    let region = superlevel(&plane, 0.0);
    let asked = asked.lock().unwrap();
    let different: BTreeSet<_> = asked.iter().collect();
    assert_eq!(asked.len(), region.evaluations());
    assert_eq!(different.len(), asked.len());
}

#[test]
fn faults_name_what_is_allowed() {
    let f = |_: f64, _: f64| Some(1.0);
    let error = Plane::new(linear(2), linear(3), vec![None; 5], &f).err().unwrap();
    assert_eq!(error.to_string(), "the grid has 6 points, and 5 values were given");
    let plane = Plane::new(linear(2), linear(2), vec![None; 4], &f).unwrap();
    let error = plane.with_settings(depth(4)).err().unwrap();
    assert_eq!(error.to_string(), "`depth` is 4, and must be from 0 to 3");
}
