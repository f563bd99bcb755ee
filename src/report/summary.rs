//! The summary of a solved market: one screen.

use etm_solver::market::{Exercise, Format, Market, Pool, Reserve, RiskAversion, Sale};
use etm_solver::prize::Prize;
use etm_solver::timing::SlotRegion;
use etm_solver::verify::{Certificate, TOLERANCE};
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
    text.push_str(&values(figures));
    text.push_str("\nWhat happens\n");
    text.push_str(&path(figures));
    text.push_str("\nHow sure\n");
    text.push_str(&evidence(&figures.certificate));
    let warnings = super::warnings(market, equilibrium, figures);
    if !warnings.is_empty() {
        text.push_str("\nMind\n");
        for warning in warnings {
            text.push_str(&format!("  {warning}\n"));
        }
    }
    text
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
        Prize::Continuous(_) => "continuous prizes".to_owned(),
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
        "{ticket}, slots 0 to {}, {prizes}, {format} auction with {reserve}{risk}, {sale}",
        market.ticket().maturity()
    )
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
    for run in runs.iter().take(REGION_LINES) {
        text.push_str(&format!("  {:<15} {}\n", slots(run.0, run.1), prizes(market, run.2)));
    }
    if runs.len() > REGION_LINES {
        text.push_str(&format!(
            "  … and {} more changes: sale_region in the result\n",
            runs.len() - REGION_LINES
        ));
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

fn values(figures: &Summary) -> String {
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
    add("spot auction at maturity", Some(figures.spot_at_maturity_value), "");
    add(
        "spot auction at the best time",
        figures.spot_best_time_value,
        "a lottery ticket's slot is not chosen",
    );
    let undefined = "needs equal discount factors, no cost of taking part and risk-neutral buyers";
    add("optimal mechanism", figures.optimal_mechanism_value, undefined);
    add("efficient use", figures.efficient_value, "needs equal discount factors");
    add("buyers' surplus", Some(figures.buyers_surplus), "");
    if let Some(last) = rows.last_mut() {
        // A surplus is not a rival of the holder's value.
        last.2 = String::new();
    }
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

fn evidence(certificate: &Certificate) -> String {
    let verdict = if certificate.verified {
        format!("verified: every figure below {TOLERANCE:.0e} of the market's scale")
    } else {
        format!("NOT verified: a figure is above {TOLERANCE:.0e} of the market's scale")
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
