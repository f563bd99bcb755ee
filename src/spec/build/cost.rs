//! The cost law of the buyers.

use std::sync::Arc;

use etm_solver::cost::{
    Beta, CostLaw, Empirical, Power, TruncatedExponential, TruncatedLognormal, TruncatedNormal, Uniform,
};
use etm_solver::market::Faults;

use super::Build;
use crate::spec::tree::{Node, Value};

type Law = Arc<dyn CostLaw>;

impl Build<'_> {
    /// The law in `buyers.cost`.
    pub(super) fn cost(&mut self, buyers: &Node) -> Option<Law> {
        let Value::Table(choices) = &buyers.get("cost")?.value else {
            return None;
        };
        let [choice] = choices.as_slice() else {
            return None;
        };
        let law = law(&choice.name, &choice.node)?;
        self.take(&format!("buyers.cost.{}", choice.name), law)
    }
}

fn law(name: &str, node: &Node) -> Option<Result<Law, Faults>> {
    let number = |key: &str| node.get(key)?.number();
    let (lower, upper) = (number("lower")?, number("upper")?);
    // Where a parameter cannot be read, the support is still checked.
    Some(named(name, lower, upper, node).unwrap_or_else(|| shared(Uniform::new(lower, upper))))
}

fn named(name: &str, lower: f64, upper: f64, node: &Node) -> Option<Result<Law, Faults>> {
    let number = |key: &str| node.get(key)?.number();
    Some(match name {
        "uniform" => shared(Uniform::new(lower, upper)),
        "power" => shared(Power::new(lower, upper, number("exponent")?)),
        "beta" => shared(Beta::new(lower, upper, number("alpha")?, number("beta")?)),
        "truncated_normal" => shared(TruncatedNormal::new(lower, upper, number("mean")?, number("sd")?)),
        "truncated_lognormal" => shared(TruncatedLognormal::new(
            lower,
            upper,
            number("log_mean")?,
            number("log_sd")?,
        )),
        "truncated_exponential" => shared(TruncatedExponential::new(lower, upper, number("rate")?)),
        "empirical" => shared(Empirical::new(lower, upper, node.get("quantiles")?.numbers()?)),
        _ => return None,
    })
}

fn shared<L: CostLaw + 'static>(law: Result<L, Faults>) -> Result<Law, Faults> {
    law.map(|law| Arc::new(law) as Law)
}
