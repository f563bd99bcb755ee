//! The holder's choice among selling, using and keeping the ticket, and what to do when two are worth the same.

use super::Decision;
use crate::market::Tie;

/// Two values closer than this, relative to the larger, tie.
pub(crate) const TIE: f64 = 1e-12;

/// What the holder can do instead of selling, ETH.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Alternatives {
    /// Keep the ticket for another slot; `None` in the last.
    pub wait: Option<f64>,
    /// Use it herself now; `None` where she cannot.
    pub exercise: Option<f64>,
}

impl Alternatives {
    /// The better of the two; 0 when there is neither.
    pub fn best(&self) -> f64 {
        match (self.wait, self.exercise) {
            (Some(wait), Some(exercise)) => wait.max(exercise),
            (Some(value), None) | (None, Some(value)) => value,
            (None, None) => 0.0,
        }
    }

    /// Whether she uses an unsold ticket at once rather than keep it: indifference exercises.
    pub fn exercises(&self) -> bool {
        match (self.exercise, self.wait) {
            (Some(exercise), Some(wait)) => exercise >= wait - TIE * wait.abs().max(exercise.abs()),
            (Some(exercise), None) => exercise >= 0.0,
            (None, _) => false,
        }
    }
}

/// The decision, its value, and whether selling and waiting tied at a positive value.
///
/// `sale` is the value of holding an auction, `None` where an auction would be waiting by another name (an unsold
/// ticket is carried on and nobody would come). In the last slot she holds her auction unless using the ticket is
/// better.
///
/// Values that are known to a relative accuracy of `accuracy` only tie when they differ by less.
pub(crate) fn choose(accuracy: f64, sale: Option<f64>, alternatives: &Alternatives, tie: Tie) -> (Decision, f64, bool) {
    let Some(sale_value) = sale else {
        let decision = if alternatives.exercises() {
            Decision::Exercise
        } else {
            Decision::Wait
        };
        return (decision, alternatives.best(), false);
    };
    let best = if alternatives.wait.is_none() && alternatives.exercise.is_none() {
        sale_value
    } else {
        sale_value.max(alternatives.best())
    };
    let reaches = |value: f64| best - value <= accuracy * best.abs();
    let waits = alternatives.wait.is_some_and(reaches);
    let sells = reaches(sale_value);
    let decision = match (sells, waits) {
        (true, true) => match tie {
            Tie::Late => Decision::Wait,
            Tie::Early => Decision::Sell,
        },
        (true, false) => Decision::Sell,
        (false, _) if alternatives.exercises() => Decision::Exercise,
        (false, _) => Decision::Wait,
    };
    (decision, best, sells && waits && best > 0.0)
}

#[cfg(test)]
mod tests {
    use super::{Alternatives, TIE, choose};
    use crate::market::Tie;
    use crate::timing::Decision;

    fn keep(wait: Option<f64>, exercise: Option<f64>) -> Alternatives {
        Alternatives { wait, exercise }
    }

    #[test]
    fn ties_go_by_the_rule_and_are_reported() {
        let equal = keep(Some(1.0 + 1e-14), None);
        assert_eq!(
            choose(TIE, Some(1.0), &equal, Tie::Late),
            (Decision::Wait, 1.0 + 1e-14, true)
        );
        assert_eq!(choose(TIE, Some(1.0), &equal, Tie::Early).0, Decision::Sell);
        let better = keep(Some(1.0 + 1e-9), None);
        assert_eq!(choose(TIE, Some(1.0), &better, Tie::Early).0, Decision::Wait);
    }

    #[test]
    fn the_last_slot_holds_an_auction() {
        assert_eq!(choose(TIE, Some(0.0), &keep(None, None), Tie::Late).0, Decision::Sell);
        assert_eq!(
            choose(TIE, Some(0.0), &keep(None, Some(-1.0)), Tie::Late),
            (Decision::Sell, 0.0, false)
        );
        assert_eq!(
            choose(TIE, Some(0.2), &keep(None, Some(0.5)), Tie::Late).0,
            Decision::Exercise
        );
        assert_eq!(
            choose(TIE, Some(0.5), &keep(None, Some(0.5)), Tie::Late).0,
            Decision::Sell
        );
    }

    #[test]
    fn an_empty_auction_is_no_tie() {
        assert_eq!(
            choose(TIE, None, &keep(Some(0.4), None), Tie::Early),
            (Decision::Wait, 0.4, false)
        );
    }

    #[test]
    fn worth_nothing_either_way_is_no_indifference() {
        assert!(!choose(TIE, Some(0.0), &keep(Some(0.0), None), Tie::Late).2);
    }
}
