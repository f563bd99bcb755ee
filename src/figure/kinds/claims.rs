//! The conjecture report on a page.

use etm_solver::Settings;
use etm_solver::conjecture::{self, Claim, ConjectureReport, Theorem};

use super::{FigureError, Subject};
use crate::figure::axis::{Axis, Scale, Ticks};
use crate::figure::label::Label;
use crate::figure::layer::{Dash, Fill, Layer, Look, Marker, Shape, Tone, Weight};
use crate::figure::panel::{Block, Figure, Panel};

const WHAT: &str = "Is the ticket a spot auction held at its maturity? First: the gap of each claim (probabilities as such, revenue and bids relative to the holder's value); a claim without a bar has a gap below 1e-13, the dotted line is the tolerance. Second: the holder's value if she sells in slot 0, at the best time, in slot T, and if the winner had to exercise at once (spot). Third: the holder's value of selling in each fixed slot, and of the best time. Last: theorems whose hypotheses hold here.";

/// What is said instead where the same buyers come to every auction.
const WITHOUT_COMMITMENT: (&str, &str) = (
    "Second: the holder's value if she sells in slot 0, at the best time, in slot T, and if the winner had to exercise at once (spot). Third: the holder's value of selling in each fixed slot, and of the best time.",
    "Second: the holder's value without commitment, and if she could commit to a single auction, in slot 0, in slot T, or of a slot's prize at the best time (spot). Third: her value of a single auction in each fixed slot, and without commitment.",
);

/// Gaps below this are rounding, and not drawn.
const LEAST_GAP: f64 = 1e-13;

/// Claims, policies, fixed slots and theorems.
///
/// # Errors
/// As the report.
pub fn figure(subject: &Subject<'_>) -> Result<Figure, FigureError> {
    let report = conjecture::check(
        subject.market,
        subject.equilibrium,
        subject.figures,
        &Settings::default(),
    )?;
    let what = if subject.equilibrium.repeated.is_some() {
        WHAT.replace(WITHOUT_COMMITMENT.0, WITHOUT_COMMITMENT.1)
    } else {
        WHAT.to_owned()
    };
    let (mut dates, mut slots) = (policies(&report, subject), fixed_slots(&report, subject));
    if let Some(words) = subject.never_sold()
        && report.policies.iter().all(|policy| policy.holder <= 0.0)
    {
        dates = dates.saying(words.as_str());
        slots = slots.saying(words);
    }
    Ok(Figure {
        name: "claims".to_owned(),
        title: Label::new(verdict(&report)),
        caption: format!("{} {}\n{}", verdict(&report), subject.caption(&what), in_words(&report)),
        blocks: vec![
            Block {
                height: 1.0,
                panels: vec![gaps(subject, &report)],
            },
            Block {
                height: 0.9,
                panels: vec![dates, slots],
            },
            Block {
                height: 0.95,
                panels: vec![theorems(&report)],
            },
        ],
    })
}

/// The theorems in full, for the caption.
fn in_words(report: &ConjectureReport) -> String {
    let lines: Vec<String> = report
        .theorems
        .iter()
        .map(|theorem| format!("{} {}.", theorem.name, theorem_line(theorem)))
        .collect();
    lines.join(" ")
}

fn verdict(report: &ConjectureReport) -> &'static str {
    match (report.equivalent, report.indifferent) {
        (Some(true), false) => "The ticket is a spot auction at its maturity.",
        (Some(true), true) => {
            "The ticket is a spot auction at its maturity, up to dates between which the holder is indifferent."
        }
        (Some(false), _) => "The ticket is not a spot auction at its maturity.",
        (None, _) => "No claim can be judged: the ticket is never sold.",
    }
}

fn words(claim: &Claim) -> &'static str {
    match claim.name {
        "timing" => "sold in slot $T$",
        "immediate_exercise" => "exercised at once",
        "revenue" => "same revenue",
        "allocation" => "same winner and slot",
        "bids" => "same bids",
        other => other,
    }
}

/// A gap as a share; 0 of a claim that cannot be judged.
fn size(claim: &Claim) -> f64 {
    claim.relative_gap.or(claim.gap).unwrap_or(0.0)
}

/// Horizontal bars of gaps, with the verdict beside each.
fn gaps(subject: &Subject<'_>, report: &ConjectureReport) -> Panel {
    let count = report.claims.len() as f64;
    let place = |index: usize| count - index as f64;
    let tolerance = 1e-9f64.max(subject.figures.certificate.largest());
    // Bids at a rare prize may be many times the holder's value.
    let widest = report.claims.iter().map(size).fold(1.0, f64::max);
    let mut x = Axis::new(
        "Gap (probability, or share of the holder's value)",
        LEAST_GAP,
        3.0 * widest,
    );
    x.scale = Scale::Log;
    let named = report
        .claims
        .iter()
        .enumerate()
        .map(|(index, claim)| (place(index), Label::from(words(claim))));
    let y = Axis::new("", 0.4, count + 0.6).ticked(Ticks::Named(named.collect()));
    let mut panel = Panel::new("claims", x, y);
    let mut bars = [Vec::new(), Vec::new()];
    for (index, claim) in report.claims.iter().enumerate() {
        let gap = size(claim);
        if gap > LEAST_GAP {
            let (low, high) = (place(index) - 0.28, place(index) + 0.28);
            bars[usize::from(claim.holds == Some(false))].push([(LEAST_GAP, low), (gap, high)]);
        }
    }
    let [holding, failing] = bars;
    let kinds = [
        ("holds", holding, Look::line(Tone::Palette(0)).filled(Fill::Tint)),
        ("fails", failing, Look::line(Tone::Palette(1)).filled(Fill::Tint)),
    ];
    for (name, cells, look) in kinds {
        if !cells.is_empty() {
            panel = panel.with(Layer::new(name, Shape::Cells(cells), look).labelled(name));
        }
    }
    let look = Look::line(Tone::Ink).dashed(Dash::Dotted).weighing(Weight::Thin);
    panel = panel.with(Layer::new("tolerance", Shape::Vertical(tolerance), look).labelled("tolerance"));
    for (index, claim) in report.claims.iter().enumerate() {
        let at = (1.6 * LEAST_GAP, place(index));
        panel = panel.with(Layer::new(
            claim.name,
            Shape::Words {
                at,
                words: Label::new(remark(claim)),
                centred: false,
            },
            Look::line(Tone::Ink),
        ));
    }
    panel
}

fn remark(claim: &Claim) -> String {
    let Some(holds) = claim.holds else {
        return match claim.note {
            Some(note) => format!("not judged: {note}"),
            None => "not judged".to_owned(),
        };
    };
    let gap = claim.gap.unwrap_or(0.0);
    let size = match (claim.unit, claim.relative_gap) {
        _ if gap == 0.0 => "no gap".to_owned(),
        ("ETH", Some(share)) => format!("{} ETH, {} %", number(gap), number(100.0 * share)),
        ("ETH", None) => format!("{} ETH", number(gap)),
        _ => format!("probability {}", number(gap)),
    };
    format!("{}: {size}", if holds { "holds" } else { "fails" })
}

fn number(x: f64) -> String {
    let text = crate::report::significant(x, 3);
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("${mantissa}·10^{{{}}}$", exponent.replace('-', "−")),
        None => text.replace('-', "−"),
    }
}

/// Early, best, late, spot.
fn policies(report: &ConjectureReport, subject: &Subject<'_>) -> Panel {
    let named = report.policies.iter().enumerate().map(|(index, policy)| {
        let word = match policy.name {
            "early" => "slot 0",
            "best" => best_word(subject),
            "late" => "slot $T$",
            other => other,
        };
        (index as f64, Label::from(word))
    });
    let last = report.policies.len().saturating_sub(1) as f64;
    let x = Axis::new("Date of the sale", -0.6, last + 0.6).ticked(Ticks::Named(named.collect()));
    let heights = |value: fn(&conjecture::Policy) -> f64| -> Vec<(f64, f64)> {
        let bars = report.policies.iter().enumerate();
        bars.map(|(index, policy)| (index as f64, value(policy))).collect()
    };
    let (holder, buyers) = (heights(|policy| policy.holder), heights(|policy| policy.buyers));
    let y = Axis::from_zero("Value (ETH)", holder.iter().chain(&buyers).map(|(_, value)| *value));
    let bars = |name: &str, bars, offset, look| {
        let shape = Shape::Bars {
            bars,
            width: 0.36,
            offset,
        };
        Layer::new(name, shape, look)
    };
    Panel::new("policies", x, y)
        .with(bars("holder", holder, -0.18, Look::line(Tone::Palette(0))).labelled("holder"))
        .with(
            bars(
                "buyers",
                buyers,
                0.18,
                Look::line(Tone::Palette(4)).filled(Fill::Hatched),
            )
            .labelled("buyers"),
        )
}

/// The value of selling in each slot whatever the prize.
fn fixed_slots(report: &ConjectureReport, subject: &Subject<'_>) -> Panel {
    let points: Vec<(f64, f64)> = report
        .fixed_slots
        .iter()
        .map(|fixed| (fixed.slot as f64, fixed.value))
        .collect();
    let best = subject.figures.seller_value;
    let y = Axis::around("Value (ETH)", points.iter().map(|(_, value)| *value).chain([best]));
    let mut look = Look::of_family(0);
    if points.len() <= 40 {
        look.marker = Some(Marker::Disc);
    }
    let best_look = Look::of_family(1);
    Panel::new(
        "fixed_slots",
        Axis::slots("Slot of the sale $t$", subject.maturity()),
        y,
    )
    .with(Layer::new("best", Shape::Horizontal(best), best_look).labelled(best_word(subject)))
    .with(Layer::line("fixed_slot", points, look).labelled("fixed slot"))
}

/// What the holder does whose value is the market's.
fn best_word(subject: &Subject<'_>) -> &'static str {
    match subject.equilibrium.repeated {
        Some(_) => "no commitment",
        None => "best time",
    }
}

/// A line a theorem: whether it applies, and what it concludes or what is missing.
fn theorems(report: &ConjectureReport) -> Panel {
    let count = report.theorems.len() as f64;
    let place = |index: usize| count - index as f64;
    let named = report
        .theorems
        .iter()
        .enumerate()
        .map(|(index, theorem)| (place(index), Label::from(theorem.name)));
    let x = Axis::new("", 0.0, 1.0).ticked(Ticks::None);
    let y = Axis::new("", 0.4, count + 0.6).ticked(Ticks::Named(named.collect()));
    let mut panel = Panel::new("theorems", x, y);
    for (index, theorem) in report.theorems.iter().enumerate() {
        panel = panel.with(Layer::new(
            theorem.name,
            Shape::Words {
                at: (0.012, place(index)),
                words: Label::new(theorem_line(theorem)),
                centred: false,
            },
            Look::line(Tone::Ink),
        ));
    }
    panel
}

fn theorem_line(theorem: &Theorem) -> String {
    match (theorem.applies, theorem.holds) {
        (true, Some(true)) => format!("applies: {}", theorem.conclusion),
        (true, _) => format!("applies and FAILS: {}", theorem.conclusion),
        (false, _) => format!("does not apply; needs: {}", theorem.fails.join("; ")),
    }
}
