//! One auction, played as a second-price auction with a reserve and summed over order statistics.
//!
//! With v decreasing and participants the costs up to the cutoff, the seller earns the reserve if
//! exactly one cost lies below the cutoff, the second-highest value if two or more do, and keeps the
//! ticket if none does. By revenue equivalence this is what every format earns.

use std::cell::RefCell;
use std::collections::HashMap;

use super::cost_law::CostLaw;
use super::count::Buyers;
use super::market::{Entry, Reserve};
use super::quadrature::{breaks, last_true};

/// Panels per smooth piece on which the cutoff is scanned.
const SCAN: usize = 8;

/// What is sold: the buyers' value of the ticket less the winner's cost, as a function of the cost.
pub struct Lot<'a> {
    /// Law of costs.
    pub law: &'a CostLaw,
    /// Law of the number of buyers.
    pub buyers: &'a Buyers,
    /// (v, D) at a cost.
    pub worth: &'a dyn Fn(f64) -> (f64, f64),
    /// Where v may bend.
    pub kinks: &'a [f64],
    /// What taking part costs.
    pub entry: Entry,
}

/// The outcome of an auction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Π, the unsold ticket's value included.
    pub value: f64,
    /// Participants are the costs up to here; the lower end when nobody takes part.
    pub cutoff: f64,
    /// The reserve price.
    pub reserve: f64,
    /// Expected payment to the seller.
    pub payment: f64,
    /// The probability with which each buyer takes part before knowing her cost.
    pub entry: f64,
    /// What buyers are expected to pay to take part.
    pub entry_paid: f64,
    /// Probability of a sale.
    pub sold: f64,
    /// Whether a local maximum elsewhere came within 1e-9 of the best one.
    pub rivalled: bool,
}

impl Lot<'_> {
    fn value(&self, cost: f64) -> f64 {
        (self.worth)(cost).0
    }

    /// The probability that a bidder with this cost is the lowest.
    fn alone(&self, cost: f64) -> f64 {
        self.buyers.rivals().none_below(self.law.cdf(cost))
    }

    /// The same lot, each value computed once.
    pub fn remembering<R>(&self, run: impl FnOnce(&Lot) -> R) -> R {
        let known: RefCell<HashMap<u64, (f64, f64)>> = RefCell::default();
        let worth = |cost: f64| {
            let before = known.borrow().get(&cost.to_bits()).copied();
            before.unwrap_or_else(|| {
                let found = (self.worth)(cost);
                known.borrow_mut().insert(cost.to_bits(), found);
                found
            })
        };
        run(&Lot { worth: &worth, ..*self })
    }

    /// The same lot among the buyers who come, who have paid already.
    fn among<R>(&self, entry: f64, run: impl FnOnce(&Lot) -> R) -> R {
        let buyers = self.buyers.entering(entry);
        run(&Lot {
            law: self.law,
            buyers: &buyers,
            worth: self.worth,
            kinks: self.kinks,
            entry: Entry::Free,
        })
    }

    /// What an entrant expects when the others enter with a probability: her value when she wins, less the price, which
    /// is the lowest rival's value, or the reserve where no rival takes part.
    pub fn entrant(&self, entry: f64, cutoff: f64, price: f64) -> f64 {
        let rivals = self.buyers.rivals().entering(entry);
        let top = self.law.cdf(cutoff);
        let gains = self.law.expect(
            self.law.lower,
            cutoff,
            self.kinks,
            4,
            |x| self.value(x),
            |u| rivals.none_below(u) - u * rivals.lowest(u),
        );
        gains - price * top * rivals.none_below(top)
    }

    /// The probability of entry at a price, by bisection.
    pub fn entry_at(&self, cutoff: f64, price: f64, cost: f64) -> f64 {
        last_true(0.0, 1.0, |entry| self.entrant(entry, cutoff, price) >= cost).unwrap_or(0.0)
    }

    /// Buyers who pay before they know their costs, at a price.
    pub fn priced_unknowing(&self, price: f64, cost: f64, unsold: f64) -> Outcome {
        let cutoff = self.among(1.0, |lot| lot.cutoff(price));
        let entry = self.entry_at(cutoff, price, cost);
        let mut outcome = self.among(entry, |lot| lot.priced(price, unsold));
        outcome.entry = entry;
        outcome.entry_paid = cost * self.buyers.mean() * entry;
        outcome
    }

    fn hold_unknowing(&self, rule: Reserve, cost: f64, unsold: f64) -> Outcome {
        let price = match rule {
            Reserve::None => 0.0,
            Reserve::Price(price) => price,
            Reserve::Optimal => unsold,
        };
        let outcome = self.priced_unknowing(price, cost, unsold);
        if rule != Reserve::Optimal || outcome.entry < 1.0 {
            return outcome;
        }
        // Everybody comes when the ticket is sold at its worth to the holder: she can ask more, as long as they come.
        let (law, worth) = (self.law, |x: f64| self.value(x));
        let comes = |cutoff: f64| self.entrant(1.0, cutoff, worth(cutoff)) >= cost;
        let mut best = if comes(law.upper) {
            let from = last_true(law.lower, law.upper, |x| !comes(x)).unwrap_or(law.lower);
            self.among(1.0, |lot| lot.optimal(unsold, from))
        } else {
            let highest = last_true(unsold, worth(law.upper), |price| {
                self.entrant(1.0, law.upper, price) >= cost
            });
            self.among(1.0, |lot| lot.priced(highest.unwrap_or(unsold), unsold))
        };
        best.entry_paid = cost * self.buyers.mean();
        best
    }

    /// The largest cost whose value is at least (or, for price zero, above) the price.
    fn cutoff(&self, price: f64) -> f64 {
        let joins = |x: f64| {
            let v = self.value(x);
            let alone = match self.entry {
                Entry::Knowing(cost) if cost > 0.0 => cost / self.alone(x),
                _ => 0.0,
            };
            v > 0.0 && v >= price + alone
        };
        last_true(self.law.lower, self.law.upper, joins).unwrap_or(self.law.lower)
    }

    /// Coordinates between which everything is smooth, up to a cutoff.
    fn smooth_breaks(&self, top: f64) -> Vec<f64> {
        let law = self.law;
        let splits = self.buyers.splits().into_iter().map(|u| law.quantile(u));
        let inner = self
            .kinks
            .iter()
            .copied()
            .chain(law.knots())
            .chain(splits)
            .filter(|x| *x > law.lower && *x < top);
        breaks(
            law.coordinate(law.lower),
            law.coordinate(top),
            inner.map(|x| law.coordinate(x)),
        )
    }

    /// E[v(second-lowest cost)] over a smooth stretch of coordinates.
    fn second_values(&self, a: f64, b: f64) -> f64 {
        self.law
            .expect_panel(a, b, |x| self.value(x), |u| self.buyers.second(u))
    }

    pub fn outcome(&self, cutoff: f64, reserve: f64, contested: f64, unsold: f64) -> Outcome {
        let u = self.law.cdf(cutoff);
        let knowing = match self.entry {
            Entry::Knowing(cost) => cost,
            Entry::Free | Entry::Unknowing(_) => 0.0,
        };
        let payment = reserve * self.buyers.one_below(u) + contested;
        let value = payment + unsold * self.buyers.none_below(u);
        Outcome {
            value,
            cutoff,
            reserve,
            payment,
            entry: 1.0,
            entry_paid: knowing * self.buyers.mean() * u,
            sold: self.buyers.some_below(u),
            rivalled: false,
        }
    }

    /// Holds the auction under a reserve rule.
    pub fn hold(&self, rule: Reserve, unsold: f64) -> Outcome {
        if let Entry::Unknowing(cost) = self.entry {
            return self.remembering(|lot| lot.hold_unknowing(rule, cost, unsold));
        }
        let price = match rule {
            Reserve::None => 0.0,
            Reserve::Price(price) => price,
            Reserve::Optimal => return self.optimal(unsold, self.law.lower),
        };
        self.priced(price, unsold)
    }

    /// At a price that is given.
    pub fn priced(&self, price: f64, unsold: f64) -> Outcome {
        let cutoff = self.cutoff(price);
        let mut contested = 0.0;
        for piece in self.smooth_breaks(cutoff).windows(2) {
            let middle = 0.5 * (piece[0] + piece[1]);
            contested += self.second_values(piece[0], middle) + self.second_values(middle, piece[1]);
        }
        self.outcome(cutoff, price, contested, unsold)
    }

    /// The best cutoff: a scan of every smooth piece and golden sections around every local maximum of
    /// the scan find the value. Near its top Π is flat, so its values place the cutoff to 1e-8 only
    /// (with very many buyers not at all): among equal values the cutoffs at which the marginal revenue
    /// changes sign come first, of these the largest.
    fn optimal(&self, unsold: f64, from: f64) -> Outcome {
        let law = self.law;
        let top = self.cutoff(0.0);
        let pieces = self.smooth_breaks(top);
        let mut points = vec![pieces[0]];
        for piece in pieces.windows(2) {
            let step = (piece[1] - piece[0]) / SCAN as f64;
            points.extend((1..SCAN).map(|j| piece[0] + step * j as f64));
            points.push(piece[1]);
        }
        let mut contested = vec![0.0];
        for pair in points.windows(2) {
            contested.push(contested[contested.len() - 1] + self.second_values(pair[0], pair[1]));
        }
        let at = |y: f64| {
            let cell = points.partition_point(|p| *p <= y).clamp(1, points.len()) - 1;
            let cutoff = if y >= law.coordinate(top) { top } else { law.at(y).0 };
            let base = contested[cell] + self.second_values(points[cell], y);
            let cost = self.entry.cost();
            let alone = if cost > 0.0 { cost / self.alone(cutoff) } else { 0.0 };
            self.outcome(cutoff, (self.value(cutoff) - alone).max(0.0), base, unsold)
        };
        if top <= law.lower {
            return self.outcome(law.lower, 0.0, 0.0, unsold);
        }
        let scanned: Vec<Outcome> = points.iter().map(|y| at(*y)).collect();
        let last = points.len() - 1;
        // Each with whether its cutoff is exact.
        let mut best = vec![(scanned[0], false), (scanned[last], false)];
        best.extend(self.peaks(&points, unsold).into_iter().map(|y| (at(y), true)));
        for i in 1..last {
            let peak = scanned[i].value >= scanned[i - 1].value && scanned[i].value >= scanned[i + 1].value;
            if peak {
                best.push((golden(&at, points[i - 1], points[i + 1]), false));
            }
        }
        // A maximum may hide in the first or last cell.
        best.push((golden(&at, points[0], points[1]), false));
        best.push((golden(&at, points[last - 1], points[last]), false));
        best.retain(|(outcome, _)| outcome.cutoff >= from);
        if from > law.lower {
            best.push((at(law.coordinate(from)), true));
        }
        let most = best.iter().map(|(o, _)| o.value).fold(f64::MIN, f64::max);
        let near = |o: &Outcome, part: f64| o.value >= most - part * most.abs();
        let tied = best.iter().filter(|(o, _)| near(o, 1e-12));
        let order = |a: &&(Outcome, bool), b: &&(Outcome, bool)| a.1.cmp(&b.1).then(a.0.cutoff.total_cmp(&b.0.cutoff));
        let mut chosen = tied.max_by(order).expect("one is the best").0;
        let apart = |o: &Outcome| (o.cutoff - chosen.cutoff).abs() > 1e-4 * (law.upper - law.lower);
        chosen.rivalled = best.iter().any(|(o, exact)| *exact && near(o, 1e-9) && apart(o));
        chosen
    }

    /// Where the marginal revenue (v − ω) f − D F turns from positive to not: inside a stretch, at one
    /// of its ends, at the lower end of the support or at the top.
    fn peaks(&self, points: &[f64], unsold: f64) -> Vec<f64> {
        let rising = |y: f64| {
            let (cost, u, _) = self.law.at(y);
            let (v, discount) = (self.worth)(cost);
            let free = (v - unsold) * self.law.pdf(cost) - discount * u;
            match self.entry.cost() {
                0.0 => free > 0.0,
                to_enter => free * self.buyers.rivals().none_below(u) > to_enter * self.law.pdf(cost),
            }
        };
        let mut found = Vec::new();
        // The last place looked at, and whether the revenue rose there; at the lower end it may start.
        let mut before = (points[0], true);
        for pair in points.windows(2) {
            // The marginal revenue jumps at kinks and knots: look just inside.
            let inside = 1e-9 * (pair[1] - pair[0]);
            let (from, to) = (pair[0] + inside, pair[1] - inside);
            let (first, then) = (rising(from), rising(to));
            if before.1 && !first {
                let joint = if before.0 == pair[0] {
                    Some(pair[0])
                } else {
                    last_true(before.0, from, rising)
                };
                found.extend(joint);
            }
            if first && !then {
                found.extend(last_true(from, to, rising));
            }
            before = (to, then);
        }
        if before.1 {
            found.push(points[points.len() - 1]);
        }
        found
    }

    /// The first-price bid of a type: what she would expect to pay in the second-price auction, given
    /// that she wins. `None` if she does not take part.
    pub fn first_price_bid(&self, cost: f64, outcome: &Outcome) -> Option<f64> {
        let law = self.law;
        if cost > outcome.cutoff || outcome.sold <= 0.0 {
            return None;
        }
        let rivals = self.buyers.rivals().entering(outcome.entry);
        let wins = rivals.none_below(law.cdf(cost));
        if wins <= 0.0 {
            return Some(self.value(cost));
        }
        let alone = rivals.none_below(law.cdf(outcome.cutoff));
        let next = law.expect(
            cost,
            outcome.cutoff,
            self.kinks,
            4,
            |x| self.value(x),
            |u| rivals.lowest(u),
        );
        Some((outcome.reserve * alone + next) / wins)
    }
}

/// The cutoff of a local maximum between two coordinates, by its values alone.
fn golden(at: &dyn Fn(f64) -> Outcome, a: f64, b: f64) -> Outcome {
    let ratio = 0.5 * (5.0f64.sqrt() - 1.0);
    let (mut low, mut high) = (a, b);
    let mut inner = (high - ratio * (high - low), low + ratio * (high - low));
    let mut values = (at(inner.0).value, at(inner.1).value);
    for _ in 0..36 {
        if values.0 >= values.1 {
            high = inner.1;
            inner = (high - ratio * (high - low), inner.0);
            values = (at(inner.0).value, values.0);
        } else {
            low = inner.0;
            inner = (inner.1, low + ratio * (high - low));
            values = (values.1, at(inner.1).value);
        }
    }
    at(0.5 * (low + high))
}
