//! Where an axis is marked, and how its numbers are written.

use crate::figure::axis::{Axis, Scale, Ticks};
use crate::figure::label::Label;

/// A mark on an axis; a small one without a label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: Option<Label>,
}

/// Numbers from here up, and below its inverse by two more digits, are written with powers of ten.
const LARGE: f64 = 1e5;
const SMALL: f64 = 1e-4;
/// Space between the labels of neighbours, points.
const APART: f64 = 7.0;

/// The ticks of an axis `length` points long. `room` is how much of the axis a label takes, points.
pub fn ticks(axis: &Axis, length: f64, room: &dyn Fn(&Label) -> f64) -> Vec<Tick> {
    let most = (length / 16.0).floor().clamp(2.0, 10.0) as usize;
    for count in (2..=most).rev() {
        let ticks = match (&axis.ticks, axis.scale) {
            (Ticks::None, _) => return Vec::new(),
            (Ticks::Named(list), _) => return named(axis, list),
            (Ticks::Numbers, Scale::Linear) => linear(axis, count, false),
            (Ticks::Whole, _) => linear(axis, count, true),
            (Ticks::Numbers, Scale::Log) => logarithmic(axis, count),
        };
        if fits(axis, &ticks, length, room) {
            return ticks;
        }
    }
    match axis.scale {
        Scale::Linear => linear(axis, 2, axis.ticks == Ticks::Whole),
        Scale::Log => logarithmic(axis, 2),
    }
}

fn named(axis: &Axis, list: &[(f64, Label)]) -> Vec<Tick> {
    let inside = |at: f64| (0.0..=1.0).contains(&axis.position(at));
    list.iter()
        .filter(|(at, _)| inside(*at))
        .map(|(at, label)| Tick {
            at: *at,
            label: Some(label.clone()),
        })
        .collect()
}

fn fits(axis: &Axis, ticks: &[Tick], length: f64, room: &dyn Fn(&Label) -> f64) -> bool {
    let labels: Vec<(f64, f64)> = ticks
        .iter()
        .filter_map(|tick| Some((length * axis.position(tick.at), room(tick.label.as_ref()?))))
        .collect();
    labels
        .windows(2)
        .all(|pair| pair[1].0 - pair[0].0 >= 0.5 * (pair[0].1 + pair[1].1) + APART)
}

/// Multiples of 1, 2, 2.5 or 5 times a power of ten, at most `count` steps of them.
fn linear(axis: &Axis, count: usize, whole: bool) -> Vec<Tick> {
    let (from, to) = axis.range;
    let step = round_step((to - from) / count as f64, whole);
    let first = (from / step - 1e-9).ceil() as i64;
    let last = (to / step + 1e-9).floor() as i64;
    (first..=last)
        .map(|k| {
            let at = k as f64 * step;
            Tick {
                at,
                label: Some(number(at, step, from.abs().max(to.abs()))),
            }
        })
        .collect()
}

/// The least round step that is not below this one.
fn round_step(least: f64, whole: bool) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let steps: &[f64] = if whole && power <= 1.0 {
        &[1.0, 2.0, 5.0, 10.0]
    } else {
        &[1.0, 2.0, 2.5, 5.0, 10.0]
    };
    let step = steps
        .iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power);
    if whole { step.max(1.0) } else { step }
}

/// A multiple of `step`, with as many decimals as the step has.
fn number(x: f64, step: f64, largest: f64) -> Label {
    if x == 0.0 || x.abs() < 1e-9 * step {
        return Label::from("0");
    }
    if !(SMALL..LARGE).contains(&largest) {
        return scientific(x, step);
    }
    Label::from(signed(x, decimals(step)))
}

/// Decimals that tell multiples of a step apart.
fn decimals(step: f64) -> usize {
    (0..=12)
        .find(|&places| {
            let scaled = step * 10f64.powi(places);
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        })
        .map_or(12, |places| places as usize)
}

/// A number with a true minus sign.
fn signed(x: f64, decimals: usize) -> String {
    format!("{x:.decimals$}").replace('-', "−")
}

fn scientific(x: f64, step: f64) -> Label {
    let exponent = x.abs().log10().floor() as i32;
    let mantissa = x / 10f64.powi(exponent);
    let digits = decimals(step / 10f64.powi(exponent));
    let power = signed(f64::from(exponent), 0);
    let mantissa = signed(mantissa, digits.min(6));
    Label::from(match mantissa.as_str() {
        "1" => format!("$10^{{{power}}}$"),
        _ => format!("${mantissa}·10^{{{power}}}$"),
    })
}

/// Powers of ten, with smaller marks between; over less than two powers 1, 2 and 5 times them.
fn logarithmic(axis: &Axis, count: usize) -> Vec<Tick> {
    let (from, to) = axis.range;
    let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let powers = (to / from).log10();
    // Every power, or every second, third, …, so that there are at most `count`.
    let stride = (powers / count as f64).ceil().max(1.0) as i32;
    let fine = powers < 2.0 && count >= 3;
    let mut ticks = Vec::new();
    for exponent in first..=last {
        for digit in 1..=9 {
            let at = f64::from(digit) * 10f64.powi(exponent);
            if at < from * (1.0 - 1e-9) || at > to * (1.0 + 1e-9) {
                continue;
            }
            let labelled = if fine {
                [1, 2, 5].contains(&digit)
            } else {
                digit == 1 && exponent.rem_euclid(stride) == 0
            };
            if labelled || powers < 6.0 || digit == 1 {
                ticks.push(Tick {
                    at,
                    label: labelled.then(|| power(digit, exponent)),
                });
            }
        }
    }
    ticks
}

/// digit × 10^exponent.
fn power(digit: i32, exponent: i32) -> Label {
    match exponent {
        0..=4 => Label::from(format!("{}", i64::from(digit) * 10i64.pow(exponent.unsigned_abs()))),
        -3..0 => Label::from(format!(
            "{:.1$}",
            f64::from(digit) * 10f64.powi(exponent),
            exponent.unsigned_abs() as usize
        )),
        _ => {
            let exponent = signed(f64::from(exponent), 0);
            Label::from(match digit {
                1 => format!("$10^{{{exponent}}}$"),
                _ => format!("${digit}·10^{{{exponent}}}$"),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(axis: &Axis, length: f64) -> Vec<String> {
        let room = |label: &Label| 4.0 * label.plain().chars().count() as f64;
        let ticks = ticks(axis, length, &room);
        ticks
            .iter()
            .filter_map(|tick| Some(tick.label.as_ref()?.plain()))
            .collect()
    }

    #[test]
    fn decimals_are_those_of_the_step() {
        assert_eq!(
            shown(&Axis::new("x", 0.0, 1.0), 100.0),
            ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            shown(&Axis::new("x", -1.0, 1.0), 100.0),
            ["−1.0", "−0.5", "0", "0.5", "1.0"]
        );
    }

    #[test]
    fn slots_are_whole() {
        assert_eq!(shown(&Axis::slots("t", 2), 200.0), ["0", "1", "2"]);
        assert_eq!(shown(&Axis::slots("t", 0), 200.0), ["0"]);
        let many = shown(&Axis::slots("t", 31), 200.0);
        assert_eq!(many, ["0", "5", "10", "15", "20", "25", "30"]);
    }

    #[test]
    fn powers_of_ten() {
        let mut axis = Axis::new("x", 0.008, 3.0);
        axis.scale = Scale::Log;
        assert_eq!(shown(&axis, 200.0), ["0.01", "0.1", "1"]);
        let mut axis = Axis::new("x", 1e-12, 1.0);
        axis.scale = Scale::Log;
        assert_eq!(shown(&axis, 100.0), ["10^−12", "10^−8", "10^−4", "1"]);
    }

    #[test]
    fn extreme_numbers_have_powers() {
        assert_eq!(shown(&Axis::new("x", 0.0, 2e9), 100.0)[1], "10^9");
        assert_eq!(shown(&Axis::new("x", 0.0, 2e-7), 100.0)[1], "10^−7");
    }
}
