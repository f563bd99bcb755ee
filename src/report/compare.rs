//! Markets side by side.

use etm_solver::auction::Auction;
use etm_solver::market::Market;
use etm_solver::timing::Decision;
use etm_solver::{Equilibrium, Summary};
use serde::Serialize;

use super::table::{eth, percent, significant};

/// Differences below this share of the largest amount compared are rounding.
const ROUNDING: f64 = 1e-9;

/// What a market comes to, for a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// The market file.
    pub name: String,
    /// The holder's value, ETH.
    pub seller_value: f64,
    /// Selling in slot 0, ETH.
    pub sale_value_now: f64,
    /// The spot auction at maturity, ETH.
    pub spot_at_maturity_value: f64,
    /// The spot auction at its best time, ETH.
    pub spot_best_time_value: Option<f64>,
    /// The optimal mechanism, ETH.
    pub optimal_mechanism_value: Option<f64>,
    /// Efficient use, ETH.
    pub efficient_value: Option<f64>,
    /// The buyers' expected total gain, ETH.
    pub buyers_surplus: f64,
    /// Holder and buyers together, ETH; `None` where they discount differently.
    pub welfare: Option<f64>,
    /// Probability that the ticket is sold.
    pub sold_probability: f64,
    /// E[slot of the sale given a sale].
    pub expected_sale_slot: Option<f64>,
    /// E[exercise slot − sale slot given both].
    pub expected_delay: Option<f64>,
    /// Probability that a buyer takes part in an auction that is held; `None` where none is.
    pub participation_probability: Option<f64>,
    /// Probability that a buyer who does not know her cost yet pays to take part in an auction that is held; `None` where
    /// buyers know their costs, or none is held.
    pub entry_probability: Option<f64>,
    /// What taking part costs the buyers, all together, ETH.
    pub participation_cost_burned: f64,
    /// Whether the certificate is below tolerance.
    pub verified: bool,
    /// Against the first market; `None` for the first itself.
    pub against_first: Option<Gains>,
}

/// Who gains against the first market, ETH.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gains {
    /// The holder's gain.
    pub holder: f64,
    /// The buyers' gain, all together.
    pub buyers: f64,
    /// `"both"`, `"holder"`, `"buyers"` or `"nobody"`: who gains more than rounding.
    pub who: &'static str,
}

impl Compared {
    /// What a solved market comes to, against the first of the comparison.
    #[must_use]
    pub fn new(
        name: &str,
        (market, equilibrium, figures): (&Market, &Equilibrium, &Summary),
        first: Option<&Self>,
    ) -> Self {
        let mut compared = Self {
            name: name.to_owned(),
            seller_value: figures.seller_value,
            sale_value_now: figures.sale_value_now,
            spot_at_maturity_value: figures.spot_at_maturity_value,
            spot_best_time_value: figures.spot_best_time_value,
            optimal_mechanism_value: figures.optimal_mechanism_value,
            efficient_value: figures.efficient_value,
            buyers_surplus: figures.buyers_surplus,
            welfare: figures.welfare,
            sold_probability: figures.sold_probability,
            expected_sale_slot: figures.expected_sale_slot,
            expected_delay: figures.expected_delay,
            participation_probability: over_auctions(market, equilibrium, |auction| {
                let cutoff = auction.participation_cutoff;
                let of_types = cutoff.map_or(0.0, |cutoff| market.buyers().cost().cdf(cutoff));
                Some(auction.entry_probability.unwrap_or(of_types))
            }),
            entry_probability: over_auctions(market, equilibrium, |auction| auction.entry_probability),
            participation_cost_burned: figures.participation_cost_burned,
            verified: figures.certificate.verified,
            against_first: None,
        };
        compared.against_first = first.map(|first| compared.gains(first));
        compared
    }

    fn gains(&self, first: &Self) -> Gains {
        // Of all that is gained in either market: a surplus of 0 is a difference of such amounts.
        let amounts = [
            self.seller_value,
            self.buyers_surplus,
            first.seller_value,
            first.buyers_surplus,
        ];
        let scale = amounts
            .into_iter()
            .fold(0.0_f64, |scale, amount| scale.max(amount.abs()));
        let gain = |now: f64, before: f64| {
            let difference = now - before;
            if difference.abs() <= ROUNDING * scale {
                0.0
            } else {
                difference
            }
        };
        let holder = gain(self.seller_value, first.seller_value);
        let buyers = gain(self.buyers_surplus, first.buyers_surplus);
        let who = match (holder > 0.0, buyers > 0.0) {
            (true, true) => "both",
            (true, false) => "holder",
            (false, true) => "buyers",
            (false, false) => "nobody",
        };
        Gains { holder, buyers, who }
    }
}

/// A probability, averaged over the auctions held that have it.
fn over_auctions(market: &Market, equilibrium: &Equilibrium, pick: impl Fn(&Auction) -> Option<f64>) -> Option<f64> {
    let prizes = equilibrium.prizes(market).ok()?;
    let timing = &equilibrium.induction.timing;
    let (mut held, mut total) = (0.0, 0.0);
    for slot in 0..timing.slots() {
        for state in 0..prizes.size() {
            let node = timing.at(slot, state);
            if let (Decision::Sell, Some(probability)) = (node.decision, pick(&node.auction)) {
                let reach = equilibrium.path.reach(slot, state);
                held += reach;
                total += reach * probability;
            }
        }
    }
    (held > 0.0).then(|| (total / held).min(1.0))
}

/// A row of the table: a label and how a market fills it in.
type Row = (&'static str, fn(&Compared) -> String);

const ROWS: [Row; 17] = [
    ("values, ETH", |_| String::new()),
    ("  optimal timing", |one| eth(one.seller_value)),
    ("  selling now", |one| eth(one.sale_value_now)),
    ("  spot auction at maturity", |one| eth(one.spot_at_maturity_value)),
    ("  spot auction, best time", |one| {
        or_dash(one.spot_best_time_value, eth)
    }),
    ("  optimal mechanism", |one| or_dash(one.optimal_mechanism_value, eth)),
    ("  efficient use", |one| or_dash(one.efficient_value, eth)),
    ("  buyers' surplus", |one| eth(one.buyers_surplus)),
    ("  welfare", |one| or_dash(one.welfare, eth)),
    ("timing", |_| String::new()),
    ("  sold", |one| percent(one.sold_probability)),
    ("  slot of the sale", |one| {
        or_dash(one.expected_sale_slot, |slot| significant(slot, 4))
    }),
    ("  delay until exercise", |one| {
        or_dash(one.expected_delay, |slots| significant(slots, 4))
    }),
    ("participation", |_| String::new()),
    ("  a buyer takes part", |one| {
        or_dash(one.participation_probability, percent)
    }),
    ("  enters, not knowing her cost", |one| {
        or_dash(one.entry_probability, percent)
    }),
    ("  spent on taking part, ETH", |one| eth(one.participation_cost_burned)),
];

fn or_dash(value: Option<f64>, write: fn(f64) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), write)
}

/// The markets as columns, then who gains against the first.
#[must_use]
pub fn compare(markets: &[Compared]) -> String {
    let mut rows: Vec<Vec<String>> = vec![
        std::iter::once(String::new())
            .chain(markets.iter().map(|one| one.name.clone()))
            .collect(),
    ];
    for (label, fill) in ROWS {
        let cells = markets.iter().map(fill);
        rows.push(std::iter::once(label.to_owned()).chain(cells).collect());
    }
    let widths: Vec<usize> = (0..=markets.len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = format!("{:<1$}", row[0], widths[0]);
        for (cell, width) in row[1..].iter().zip(&widths[1..]) {
            line.push_str(&format!("  {cell:>width$}"));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
    for one in markets {
        if let Some(gains) = one.against_first {
            text.push_str(&format!("{}\n", sentence(&one.name, &markets[0].name, gains)));
        }
        if !one.verified {
            text.push_str(&format!("{}: NOT verified: see etm solve\n", one.name));
        }
    }
    text
}

fn sentence(name: &str, first: &str, gains: Gains) -> String {
    let change = |who: &str, gain: f64| match gain {
        0.0 => format!("{who} as before"),
        gain if gain > 0.0 => format!("{who} +{}", eth(gain)),
        gain => format!("{who} −{}", eth(-gain)),
    };
    let who = match gains.who {
        "both" => "holder and buyers gain",
        "holder" => "the holder gains",
        "buyers" => "the buyers gain",
        _ => "nobody gains",
    };
    format!(
        "{name} against {first}: {who} ({}, {} ETH)",
        change("holder", gains.holder),
        change("buyers", gains.buyers)
    )
}
