//! All-pay: every participant pays her bid, whoever wins.
//!
//! First-order condition: β′(θ) = v(θ) Q′(θ), β(θ̂) = ρ Q(θ̂).

/// β(θ) = Q(θ) times the first-price bid.
#[must_use]
pub fn bid(value: f64, rivals: f64, shading: f64) -> f64 {
    rivals * (value - shading)
}

/// The bid, won or lost.
#[must_use]
pub fn payment(bid: f64, _win: f64, _equivalent: f64) -> f64 {
    bid
}
