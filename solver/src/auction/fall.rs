//! How values fall on one panel: at a constant rate, or along an analytic curve.

use crate::exercise::CurvedProfile;

/// v on one panel, up to a constant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fall<'a> {
    /// Per unit of D: everything that follows from it is to be multiplied by D.
    Straight,
    /// V itself, read from one piece of the profile.
    Curved(&'a CurvedProfile, usize),
}

impl Fall<'_> {
    /// v(right − distance) − v(right).
    pub fn over(self, right: f64, distance: f64) -> f64 {
        match self {
            Self::Straight => distance,
            Self::Curved(profile, piece) => profile.value_on(piece, right - distance) - profile.value_on(piece, right),
        }
    }

    /// [`Self::over`] several distances at once.
    pub fn over_each<const N: usize>(self, right: f64, distances: &[f64; N]) -> [f64; N] {
        match self {
            Self::Straight => *distances,
            Self::Curved(profile, piece) => {
                let end = profile.value_on(piece, right);
                let values = profile.values_on(piece, &distances.map(|distance| right - distance));
                values.map(|value| value - end)
            }
        }
    }

    /// D at a cost.
    pub fn rate(self, cost: f64) -> f64 {
        match self {
            Self::Straight => 1.0,
            Self::Curved(profile, piece) => profile.discount_on(piece, cost),
        }
    }

    /// Whether v is a curve.
    pub fn is_curved(self) -> bool {
        matches!(self, Self::Curved(..))
    }
}
