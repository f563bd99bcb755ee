//! The evidence on one auction among buyers whose values are curves.

use std::borrow::Cow;

use super::best_response::BestResponse;
use super::entry::EntryCheck;
use super::evidence::Evidence;
use super::gap::widest;
use super::payments::Payments;
use super::revenue::{Revenue, Seen};
use crate::auction::{Auction, Bidders, TypeBid};
use crate::market::{Market, RiskAversion};

/// What the checks of one auction find, ETH.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvedEvidence {
    /// The most that any type gains by another bid, or by deciding otherwise whether to take part.
    pub bid_deviation_gain: f64,
    /// Stored bids against the first-order condition.
    pub foc_gap: f64,
    /// The holder's value, integrated over the second-lowest cost, or over what the winner pays.
    pub revenue: f64,
    /// The most that a cutoff at a point of the partition would bring.
    pub best_revenue: f64,
}

/// Checks an auction and its stored bids. `everyone` stands on the panels of all buyers; an unsold ticket is worth
/// `unsold`. Where no bids are stored, they are not looked at; with `everywhere` bidders may act as types between the points of the partition too.
#[must_use]
pub fn curved_node(
    market: &Market,
    everyone: &Bidders<'_, '_>,
    auction: &Auction,
    unsold: f64,
    schedule: &[TypeBid],
    everywhere: bool,
) -> CurvedEvidence {
    let participation = market.participation();
    let entrants = everyone.panels().among_entrants(auction.entry_probability);
    let bidders = everyone.on(&entrants);
    let evidence = Evidence::of_bidders(&bidders);
    let apart = matches!(entrants, Cow::Owned(_)).then(|| Evidence::of_bidders(everyone));
    let of_everyone = apart.as_ref().unwrap_or(&evidence);
    let revenue = Revenue {
        entrants: Seen {
            bidders: &bidders,
            evidence: &evidence,
        },
        everyone: Seen {
            bidders: everyone,
            evidence: of_everyone,
        },
        participation,
        unsold,
        payments: (bidders.panels().risk() != RiskAversion::Neutral).then(|| Payments::new(&bidders, &evidence)),
    };
    let entry = EntryCheck {
        bidders: &bidders,
        evidence: &evidence,
        auction,
        participation,
        unsold,
    };
    let mut found = CurvedEvidence {
        bid_deviation_gain: entry.gain(),
        foc_gap: 0.0,
        revenue: match (auction.participation_cutoff, auction.reserve_price) {
            (Some(cutoff), Some(reserve)) => revenue.at(cutoff, reserve),
            _ => unsold,
        },
        best_revenue: revenue.best(auction.entry_probability),
    };
    if schedule.is_empty() {
        return found;
    }
    if let Some(rivals) = BestResponse::new(&bidders, &evidence, market.auction().format(), auction) {
        let check = rivals.check(schedule, everywhere);
        found.bid_deviation_gain = widest(found.bid_deviation_gain, check.gain);
        found.foc_gap = widest(found.foc_gap, check.foc_gap);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::curved_node;
    use crate::auction::curve_tests::{RESERVES, american, counts, laws, market, participations, refined, rule};
    use crate::auction::{BidFunction, Bidders, CostPanels, TypeBid, hold_auction};
    use crate::cost::VirtualCost;
    use crate::market::{BuyerCount, Format, Participation, Reserve, RiskAversion};

    #[test]
    fn equilibria_pass() {
        let (profile, _) = american();
        for law in laws() {
            let virtual_cost = VirtualCost::new(law.as_ref());
            for (index, count) in counts().into_iter().enumerate() {
                for participation in participations() {
                    for reserve in RESERVES {
                        for risk in [RiskAversion::Neutral, RiskAversion::Crra { power: 0.5 }] {
                            let neutral = risk == RiskAversion::Neutral;
                            if !neutral && participation.participant_cost() > 0.0 {
                                continue;
                            }
                            let formats = [Format::FirstPrice, Format::SecondPrice, Format::AllPay];
                            let format = if neutral { formats[index % 3] } else { formats[0] };
                            let rule = rule(format, reserve);
                            let market = market(&law, count, rule, participation, risk);
                            let base = CostPanels::of_market(&market, &virtual_cost);
                            let panels = refined(&base, &profile);
                            let bidders = Bidders::curved(&panels, &profile, participation.winner_cost());
                            let auction = hold_auction(&bidders, &rule, participation, 0.02);
                            let entrants = panels.among_entrants(auction.entry_probability);
                            let some = bidders.on(&entrants);
                            let schedule = BidFunction::new(&some, format, &auction)
                                .map_or_else(Vec::new, |function| function.schedule());
                            let found = curved_node(&market, &bidders, &auction, 0.02, &schedule, index == 1);
                            let said = format!("{law:?} {count:?} {participation:?} {reserve:?} {risk:?} {format:?}");
                            let excess = if reserve == Reserve::Optimal {
                                found.best_revenue - found.revenue
                            } else {
                                0.0
                            };
                            let gaps = [
                                found.bid_deviation_gain,
                                found.foc_gap,
                                (found.revenue - auction.revenue).abs(),
                                excess.max(0.0),
                            ];
                            assert!(gaps.iter().all(|gap| *gap < 1e-11), "{said}: {gaps:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_wrong_is_found() {
        let (profile, _) = american();
        let law = &laws()[1];
        let virtual_cost = VirtualCost::new(law.as_ref());
        let rule = rule(Format::FirstPrice, Reserve::Optimal);
        let market = market(
            law,
            BuyerCount::Fixed(5),
            rule,
            Participation::Free,
            RiskAversion::Neutral,
        );
        let panels = refined(&CostPanels::of_market(&market, &virtual_cost), &profile);
        let bidders = Bidders::curved(&panels, &profile, 0.0);
        let auction = hold_auction(&bidders, &rule, Participation::Free, 0.0);
        let schedule = BidFunction::new(&bidders, Format::FirstPrice, &auction)
            .unwrap()
            .schedule();
        let higher: Vec<TypeBid> = schedule
            .iter()
            .map(|one| TypeBid {
                bid: one.bid + 1e-3,
                ..*one
            })
            .collect();
        let found = curved_node(&market, &bidders, &auction, 0.0, &higher, false);
        assert!((found.foc_gap - 1e-3).abs() < 1e-9 && found.bid_deviation_gain > 1e-4);
        let mut other = auction;
        other.participation_cutoff = Some(law.quantile(0.2));
        other.reserve_price = Some(bidders.value(law.quantile(0.2)));
        let found = curved_node(&market, &bidders, &other, 0.0, &[], false);
        assert!(found.best_revenue > found.revenue + 1e-3);
    }
}
