//! The cutoff timing curve: at which prizes the holder sells, slot by slot.

use serde::Serialize;

use super::{Decision, Timing};
use crate::prize::FinitePrizes;

/// The prizes of one slot at which the holder sells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlotRegion {
    /// t.
    pub slot: usize,
    /// Closed intervals of prizes, ETH, increasing; on a finite chain their ends are states. `None` is unbounded.
    pub intervals: Vec<[Option<f64>; 2]>,
}

/// The sale region of every slot: maximal runs of neighbouring states at which the holder sells. It need not be one
/// upper interval.
#[must_use]
pub fn sale_region(timing: &Timing, prizes: &FinitePrizes) -> Vec<SlotRegion> {
    (0..timing.slots())
        .map(|slot| {
            let mut intervals: Vec<[Option<f64>; 2]> = Vec::new();
            let mut open = false;
            for (node, &prize) in timing.slot(slot).iter().zip(prizes.states(slot)) {
                let sells = node.decision == Decision::Sell;
                match intervals.last_mut() {
                    Some(last) if sells && open => last[1] = Some(prize),
                    _ if sells => intervals.push([Some(prize), Some(prize)]),
                    _ => {}
                }
                open = sells;
            }
            SlotRegion { slot, intervals }
        })
        .collect()
}
