//! The holder's problem by backward induction, and the auction at every node.

use super::auction::{Lot, Outcome};
use super::count::Buyers;
use super::market::{BruteMarket, Exercise, Reserve, Sale, Tie};
use super::ticket::{Boundaries, Ticket};

/// Two values tie when they differ by less than this part of the larger.
pub const TIE: f64 = 1e-12;

/// Open conventions that decide only whether an auction is said to be held.
pub const HARMLESS: [&str; 3] = [
    "an auction without buyers, or her own use",
    "a last auction without buyers, or none",
    "an auction without buyers, or none",
];

/// What the holder does at a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// Holds an auction.
    Auction,
    /// Exercises the ticket herself, without an auction.
    Use,
    /// Neither.
    Wait,
}

/// The policy and the values at one node.
#[derive(Clone, Debug)]
pub struct Node {
    /// The auction she would hold.
    pub auction: Outcome,
    /// W.
    pub value: f64,
    /// What she does.
    pub decision: Decision,
    /// `until_sold`: whether she uses a ticket left unsold at once rather than carry it on.
    pub uses_unsold: bool,
    /// Whether selling and waiting tie.
    pub tie: bool,
    /// Conventions that the model leaves open and that matter here.
    pub open: Vec<&'static str>,
    /// Whether a decision hangs on a gap between 1e-14 and 1e-9 of the larger value.
    pub delicate: bool,
}

/// −1, 0, 1: which of two values is larger, ties by tolerance.
pub fn compare(a: f64, b: f64) -> i32 {
    if (a - b).abs() <= TIE * a.abs().max(b.abs()) {
        0
    } else if a > b {
        1
    } else {
        -1
    }
}

/// Whether two values are so near that rounding may decide.
fn delicate(a: f64, b: f64) -> bool {
    let gap = (a - b).abs() / a.abs().max(b.abs());
    gap > 1e-14 && gap < 1e-9
}

/// The solved market.
pub struct Solution {
    /// The market.
    pub market: BruteMarket,
    /// Law of the number of buyers.
    pub buyers: Buyers,
    /// The buyers' exercise boundaries.
    pub boundaries: Boundaries,
    /// `nodes[t][s]`.
    pub nodes: Vec<Vec<Node>>,
    /// The holder's own ticket, if she can exercise.
    pub own: Option<Ticket>,
}

impl Solution {
    /// Solves a market backwards.
    pub fn solve(market: BruteMarket) -> Self {
        let buyers = market.count.buyers();
        let boundaries = Boundaries::find(&market);
        let own = market
            .own_cost
            .map(|cost| Ticket::solve(&market, 0, cost, market.discount));
        let mut solution = Self {
            market,
            buyers,
            boundaries,
            nodes: Vec::new(),
            own,
        };
        let mut next: Vec<f64> = vec![0.0; solution.market.states()];
        for t in (0..=solution.market.maturity).rev() {
            let row: Vec<Node> = (0..solution.market.states())
                .map(|s| {
                    let carried = if t < solution.market.maturity {
                        solution.market.discount * solution.market.mean(s, &next)
                    } else {
                        0.0
                    };
                    match solution.market.sale {
                        Sale::Once => solution.once(t, s, carried),
                        Sale::UntilSold => solution.until_sold(t, s, carried),
                    }
                })
                .collect();
            next = row.iter().map(|node| node.value).collect();
            solution.nodes.insert(0, row);
        }
        solution
    }

    /// The auction of the ticket at a node, by the market's reserve rule.
    pub fn auction(&self, t: usize, s: usize, unsold: f64) -> Outcome {
        self.with_lot(t, s, |lot| lot.hold(self.market.reserve, unsold))
    }

    /// Hands the ticket sold at a node to a function.
    pub fn with_lot<R>(&self, t: usize, s: usize, run: impl FnOnce(&Lot) -> R) -> R {
        let market = &self.market;
        let worth = |cost: f64| {
            let ticket = Ticket::solve(market, t, cost, market.buyer_discount);
            (ticket.value(t, s) - market.winner_cost, ticket.slope(t, s))
        };
        run(&Lot {
            law: &market.law,
            buyers: &self.buyers,
            worth: &worth,
            kinks: &self.boundaries.kinks[t][s],
            entry: market.entry,
        })
    }

    /// What she gains by exercising at a node, where she may.
    fn own_use(&self, t: usize, s: usize) -> Option<f64> {
        let market = &self.market;
        let may = match market.exercise {
            Exercise::American => true,
            Exercise::AtMaturity => t == market.maturity,
            Exercise::Lottery(_) => false,
        };
        market.own_cost.filter(|_| may).map(|cost| market.prize(t, s) - cost)
    }

    /// What holding the ticket through the slot is worth, exercise outside a draw apart.
    fn held(&self, t: usize, s: usize, carried: f64) -> f64 {
        match self.market.exercise {
            Exercise::Lottery(q) => {
                let drawn = self
                    .market
                    .own_cost
                    .map_or(0.0, |cost| (self.market.prize(t, s) - cost).max(0.0));
                q * drawn + (1.0 - q) * carried
            }
            _ => carried,
        }
    }

    fn once(&self, t: usize, s: usize, carried: f64) -> Node {
        let last = t == self.market.maturity;
        let unsold = self.own.as_ref().map_or(0.0, |own| own.value(t, s));
        let auction = self.auction(t, s, unsold);
        let (sell, wait) = (auction.value, self.held(t, s, carried));
        let usage = self.own_use(t, s).unwrap_or(f64::MIN);
        let value = sell.max(wait).max(usage);
        let among = |x: f64| compare(x, value) == 0;
        // In the last slot the auction is held unless something else is strictly better.
        let waits = if last {
            among(wait) && !among(sell) && !among(usage)
        } else {
            among(wait) && (self.market.tie == Tie::Late || !(among(sell) || among(usage)))
        };
        let decision = if waits {
            Decision::Wait
        } else if among(sell) {
            Decision::Auction
        } else {
            Decision::Use
        };
        let mut open = Vec::new();
        if among(usage) && among(sell) && decision != Decision::Wait {
            open.push(if auction.sold > 0.0 {
                "selling and own use tie"
            } else {
                HARMLESS[0]
            });
        }
        if among(usage) && among(wait) && !among(sell) && !last {
            open.push("waiting and own use tie");
        }
        let delicate = delicate(sell, wait) || delicate(usage, sell.max(wait)) || auction.rivalled;
        Node {
            auction,
            value,
            decision,
            uses_unsold: false,
            tie: !last && among(sell) && among(wait),
            open,
            delicate,
        }
    }

    fn until_sold(&self, t: usize, s: usize, carried: f64) -> Node {
        let last = t == self.market.maturity;
        let usage = self.own_use(t, s).unwrap_or(f64::MIN);
        let (unsold, uses_unsold) = match self.market.exercise {
            Exercise::Lottery(_) => (self.held(t, s, carried), false),
            _ => {
                let uses = match compare(usage, carried) {
                    1 => true,
                    0 => last || self.market.tie == Tie::Early,
                    _ => false,
                };
                (usage.max(carried), uses)
            }
        };
        let auction = self.auction(t, s, unsold);
        let order = compare(auction.value, unsold);
        let nobody = auction.cutoff <= self.market.law.lower || auction.entry <= 0.0;
        let mut open = Vec::new();
        let sells = if last {
            if order == 0 {
                open.push(if auction.sold > 0.0 {
                    "a last auction no better than none"
                } else {
                    HARMLESS[1]
                });
            }
            order >= 0
        } else {
            let empty = self.market.reserve == Reserve::Optimal && nobody;
            if order == 0 && nobody {
                open.push(HARMLESS[2]);
            }
            order > 0 || order == 0 && self.market.tie == Tie::Early && !empty
        };
        if compare(usage, carried) == 0 && !last {
            open.push("waiting and own use tie");
        }
        let decision = match (sells, uses_unsold) {
            (true, _) => Decision::Auction,
            (false, true) => Decision::Use,
            (false, false) => Decision::Wait,
        };
        let delicate = delicate(auction.value, unsold) || delicate(usage, carried) || auction.rivalled;
        Node {
            auction,
            value: auction.value.max(unsold),
            decision,
            uses_unsold,
            tie: !last && order == 0,
            open,
            delicate,
        }
    }
}
