//! The summary of a solved market: one screen.

use etm_solver::market::{Exercise, Format, LearnsCost, Market, Participation, Pool, Reserve, RiskAversion, Sale};
use etm_solver::prize::{ContinuousPrize, Prize, PrizeLaw};
use etm_solver::timing::{Decision, Node, SlotRegion};
use etm_solver::verify::{Certificate, tolerance};
use etm_solver::{Equilibrium, RevenueByFormat, Summary};

use super::table::{aligned, eth, percent, significant};

/// The most lines spent on the sale region.
const REGION_LINES: usize = 7;

/// What a person reads: when to sell, for how much, against what, how sure.
#[must_use]
pub fn summary(name: &str, market: &Market, equilibrium: &Equilibrium, figures: &Summary) -> String {
    let mut text = format!("{name}: {}\n", description(market));
    text.push_str("\nWhen to sell\n");
    text.push_str(&timing(market, figures));
    text.push_str("\nFor how much, ETH\n");
    text.push_str(&values(market, figures));
    if let Some(rounds) = figures.rounds.as_deref().filter(|rounds| !rounds.is_empty()) {
        text.push_str("\nWhile no auction succeeds, along the most likely prizes, ETH\n");
        text.push_str(&super::rounds::rounds(rounds));
    }
    text.push_str("\nWhat happens\n");
    text.push_str(&path(figures));
    if let Some(line) = who_takes_part(market, equilibrium) {
        text.push_str(&line);
    }
    text.push_str("\nHow sure\n");
    text.push_str(&evidence(&figures.certificate, tolerance(market)));
    let warnings = super::warnings(market, equilibrium, figures);
    if !warnings.is_empty() {
        text.push_str("\nMind\n");
        for warning in warnings {
            text.push_str(&format!("  {warning}\n"));
        }
    }
    text
}

fn process_words(process: &ContinuousPrize) -> String {
    match process {
        ContinuousPrize::Iid { law, .. } => {
            let law = match law {
                PrizeLaw::Lognormal { .. } => "lognormal",
                PrizeLaw::Exponential { .. } => "exponential",
                PrizeLaw::Dagum { .. } => "Dagum",
                PrizeLaw::Empirical(_) => "empirical",
            };
            format!("independent prizes ({law} law)")
        }
        ContinuousPrize::GeometricBrownian { drift, volatility, .. } => {
            format!("geometric Brownian prizes (drift {drift}, volatility {volatility})")
        }
        ContinuousPrize::LogAr1 {
            persistence,
            volatility,
            ..
        } => format!("log-AR(1) prizes (persistence {persistence}, volatility {volatility})"),
    }
}

fn description(market: &Market) -> String {
    let ticket = match market.ticket().exercise() {
        Exercise::American => "an american ticket".to_owned(),
        Exercise::AtMaturity => "a ticket exercised at maturity".to_owned(),
        Exercise::Lottery { draw_probability } => format!("a lottery ticket (draw probability {draw_probability})"),
    };
    let prizes = match market.prize() {
        Prize::Finite(prizes) if prizes.size() > 1 => format!("{} prizes", prizes.size()),
        Prize::Finite(_) => "a known prize".to_owned(),
        Prize::Continuous(process) => process_words(process),
    };
    let format = match market.auction().format() {
        Format::FirstPrice => "first-price",
        Format::SecondPrice => "second-price",
        Format::AllPay => "all-pay",
    };
    let reserve = match market.auction().reserve() {
        Reserve::None => "no reserve".to_owned(),
        Reserve::Optimal => "optimal reserve".to_owned(),
        Reserve::Price(price) => format!("reserve {} ETH", eth(price)),
    };
    let risk = match market.buyers().risk_aversion() {
        RiskAversion::Neutral => String::new(),
        RiskAversion::Crra { power } => format!(" among risk-averse buyers (CRRA, power {power})"),
        RiskAversion::Cara { aversion } => format!(" among risk-averse buyers (CARA, aversion {aversion} per ETH)"),
    };
    let sale = match market.holder().sale() {
        Sale::Once => "sold once",
        Sale::UntilSold(Pool::Fresh) => "auctioned until sold, to new buyers each slot",
        Sale::UntilSold(Pool::Fixed) => "auctioned until sold, to the same buyers",
    };
    format!(
        "{ticket}, slots 0 to {}, {prizes}, {format} auction with {reserve}{}{risk}, {sale}",
        market.ticket().maturity(),
        cost_of_taking_part(market.participation())
    )
}

/// Who pays how much; nothing where nobody pays.
fn cost_of_taking_part(participation: Participation) -> String {
    let payer = match participation {
        _ if participation.cost() == 0.0 => return String::new(),
        Participation::Free | Participation::WinnerPays { .. } => "from the winner",
        Participation::ParticipantPays {
            learns_cost: LearnsCost::Before,
            ..
        } => "from all who come, knowing their costs",
        Participation::ParticipantPays {
            learns_cost: LearnsCost::After,
            ..
        } => "from all who come, before they know their costs",
    };
    format!(" and {} ETH {payer}", eth(participation.cost()))
}

fn timing(market: &Market, figures: &Summary) -> String {
    let mut text = String::new();
    match figures.expected_sale_slot {
        Some(slot) => text.push_str(&format!(
            "  sold with probability {}, in slot {} on average\n",
            percent(figures.sold_probability),
            significant(slot, 4)
        )),
        None => text.push_str("  never sold\n"),
    }
    let runs = region_runs(&figures.sale_region);
    // Boundaries that are curves change from slot to slot: some on the way, and the last.
    let along = matches!(market.prize(), Prize::Continuous(_)) && runs.len() > REGION_LINES;
    let last = runs.len().saturating_sub(1);
    let shown: Vec<usize> = (0..REGION_LINES.min(runs.len()))
        .map(|line| if along { line * last / (REGION_LINES - 1) } else { line })
        .collect();
    for &index in &shown {
        let run = &runs[index];
        text.push_str(&format!("  {:<15} {}\n", slots(run.0, run.1), prizes(market, run.2)));
    }
    if runs.len() > shown.len() {
        let more = runs.len() - shown.len();
        let rest = if along {
            format!("{more} slots between them")
        } else {
            format!("{more} more changes")
        };
        text.push_str(&format!("  … and {rest}: sale_region in the result\n"));
    }
    text
}

/// Slots with the same region, in runs: first slot, last slot, region.
fn region_runs(regions: &[SlotRegion]) -> Vec<(usize, usize, &SlotRegion)> {
    let mut runs: Vec<(usize, usize, &SlotRegion)> = Vec::new();
    for region in regions {
        match runs.last_mut() {
            Some(last) if last.2.intervals == region.intervals => last.1 = region.slot,
            _ => runs.push((region.slot, region.slot, region)),
        }
    }
    runs
}

fn slots(first: usize, last: usize) -> String {
    if first == last {
        format!("slot {first}")
    } else {
        format!("slots {first} to {last}")
    }
}

fn prizes(market: &Market, region: &SlotRegion) -> String {
    if region.intervals.is_empty() {
        return "wait".to_owned();
    }
    let states = match market.prize() {
        Prize::Finite(finite) => finite.states(region.slot),
        Prize::Continuous(_) => &[],
    };
    let (lowest, highest) = (states.first().copied(), states.last().copied());
    let parts: Vec<String> = region
        .intervals
        .iter()
        .map(|&[from, to]| match (from, to) {
            (Some(from), Some(to)) if Some(from) == lowest && Some(to) == highest => "whatever the prize".to_owned(),
            (Some(from), Some(to)) if Some(to) == highest => format!("at prizes from {}", eth(from)),
            (Some(from), Some(to)) if from == to => format!("at prize {}", eth(from)),
            (Some(from), Some(to)) => format!("at prizes {} to {}", eth(from), eth(to)),
            (Some(from), None) => format!("at prizes from {}", eth(from)),
            (None, Some(to)) => format!("at prizes up to {}", eth(to)),
            (None, None) => "whatever the prize".to_owned(),
        })
        .collect();
    format!("sell {}", parts.join(", "))
}

fn values(market: &Market, figures: &Summary) -> String {
    let best = figures.seller_value;
    let against = |value: f64| {
        if (value - best).abs() <= 1e-12 * best.abs().max(value.abs()) {
            "the same".to_owned()
        } else if best > 0.0 {
            relative(value / best - 1.0)
        } else {
            String::new()
        }
    };
    let mut rows = vec![("optimal timing".to_owned(), eth(best), String::new())];
    let mut add = |label: &str, value: Option<f64>, why_not: &str| {
        rows.push(match value {
            Some(value) => (label.to_owned(), eth(value), against(value)),
            None => (label.to_owned(), "–".to_owned(), why_not.to_owned()),
        });
    };
    add("selling now", Some(figures.sale_value_now), "");
    if let Some(once) = figures.once_value {
        add("one auction, committed to", Some(once), "");
    }
    add("spot auction at maturity", Some(figures.spot_at_maturity_value), "");
    add(
        "spot auction at the best time",
        figures.spot_best_time_value,
        "a lottery ticket's slot is not chosen",
    );
    let patience = "needs equal discount factors";
    let undefined = "needs equal discount factors, no cost of taking part and risk-neutral buyers";
    add("optimal mechanism", figures.optimal_mechanism_value, undefined);
    let inefficient = match market.discounts_alike() {
        true => "not known where participants pay",
        false => patience,
    };
    add("efficient use", figures.efficient_value, inefficient);
    // What others gain or spend is no rival of the holder's value.
    let mut tell = |label: &str, value: Option<f64>| {
        rows.push(match value {
            Some(value) => (label.to_owned(), eth(value), String::new()),
            None => (label.to_owned(), "–".to_owned(), patience.to_owned()),
        });
    };
    tell("buyers' surplus", Some(figures.buyers_surplus));
    if market.participation().cost() > 0.0 {
        tell("spent on taking part", Some(figures.participation_cost_burned));
    }
    tell("welfare (holder and buyers)", figures.welfare);
    let mut text = aligned(&rows);
    if let Some(formats) = figures.revenue_by_format {
        text.push_str(&ranking(formats));
    }
    text
}

/// Which format earns more.
fn ranking(formats: RevenueByFormat) -> String {
    let RevenueByFormat {
        first_price,
        second_price,
    } = formats;
    let verdict = if (first_price - second_price).abs() <= 1e-12 * first_price.abs().max(second_price.abs()) {
        "the same"
    } else if first_price > second_price {
        "the first-price auction earns more"
    } else {
        "the second-price auction earns more"
    };
    format!(
        "  first price earns {}, second price {}: {verdict}\n",
        eth(first_price),
        eth(second_price)
    )
}

/// A relative difference as a signed percentage.
fn relative(difference: f64) -> String {
    let sign = if difference < 0.0 { "−" } else { "+" };
    format!("{sign}{} %", significant(100.0 * difference.abs(), 3))
}

fn path(figures: &Summary) -> String {
    let mut text = String::new();
    let exercised: f64 = figures.exercise_probability.iter().sum();
    text.push_str(&format!("  exercised with probability {}", percent(exercised)));
    if let Some(immediate) = figures.immediate_exercise_probability {
        text.push_str(&format!(
            "; by the winner at once, given a sale: {}",
            percent(immediate)
        ));
    }
    if let Some(delay) = figures.expected_delay {
        text.push_str(&format!("; mean delay {} slots", significant(delay, 4)));
    }
    text.push('\n');
    if let (Some(prize), Some(cost)) = (figures.expected_prize_at_sale, figures.expected_winner_cost) {
        text.push_str(&format!(
            "  given a sale, the prize is {} and the winner's cost {} ETH on average\n",
            eth(prize),
            eth(cost)
        ));
    }
    text
}

/// The participation cutoff, and the probability of entry where it is random, in the earliest slot of a sale at its
/// likeliest prize.
fn who_takes_part(market: &Market, equilibrium: &Equilibrium) -> Option<String> {
    let (slot, state, node) = first_sale(equilibrium)?;
    let law = market.buyers().cost();
    let prize = equilibrium.prizes(market).ok()?.states(slot)[state];
    let cutoff = node.auction.participation_cutoff?;
    let everyone = cutoff >= law.upper();
    let words = match node.auction.entry_probability {
        Some(entry) => {
            let enters = if entry >= 1.0 {
                "every buyer enters".to_owned()
            } else {
                format!("each buyer enters with probability {}", percent(entry))
            };
            let bids = if everyone {
                "and bids whatever her cost".to_owned()
            } else {
                format!("and bids if her cost is at most {} ETH", eth(cutoff))
            };
            format!("{enters}, {bids}")
        }
        None if everyone => "every buyer takes part".to_owned(),
        None => format!(
            "costs up to {} ETH take part, {} of the buyers",
            eth(cutoff),
            percent(law.cdf(cutoff))
        ),
    };
    Some(format!(
        "  first sales, in slot {slot} (at prize {}): {words}\n",
        eth(prize)
    ))
}

fn first_sale(equilibrium: &Equilibrium) -> Option<(usize, usize, &Node)> {
    let timing = &equilibrium.induction.timing;
    (0..timing.slots()).find_map(|slot| {
        let reach = |state: usize| equilibrium.path.reach(slot, state);
        let sales = timing.slot(slot).iter().enumerate().filter(|(state, node)| {
            node.decision == Decision::Sell && node.auction.sale_probability > 0.0 && reach(*state) > 0.0
        });
        sales
            .max_by(|(a, _), (b, _)| reach(*a).total_cmp(&reach(*b)))
            .map(|(state, node)| (slot, state, node))
    })
}

fn evidence(certificate: &Certificate, tolerance: f64) -> String {
    let verdict = if certificate.verified {
        format!("verified: every figure below {tolerance:.0e} of the market's scale")
    } else {
        format!("NOT verified: a figure is above {tolerance:.0e} of the market's scale")
    };
    let [bid, timing, foc, values, discretisation] = [
        certificate.bid_deviation_gain,
        certificate.timing_deviation_gain,
        certificate.foc_gap,
        certificate.value_gap,
        certificate.discretisation_error,
    ]
    .map(|figure| {
        if figure == 0.0 {
            "0".to_owned()
        } else {
            format!("{figure:.0e}")
        }
    });
    format!(
        "  {verdict}\n  gain from another bid {bid}, another decision {timing}; first-order condition {foc}, values {values}, discretisation {discretisation}\n"
    )
}
