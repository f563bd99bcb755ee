//! How keys and outputs are called in figures.

/// An output in words: what it is, and what it is measured in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputWords {
    /// For a legend, e.g. `"optimal timing"`.
    pub name: String,
    /// What an axis with such outputs measures, e.g. `"Value (ETH)"`.
    pub measure: &'static str,
}

const ETH: &str = "Value (ETH)";
const SLOTS: &str = "Slot";
const PROBABILITY: &str = "Probability";
const SHARE: &str = "Share";
const LOSS: &str = "Loss against the best time (share)";
const OTHER: &str = "Result";

/// Outputs with words of their own.
const OUTPUTS: &[(&str, &str, &str)] = &[
    ("seller_value", "optimal timing", ETH),
    ("sale_value_now", "selling in slot 0", ETH),
    ("spot_at_maturity_value", "spot auction at maturity", ETH),
    ("spot_best_time_value", "spot auction at its best time", ETH),
    ("optimal_mechanism_value", "optimal mechanism", ETH),
    ("efficient_value", "efficient use", ETH),
    ("once_value", "single auction, committed to", ETH),
    ("commitment_value", "value of commitment", ETH),
    ("full_commitment_value", "value of full commitment", ETH),
    ("buyers_surplus", "buyers' surplus", ETH),
    ("participation_cost_burned", "spent on taking part", ETH),
    ("welfare", "holder and buyers", ETH),
    ("expected_prize_at_sale", "expected prize at the sale", ETH),
    ("expected_winner_cost", "expected cost of the winner", ETH),
    ("expected_sale_slot", "expected slot of the sale", SLOTS),
    ("expected_delay", "expected delay until exercise", SLOTS),
    ("sold_probability", "sold", PROBABILITY),
    (
        "immediate_exercise_probability",
        "exercised in the slot of the sale",
        PROBABILITY,
    ),
    ("check.claims.timing.gap", "sold before slot $T$", PROBABILITY),
    (
        "check.claims.immediate_exercise.gap",
        "exercised after the slot of the sale",
        PROBABILITY,
    ),
    (
        "check.claims.allocation.gap",
        "another winner or slot than spot",
        PROBABILITY,
    ),
    (
        "check.claims.revenue.gap",
        "revenue lost by the spot auction at maturity",
        ETH,
    ),
    ("check.claims.bids.gap", "distance of the bids", ETH),
    (
        "check.claims.revenue.relative_gap",
        "revenue lost by the spot auction",
        SHARE,
    ),
    ("check.claims.bids.relative_gap", "distance of the bids", SHARE),
    ("check.policies.early.holder", "selling in slot 0", ETH),
    ("check.policies.best.holder", "best time", ETH),
    ("check.policies.late.holder", "selling in slot $T$", ETH),
    ("check.policies.spot.holder", "spot auction at its best time", ETH),
    ("check.policies.early.relative_regret", "selling in slot 0", LOSS),
    ("check.policies.late.relative_regret", "selling in slot $T$", LOSS),
    (
        "check.policies.spot.relative_regret",
        "spot auction at its best time",
        LOSS,
    ),
    ("check.policies.early.buyers", "buyers, slot 0", ETH),
    ("check.policies.best.buyers", "buyers, best time", ETH),
    ("check.policies.late.buyers", "buyers, slot $T$", ETH),
    ("check.policies.spot.buyers", "buyers, spot", ETH),
];

/// Keys with words of their own.
const KEYS: &[(&str, &str)] = &[
    ("buyers.count", "Number of buyers $n$"),
    ("buyers.count.poisson.mean", "Expected number of buyers"),
    ("buyers.discount_factor", "Buyers' discount factor $δ_b$"),
    ("holder.discount_factor", "Discount factor $δ$"),
    ("holder.discount_rate", "Discount rate"),
    ("holder.own_cost", "Holder's own cost $θ_S$ (ETH)"),
    ("ticket.maturity", "Maturity $T$ (slots)"),
    ("ticket.draw_probability", "Draw probability $q$"),
    ("participation.cost", "Participation cost $K$ (ETH)"),
    ("auction.reserve", "Reserve price (ETH)"),
    ("auction.format", "Format"),
    ("prize.markov_chain.initial", "Initial prize $R_0$ (ETH)"),
    ("prize.empirical.bins", "Number of bins"),
];

/// The claims in words.
const CLAIMS: &[(&str, &str)] = &[
    ("timing", "sold in slot $T$"),
    ("immediate_exercise", "exercised at once"),
    ("revenue", "same revenue"),
    ("allocation", "same winner and slot"),
    ("bids", "same bids"),
    ("equivalent", "all claims"),
];

/// An output in words; one without words of its own goes by its path.
#[must_use]
pub fn output(path: &str) -> OutputWords {
    let words = |name: String, measure| OutputWords { name, measure };
    if let Some((_, name, measure)) = OUTPUTS.iter().find(|(known, _, _)| *known == path) {
        return words((*name).to_owned(), measure);
    }
    let slot = |list: &str| {
        path.strip_prefix(list)?
            .strip_prefix('[')?
            .strip_suffix(']')
            .map(str::to_owned)
    };
    if let Some(slot) = slot("auction_probability") {
        return words(format!("auction in slot {slot}"), PROBABILITY);
    }
    if let Some(slot) = slot("exercise_probability") {
        return words(format!("exercise in slot {slot}"), PROBABILITY);
    }
    words(path.to_owned(), OTHER)
}

/// A key in words, for an axis; one without words of its own goes by its path.
#[must_use]
pub fn key(path: &str) -> String {
    let known = KEYS.iter().find(|(known, _)| *known == path);
    known.map_or_else(|| path.to_owned(), |(_, words)| (*words).to_owned())
}

/// A claim in words.
#[must_use]
pub fn claim(name: &str) -> String {
    let known = CLAIMS.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, words)| (*words).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_name_their_slot() {
        assert_eq!(output("auction_probability[3]").name, "auction in slot 3");
        assert_eq!(output("certificate.verified").name, "certificate.verified");
    }
}
