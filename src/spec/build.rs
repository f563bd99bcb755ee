//! A checked tree to a market: every part built by its own constructor, whose faults are put in their place.

mod cost;
mod prize;
mod stand_in;

use std::path::{Path, PathBuf};

use etm_solver::market::{
    AuctionRule, BuyerCount, Buyers, Exercise, Faults, Format, Holder, LearnsCost, Market, Participation, Pool,
    Reserve, RiskAversion, Sale, Ticket, Tie,
};
use etm_solver::prize::Prize;

use super::data_store::DataStore;
use super::diagnostic::Diagnostic;
use super::tree::Node;

/// A file that a market file reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// The key that names it, e.g. `"prize.empirical.file"`.
    pub key: &'static str,
    /// Where it is.
    pub path: PathBuf,
}

/// A market being built.
pub(crate) struct Build<'t> {
    document: &'t Node,
    /// Paths in the file start here.
    folder: &'t Path,
    data: &'t DataStore,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) data_files: Vec<DataFile>,
    pub(crate) warnings: Vec<String>,
}

impl<'t> Build<'t> {
    pub(crate) fn new(document: &'t Node, folder: &'t Path, data: &'t DataStore) -> Self {
        Self {
            document,
            folder,
            data,
            diagnostics: Vec::new(),
            data_files: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The market, if all its parts are there and fit together.
    ///
    /// A part whose keys cannot be read is skipped: the check has said why.
    pub(crate) fn market(&mut self) -> Option<Market> {
        let ticket = self.part("ticket", ticket);
        let prize = self.prize();
        let buyers = self.buyers();
        let participation = match self.document.get("participation") {
            Some(_) => self.part("participation", participation),
            None => Some(Participation::Free),
        };
        let auction = match self.document.get("auction") {
            Some(_) => self.part("auction", auction),
            None => self.take("auction", AuctionRule::new(Format::FirstPrice, Reserve::None)),
        };
        let holder = self.part("holder", holder);
        let whole = ticket.is_some()
            && prize.is_some()
            && buyers.is_some()
            && participation.is_some()
            && auction.is_some()
            && holder.is_some();
        // Harmless parts stand in for broken ones, so that what the others ask of each other is seen as well.
        let (ticket, prize) = match (ticket, prize) {
            (Some(ticket), Some(prize)) => (ticket, prize),
            (None, Some(Prize::Continuous(prize))) => (stand_in::ticket()?, Prize::Continuous(prize)),
            _ => (stand_in::ticket()?, stand_in::prize()?),
        };
        let market = Market::new(
            ticket,
            prize,
            buyers.or_else(stand_in::buyers)?,
            participation.unwrap_or(Participation::Free),
            auction.or_else(stand_in::auction)?,
            holder.or_else(stand_in::holder)?,
        );
        let market = self.take("", market)?;
        for unsupported in market.unsupported() {
            self.diagnostics.push(Diagnostic::new(
                "unsupported",
                unsupported.key,
                Some(self.document.locate(unsupported.key)),
                format!("{} is not supported yet", unsupported.what),
                "",
            ));
        }
        whole.then_some(market)
    }

    /// A part from its own table.
    fn part<T>(&mut self, name: &str, build: fn(&Node) -> Option<Result<T, Faults>>) -> Option<T> {
        let built = build(self.document.get(name)?)?;
        self.take(name, built)
    }

    /// The part, or its faults at their places below `path`.
    fn take<T>(&mut self, path: &str, part: Result<T, Faults>) -> Option<T> {
        match part {
            Ok(part) => Some(part),
            Err(faults) => {
                for fault in faults.0 {
                    let fault = if path.is_empty() { fault } else { fault.within(path) };
                    self.diagnostics.push(Diagnostic::new(
                        fault.code,
                        fault.key.as_str(),
                        Some(self.document.locate(&fault.key)),
                        fault.problem,
                        fault.allowed,
                    ));
                }
                None
            }
        }
    }

    fn buyers(&mut self) -> Option<Buyers> {
        let node = self.document.get("buyers")?;
        let cost = self.cost(node);
        let count = count(node.get("count")?);
        let mut buyers = self.take("buyers", Buyers::new(count?, cost?))?;
        if let Some(factor) = node.get("discount_factor") {
            buyers = self.take("buyers", buyers.with_discount_factor(factor.number()?))?;
        }
        if let Some(utility) = node.get("risk_aversion") {
            buyers = self.take("buyers", buyers.with_risk_aversion(risk_aversion(utility)?))?;
        }
        Some(buyers)
    }
}

fn ticket(node: &Node) -> Option<Result<Ticket, Faults>> {
    let exercise = match word(node, "exercise", "american")? {
        "lottery" => Exercise::Lottery {
            draw_probability: node.get("draw_probability")?.number()?,
        },
        "at_maturity" => Exercise::AtMaturity,
        "american" => Exercise::American,
        _ => return None,
    };
    Some(Ticket::new(node.get("maturity")?.whole()?, exercise))
}

fn count(node: &Node) -> Option<BuyerCount> {
    if let Some(law) = node.get("poisson") {
        let mean = law.get("mean")?.number()?;
        return Some(BuyerCount::Poisson { mean });
    }
    if let Some(law) = node.get("binomial") {
        return Some(BuyerCount::Binomial {
            trials: law.get("trials")?.whole()?,
            probability: law.get("probability")?.number()?,
        });
    }
    node.whole().map(BuyerCount::Fixed)
}

fn risk_aversion(node: &Node) -> Option<RiskAversion> {
    if let Some(utility) = node.get("crra") {
        let power = utility.get("power")?.number()?;
        return Some(RiskAversion::Crra { power });
    }
    let aversion = node.get("cara")?.get("aversion")?.number()?;
    Some(RiskAversion::Cara { aversion })
}

fn participation(node: &Node) -> Option<Result<Participation, Faults>> {
    let cost = node.get("cost")?.number()?;
    let participation = match node.get("payer")?.text()? {
        "winner" => Participation::WinnerPays { cost },
        "participant" => Participation::ParticipantPays {
            cost,
            learns_cost: match word(node, "learns_cost", "before")? {
                "before" => LearnsCost::Before,
                "after" => LearnsCost::After,
                _ => return None,
            },
        },
        _ => return None,
    };
    Some(participation.check())
}

fn auction(node: &Node) -> Option<Result<AuctionRule, Faults>> {
    let format = match word(node, "format", "first_price")? {
        "first_price" => Format::FirstPrice,
        "second_price" => Format::SecondPrice,
        "all_pay" => Format::AllPay,
        _ => return None,
    };
    let reserve = match node.get("reserve") {
        None => Reserve::None,
        Some(reserve) => match (reserve.price(), reserve.text()) {
            (Some(price), _) => Reserve::Price(price),
            (None, Some("none")) => Reserve::None,
            (None, Some("optimal")) => Reserve::Optimal,
            _ => return None,
        },
    };
    Some(AuctionRule::new(format, reserve))
}

fn holder(node: &Node) -> Option<Result<Holder, Faults>> {
    let holder = match (node.get("discount_factor"), node.get("discount_rate")) {
        (Some(factor), None) => Holder::new(factor.number()?),
        (None, Some(rate)) => Holder::with_discount_rate(rate.number()?),
        _ => return None,
    };
    let sale = match word(node, "sale", "once")? {
        "once" => Sale::Once,
        "until_sold" => Sale::UntilSold(match word(node, "pool", "fresh")? {
            "fresh" => Pool::Fresh,
            "fixed" => Pool::Fixed,
            _ => return None,
        }),
        _ => return None,
    };
    let tie = match word(node, "tie", "late")? {
        "late" => Tie::Late,
        "early" => Tie::Early,
        _ => return None,
    };
    let own_cost = match node.get("own_cost") {
        Some(cost) => Some(cost.number()?),
        None => None,
    };
    Some(holder.and_then(|holder| {
        let holder = holder.with_sale(sale).with_tie(tie);
        match own_cost {
            Some(cost) => holder.with_own_cost(cost),
            None => Ok(holder),
        }
    }))
}

/// The word of a key, or its default; `None` when the key holds something else.
fn word<'n>(node: &'n Node, name: &str, default: &'static str) -> Option<&'n str> {
    match node.get(name) {
        Some(value) => value.text(),
        None => Some(default),
    }
}
