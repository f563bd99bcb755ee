//! Auctions among buyers whose values are curves: against straight lines, against quadrature, against grids.

use std::sync::Arc;

use errorfunctions::RealErrorFunctions;

use super::{Auction, BidFunction, Bidders, Competition, CostPanels, hold_auction};
use crate::cost::{Beta, CostLaw, Power, Side, Tail, TruncatedNormal, Uniform, VirtualCost};
use crate::exercise::{CurvedProfile, Piece, TicketProfile};
use crate::market::{
    AuctionRule, BuyerCount, Buyers, Exercise, Format, Holder, LearnsCost, Market, Participation, Reserve,
    RiskAversion, Ticket,
};
use crate::numerics::expansion::Expansion;
use crate::numerics::gauss;
use crate::prize::{FinitePrizes, Prize};

/// E(R − θ)⁺ for a lognormal R with mean 0.7, σ = 0.4: what a ticket is worth that is exercised in the next slot.
pub(crate) fn call(cost: f64) -> f64 {
    let (mean, sigma) = (0.7_f64, 0.4);
    let upper = (mean / cost).ln() / sigma + 0.5 * sigma;
    let normal = |x: f64| 0.5 * RealErrorFunctions::erfc(-x / std::f64::consts::SQRT_2);
    mean * normal(upper) - cost * normal(upper - sigma)
}

/// The interpolant of `f` at the Chebyshev points of [lower, upper].
pub(crate) fn interpolant(lower: f64, upper: f64, degree: usize, f: impl Fn(f64) -> f64) -> Expansion {
    let count = degree + 1;
    let angle = |j: usize| std::f64::consts::PI * (j as f64 + 0.5) / count as f64;
    let values: Vec<f64> = (0..count)
        .map(|j| f(lower + 0.5 * (upper - lower) * (1.0 + angle(j).cos())))
        .collect();
    let coefficients = (0..count)
        .map(|k| {
            let sum: f64 = (0..count).map(|j| values[j] * (k as f64 * angle(j)).cos()).sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / count as f64
        })
        .collect();
    Expansion::new(lower, upper, coefficients)
}

/// max{1.05 − θ, call}: exercised at once below the boundary, kept above it, where D jumps down.
pub(crate) fn american() -> (CurvedProfile, f64) {
    let prize = 0.75;
    let excess = |cost: f64| prize - cost - 0.9 * call(cost);
    let boundary = crate::numerics::root::bracketed(0.2, 1.0, excess).unwrap();
    let curve = interpolant(0.15, 1.3, 48, |cost| 0.9 * call(cost));
    let line = Piece::Line {
        right: prize - boundary,
        discount: 1.0,
    };
    let profile = CurvedProfile::new(vec![0.2, boundary, 1.2], vec![line, Piece::Curve(curve)]);
    (profile, boundary)
}

/// The same, in closed form.
fn worth(cost: f64) -> f64 {
    (0.75 - cost).max(0.9 * call(cost))
}

pub(crate) fn laws() -> Vec<Arc<dyn CostLaw>> {
    vec![
        Arc::new(Uniform::new(0.2, 1.2).unwrap()),
        Arc::new(Beta::new(0.2, 1.2, 2.0, 3.0).unwrap()),
        Arc::new(Beta::new(0.2, 1.2, 0.5, 0.7).unwrap()),
        Arc::new(Power::new(0.2, 1.2, 0.5).unwrap()),
        Arc::new(Power::new(0.2, 1.2, 3.3).unwrap()),
        Arc::new(TruncatedNormal::new(0.2, 1.2, 0.6, 0.15).unwrap()),
    ]
}

pub(crate) fn counts() -> [BuyerCount; 6] {
    [
        BuyerCount::Fixed(1),
        BuyerCount::Fixed(2),
        BuyerCount::Fixed(5),
        BuyerCount::Fixed(30),
        BuyerCount::Poisson { mean: 3.0 },
        BuyerCount::Binomial {
            trials: 8,
            probability: 0.4,
        },
    ]
}

pub(crate) fn market(
    law: &Arc<dyn CostLaw>,
    count: BuyerCount,
    rule: AuctionRule,
    participation: Participation,
    risk: RiskAversion,
) -> Market {
    Market::new(
        Ticket::new(1, Exercise::American).unwrap(),
        Prize::Finite(FinitePrizes::constant(1.0).unwrap()),
        Buyers::new(count, Arc::clone(law))
            .unwrap()
            .with_risk_aversion(risk)
            .unwrap(),
        participation,
        rule,
        Holder::new(0.99).unwrap(),
    )
    .unwrap()
}

pub(crate) fn rule(format: Format, reserve: Reserve) -> AuctionRule {
    AuctionRule::new(format, reserve).unwrap()
}

pub(crate) fn participations() -> [Participation; 4] {
    let pays = |learns_cost| Participation::ParticipantPays {
        cost: 0.01,
        learns_cost,
    };
    [
        Participation::Free,
        Participation::WinnerPays { cost: 0.05 },
        pays(LearnsCost::Before),
        pays(LearnsCost::After),
    ]
}

pub(crate) const RESERVES: [Reserve; 3] = [Reserve::None, Reserve::Price(0.12), Reserve::Optimal];

fn close(a: Option<f64>, b: Option<f64>, tolerance: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= tolerance,
        (None, None) => true,
        _ => false,
    }
}

fn assert_same(a: &Auction, b: &Auction, said: &str) {
    for (name, x, y) in [
        ("revenue", a.revenue, b.revenue),
        ("gain", a.buyers_gain, b.buyers_gain),
        ("winner", a.winner_cost, b.winner_cost),
        ("sale", a.sale_probability, b.sale_probability),
    ] {
        assert!((x - y).abs() < 2e-13, "{said}: {name} {x} {y} {:e}", x - y);
    }
    assert!(close(a.participation_cutoff, b.participation_cutoff, 1e-11), "{said}");
    assert!(close(a.reserve_price, b.reserve_price, 1e-11), "{said}");
    assert!(close(a.entry_probability, b.entry_probability, 1e-11), "{said}");
}

/// A piecewise linear profile, as it is, as lines, and as curves that happen to be straight.
#[test]
fn straight_curves_are_lines() {
    let knots = [0.2, 0.45, 0.8, 1.2];
    let discounts = [1.0, 0.8, 0.3];
    let mut values = [0.0; 4];
    values[3] = 0.02;
    for k in (0..3).rev() {
        values[k] = values[k + 1] + discounts[k] * (knots[k + 1] - knots[k]);
    }
    let straight = TicketProfile::new(&knots, &values, &discounts);
    let line = |k: usize| Piece::Line {
        right: values[k + 1],
        discount: discounts[k],
    };
    let curve = |k: usize| {
        let value = |cost: f64| values[k + 1] + discounts[k] * (knots[k + 1] - cost);
        Piece::Curve(interpolant(0.1, 1.3, 12, value))
    };
    let lines = CurvedProfile::new(knots.to_vec(), (0..3).map(line).collect());
    let curves = CurvedProfile::new(knots.to_vec(), vec![curve(0), line(1), curve(2)]);
    for law in laws() {
        let virtual_cost = VirtualCost::new(law.as_ref());
        for count in counts() {
            for participation in participations() {
                for (reserve, risk) in RESERVES.into_iter().flat_map(|reserve| {
                    [
                        (reserve, RiskAversion::Neutral),
                        (reserve, RiskAversion::Crra { power: 0.6 }),
                    ]
                }) {
                    if risk != RiskAversion::Neutral && participation.participant_cost() > 0.0 {
                        continue;
                    }
                    let rule = rule(Format::FirstPrice, reserve);
                    let market = market(&law, count, rule, participation, risk);
                    let base = CostPanels::of_market(&market, &virtual_cost);
                    let panels = base.refined(&knots, &base);
                    let said = format!("{law:?} {count:?} {participation:?} {reserve:?} {risk:?}");
                    let cost = participation.winner_cost();
                    let hold = |bidders: &Bidders<'_, '_>| hold_auction(bidders, &rule, participation, 0.03);
                    let expected = hold(&Bidders::new(&panels, &straight, cost));
                    let as_lines = Bidders::curved(&panels, &lines, cost);
                    assert_eq!(hold(&as_lines), expected, "{said}");
                    let as_curves = Bidders::curved(&panels, &curves, cost);
                    assert_same(&hold(&as_curves), &expected, &said);
                    let few = CostPanels::coarse(&market, &virtual_cost);
                    let few = few.refined(&knots, &few);
                    assert_same(&hold(&Bidders::curved(&few, &curves, cost)), &expected, &said);
                }
            }
        }
    }
}

/// Costs up to `cutoff` with their tails and the weights of dF: graded Gauss panels in F, no cost panels.
fn types(law: &dyn CostLaw, boundary: f64, cutoff: f64) -> Vec<(f64, Tail, f64)> {
    let middle = law.quantile(0.5);
    let mut cuts = vec![middle, boundary, cutoff];
    for k in 1..60 {
        let share = 0.5_f64.powi(k);
        cuts.push(law.quantile(0.5 * share));
        cuts.push(law.upper_quantile(0.5 * share));
    }
    for k in 1..60 {
        cuts.push(law.lower() + (law.upper() - law.lower()) * f64::from(k) / 60.0);
        cuts.push(boundary + 0.1 * (f64::from(k) / 30.0 - 1.0));
    }
    cuts.retain(|cost| *cost > law.lower() && *cost <= cutoff);
    cuts.push(law.lower());
    cuts.sort_by(f64::total_cmp);
    let mut types = Vec::new();
    for pair in cuts.windows(2) {
        let by_cdf = pair[1] <= middle;
        let (from, to) = if by_cdf {
            (law.cdf(pair[0]), law.cdf(pair[1]))
        } else {
            (law.survival(pair[1]), law.survival(pair[0]))
        };
        if to <= from {
            continue;
        }
        for &(node, weight) in gauss::panel_rule() {
            let u = from + (to - from) * node;
            let (tail, cost) = if by_cdf {
                (Tail::of(u, 1.0 - u), law.quantile(u))
            } else {
                (Tail::of(1.0 - u, u), law.upper_quantile(u))
            };
            types.push((cost, tail, weight * (to - from)));
        }
    }
    types
}

/// ∫ v dH over them, H given by its density in F.
fn average(
    law: &dyn CostLaw,
    boundary: f64,
    cutoff: f64,
    value: impl Fn(f64) -> f64,
    density: impl Fn(&Tail) -> f64,
) -> f64 {
    types(law, boundary, cutoff)
        .iter()
        .map(|(cost, tail, weight)| weight * value(*cost) * density(tail))
        .sum()
}

pub(crate) fn refined<'m>(base: &CostPanels<'m>, profile: &CurvedProfile) -> CostPanels<'m> {
    base.refined(&base.cuts_for(profile), base)
}

#[test]
fn revenue_is_the_mean_value_of_the_second_lowest_cost() {
    let (profile, boundary) = american();
    for law in laws() {
        let virtual_cost = VirtualCost::new(law.as_ref());
        for count in counts() {
            for price in [0.0, 0.05, 0.3] {
                let rule = rule(Format::SecondPrice, Reserve::Price(price));
                let market = market(&law, count, rule, Participation::Free, RiskAversion::Neutral);
                let competition = Competition::from(count);
                for base in [
                    CostPanels::of_market(&market, &virtual_cost),
                    CostPanels::coarse(&market, &virtual_cost),
                ] {
                    let panels = refined(&base, &profile);
                    let bidders = Bidders::curved(&panels, &profile, 0.0);
                    let auction = hold_auction(&bidders, &rule, Participation::Free, 0.01);
                    let cutoff = auction.participation_cutoff.unwrap();
                    let said = format!("{law:?} {count:?} {price} {cutoff}");
                    if cutoff < law.upper() {
                        assert!((worth(cutoff) - price).abs() < 1e-14, "{said}");
                    }
                    let tail = Tail::at(law.as_ref(), cutoff);
                    let alone = competition.expected() * tail.cdf * competition.log_rivals_above(&tail).exp();
                    let sold = competition.lowest_cdf(&tail);
                    let paid = average(law.as_ref(), boundary, cutoff, worth, |tail| {
                        competition.second_lowest_density(tail)
                    });
                    let expected = paid + alone * price + 0.01 * (1.0 - sold);
                    let gap = (auction.revenue - expected).abs() / expected.max(1e-6);
                    assert!(gap < 1e-12, "{said}: {gap:e}");
                    let used = average(law.as_ref(), boundary, cutoff, worth, |tail| {
                        competition.expected() * competition.log_rivals_above(tail).exp()
                    });
                    let gain = used - paid - alone * price;
                    assert!((auction.buyers_gain - gain).abs() < 1e-12, "{said}");
                }
            }
        }
    }
}

/// A curve that bends within a small part of the support, given by many coefficients: the partition is cut for it.
#[test]
fn a_sharp_curve_is_resolved() {
    // A soft hinge, ln(1 + e^{(0.7 − θ)/s}) s.
    let scale = 0.01;
    let hinge = |cost: f64| scale * ((0.7 - cost) / scale).exp().ln_1p();
    let profile = CurvedProfile::new(vec![0.2, 1.2], vec![Piece::Curve(interpolant(0.2, 1.2, 700, hinge))]);
    for law in laws() {
        let virtual_cost = VirtualCost::new(law.as_ref());
        for count in counts() {
            let rule = rule(Format::FirstPrice, Reserve::Price(0.004));
            let market = market(&law, count, rule, Participation::Free, RiskAversion::Neutral);
            for base in [
                CostPanels::coarse(&market, &virtual_cost),
                CostPanels::of_market(&market, &virtual_cost),
            ] {
                let cuts = base.cuts_for(&profile);
                assert!(!cuts.is_empty() && cuts.len() < 200, "{}", cuts.len());
                let panels = base.refined(&cuts, &base);
                let bidders = Bidders::curved(&panels, &profile, 0.0);
                let auction = hold_auction(&bidders, &rule, Participation::Free, 0.0);
                let competition = Competition::from(count);
                let cutoff = auction.participation_cutoff.unwrap();
                let tail = Tail::at(law.as_ref(), cutoff);
                let alone = competition.expected() * tail.cdf * competition.log_rivals_above(&tail).exp();
                let expected = alone * 0.004
                    + average(law.as_ref(), 0.7, cutoff, hinge, |tail| {
                        competition.second_lowest_density(tail)
                    });
                let gap = (auction.revenue / expected - 1.0).abs();
                assert!(gap < 2e-12, "{law:?} {count:?}: {gap:e}");
                let function = BidFunction::new(&bidders, Format::FirstPrice, &auction).unwrap();
                for (cost, bid) in [0.2, 0.5, 0.69, 0.7, 0.71]
                    .iter()
                    .zip(function.at(&[0.2, 0.5, 0.69, 0.7, 0.71]))
                {
                    let Some(bid) = bid else { continue };
                    assert!(
                        (bid.bid - bid.bid_foc).abs() < 1e-11,
                        "{law:?} {count:?} {cost}: {bid:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn no_cutoff_on_a_grid_beats_the_optimal_reserve() {
    let (profile, _) = american();
    for law in laws() {
        let virtual_cost = VirtualCost::new(law.as_ref());
        for count in counts() {
            for (unsold, fee) in [(0.0, 0.0), (0.2, 0.0), (0.05, 0.01)] {
                let participation = Participation::ParticipantPays {
                    cost: fee,
                    learns_cost: LearnsCost::Before,
                };
                let rule = rule(Format::SecondPrice, Reserve::Optimal);
                let market = market(&law, count, rule, participation, RiskAversion::Neutral);
                let base = CostPanels::coarse(&market, &virtual_cost);
                let panels = refined(&base, &profile);
                let bidders = Bidders::curved(&panels, &profile, 0.0);
                let auction = hold_auction(&bidders, &rule, participation, unsold);
                let said = format!("{law:?} {count:?} {unsold} {fee}");
                // Π(θ̂) = ∫ v dF₂ + n̄ F (v Q − K) + ω G on a grid.
                let competition = Competition::from(count);
                let expected = competition.expected();
                let (mut best, mut paid, mut cost) = (unsold, 0.0, law.lower());
                let mut second = 0.0;
                let steps = 4000;
                for j in 1..=steps {
                    let next = law.lower() + (law.upper() - law.lower()) * f64::from(j) / f64::from(steps);
                    let tail = Tail::at(law.as_ref(), next);
                    let above = competition.second_lowest_cdf(&tail);
                    // The mean value over a cell lies between those at its ends: the lower one makes no cutoff better.
                    paid += worth(next) * (above - second);
                    second = above;
                    let rivals = competition.log_rivals_above(&tail).exp();
                    if worth(next) * rivals >= fee {
                        let alone = expected * tail.cdf * (worth(next) * rivals - fee);
                        best = f64::max(best, paid + alone + unsold * (1.0 - competition.lowest_cdf(&tail)));
                    }
                    cost = next;
                }
                assert!(cost <= law.upper() + 1e-12);
                assert!(auction.revenue >= best - 1e-13, "{said}: {} {best}", auction.revenue);
                assert!(auction.revenue <= best + 1e-3, "{said}: {} {best}", auction.revenue);
                // By parts, any cutoff, through the same door: none is better.
                for j in 1..400 {
                    let cutoff = law.quantile(f64::from(j) / 400.0);
                    let reserve = bidders.value(cutoff) - fee / panels.point(cutoff).rivals;
                    let other = super::auction_with(&bidders, cutoff, reserve, participation, unsold);
                    assert!(other.revenue <= auction.revenue + 1e-13, "{said} {cutoff}");
                }
                if let Some(cutoff) = auction.participation_cutoff.filter(|cutoff| *cutoff < law.upper()) {
                    let rivals = panels.point(cutoff).rivals;
                    let slope = |side: Side| {
                        let rent = profile.discount(cutoff, side) * law.markup(cutoff, side);
                        worth(cutoff) - unsold - rent - fee / rivals
                    };
                    assert!(
                        slope(Side::Left) >= -1e-9 && slope(Side::Right) <= 1e-9,
                        "{said} {cutoff}"
                    );
                }
            }
        }
    }
}

#[test]
fn both_routes_to_bids_agree() {
    let (profile, boundary) = american();
    for law in laws() {
        let virtual_cost = VirtualCost::new(law.as_ref());
        for count in counts() {
            for participation in participations() {
                for reserve in RESERVES {
                    for risk in [RiskAversion::Neutral, RiskAversion::Crra { power: 0.5 }] {
                        if risk != RiskAversion::Neutral && participation.participant_cost() > 0.0 {
                            continue;
                        }
                        let rule = rule(Format::FirstPrice, reserve);
                        let market = market(&law, count, rule, participation, risk);
                        let base = CostPanels::of_market(&market, &virtual_cost);
                        let panels = refined(&base, &profile);
                        let bidders = Bidders::curved(&panels, &profile, participation.winner_cost());
                        let auction = hold_auction(&bidders, &rule, participation, 0.02);
                        let said = format!("{law:?} {count:?} {participation:?} {reserve:?} {risk:?}");
                        let entrants = panels.among_entrants(auction.entry_probability);
                        let bidders = bidders.on(&entrants);
                        let Some(function) = BidFunction::new(&bidders, Format::FirstPrice, &auction) else {
                            continue;
                        };
                        let mut costs: Vec<f64> = (0..=40).map(|j| law.quantile(f64::from(j) / 40.0)).collect();
                        costs.push(boundary);
                        for (cost, bid) in costs.iter().zip(function.at(&costs)) {
                            let Some(bid) = bid else { continue };
                            let gap = (bid.bid - bid.bid_foc).abs();
                            assert!(gap < 1e-11, "{said} {cost}: {gap:e}");
                        }
                        let schedule = function.schedule();
                        assert!(
                            schedule.windows(2).all(|two| two[1].bid <= two[0].bid + 1e-13),
                            "{said}"
                        );
                        assert!(!function.curve().is_empty());
                        check_revenue(law.as_ref(), boundary, &bidders, &auction, &function, &said);
                    }
                }
            }
        }
    }
}

/// What winners pay, averaged over the lowest cost, is the revenue.
fn check_revenue(
    law: &dyn CostLaw,
    boundary: f64,
    bidders: &Bidders<'_, '_>,
    auction: &Auction,
    function: &BidFunction<'_, '_, '_>,
    said: &str,
) {
    let competition = *bidders.panels().competition();
    let cutoff = auction.participation_cutoff.unwrap();
    let types = types(law, boundary, cutoff);
    let costs: Vec<f64> = types.iter().map(|(cost, ..)| cost.min(cutoff)).collect();
    let paid: f64 = function
        .by_integral(&costs)
        .into_iter()
        .zip(&types)
        .map(|(bid, (_, tail, weight))| weight * bid.unwrap() * competition.log_rivals_above(tail).exp())
        .sum();
    let paid = competition.expected() * paid;
    let gap = (auction.revenue - paid - 0.02 * (1.0 - auction.sale_probability)).abs();
    assert!(gap < 2e-12, "{said}: {gap:e}");
}

#[test]
fn cara_bidders_do_not_panic() {
    let (profile, _) = american();
    let law = &laws()[1];
    let virtual_cost = VirtualCost::new(law.as_ref());
    for reserve in RESERVES {
        let rule = rule(Format::FirstPrice, reserve);
        let risk = RiskAversion::Cara { aversion: 2.0 };
        let market = market(law, BuyerCount::Fixed(3), rule, Participation::Free, risk);
        let panels = refined(&CostPanels::of_market(&market, &virtual_cost), &profile);
        let bidders = Bidders::curved(&panels, &profile, 0.0);
        let auction = hold_auction(&bidders, &rule, Participation::Free, 0.0);
        assert!(auction.revenue.is_finite());
        let function = BidFunction::new(&bidders, Format::FirstPrice, &auction).unwrap();
        assert!(function.schedule().iter().all(|one| one.bid.is_finite()));
    }
}
