//! The conjecture report, for reading and for pasting.

use etm_solver::Summary;
use etm_solver::conjecture::{Claim, ConjectureReport, Force, Policy, Theorem, held_before};
use etm_solver::market::{Market, Tie};

use super::table::{eth, percent, significant};

/// The report: verdict, claims, the policies side by side, theorems, why; and what to mind, if anything.
#[must_use]
pub fn check(name: &str, figures: &Summary, report: &ConjectureReport, why: &str, mind: Option<&str>) -> String {
    let mut text = format!("{name}: {}\n", verdict(report));
    text.push_str("\nClaims: the ticket is a spot auction at maturity\n");
    for claim in &report.claims {
        text.push_str(&claim_lines(claim));
    }
    text.push_str("\nWhen the holder sells, ETH\n");
    text.push_str(&policy_table(&report.policies, figures.once_value.is_some()));
    text.push_str(&regret(report, figures.once_value.is_some()));
    text.push_str("\nTheorems\n");
    for theorem in &report.theorems {
        text.push_str(&theorem_line(theorem));
    }
    text.push_str("\nWhy\n");
    for line in wrapped(why, 100) {
        text.push_str(&format!("  {line}\n"));
    }
    let unsure = (!figures.certificate.verified).then_some("the certificate is above tolerance: see etm solve");
    let remarks: Vec<&str> = unsure.into_iter().chain(mind).collect();
    if !remarks.is_empty() {
        text.push_str("\nMind\n");
        for line in remarks.into_iter().flat_map(|remark| wrapped(remark, 100)) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

fn verdict(report: &ConjectureReport) -> &'static str {
    match (report.equivalent, report.indifferent) {
        (None, _) => "no sale, so the conjecture has no content",
        (Some(true), true) => "equivalent to a spot auction at maturity, though other dates would do as well",
        (Some(true), false) => "equivalent to a spot auction at maturity",
        (Some(false), true) => "not a spot auction at maturity; the holder is indifferent about some dates",
        (Some(false), false) => "not a spot auction at maturity",
    }
}

fn claim_lines(claim: &Claim) -> String {
    let words = match claim.name {
        "timing" => "sold in slot T",
        "immediate_exercise" => "exercised at once",
        "revenue" => "same revenue",
        "allocation" => "same winner and slot",
        "bids" => "same bids",
        other => other,
    };
    let holds = match claim.holds {
        Some(true) => "holds",
        Some(false) => "FAILS",
        None => "–",
    };
    let gap = match (claim.gap, claim.unit) {
        (Some(gap), "ETH") => {
            let relative = claim.relative_gap.map_or_else(String::new, |relative| {
                format!(" ({} %)", significant(100.0 * relative, 3))
            });
            format!("gap {} ETH{relative}", eth(gap))
        }
        (Some(gap), _) => format!(
            "gap {} (probability)",
            significant(if gap < 1e-12 { 0.0 } else { gap }, 4)
        ),
        (None, _) => claim.note.unwrap_or_default().to_owned(),
    };
    let mut text = format!("  {words:<22} {holds:<6} {gap}\n");
    if let (Some(false), None, Some(note)) = (claim.holds, &claim.witness, claim.note) {
        text.push_str(&format!("    {note}\n"));
    }
    if let (Some(witness), Some(note)) = (&claim.witness, claim.note) {
        let cost = witness
            .cost
            .map_or_else(String::new, |cost| format!(", cost {}", eth(cost)));
        text.push_str(&format!(
            "    witness: slot {}, prize {}{cost}: {} against {}; {note}\n",
            witness.slot,
            eth(witness.prize),
            eth(witness.ticket),
            eth(witness.spot)
        ));
    }
    text
}

/// `again`: the same buyers come to every auction, and the other dates are those of a single auction with commitment.
fn policy_table(policies: &[Policy], again: bool) -> String {
    let mut text = format!(
        "  {:<28} {:>10} {:>10} {:>10} {:>8} {:>14}\n",
        "", "holder", "buyers", "welfare", "sold", "winner's cost"
    );
    for policy in policies {
        let words = match policy.name {
            "early" if again => "one auction, in slot 0",
            "best" if again => "without commitment",
            "late" if again => "one auction, in slot T",
            "early" => "early: slot 0",
            "best" => "best time",
            "late" => "late: slot T",
            "spot" => "spot, at its best time",
            other => other,
        };
        text.push_str(&format!(
            "  {words:<28} {:>10} {:>10} {:>10} {:>8} {:>14}\n",
            eth(policy.holder),
            eth(policy.buyers),
            policy.welfare.map_or_else(|| "–".to_owned(), eth),
            percent(policy.sold).replace(" %", "%"),
            policy.winner_cost.map_or_else(|| "–".to_owned(), eth),
        ));
    }
    text.push_str("  whoever buys has the lowest cost of those who come: cost rank 1\n");
    text
}

/// Regrets that differ by less, relative to what the ticket brings, are the same.
const SAME: f64 = 1e-12;

/// What fixed dates cost, the cheapest and the dearest of them, each the first where several are the same.
fn regret(report: &ConjectureReport, again: bool) -> String {
    let first = |from: fn(f64, f64) -> f64| {
        let dates = report.fixed_slots.iter();
        let extreme = dates.clone().map(|date| date.regret).reduce(from)?;
        dates
            .clone()
            .find(|date| (date.regret - extreme).abs() <= SAME * date.value.abs())
    };
    match (first(f64::min), first(f64::max)) {
        (Some(least), Some(most)) if again => {
            let against = |regret: f64| {
                let words = if regret < 0.0 { "more" } else { "less" };
                format!("{} ETH {words}", eth(regret.abs()))
            };
            format!(
                "  one auction at a date fixed in advance brings her from {} (slot {}) to {} (slot {})\n",
                against(least.regret),
                least.slot,
                against(most.regret),
                most.slot
            )
        }
        (Some(least), Some(most)) if report.fixed_slots.len() > 1 => format!(
            "  a date fixed in advance costs her from {} (slot {}) to {} (slot {}) ETH\n",
            eth(least.regret),
            least.slot,
            eth(most.regret),
            most.slot
        ),
        _ => String::new(),
    }
}

fn theorem_line(theorem: &Theorem) -> String {
    match (theorem.holds, theorem.gap) {
        (Some(holds), Some(gap)) => {
            let verdict = if holds { "holds" } else { "FAILS" };
            let gap = if gap == 0.0 {
                "0".to_owned()
            } else {
                format!("{gap:.0e}")
            };
            format!(
                "  {}  applies, {verdict} (gap {gap}): {}\n",
                theorem.name, theorem.conclusion
            )
        }
        _ => format!(
            "  {}  does not apply; it would need: {}\n",
            theorem.name,
            theorem.fails.join("; ")
        ),
    }
}

/// One paragraph: what she does, what it is worth against spot, and which force drives it.
#[must_use]
pub fn why(market: &Market, figures: &Summary, report: &ConjectureReport, forces: &[Force]) -> String {
    if figures.sold_probability == 0.0 {
        return format!("The ticket is never sold: {}.", super::why_never_sold(market));
    }
    let last = figures.auction_probability.last().copied().unwrap_or(0.0);
    let first = figures.auction_probability.first().copied().unwrap_or(0.0);
    let tie = match market.holder().tie() {
        Tie::Late => "waits",
        Tie::Early => "sells",
    };
    let mut text = if market.ticket().maturity() == 0 {
        "The ticket has one slot: selling it is the spot auction.".to_owned()
    } else if last >= 1.0 - 1e-9 {
        "The holder waits for the last slot and holds there what is a spot auction.".to_owned()
    } else if first >= 1.0 - 1e-9 {
        "The holder holds an auction at once.".to_owned()
    } else {
        format!(
            "The holder {}, in slot {} on average given a sale.",
            before_last(market, held_before(figures), last, "auctions"),
            figures
                .expected_sale_slot
                .map_or_else(|| "–".to_owned(), |slot| significant(slot, 4))
        )
    };
    if report.indifferent {
        text.push_str(&format!(
            " At some nodes selling and waiting are worth the same, and by convention she {tie} there."
        ));
    }
    let gap = figures.seller_value - figures.spot_at_maturity_value;
    if figures.seller_value > 0.0 && gap > 1e-9 * figures.seller_value {
        text.push_str(&format!(
            " Selling in the last slot instead would cost her {} ETH, {} % of her value.",
            eth(gap),
            significant(100.0 * gap / figures.seller_value, 3)
        ));
    } else {
        text.push_str(" Selling in the last slot costs her nothing.");
    }
    if market.ticket().maturity() == 0 {
        return text;
    }
    for force in forces {
        text.push_str(&force_sentence(market, force, last, gap));
    }
    text
}

/// What happens before the last slot, given the expected number of auctions before it and the probability of one in it.
fn before_last(market: &Market, before: f64, last: f64, auctions: &str) -> String {
    if before <= 1e-9 && market.holder().own_cost().is_none() {
        let waits = auctions.replace("auctions", "waits").replace("auction", "wait");
        format!(
            "{waits} for the last slot, before which the ticket is drawn and lost with probability {}",
            percent(1.0 - last)
        )
    } else if before <= 1e-9 {
        let uses = auctions.replace("auctions", "uses").replace("auction", "use");
        format!(
            "{uses} the ticket herself before the last slot with probability {}",
            percent(1.0 - last)
        )
    } else if before <= 1.0 {
        format!(
            "{auctions} the ticket before the last slot with probability {}",
            percent(before)
        )
    } else {
        format!(
            "{auctions} the ticket {} times before the last slot on average",
            significant(before, 3)
        )
    }
}

/// What a market without one force would do.
fn force_sentence(market: &Market, force: &Force, held_last: f64, gap: f64) -> String {
    let without = capitalised(force.without);
    let does = if force.held_last >= 1.0 - 1e-9 {
        "she would wait for the last slot".to_owned()
    } else if force.held_first >= 1.0 - 1e-9 {
        "she would hold an auction at once".to_owned()
    } else {
        format!(
            "she {}",
            before_last(market, force.held_before, force.held_last, "would auction")
        )
    };
    let tie = if force.indifferent {
        ", indifferent about some dates"
    } else {
        ""
    };
    let gap_then = force.seller_value - force.spot_at_maturity_value;
    let flips = (force.held_last >= 1.0 - 1e-9) != (held_last >= 1.0 - 1e-9);
    let drives = flips || (gap > 0.0 && gap_then.abs() < 0.1 * gap);
    let mark = if drives { ": this force drives the answer" } else { "" };
    format!(
        " {without} {does}{tie}, and the last slot would cost her {} ETH{mark}.",
        if gap_then.abs() < 1e-12 * force.seller_value.abs() {
            "0".to_owned()
        } else {
            eth(gap_then.max(0.0))
        }
    )
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
