//! When the ticket is sold, when it is exercised, and how long its buyer waits.

use super::timing::{bars, probabilities};
use super::{FigureError, Subject};
use crate::figure::axis::Axis;
use crate::figure::layer::{Look, Tone};
use crate::figure::panel::{Block, Figure, Panel};
use crate::report::percent;

const WHAT: &str = "Left: probability, seen from slot 0, that the ticket is sold and that it is exercised in each slot. Right: probability that it is exercised exactly so many slots after its sale.";

/// Slots of sale and exercise, and the delay between them.
///
/// # Errors
/// As the solver's.
pub fn figure(subject: &Subject<'_>) -> Result<Figure, FigureError> {
    let delays = subject.equilibrium.delay_distribution(subject.market)?;
    let slots = probabilities("slots", subject);
    let mut delay = Panel::new(
        "delay",
        Axis::slots("Delay (slots after the sale)", longest(&delays.by_delay)),
        Axis::from_zero("Probability", delays.by_delay.iter().copied()),
    )
    .with(bars("delay_probability", &delays.by_delay, 0.0, Look::line(Tone::Palette(2))).labelled("delay"));
    if let Some(words) = subject.never_sold() {
        delay = delay.saying(words);
    } else if delays.by_delay.iter().all(|p| *p <= 0.0) {
        delay = delay.saying("No ticket that is sold is ever exercised.");
    }
    let never = format!(
        "The ticket is sold with probability {}, and sold but never exercised with probability {}.",
        percent(subject.figures.sold_probability),
        percent(delays.never)
    );
    Ok(Figure {
        name: "exercise".to_owned(),
        title: "When the ticket is sold and exercised".into(),
        caption: subject.caption(&format!("{WHAT} {never}")),
        blocks: vec![Block {
            height: 1.0,
            panels: vec![slots, delay],
        }],
    })
}

/// The longest delay that is not negligible, at least 3 so that bars keep their shape.
fn longest(by_delay: &[f64]) -> usize {
    let total: f64 = by_delay.iter().sum();
    let last = by_delay.iter().rposition(|p| *p > 1e-6 * total).unwrap_or(0);
    last.max(3)
}
