//! Where the prize can be, whatever the holder does.

use crate::prize::FinitePrizes;

/// Which states have positive probability in each slot 0..=`maturity`.
#[must_use]
pub fn reachable(prizes: &FinitePrizes, maturity: usize) -> Vec<Vec<bool>> {
    let size = prizes.size();
    let mut now: Vec<bool> = prizes.start().into_iter().map(|p| p > 0.0).collect();
    let mut all = Vec::with_capacity(maturity + 1);
    for _ in 0..maturity {
        let mut next = vec![false; size];
        for from in (0..size).filter(|&from| now[from]) {
            for (to, reached) in next.iter_mut().enumerate() {
                *reached |= prizes.probability(from, to) > 0.0;
            }
        }
        all.push(std::mem::replace(&mut now, next));
    }
    all.push(now);
    all
}

/// The law of R_t for t = `slot`.
#[must_use]
pub fn unconditional(prizes: &FinitePrizes, slot: usize) -> Vec<f64> {
    let mut mass = prizes.start();
    for _ in 0..slot {
        mass = prizes.advance(&mass);
    }
    mass
}
