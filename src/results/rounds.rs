//! `rounds.csv`: repeated auctions to the same buyers, one row for every lowest cost that may be left.

use etm_solver::Repeated;
use etm_solver::prize::FinitePrizes;

use super::csv_text::{CsvText, number, optional};

const HEADER: &str =
    "slot,prize,lowest_cost,reach_probability,decision,reserve_price,participation_cutoff,sale_probability";

/// By slot, then by prize, then by lowest cost. Where she waits there is no price and no cutoff.
#[must_use]
pub fn rounds_csv(repeated: &Repeated, prizes: &FinitePrizes) -> Vec<u8> {
    let mut text = CsvText::with_header(HEADER);
    for round in repeated.rounds.all() {
        let sells = round.reserve.is_some();
        text.row(&[
            round.slot.to_string(),
            number(prizes.states(round.slot)[round.state]),
            number(round.lowest),
            number(round.reach),
            if sells { "sell" } else { "wait" }.to_owned(),
            optional(round.reserve),
            optional(sells.then_some(round.cutoff)),
            number(round.sale_probability),
        ]);
    }
    text.into_bytes()
}
