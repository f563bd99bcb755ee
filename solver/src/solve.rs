//! From a market to its equilibrium.

use crate::auction::CostPanels;
use crate::benchmark;
use crate::cost::VirtualCost;
use crate::equilibrium::{Benchmarks, Equilibrium};
use crate::error::SolveError;
use crate::exercise::OwnUse;
use crate::market::Market;
use crate::path::{Path, reachable};
use crate::prize::FinitePrizes;
use crate::settings::Settings;
use crate::supported::finite_prizes;
use crate::timing::Induction;
use crate::verify;

/// The most nodes (slots × prizes) that are solved: about 300 bytes each are kept.
pub const MOST_NODES: usize = 2_000_000;

/// Solves a market with finitely many prizes, exactly.
///
/// # Errors
/// [`SolveError::Unsupported`] for what [`Market::unsupported`] lists; [`SolveError::TooLarge`] beyond [`MOST_NODES`].
pub fn solve(market: &Market, settings: &Settings<'_>) -> Result<Equilibrium, SolveError> {
    let prizes = finite_prizes(market)?;
    let maturity = market.ticket().maturity();
    let nodes = (maturity + 1).saturating_mul(prizes.size());
    if nodes > MOST_NODES {
        return Err(SolveError::TooLarge {
            slots: maturity + 1,
            states: prizes.size(),
            nodes,
            most: MOST_NODES,
        });
    }
    let virtual_cost = VirtualCost::new(market.buyers().cost());
    let panels = CostPanels::of_market(market, &virtual_cost);
    let own_use = OwnUse::solve(market, prizes);
    let reached = reachable(prizes, maturity);
    let induction = Induction::of_tickets(market, prizes, &panels, own_use.as_ref(), &reached, settings);
    let path = Path::follow(market, prizes, &panels, own_use.as_ref(), &induction, settings);
    let mut benchmarks = benchmarks(market, prizes, &panels, own_use.as_ref(), &induction, settings);
    benchmarks.revenue_by_format = benchmark::revenue_by_format(market, prizes, own_use.as_ref(), &induction, settings);
    let mut equilibrium = Equilibrium {
        own_use,
        induction,
        path,
        benchmarks,
        regular: virtual_cost.is_increasing(),
        certificate: verify::Certificate::default(),
    };
    equilibrium.certificate = verify::certify_on(market, prizes, &panels, &equilibrium, settings);
    Ok(equilibrium)
}

fn benchmarks(
    market: &Market,
    prizes: &FinitePrizes,
    panels: &CostPanels<'_>,
    own_use: Option<&OwnUse>,
    induction: &Induction,
    settings: &Settings<'_>,
) -> Benchmarks {
    let profile = induction.initial.profile();
    let at_maturity = benchmark::spot_at_maturity_value(market, prizes, &induction.timing);
    Benchmarks {
        sale_value_now: induction.timing.at(0, prizes.initial()).auction.revenue,
        spot_at_maturity_value: at_maturity,
        spot_best_time_value: benchmark::spot_best_time_value(market, prizes, panels, at_maturity, settings),
        optimal_mechanism_value: benchmark::optimal_mechanism_value(market, prizes, panels, &profile, own_use),
        efficient_value: benchmark::efficient_value(market, prizes, panels, &profile, own_use),
        revenue_by_format: None,
    }
}
