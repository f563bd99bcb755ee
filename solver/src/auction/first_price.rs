//! First price: the winner pays her bid.
//!
//! First-order condition: β′(θ) = (v(θ) − β(θ)) Q′(θ)/Q(θ), β(θ̂) = ρ (Krishna, *Auction Theory*, chapter 2, in costs).

/// β(θ) = v − [(v(θ̂) − ρ) Q(θ̂) + ∫_θ^θ̂ D Q dx]/Q(θ): the value less the shading.
#[must_use]
pub fn bid(value: f64, _rivals: f64, shading: f64) -> f64 {
    value - shading
}

/// The bid when it wins.
#[must_use]
pub fn payment(bid: f64, win: f64, _equivalent: f64) -> f64 {
    bid * win
}
