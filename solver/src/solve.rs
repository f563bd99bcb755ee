//! From a market to its equilibrium.

use std::sync::Arc;

use crate::auction::CostPanels;
use crate::benchmark;
use crate::continuous;
use crate::cost::VirtualCost;
use crate::equilibrium::{Benchmarks, Equilibrium, Repeated};
use crate::error::SolveError;
use crate::exercise::OwnUse;
use crate::market::{Market, Pool, Sale};
use crate::path::{Path, Rounds, reachable};
use crate::prize::{FinitePrizes, Prize};
use crate::settings::Settings;
use crate::supported::finite_prizes;
use crate::timing::{Induction, NodeProfile, fixed_pool};
use crate::verify;

/// The most nodes (slots × prizes) that are solved: about 300 bytes each are kept.
pub const MOST_NODES: usize = 2_000_000;

/// Solves a market: exactly with finitely many prizes, to the tolerance of the process with continuous ones.
///
/// # Errors
/// [`SolveError::Unsupported`] for what [`Market::unsupported`] lists; [`SolveError::TooLarge`] beyond [`MOST_NODES`].
pub fn solve(market: &Market, settings: &Settings<'_>) -> Result<Equilibrium, SolveError> {
    if let Some(first) = market.unsupported().into_iter().next() {
        return Err(SolveError::Unsupported(first));
    }
    if let Prize::Continuous(process) = market.prize() {
        return continuous::solve(market, process, settings);
    }
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
    let parts = Parts {
        market,
        prizes,
        panels: &panels,
        settings,
    };
    let mut equilibrium = match market.holder().sale() {
        Sale::Once | Sale::UntilSold(Pool::Fresh) => parts.solve(),
        Sale::UntilSold(Pool::Fixed) => parts.solve_repeated()?,
    };
    equilibrium.regular = virtual_cost.is_increasing();
    equilibrium.certificate = verify::certify_on(market, prizes, &panels, &equilibrium, settings);
    Ok(equilibrium)
}

/// A market taken apart.
struct Parts<'a> {
    market: &'a Market,
    prizes: &'a FinitePrizes,
    panels: &'a CostPanels<'a>,
    settings: &'a Settings<'a>,
}

impl Parts<'_> {
    /// Every auction has buyers of its own.
    fn solve(&self) -> Equilibrium {
        let Self {
            market,
            prizes,
            panels,
            settings,
        } = self;
        let own_use = OwnUse::solve(market, prizes);
        let reached = reachable(prizes, market.ticket().maturity());
        let induction = Induction::of_tickets(market, prizes, panels, own_use.as_ref(), &reached, settings);
        let path = Path::follow(market, prizes, panels, own_use.as_ref(), &induction, settings);
        let mut benchmarks = self.benchmarks(market, own_use.as_ref(), &induction, &induction);
        benchmarks.revenue_by_format =
            benchmark::revenue_by_format(market, prizes, own_use.as_ref(), &induction, settings);
        self.equilibrium(own_use, induction, None, path, benchmarks)
    }

    /// The same buyers come to every auction, and the holder cannot commit.
    fn solve_repeated(&self) -> Result<Equilibrium, SolveError> {
        let Self {
            market,
            prizes,
            panels,
            settings,
        } = self;
        let pool = fixed_pool::solve(market, prizes, settings)?;
        let rounds = Rounds::follow(prizes, &pool, market.ticket().survival_probability());
        let induction = Induction::of_rounds(market, prizes, &pool, &rounds);
        let path = Path::of_rounds(market, prizes, panels, &induction.boundary, &pool, &rounds, settings);
        // With commitment to a single auction, of the ticket or of a slot's prize.
        let once = (*market).clone().with_holder(market.holder().with_sale(Sale::Once));
        let committed = Induction::of_tickets(&once, prizes, panels, None, &[], &Settings::default());
        let benchmarks = self.benchmarks(&once, None, &induction, &committed);
        let repeated = Repeated {
            pool: Arc::new(pool),
            rounds,
            once,
            committed,
        };
        Ok(self.equilibrium(None, induction, Some(repeated), path, benchmarks))
    }

    fn equilibrium(
        &self,
        own_use: Option<OwnUse>,
        induction: Induction,
        repeated: Option<Repeated>,
        path: Path,
        benchmarks: Benchmarks,
    ) -> Equilibrium {
        Equilibrium {
            own_use,
            induction,
            repeated,
            continuous: None,
            path,
            benchmarks,
            regular: true,
            certificate: verify::Certificate::default(),
        }
    }

    /// `spot` is the market whose just-in-time auctions are meant, `to_all` its auctions with all buyers there.
    fn benchmarks(
        &self,
        spot: &Market,
        own_use: Option<&OwnUse>,
        induction: &Induction,
        to_all: &Induction,
    ) -> Benchmarks {
        let Self {
            market,
            prizes,
            panels,
            settings,
        } = self;
        // A finite prize: V_0(·, R_0) is there.
        let none = NodeProfile::nothing(market.buyers().cost());
        let profile = induction.initial.as_ref().unwrap_or(&none).profile();
        let at_maturity = benchmark::spot_at_maturity_value(market, prizes, &to_all.timing);
        Benchmarks {
            sale_value_now: prizes.at_start(|state| induction.timing.at(0, state).auction.revenue),
            spot_at_maturity_value: at_maturity,
            spot_best_time_value: benchmark::spot_best_time_value(spot, prizes, panels, at_maturity, settings),
            optimal_mechanism_value: benchmark::optimal_mechanism_value(market, prizes, panels, &profile, own_use),
            efficient_value: benchmark::efficient_value(market, prizes, panels, &profile, own_use),
            revenue_by_format: None,
        }
    }
}
