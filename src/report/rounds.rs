//! The auctions that follow one another while none succeeds.

use etm_solver::RoundFigures;

use super::table::{eth, percent};

/// The most rounds shown; of more, the first ones and the last.
const MOST_LINES: usize = 8;

/// One line a round: when, at what prize, who may still come, at what price, and whether it sells.
#[must_use]
pub(super) fn rounds(rounds: &[RoundFigures]) -> String {
    let mut rows = vec![["slot", "prize", "costs left from", "up to", "reserve", "sells"].map(str::to_owned)];
    let shown = |index: usize| rounds.len() <= MOST_LINES || index + 2 < MOST_LINES || index + 1 == rounds.len();
    for (index, round) in rounds.iter().enumerate() {
        if shown(index) {
            rows.push([
                round.slot.to_string(),
                eth(round.prize),
                eth(round.lowest_cost),
                round.participation_cutoff.map_or_else(|| "waits".to_owned(), eth),
                round.reserve_price.map_or_else(|| "–".to_owned(), eth),
                percent(round.sale_probability),
            ]);
        } else if index + 1 == MOST_LINES {
            rows.push(["…"; 6].map(str::to_owned));
        }
    }
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        text.push(' ');
        for (cell, width) in row.iter().zip(widths) {
            text.push_str(&format!(" {cell:>width$} "));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
