//! Where a user's question has no content, or an answer means less than it seems.

use etm_solver::market::{LearnsCost, Market, Participation, Pool, Sale, Tie};
use etm_solver::prize::{Independence, Prize, PrizeState};
use etm_solver::{Equilibrium, Summary, asymmetric_equilibria_possible};

use super::significant;

/// Where the mean prize is more than this many times the median, the reader is told.
const DWARFED: f64 = 2.0;

/// What the reader of a solved market should know before she uses its figures.
#[must_use]
pub fn warnings(market: &Market, equilibrium: &Equilibrium, figures: &Summary) -> Vec<String> {
    let mut list = Vec::new();
    let lowest_cost = market.buyers().cost().lower();
    if let Prize::Finite(prizes) = market.prize() {
        let largest = prizes.largest(market.ticket().maturity());
        if largest <= lowest_cost {
            list.push(format!(
                "no buyer can ever gain: the largest prize, {largest} ETH, is not above the lowest cost, {lowest_cost} ETH"
            ));
        } else if figures.sold_probability == 0.0 {
            list.push(format!("the ticket is never sold: {}", why_never_sold(market)));
        }
        if let Some(slots) = prizes.independence() {
            list.extend(dwarfed((slots.mean, slots.median), "of a slot"));
            list.extend(joined(&slots, prizes.size()));
        }
    }
    if let Prize::Continuous(process) = market.prize() {
        if figures.sold_probability == 0.0 {
            list.push(format!("the ticket is never sold: {}", why_never_sold(market)));
        }
        list.extend(heavy_tail(&PrizeState::of(process), market.ticket().maturity()));
    }
    if market.ticket().maturity() == 0 {
        list.push("maturity is 0: there is no timing to choose".to_owned());
    } else if equilibrium.repeated.is_none()
        && figures.auction_probability[0] >= 1.0
        && !figures.indifferent
        && figures.seller_value > 0.0
    {
        list.push("the holder never waits: selling in slot 0 is strictly better, there is no timing curve".to_owned());
    }
    if figures.indifferent {
        let rule = match market.holder().tie() {
            Tie::Late => "waits (holder.tie = \"late\")",
            Tie::Early => "sells (holder.tie = \"early\")",
        };
        list.push(format!(
            "selling and waiting are worth the same at some node: when she sells is a convention, here she {rule}"
        ));
    }
    list.extend(only_symmetric(market, equilibrium));
    if !equilibrium.regular {
        list.push(
            "the virtual cost is not increasing: the optimal mechanism is ironed, and no single cutoff need reach it"
                .to_owned(),
        );
    }
    let one_draw = figures.efficient_value.or(figures.optimal_mechanism_value).is_some();
    if market.holder().sale() == Sale::UntilSold(Pool::Fresh) && one_draw {
        list.push(
            "with new buyers each slot, the efficient and optimal-mechanism values are those of one draw of buyers, not bounds"
                .to_owned(),
        );
    }
    if let Some(repeated) = &equilibrium.repeated {
        if market.holder().tie() == Tie::Early {
            list.push(
                "with the same buyers every tie goes to the smaller cutoff: holder.tie = \"early\" changes nothing"
                    .to_owned(),
            );
        }
        let several = matches!(market.prize(), Prize::Finite(prizes) if prizes.size() > 1);
        let narrowed = figures
            .rounds
            .iter()
            .flatten()
            .any(|round| round.lowest_cost > lowest_cost);
        if several && narrowed {
            list.push(
                "which costs are left depends on all prizes since slot 0: the sale region and nodes.csv show the most likely ones, rounds.csv all"
                    .to_owned(),
            );
        }
        if !figures.certificate.verified {
            list.push(format!(
                "without commitment the cutoff may jump in the lowest cost left, and what follows from a jump cannot always be computed: two solutions of different fineness differ by {:.0e} ETH",
                repeated.pool.error()
            ));
        }
    }
    list
}

/// That high prizes which hardly ever come carry the figures.
fn heavy_tail(state: &PrizeState, maturity: usize) -> Option<String> {
    let when = if state.is_independent() {
        "of a slot".to_owned()
    } else {
        format!("of slot {maturity}")
    };
    dwarfed(state.mean_and_median(maturity), &when)
}

/// That a sample has more prizes than are told apart.
fn joined(slots: &Independence, kept: usize) -> Option<String> {
    (slots.joined_error > 0.0).then(|| {
        format!(
            "{} different prizes of the sample are joined into {kept}: figures are exact for those, whose E[(R − k)⁺] is within {} ETH of the sample's at every k (set distribution.empirical.bins for more)",
            slots.distinct,
            significant(slots.joined_error, 2)
        )
    })
}

/// That the mean prize is many times the median.
fn dwarfed((mean, median): (f64, f64), when: &str) -> Option<String> {
    let ratio = mean / median;
    (ratio > DWARFED).then(|| {
        format!(
            "the mean prize {when}, {} ETH, is {} times its median: high prizes that hardly ever come carry the values; averages over few tickets, and processes fitted without their tail, say little",
            significant(mean, 3),
            significant(ratio, 2)
        )
    })
}

/// Why nobody buys, where the largest prize is above the lowest cost.
pub(crate) fn why_never_sold(market: &Market) -> String {
    match market.participation().cost() {
        cost if cost > 0.0 => {
            format!("taking part costs {cost} ETH, and nobody gains by it at the price the holder asks")
        }
        _ => "no type's value reaches what the holder asks".to_owned(),
    }
}

/// That buyers who pay for taking part may have other equilibria than the one that was computed.
pub(crate) fn only_symmetric(market: &Market, equilibrium: &Equilibrium) -> Option<String> {
    // A market that has been solved can be judged.
    if !asymmetric_equilibria_possible(market, equilibrium).unwrap_or(false) {
        return None;
    }
    let why = match market.participation() {
        Participation::ParticipantPays {
            learns_cost: LearnsCost::After,
            ..
        } => "buyers enter by lot: equilibria in which some come for sure and others never may coexist",
        _ => {
            "the law of the buyers' values is not concave above the price: equilibria in which some buyers come more \
             readily than others may coexist"
        }
    };
    Some(format!("{why}; the symmetric one was computed"))
}
