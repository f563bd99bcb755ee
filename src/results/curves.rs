//! `curves.csv`: from which prize the holder sells, and from which prize a type exercises, slot by slot.

use etm_solver::Equilibrium;
use etm_solver::cost::CostLaw;
use etm_solver::prize::FinitePrizes;
use etm_solver::timing::Decision;

use super::csv_text::{CsvText, number};

/// Rows of kind `sale` (no cost) and `exercise` (for the lowest, the median and the highest cost): the lower end of
/// each run of prizes at which the ticket is sold or exercised, 0 where that is unbounded. A slot without such prizes has
/// no row. Where prizes are continuous these are the boundaries themselves, on a chain states.
#[must_use]
pub fn curves_csv(equilibrium: &Equilibrium, prizes: &FinitePrizes, law: &dyn CostLaw) -> Vec<u8> {
    let mut text = CsvText::with_header("slot,kind,cost,prize");
    let costs = [law.lower(), law.quantile(0.5), law.upper()];
    if let Some(solution) = &equilibrium.continuous {
        for region in solution.sale_region() {
            let slot = region.slot.to_string();
            for [from, _] in region.intervals {
                text.row(&[
                    slot.clone(),
                    "sale".to_owned(),
                    String::new(),
                    number(from.unwrap_or(0.0)),
                ]);
            }
            for cost in costs {
                for prize in solution.exercise_prizes(region.slot, cost) {
                    text.row(&[slot.clone(), "exercise".to_owned(), number(cost), number(prize)]);
                }
            }
        }
        return text.into_bytes();
    }
    let timing = &equilibrium.induction.timing;
    for slot in 0..timing.slots() {
        let states = prizes.states(slot);
        let sells = timing.slot(slot).iter().map(|node| node.decision == Decision::Sell);
        for prize in run_starts(states, sells) {
            text.row(&[slot.to_string(), "sale".to_owned(), String::new(), number(prize)]);
        }
        for cost in costs {
            let boundary = equilibrium.induction.boundary.slot(slot);
            let exercises = boundary.iter().map(|&boundary| cost <= boundary);
            for prize in run_starts(states, exercises) {
                text.row(&[slot.to_string(), "exercise".to_owned(), number(cost), number(prize)]);
            }
        }
    }
    text.into_bytes()
}

/// The first prize of each run of prizes at which `holds`.
fn run_starts(states: &[f64], holds: impl Iterator<Item = bool>) -> Vec<f64> {
    let mut before = false;
    let mut starts = Vec::new();
    for (&prize, now) in states.iter().zip(holds) {
        if now && !before {
            starts.push(prize);
        }
        before = now;
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::run_starts;

    #[test]
    fn runs_need_not_be_one() {
        let states = [1.0, 2.0, 3.0, 4.0];
        let starts = run_starts(&states, [true, false, true, true].into_iter());
        assert_eq!(starts, [1.0, 3.0]);
    }
}
