//! The rate at which CARA utility is discounted along the values of a panel: aD(θ), a times how fast v falls.

use crate::auction::fall::Fall;

/// aD on one panel, and what follows from it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tilt<'a> {
    aversion: f64,
    /// D where v is linear; 1 where it is a curve, which has D in it.
    unit: f64,
    fall: Fall<'a>,
}

impl<'a> Tilt<'a> {
    /// `discount` is D where v is linear.
    pub fn new(aversion: f64, discount: f64, fall: Fall<'a>) -> Self {
        Self {
            aversion,
            unit: if fall.is_curved() { 1.0 } else { discount },
            fall,
        }
    }

    /// aD at a cost; it falls with the cost.
    pub fn rate(&self, cost: f64) -> f64 {
        let rate = self.aversion * self.unit * self.fall.rate(cost);
        // Where D is nothing its rounding may be below 0, or −0.
        if rate > 0.0 { rate } else { 0.0 }
    }

    /// a (v(left) − v(right)).
    pub fn exponent(&self, left: f64, right: f64) -> f64 {
        self.aversion * self.unit * self.fall.over(right, right - left)
    }

    /// What U is to what is gained per unit: a, times D where v is linear.
    pub fn scale(&self) -> f64 {
        self.aversion * self.unit
    }

    /// D at a cost, per unit.
    pub fn weight(&self, cost: f64) -> f64 {
        self.fall.rate(cost)
    }

    /// v(left) − v(right), per unit.
    pub fn fallen(&self, left: f64, right: f64) -> f64 {
        self.fall.over(right, right - left)
    }

    /// How v falls.
    pub fn fall(&self) -> Fall<'a> {
        self.fall
    }

    /// ∫ D e^{−a (v(left) − v(x))} dx per unit: what is gained where nobody outbids.
    pub fn gained_alone(&self, left: f64, right: f64) -> f64 {
        let exponent = self.exponent(left, right);
        if exponent < f64::EPSILON {
            self.fallen(left, right)
        } else {
            -(-exponent).exp_m1() / self.scale()
        }
    }
}
