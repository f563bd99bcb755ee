//! A market as the brute force sees it, and how it is read from a market file.

use super::cost_law::{CostLaw, Shape};
use super::count::Count;
use toml::{Table, Value};

/// When a ticket may be exercised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Exercise {
    /// In any one slot up to maturity.
    American,
    /// In the last slot only.
    AtMaturity,
    /// In the slot in which it is drawn, with this probability a slot.
    Lottery(f64),
}

/// The prize: a finite chain, or one number a slot.
#[derive(Clone, Debug, PartialEq)]
pub enum Prize {
    /// A Markov chain.
    Chain {
        /// Prize of each state.
        states: Vec<f64>,
        /// Rows of probabilities.
        transition: Vec<Vec<f64>>,
        /// Index of the state of slot 0.
        initial: usize,
    },
    /// A known path.
    Path(Vec<f64>),
}

/// What the bidders pay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Format {
    /// The winner pays the bid.
    FirstPrice,
    /// The winner pays the second bid.
    SecondPrice,
    /// Everyone pays the bid.
    AllPay,
}

/// The reserve rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reserve {
    /// Price zero.
    None,
    /// This price.
    Price(f64),
    /// The best cutoff at the date of sale.
    Optimal,
}

/// What taking part costs, win or lose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// Nothing.
    Free,
    /// This much, to buyers who know their costs.
    Knowing(f64),
    /// This much, to buyers who learn their costs by it.
    Unknowing(f64),
}

impl Entry {
    /// K.
    pub fn cost(self) -> f64 {
        match self {
            Self::Free => 0.0,
            Self::Knowing(cost) | Self::Unknowing(cost) => cost,
        }
    }
}

/// How often the holder may auction the ticket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sale {
    /// Once.
    Once,
    /// Every slot until it sells, to new buyers each time.
    UntilSold,
}

/// Where indifference leads.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tie {
    /// To waiting.
    Late,
    /// To selling.
    Early,
}

/// The primitives of one market.
#[derive(Clone, Debug, PartialEq)]
pub struct BruteMarket {
    /// Last slot.
    pub maturity: usize,
    /// When the ticket may be exercised.
    pub exercise: Exercise,
    /// The prize process.
    pub prize: Prize,
    /// Law of the number of buyers.
    pub count: Count,
    /// Law of one buyer's cost.
    pub law: CostLaw,
    /// The buyers' discount factor.
    pub buyer_discount: f64,
    /// What the winner pays on top of the bid.
    pub winner_cost: f64,
    /// What every participant pays.
    pub entry: Entry,
    /// The auction's format.
    pub format: Format,
    /// The reserve rule.
    pub reserve: Reserve,
    /// The holder's discount factor.
    pub discount: f64,
    /// How often she may sell.
    pub sale: Sale,
    /// Her tie rule.
    pub tie: Tie,
    /// Her own cost of extracting the prize.
    pub own_cost: Option<f64>,
}

/// A number, also one written as an integer or inside quotes.
fn number(value: &Value) -> Result<f64, String> {
    match value {
        Value::Float(x) => Ok(*x),
        Value::Integer(x) => Ok(*x as f64),
        Value::String(x) => x.parse().map_err(|_| format!("not a number: {x}")),
        other => Err(format!("not a number: {other}")),
    }
}

fn get(table: &Table, key: &str) -> Result<f64, String> {
    number(table.get(key).ok_or_else(|| format!("{key} is missing"))?)
}

fn list(value: &Value) -> Result<Vec<f64>, String> {
    value.as_array().ok_or("not a list")?.iter().map(number).collect()
}

fn whole(x: f64) -> Result<u32, String> {
    if x.fract() == 0.0 && x >= 0.0 {
        Ok(x as u32)
    } else {
        Err(format!("{x} is not whole"))
    }
}

/// The sub-table under a key, empty when absent.
fn section(table: &Table, key: &str) -> Table {
    table.get(key).and_then(Value::as_table).cloned().unwrap_or_default()
}

/// The only entry of a table of choices.
fn choice(table: &Table) -> Result<(&str, &Table), String> {
    let (name, value) = table.iter().next().ok_or("no choice")?;
    Ok((name, value.as_table().ok_or("not a table")?))
}

fn word<'a>(table: &'a Table, key: &str, default: &'a str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or(default)
}

fn read_prize(table: &Table, maturity: usize) -> Result<Prize, String> {
    let (name, keys) = choice(table)?;
    let need = |key: &str| keys.get(key).ok_or_else(|| format!("{key} is missing"));
    match name {
        "constant" => Ok(Prize::Path(vec![get(keys, "value")?; maturity + 1])),
        "path" => Ok(Prize::Path(list(need("values")?)?)),
        "markov_chain" => {
            let states = list(need("states")?)?;
            let first = get(keys, "initial")?;
            let initial = states.iter().position(|s| *s == first).ok_or("initial is no state")?;
            let rows = need("transition")?.as_array().ok_or("no rows")?;
            let mut transition: Vec<Vec<f64>> = rows.iter().map(list).collect::<Result<_, _>>()?;
            for row in &mut transition {
                let total: f64 = row.iter().sum();
                row.iter_mut().for_each(|p| *p /= total);
            }
            Ok(Prize::Chain {
                states,
                transition,
                initial,
            })
        }
        other => Err(format!("prize {other} is out of scope")),
    }
}

fn read_count(value: &Value) -> Result<Count, String> {
    let Some(table) = value.as_table() else {
        return Ok(Count::Fixed(whole(number(value)?)?));
    };
    let (name, keys) = choice(table)?;
    match name {
        "poisson" => Ok(Count::Poisson(get(keys, "mean")?)),
        "binomial" => Ok(Count::Binomial {
            trials: whole(get(keys, "trials")?)?,
            probability: get(keys, "probability")?,
        }),
        other => Err(format!("count {other} is out of scope")),
    }
}

fn read_law(table: &Table) -> Result<CostLaw, String> {
    let (name, keys) = choice(table)?;
    let shape = match name {
        "uniform" => Shape::Uniform,
        "power" => Shape::Power {
            exponent: get(keys, "exponent")?,
        },
        "beta" => Shape::Beta {
            alpha: whole(get(keys, "alpha")?)?,
            beta: whole(get(keys, "beta")?)?,
        },
        "truncated_exponential" => Shape::TruncatedExponential {
            rate: get(keys, "rate")?,
        },
        "empirical" => Shape::Empirical {
            quantiles: list(keys.get("quantiles").ok_or("no quantiles")?)?,
        },
        "truncated_normal" => Shape::TruncatedNormal {
            mean: get(keys, "mean")?,
            sd: get(keys, "sd")?,
        },
        "truncated_lognormal" => Shape::TruncatedLognormal {
            log_mean: get(keys, "log_mean")?,
            log_sd: get(keys, "log_sd")?,
        },
        other => return Err(format!("cost law {other} is out of scope")),
    };
    Ok(CostLaw {
        lower: get(keys, "lower")?,
        upper: get(keys, "upper")?,
        shape,
    })
}

impl BruteMarket {
    /// Reads a market file; an error says what is out of the brute force's scope.
    pub fn read(text: &str) -> Result<Self, String> {
        let file: Table = text.parse().map_err(|e| format!("{e}"))?;
        let (ticket, buyers) = (section(&file, "ticket"), section(&file, "buyers"));
        let (auction, holder) = (section(&file, "auction"), section(&file, "holder"));
        let participation = section(&file, "participation");
        if buyers.contains_key("risk_aversion") {
            return Err("risk aversion is out of scope".into());
        }
        let (mut winner_cost, mut entry) = (0.0, Entry::Free);
        if !participation.is_empty() {
            let cost = get(&participation, "cost")?;
            match (
                word(&participation, "payer", ""),
                word(&participation, "learns_cost", "before"),
            ) {
                ("winner", _) => winner_cost = cost,
                ("participant", "before") => entry = Entry::Knowing(cost),
                ("participant", "after") => entry = Entry::Unknowing(cost),
                other => return Err(format!("participation {other:?}")),
            }
        }
        let maturity = get(&ticket, "maturity")? as usize;
        let exercise = match word(&ticket, "exercise", "american") {
            "american" => Exercise::American,
            "at_maturity" => Exercise::AtMaturity,
            "lottery" => Exercise::Lottery(get(&ticket, "draw_probability")?),
            other => return Err(format!("exercise {other}")),
        };
        let discount = match holder.get("discount_rate") {
            Some(rate) => 1.0 / (1.0 + number(rate)?),
            None => get(&holder, "discount_factor")?,
        };
        let sale = match (word(&holder, "sale", "once"), word(&holder, "pool", "fresh")) {
            ("once", _) => Sale::Once,
            ("until_sold", "fresh") => Sale::UntilSold,
            other => return Err(format!("sale {other:?} is out of scope")),
        };
        let reserve = match auction.get("reserve") {
            None => Reserve::None,
            Some(Value::String(s)) if s == "none" => Reserve::None,
            Some(Value::String(s)) if s == "optimal" => Reserve::Optimal,
            Some(price) => Reserve::Price(number(price)?),
        };
        let format = match word(&auction, "format", "first_price") {
            "first_price" => Format::FirstPrice,
            "second_price" => Format::SecondPrice,
            "all_pay" => Format::AllPay,
            other => return Err(format!("format {other}")),
        };
        Ok(Self {
            maturity,
            exercise,
            prize: read_prize(&section(&file, "prize"), maturity)?,
            count: read_count(buyers.get("count").ok_or("no count")?)?,
            law: read_law(&section(&buyers, "cost"))?,
            buyer_discount: buyers.get("discount_factor").map_or(Ok(discount), number)?,
            winner_cost,
            entry,
            format,
            reserve,
            discount,
            sale,
            tie: if word(&holder, "tie", "late") == "early" {
                Tie::Early
            } else {
                Tie::Late
            },
            own_cost: holder.get("own_cost").map(number).transpose()?,
        })
    }

    /// Number of states of the prize in any slot.
    pub fn states(&self) -> usize {
        match &self.prize {
            Prize::Chain { states, .. } => states.len(),
            Prize::Path(_) => 1,
        }
    }

    /// State of slot 0.
    pub fn initial(&self) -> usize {
        match &self.prize {
            Prize::Chain { initial, .. } => *initial,
            Prize::Path(_) => 0,
        }
    }

    /// The prize in slot t and state s.
    pub fn prize(&self, t: usize, s: usize) -> f64 {
        match &self.prize {
            Prize::Chain { states, .. } => states[s],
            Prize::Path(values) => values[t],
        }
    }

    /// Probabilities of the next slot's states.
    pub fn row(&self, s: usize) -> &[f64] {
        match &self.prize {
            Prize::Chain { transition, .. } => &transition[s],
            Prize::Path(_) => &[1.0],
        }
    }

    /// Σ over the next states of probability × value.
    pub fn mean(&self, s: usize, next: &[f64]) -> f64 {
        self.row(s).iter().zip(next).map(|(p, x)| p * x).sum()
    }
}
