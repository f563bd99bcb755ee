//! F and N at the Gauss nodes of a panel: what integrals against a D that varies inside it need.

use std::sync::OnceLock;

use super::panels::{CostPoint, RESOLVED_LOG};
use super::risk::Rivalry;
use crate::cost::{CostLaw, Side, Tail};
use crate::numerics::gauss;

/// Points of the panel rule.
pub(crate) const NODES: usize = gauss::DEGREE;

/// One value a node.
pub(crate) type AtNodes = [f64; NODES];

/// What a panel's integrals are sums of.
#[derive(Debug, Clone)]
pub(crate) struct PanelNodes {
    /// θ, increasing.
    pub costs: AtNodes,
    /// P times the rule's weight.
    pub lowest: AtNodes,
    /// F₂ (or what takes its place) times the rule's weight.
    pub second: AtNodes,
    /// Q/Q(left), as bidders feel it, times the rule's weight; `None` where Q falls by more than one rule resolves.
    pub shading: Option<AtNodes>,
    turning: OnceLock<Turning>,
}

/// What marginal revenue needs there.
#[derive(Debug, Clone)]
pub(crate) struct Turning {
    /// F/f, or what takes its place.
    pub markups: AtNodes,
    /// Q.
    pub rivals: AtNodes,
}

impl PanelNodes {
    pub fn over(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        let width = b.cost - a.cost;
        let fall = a.log_felt - b.log_felt;
        let mut nodes = Self {
            costs: [0.0; NODES],
            lowest: [0.0; NODES],
            second: [0.0; NODES],
            shading: None,
            turning: OnceLock::new(),
        };
        let mut shading = [0.0; NODES];
        for (i, &(node, weight)) in gauss::panel_rule().iter().enumerate() {
            let cost = a.cost + width * node;
            let weight = weight * width;
            let tail = Tail::at(law, cost);
            nodes.costs[i] = cost;
            nodes.lowest[i] = weight * rivalry.competition.lowest_cdf(&tail);
            nodes.second[i] = weight * rivalry.price_setter(&tail);
            shading[i] = weight * (rivalry.felt().log_rivals_above(&tail) - a.log_felt).exp();
        }
        // At hi, where Q vanishes, one rule does for low powers only; a flat Q has a closed form.
        nodes.shading = (fall > 0.0 && fall <= RESOLVED_LOG).then_some(shading);
        nodes
    }

    /// F/f and Q at the nodes, computed when first asked for.
    pub fn turning(&self, law: &dyn CostLaw, rivalry: &Rivalry) -> &Turning {
        self.turning.get_or_init(|| Turning {
            markups: self.costs.map(|cost| rivalry.markup(law, cost, Side::Right)),
            rivals: self
                .costs
                .map(|cost| rivalry.competition.log_rivals_above(&Tail::at(law, cost)).exp()),
        })
    }
}

/// Σ weight · value.
pub(crate) fn weighted(weights: &AtNodes, values: &[f64]) -> f64 {
    weights.iter().zip(values).map(|(weight, value)| weight * value).sum()
}
