//! What happens on the way when the holder auctions to the same buyers again and again.

use super::Path;
use super::cost_intervals::CostIntervals;
use super::rounds::{Round, Rounds};
use super::winners::{Sales, Winners};
use crate::auction::CostPanels;
use crate::exercise::ExerciseBoundary;
use crate::market::Market;
use crate::numerics::gauss;
use crate::prize::FinitePrizes;
use crate::settings::{Settings, Stage};
use crate::timing::fixed_pool::FixedPool;

impl Path {
    /// Follows the market from R_0 to maturity along its rounds.
    #[must_use]
    pub(crate) fn of_rounds(
        market: &Market,
        prizes: &FinitePrizes,
        panels: &CostPanels<'_>,
        boundary: &ExerciseBoundary,
        pool: &FixedPool,
        rounds: &Rounds,
        settings: &Settings<'_>,
    ) -> Self {
        let maturity = market.ticket().maturity();
        let size = prizes.size();
        let exercise = market.ticket().exercise();
        let mut path = Self::empty(size, maturity);
        let intervals = CostIntervals::new(boundary, maturity, panels);
        let mut winners = Winners::new(prizes, exercise, intervals, Sales::GoOn);
        let (mut factor, mut holder_factor) = (1.0, 1.0);
        for slot in 0..=maturity {
            for round in rounds.slot(slot) {
                let prize = prizes.states(slot)[round.state];
                path.reach[slot * size + round.state] += round.reach;
                // In the last slot an auction is held even if nobody can come.
                if round.reserve.is_some() || slot == maturity {
                    path.auction_probability[slot] += round.reach;
                }
                if round.reserve.is_none() || round.cutoff <= round.lowest {
                    continue;
                }
                let sale = SaleToRemaining::of(market, panels, pool, round);
                path.holder_revenue += holder_factor * sale.payment;
                path.sold += sale.sold;
                path.sold_by_slot[slot] += sale.sold;
                path.prize_at_sale += sale.sold * prize;
                path.cost_at_sale += sale.cost;
                path.buyers_surplus += factor * sale.buyers_gain;
                path.participation_cost_burned += factor * sale.spent;
                winners.add_between(round.state, round.weight, sale.from, sale.upto);
                let at_once = panels.lowest_cdf(None, boundary.slot(slot)[round.state].min(round.cutoff));
                path.immediate += exercise.open_probability() * round.weight * (at_once - sale.from).max(0.0);
            }
            let exercised = winners.exercise(boundary.slot(slot));
            path.exercise_probability[slot] += exercised.mass;
            path.sold_and_exercised += exercised.mass;
            path.delay += exercised.delay;
            if slot < maturity {
                winners.advance(slot);
                factor *= market.buyers_discount_factor();
                holder_factor *= market.holder().discount_factor();
            }
            settings.report(Stage::Path, slot + 1, maturity + 1);
        }
        path
    }
}

/// One auction among the buyers who remain, seen from slot 0: all figures carry the probability of getting there.
struct SaleToRemaining {
    /// P at c and at y.
    from: f64,
    upto: f64,
    /// Probability of a sale.
    sold: f64,
    /// E[winner's cost; sold], ETH.
    cost: f64,
    /// What buyers gain and what they pay, undiscounted, ETH.
    buyers_gain: f64,
    payment: f64,
    /// What taking part costs the buyers, ETH.
    spent: f64,
}

impl SaleToRemaining {
    /// With Ĝ(c) = G(S(c)) in the weight nothing is divided by it: sold = P(y) − P(c), and buyers gain
    /// n̄ (F(y) − F(c)) Q(y) (v(y) − ρ) + ∫_c^y D n̄ (F − F(c)) Q dx.
    fn of(market: &Market, panels: &CostPanels<'_>, pool: &FixedPool, round: &Round) -> Self {
        let (c, y) = (round.lowest, round.cutoff);
        let (start, end) = (panels.point(c), panels.point(y));
        let expected = panels.competition().expected();
        let profiles = pool.profiles(round.slot);
        let knots = pool.axis().cuts().iter().chain(&profiles.knots);
        let mut cuts: Vec<f64> = knots.copied().filter(|x| *x > c && *x < y).collect();
        cuts.push(y);
        cuts.sort_by(f64::total_cmp);
        let (mut lowest, mut values, mut rents, mut left) = (0.0, 0.0, 0.0, c);
        for right in cuts {
            if right > left {
                let discount = profiles.discount(round.state, 0.5 * (left + right));
                let [won, rent] = gauss::panel(left, right, |x| {
                    let point = panels.point(x);
                    [
                        point.lowest,
                        expected * (start.survival - point.survival) * point.rivals,
                    ]
                });
                lowest += won;
                values += discount * won;
                rents += discount * rent;
                left = right;
            }
        }
        let alone = expected * (start.survival - end.survival) * end.rivals;
        let [first, value] =
            [c, y].map(|cost| profiles.value(round.state, cost) - market.participation().winner_cost());
        let marginal = alone * (value - round.reserve.unwrap_or(value));
        let taking_part = expected * (start.survival - end.survival) * start.rivals;
        let fees = market.participation().participant_cost() * taking_part;
        // ∫ v dP over [c, y].
        let surplus = value * end.lowest - first * start.lowest + values;
        Self {
            from: start.lowest,
            upto: end.lowest,
            sold: round.weight * (end.lowest - start.lowest),
            cost: round.weight * (y * end.lowest - c * start.lowest - lowest),
            buyers_gain: round.weight * (marginal + rents - fees),
            payment: round.weight * (surplus - marginal - rents),
            spent: round.weight * (fees + market.participation().winner_cost() * (end.lowest - start.lowest)),
        }
    }
}
