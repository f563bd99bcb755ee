//! `nodes.csv`: the holder's problem at every slot and prize.

use etm_solver::Equilibrium;
use etm_solver::prize::FinitePrizes;

use super::csv_text::{CsvText, number, optional};

const HEADER: &str = "slot,prize,reach_probability,seller_value,sale_value,waiting_value,decision,reserve_price,participation_cutoff,entry_probability,exercise_boundary";

/// One row a node, by slot, then by prize. Empty fields do not exist: no waiting in the last slot, no cutoff where
/// nobody takes part, no boundary where no type exercises, no entry probability where entry is not random.
#[must_use]
pub fn nodes_csv(equilibrium: &Equilibrium, prizes: &FinitePrizes) -> Vec<u8> {
    let mut text = CsvText::with_header(HEADER);
    let timing = &equilibrium.induction.timing;
    for slot in 0..timing.slots() {
        for (state, (node, &prize)) in timing.slot(slot).iter().zip(prizes.states(slot)).enumerate() {
            text.row(&[
                slot.to_string(),
                number(prize),
                number(equilibrium.path.reach(slot, state)),
                number(node.value),
                number(node.auction.revenue),
                optional(node.waiting_value),
                node.decision.word().to_owned(),
                optional(node.auction.reserve_price),
                optional(node.auction.participation_cutoff),
                optional(node.auction.entry_probability),
                optional(equilibrium.induction.boundary.at(slot, state)),
            ]);
        }
    }
    text.into_bytes()
}
