//! Second price: the winner pays the highest losing bid, or the reserve.
//!
//! First-order condition: (v(θ) − β(θ)) Q′(θ) = 0, so β = v, a dominant strategy (Vickrey 1961).

/// β(θ) = v(θ).
#[must_use]
pub fn bid(value: f64, _rivals: f64, _shading: f64) -> f64 {
    value
}

/// What the type who wins as often pays: the bid only decides how often she wins.
#[must_use]
pub fn payment(_bid: f64, _win: f64, equivalent: f64) -> f64 {
    equivalent
}
