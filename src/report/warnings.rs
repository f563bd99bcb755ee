//! Where a user's question has no content, or an answer means less than it seems.

use etm_solver::market::{Market, Pool, Sale};
use etm_solver::prize::Prize;
use etm_solver::{Equilibrium, Summary};

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
            list.push("the ticket is never sold: no type's value reaches what the holder asks".to_owned());
        }
    }
    if market.ticket().maturity() == 0 {
        list.push("maturity is 0: there is no timing to choose".to_owned());
    } else if figures.auction_probability[0] >= 1.0 && !figures.indifferent && figures.seller_value > 0.0 {
        list.push("the holder never waits: selling in slot 0 is strictly better, there is no timing curve".to_owned());
    }
    if figures.indifferent {
        let rule = match market.holder().tie() {
            etm_solver::market::Tie::Late => "waits (holder.tie = \"late\")",
            etm_solver::market::Tie::Early => "sells (holder.tie = \"early\")",
        };
        list.push(format!(
            "selling and waiting are worth the same at some node: when she sells is a convention, here she {rule}"
        ));
    }
    if !equilibrium.regular {
        list.push(
            "the virtual cost is not increasing: the optimal mechanism is ironed, and no single cutoff need reach it"
                .to_owned(),
        );
    }
    if market.holder().sale() == Sale::UntilSold(Pool::Fresh) {
        list.push(
            "with new buyers each slot, the efficient and optimal-mechanism values are those of one draw of buyers, not bounds"
                .to_owned(),
        );
    }
    list
}
