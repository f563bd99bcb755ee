//! Per panel: the first-order condition integrated, and the second-lowest cost averaged in quantile space.

use std::sync::Arc;

use super::payments::Stops;
use crate::auction::{Bidders, Competition, CostPanels, CostPoint, Fall, Passage, Rivalry, across, carried};
use crate::cost::{CostLaw, Tail};
use crate::market::RiskAversion;
use crate::numerics::{gauss, integrate};

/// Length in ln u of one Gauss panel.
const LOG_PIECE: f64 = 1.5;

/// What the evidence needs of F and N on each panel of a partition.
#[derive(Debug, Clone)]
pub(super) struct Evidence {
    panels: Vec<PanelEvidence>,
}

/// On one panel [x, y].
#[derive(Debug, Clone)]
pub(super) struct PanelEvidence {
    /// The first-order condition from y down to x; for CARA bidders where D = 1.
    pub passage: Passage,
    /// ∫ (y − θ) dF₂(θ).
    pub moment: f64,
    /// Where bidders mind risk: what they pay; for CARA bidders where D = 1.
    pub stops: Option<Arc<Stops>>,
}

impl PanelEvidence {
    pub fn over(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        let neutral = rivalry.risk == RiskAversion::Neutral;
        Self {
            passage: across(a, b, 1.0, law, rivalry),
            moment: if neutral {
                moment(a, b, Fall::Straight, law, &rivalry.competition)
            } else {
                0.0
            },
            stops: (!neutral).then(|| Arc::new(Stops::over(a, b, (1.0, Fall::Straight), law, rivalry))),
        }
    }
}

impl Evidence {
    /// On the panels of a partition.
    pub fn on(panels: &CostPanels<'_>) -> Self {
        Self {
            panels: panels
                .points()
                .windows(2)
                .map(|pair| PanelEvidence::over(&pair[0], &pair[1], panels.law(), panels.rivalry()))
                .collect(),
        }
    }

    /// On the panels of bidders whose values need not be linear; nothing where they are not.
    pub fn of_bidders(bidders: &Bidders<'_, '_>) -> Self {
        let panels = bidders.panels();
        let pairs = panels.points().windows(2).enumerate();
        Self {
            panels: pairs
                .map(|(panel, pair)| match bidders.fall(panel) {
                    Fall::Straight => PanelEvidence::over(&pair[0], &pair[1], panels.law(), panels.rivalry()),
                    Fall::Curved(..) => PanelEvidence {
                        passage: Passage::none(),
                        moment: f64::NAN,
                        stops: None,
                    },
                })
                .collect(),
        }
    }

    /// On the panels of `new`, taking over what is known from those of `old`.
    pub fn refined(&self, old: &CostPanels<'_>, new: &CostPanels<'_>) -> Self {
        Self {
            panels: carried(old.points(), &self.panels, new.points(), |a, b| {
                PanelEvidence::over(a, b, new.law(), new.rivalry())
            }),
        }
    }

    pub fn panels(&self) -> &[PanelEvidence] {
        &self.panels
    }

    /// The first-order condition across a whole panel, on which v falls at the rate `discount`.
    pub fn passage(&self, panels: &CostPanels<'_>, panel: usize, discount: f64) -> Passage {
        if panels.risk().aversion() * discount == panels.risk().aversion() {
            return self.panels[panel].passage;
        }
        let points = panels.points();
        across(
            &points[panel],
            &points[panel + 1],
            discount,
            panels.law(),
            panels.rivalry(),
        )
    }

    /// ∫ v dF₂ up to a cutoff.
    pub fn second_value(&self, bidders: &Bidders<'_, '_>, cutoff: f64) -> f64 {
        let panels = bidders.panels();
        let points = panels.points();
        let last = bidders.panel_of(cutoff);
        let mut received = 0.0;
        for panel in 0..last {
            received += self.second_value_over(bidders, panel);
        }
        let point = panels.point(cutoff);
        let left = &points[last];
        let fall = bidders.fall(last);
        let partial = if cutoff < points[last + 1].cost || fall.is_curved() {
            moment(left, &point, fall, panels.law(), panels.competition())
        } else {
            self.panels[last].moment
        };
        let value = bidders.value_in(last, cutoff);
        received + (value * (point.second - left.second) + bidders.unit(last) * partial)
    }

    /// ∫ v dF₂ over a panel.
    pub fn second_value_over(&self, bidders: &Bidders<'_, '_>, panel: usize) -> f64 {
        let panels = bidders.panels();
        let (left, right) = (&panels.points()[panel], &panels.points()[panel + 1]);
        let moment = match bidders.fall(panel) {
            Fall::Straight => self.panels[panel].moment,
            curved @ Fall::Curved(..) => moment(left, right, curved, panels.law(), panels.competition()),
        };
        bidders.values()[panel + 1] * (right.second - left.second) + bidders.unit(panel) * moment
    }
}

/// ∫ (v(θ) − v(b)) dF₂(θ) over [a, b], per unit of D where v is linear, in quantile space: no density of costs is used.
pub(super) fn moment(
    a: &CostPoint,
    b: &CostPoint,
    values: Fall<'_>,
    law: &dyn CostLaw,
    competition: &Competition,
) -> f64 {
    if b.second <= a.second {
        return 0.0;
    }
    moment_of(a, b, values, law, |tail| competition.second_lowest_density(tail))
}

/// ∫ (v(θ) − v(b)) dH(θ) over [a, b], H given by its density in quantile space.
pub(super) fn moment_of(
    a: &CostPoint,
    b: &CostPoint,
    values: Fall<'_>,
    law: &dyn CostLaw,
    density: impl Fn(&Tail) -> f64,
) -> f64 {
    let touches_an_end = a.cost <= law.lower() || b.cost >= law.upper();
    let by_cdf = b.cdf <= 0.5;
    let tail_at = |variable: f64| {
        if by_cdf {
            (Tail::of(variable, 1.0 - variable), law.quantile(variable))
        } else {
            (Tail::of(1.0 - variable, variable), law.upper_quantile(variable))
        }
    };
    let (from, to) = if by_cdf {
        (a.cdf, b.cdf)
    } else {
        (b.survival, a.survival)
    };
    if touches_an_end {
        // The quantile function is algebraic there: θ − lo ~ u^(1/a).
        return integrate::singular_ends(from, to, |variable| {
            let (tail, cost) = tail_at(variable);
            values.over(b.cost, b.cost - cost) * density(&tail)
        });
    }
    // Next to an end it still varies with ln u rather than with u.
    let (from, to) = (from.ln().max(to.ln() - 45.0), to.ln());
    let pieces = ((to - from) / LOG_PIECE).ceil().max(1.0);
    let width = (to - from) / pieces;
    let rule = gauss::panel_rule();
    (0..pieces as u32)
        .map(|piece| {
            let left = from + f64::from(piece) * width;
            let variables = rule.map(|(node, _)| (left + width * node).exp());
            let tails = variables.map(tail_at);
            let values = values.over_each(b.cost, &tails.map(|(_, cost)| b.cost - cost));
            let terms = variables.iter().zip(&tails).zip(values.iter().zip(rule));
            let sum: f64 = terms
                .map(|((variable, (tail, _)), (value, (_, weight)))| weight * value * density(tail) * variable)
                .sum();
            width * sum
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::PanelEvidence;
    use crate::auction::{Competition, CostPanels, Rivalry};
    use crate::cost::{Beta, CostLaw, Empirical, Power, TruncatedLognormal, TruncatedNormal, Uniform, VirtualCost};

    /// By parts ∫ (y − θ) dF₂ = ∫ F₂ dθ − (y − x) F₂(x): the left side is computed in quantile space, the right in costs.
    #[test]
    fn two_integrals_of_the_second_lowest_cost_agree() {
        let laws: Vec<Box<dyn CostLaw>> = vec![
            Box::new(Uniform::new(0.1, 1.3).unwrap()),
            Box::new(Power::new(0.2, 1.0, 0.5).unwrap()),
            Box::new(Power::new(0.0, 1.0, 7.3).unwrap()),
            Box::new(Beta::new(0.0, 1.0, 0.4, 0.6).unwrap()),
            Box::new(Beta::new(0.0, 1.0, 50.0, 80.0).unwrap()),
            Box::new(TruncatedNormal::new(0.0, 1.0, 0.5, 0.01).unwrap()),
            Box::new(TruncatedLognormal::new(0.0, 1.0, -2.0, 1.0).unwrap()),
            Box::new(Empirical::new(0.0, 1.0, vec![0.0, 0.1, 0.11, 0.4, 1.0]).unwrap()),
        ];
        let counts = [
            Competition::Binomial {
                trials: 2.0,
                probability: 1.0,
            },
            Competition::Binomial {
                trials: 10_000.0,
                probability: 1.0,
            },
            Competition::Binomial {
                trials: 9.0,
                probability: 0.3,
            },
            Competition::Poisson { mean: 4.0 },
        ];
        for law in &laws {
            let virtual_cost = VirtualCost::new(law.as_ref());
            for competition in counts {
                let panels = CostPanels::new(&virtual_cost, competition);
                let mut gap = 0.0_f64;
                for (pair, integrals) in panels.points().windows(2).zip(panels.panels()) {
                    let evidence =
                        PanelEvidence::over(&pair[0], &pair[1], law.as_ref(), &Rivalry::neutral(competition));
                    let by_parts = integrals.second - (pair[1].cost - pair[0].cost) * pair[0].second;
                    gap += (evidence.moment - by_parts).abs();
                }
                assert!(
                    gap < 1e-12,
                    "{law:?} {competition:?}: {gap:e} on {} panels",
                    panels.panels().len()
                );
            }
        }
    }
}
