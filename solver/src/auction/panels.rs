//! The cost axis cut into panels, with all that an auction needs to know of F and N on each.
//!
//! A ticket value is linear in cost between its knots. On a panel without a knot every integral of the auction is
//! therefore D times an integral of F and N alone, and those are computed once per panel and used at every node.
//! Where the value is a curve, F and N are kept at the Gauss nodes of the panel instead (`nodes.rs`).

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::cost::{CostLaw, Side, Tail, VirtualCost};
use crate::exercise::{CurvedProfile, Piece};
use crate::market::{Format, Market, RiskAversion};
use crate::numerics::{gauss, root};

use super::Competition;
use super::cuts::{Bisection, COARSEST, DEEPEST, turns};
use super::fall::Fall;
use super::nodes::{NODES, PanelNodes, weighted};
use super::risk::{PanelPayments, Passage, Rivalry, tilted};

/// Fall of ln Q beyond which a rival's bid no longer counts: e^−40 is below rounding.
pub(crate) const NEGLIGIBLE_LOG: f64 = 40.0;
/// Fall of ln Q that one Gauss panel resolves to rounding.
pub(super) const RESOLVED_LOG: f64 = 3.0;
/// Entry probabilities are resolved at powers of this: between them the integrands fall by a factor e¹² a panel at most,
/// where they are below e⁻¹⁰ already.
const ENTRY_STEP: f64 = 0.25;
/// With fewer entrants than this on average, all that matters is smooth on the panels of the cost law itself.
const FEWEST_ENTRANTS: f64 = 0.25;
/// Relative agreement of ∫ D by the panel rule with v itself.
const CURVE_RESOLVED: f64 = 1e-13;
/// Rounding of values, relative to the largest value or cost.
const CURVE_ROUNDING: f64 = 2e-15;
/// Bisections of a panel for the sake of a curve.
const DEEPEST_CURVE: u32 = 12;
/// Laws most of whose mass lies on less than this share of the support are narrow.
const NARROW: f64 = 0.2;
/// Sample types: this many steps in F, and as many in the law of the lowest cost.
const TYPE_STEPS: u32 = 16;

/// One cost with F and N evaluated there.
#[derive(Debug, Clone, Copy)]
pub struct CostPoint {
    /// θ, ETH.
    pub cost: f64,
    /// F(θ).
    pub cdf: f64,
    /// S(θ).
    pub survival: f64,
    /// P(θ).
    pub lowest: f64,
    /// F₂(θ); among CRRA bidders in a first-price auction P − H, which takes its place.
    pub second: f64,
    /// ln Q(θ).
    pub log_rivals: f64,
    /// Q(θ).
    pub rivals: f64,
    /// ln Q(θ) as bidders feel it: under CRRA ln Q^{1/a}.
    pub log_felt: f64,
}

impl CostPoint {
    pub(crate) fn at(cost: f64, law: &dyn CostLaw, rivalry: &Rivalry) -> Self {
        let tail = Tail::at(law, cost);
        let competition = &rivalry.competition;
        let log_rivals = competition.log_rivals_above(&tail);
        Self {
            cost,
            cdf: tail.cdf,
            survival: tail.survival,
            lowest: competition.lowest_cdf(&tail),
            second: rivalry.price_setter(&tail),
            log_rivals,
            rivals: log_rivals.exp(),
            log_felt: rivalry.felt().log_rivals_above(&tail),
        }
    }
}

/// Integrals over one panel [x, y].
#[derive(Debug, Clone)]
pub struct PanelIntegrals {
    /// ∫ P dθ.
    pub lowest: f64,
    /// ∫ F₂ dθ (or what takes the place of F₂: [`CostPoint::second`]).
    pub second: f64,
    /// Q(y)/Q(x): a ratio, so that S^9999 never underflows. Q as bidders feel it.
    pub decay: f64,
    /// ∫ Q(θ)/Q(x) dθ.
    pub shading: f64,
    /// What CARA bidders pay here where D = 1, once that is asked for.
    payments: Arc<OnceLock<PanelPayments>>,
}

/// How finely the support is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// With the sample types among the points.
    Types,
    /// As integrals need it.
    Coarse,
}

/// F/f from both sides of a point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Markups {
    pub left: f64,
    pub right: f64,
}

/// A partition of the support [lo, hi] for one cost law and one law of the number of buyers.
#[derive(Debug, Clone)]
pub struct CostPanels<'m> {
    law: &'m dyn CostLaw,
    rivalry: Rivalry,
    virtual_cost: &'m VirtualCost<'m>,
    points: Vec<CostPoint>,
    markups: Vec<Markups>,
    /// Whether the point is a sample type.
    sampled: Vec<bool>,
    panels: Vec<PanelIntegrals>,
    /// For values that are not linear; made when first asked for, then taken over by refinements.
    nodes: OnceLock<Vec<Arc<PanelNodes>>>,
}

impl<'m> CostPanels<'m> {
    /// The coarsest partition on which the 12-point Gauss rule integrates P, F₂ and Q to rounding, with the knots of
    /// the law, the turning points of the virtual cost and the sample types among its points.
    #[must_use]
    pub fn new(virtual_cost: &'m VirtualCost<'m>, competition: Competition) -> Self {
        Self::among(virtual_cost, Rivalry::neutral(competition))
    }

    /// [`Self::new`] for bidders who mind risk: Q as they feel it is integrated to rounding too, and where marginal
    /// revenue may turn there is a point.
    fn among(virtual_cost: &'m VirtualCost<'m>, rivalry: Rivalry) -> Self {
        Self::on_scale(virtual_cost, rivalry, Scale::Types)
    }

    fn on_scale(virtual_cost: &'m VirtualCost<'m>, rivalry: Rivalry, scale: Scale) -> Self {
        let panels = Self::resolved(virtual_cost, rivalry, scale);
        match rivalry.risk {
            RiskAversion::Neutral | RiskAversion::Cara { .. } => panels,
            RiskAversion::Crra { .. } => {
                let turns = turns(&panels.points, panels.law, &panels.rivalry);
                panels.with_cuts(turns.into_iter().map(|cost| (cost, false)), &panels)
            }
        }
    }

    fn resolved(virtual_cost: &'m VirtualCost<'m>, rivalry: Rivalry, scale: Scale) -> Self {
        let law = virtual_cost.law();
        let (lower, upper) = (law.lower(), law.upper());
        let mut cuts: Vec<f64> = [lower, upper]
            .into_iter()
            .chain(law.knots().iter().copied())
            .chain(virtual_cost.monotone_breaks().iter().copied())
            .collect();
        let mut types = sample_types(law, &rivalry.competition);
        if matches!(rivalry.risk, RiskAversion::Crra { .. }) {
            types.extend(sample_types(law, rivalry.felt()));
            types.sort_by(f64::total_cmp);
            types.dedup();
        }
        let fixed = cuts.clone();
        let narrow = law.quantile(0.9) - law.quantile(0.1) < NARROW * (upper - lower);
        if scale == Scale::Types || narrow {
            cuts.extend(&types);
        }
        if scale == Scale::Coarse {
            types.clear();
        }
        // Q may fall from 1 to nothing between two Gauss points: follow it down.
        let falls = || {
            (1..)
                .map(|j| f64::from(j) * RESOLVED_LOG)
                .take_while(|fall| *fall < NEGLIGIBLE_LOG)
        };
        cuts.extend(falls().filter_map(|fall| cost_where(-fall, law, &rivalry.competition)));
        if matches!(rivalry.risk, RiskAversion::Crra { .. }) {
            cuts.extend(falls().filter_map(|fall| cost_where(-fall, law, rivalry.felt())));
        }
        if scale == Scale::Coarse && !narrow {
            // Bisection sees the rest.
            let near = lower + COARSEST * (upper - lower);
            cuts.retain(|cost| *cost < near || fixed.contains(cost));
        }
        cuts.retain(|x| (lower..=upper).contains(x));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let mut resolved = vec![lower];
        for pair in cuts.windows(2) {
            let mut bisection = Bisection {
                law,
                rivalry: &rivalry,
                ends: (pair[0], pair[1]),
                resolved: &mut resolved,
                bids: scale == Scale::Types,
            };
            bisection.split(pair[0], pair[1], DEEPEST);
        }
        let mut panels = Self {
            law,
            rivalry,
            virtual_cost,
            points: Vec::new(),
            markups: Vec::new(),
            sampled: Vec::new(),
            panels: Vec::new(),
            nodes: OnceLock::new(),
        };
        for cost in resolved {
            panels.points.push(CostPoint::at(cost, law, &rivalry));
            panels.markups.push(panels.markups_at(cost));
            panels
                .sampled
                .push(types.binary_search_by(|x| x.total_cmp(&cost)).is_ok());
        }
        panels.panels = panels
            .points
            .windows(2)
            .map(|pair| panels.integrals(&pair[0], &pair[1]))
            .collect();
        panels
    }

    /// The partition for the buyers of a market. Where each of them may or may not pay to learn her cost, it serves
    /// every probability of entry: see [`Self::among_entrants`].
    #[must_use]
    pub fn of_market(market: &Market, virtual_cost: &'m VirtualCost<'m>) -> Self {
        Self::in_format(market, virtual_cost, market.auction().format())
    }

    /// [`Self::of_market`] as if the auction had another format.
    #[must_use]
    pub(crate) fn in_format(market: &Market, virtual_cost: &'m VirtualCost<'m>, format: Format) -> Self {
        Self::in_format_on(market, virtual_cost, format, Scale::Types)
    }

    /// [`Self::of_market`] without sample types among its points, and ready for values that are not linear: the least
    /// that integrals need. Bids are stored at sample types, so it is for auctions whose bids are not asked for.
    #[must_use]
    pub fn coarse(market: &Market, virtual_cost: &'m VirtualCost<'m>) -> Self {
        Self::in_format_on(market, virtual_cost, market.auction().format(), Scale::Coarse).for_curves()
    }

    fn in_format_on(market: &Market, virtual_cost: &'m VirtualCost<'m>, format: Format, scale: Scale) -> Self {
        let competition = Competition::from(market.buyers().count());
        let risk = RiskAversion::in_auction(market, format);
        let all = Self::on_scale(virtual_cost, Rivalry::new(competition, risk), scale);
        if !market.participation().entry_is_random() {
            return all;
        }
        let mut cuts = Vec::new();
        let mut entry = ENTRY_STEP;
        while competition.expected() * entry > FEWEST_ENTRANTS {
            let some = Self::on_scale(virtual_cost, Rivalry::neutral(competition.thinned(entry)), scale);
            cuts.extend(
                some.points
                    .iter()
                    .zip(some.sampled)
                    .map(|(point, sampled)| (point.cost, sampled)),
            );
            entry *= ENTRY_STEP;
        }
        all.with_cuts(cuts, &all)
    }

    /// The same costs among those who enter, each buyer with probability `entry`; the partition itself where entry is
    /// not random (`None`), where all enter, and where nobody does.
    #[must_use]
    pub fn among_entrants(&self, entry: Option<f64>) -> Cow<'_, Self> {
        match entry {
            Some(entry) if entry > 0.0 && entry < 1.0 => Cow::Owned(self.thinned(entry)),
            Some(_) | None => Cow::Borrowed(self),
        }
    }

    fn thinned(&self, entry: f64) -> Self {
        let rivalry = Rivalry::new(self.rivalry.competition.thinned(entry), self.rivalry.risk);
        let points: Vec<CostPoint> = self
            .points
            .iter()
            .map(|point| CostPoint::at(point.cost, self.law, &rivalry))
            .collect();
        let panels = points
            .windows(2)
            .map(|pair| integrals(&pair[0], &pair[1], self.law, &rivalry))
            .collect();
        Self {
            rivalry,
            points,
            markups: self.markups.clone(),
            sampled: self.sampled.clone(),
            panels,
            nodes: OnceLock::new(),
            ..*self
        }
    }

    /// P(θ) among those who enter, as on [`Self::among_entrants`].
    #[must_use]
    pub(crate) fn lowest_cdf(&self, entry: Option<f64>, cost: f64) -> f64 {
        let tail = Tail::at(self.law, cost);
        self.competition_of(entry).lowest_cdf(&tail)
    }

    /// ∫ P from lo up to each of some increasing costs.
    pub(crate) fn areas(&self, costs: &[f64]) -> Vec<f64> {
        let mut from = self.law.lower();
        let areas = costs.iter().scan(0.0, |area, &cost| {
            *area += gauss::panel(from, cost, |x| [self.lowest_cdf(None, x)])[0];
            from = cost;
            Some(*area)
        });
        areas.collect()
    }

    /// The law of the number of those who enter.
    pub(crate) fn competition_of(&self, entry: Option<f64>) -> Competition {
        match entry {
            Some(entry) if entry > 0.0 && entry < 1.0 => self.rivalry.competition.thinned(entry),
            Some(_) | None => self.rivalry.competition,
        }
    }

    /// This partition with `knots` among its points; what `previous` (a refinement of the same partition) has
    /// computed is taken over.
    #[must_use]
    pub fn refined(&self, knots: &[f64], previous: &Self) -> Self {
        self.with_cuts(knots.iter().map(|knot| (*knot, false)), previous)
    }

    /// This partition with more points, each marked as a sample type or not.
    fn with_cuts(&self, cuts: impl IntoIterator<Item = (f64, bool)>, previous: &Self) -> Self {
        let (lower, upper) = (self.law.lower(), self.law.upper());
        let mut costs: Vec<(f64, bool)> = self
            .points
            .iter()
            .zip(&self.sampled)
            .map(|(point, sampled)| (point.cost, *sampled))
            .collect();
        costs.extend(cuts.into_iter().filter(|(x, _)| *x > lower && *x < upper));
        // A knot on a point of the partition: the point stays, first, with its mark.
        costs.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        costs.dedup_by(|later, earlier| later.0 == earlier.0);
        let known = |cost: f64| {
            let at = previous.points.partition_point(|p| p.cost < cost);
            previous.points.get(at).is_some_and(|p| p.cost == cost).then_some(at)
        };
        let points: Vec<CostPoint> = costs
            .iter()
            .map(|&(cost, _)| known(cost).map_or_else(|| self.point(cost), |at| previous.points[at]))
            .collect();
        let markups = costs
            .iter()
            .map(|&(cost, _)| known(cost).map_or_else(|| self.markups_at(cost), |at| previous.markups[at]))
            .collect();
        let (panels, nodes) = match previous.nodes.get() {
            None => {
                let panels = carried(&previous.points, &previous.panels, &points, |a, b| self.integrals(a, b));
                (panels, OnceLock::new())
            }
            Some(known) => {
                let nodes = carried(&previous.points, known, &points, |a, b| Arc::new(self.nodes_of(a, b)));
                let mut at = points.windows(2).zip(&nodes);
                let panels = carried_with(&previous.points, &previous.panels, &points, |a, b| {
                    // Every panel in turn, so that its nodes are the next.
                    let found = at.find(|(pair, _)| pair[0].cost == a.cost);
                    found.map_or_else(|| self.integrals(a, b), |(_, nodes)| self.integrals_at(a, b, nodes))
                });
                (panels, OnceLock::from(nodes))
            }
        };
        Self {
            points,
            markups,
            sampled: costs.into_iter().map(|(_, sampled)| sampled).collect(),
            panels,
            nodes,
            ..*self
        }
    }

    fn markups_at(&self, cost: f64) -> Markups {
        Markups {
            left: self.rivalry.markup(self.law, cost, Side::Left),
            right: self.rivalry.markup(self.law, cost, Side::Right),
        }
    }

    /// F and N evaluated at a cost.
    #[must_use]
    pub fn point(&self, cost: f64) -> CostPoint {
        CostPoint::at(cost, self.law, &self.rivalry)
    }

    /// The integrals over [a, b], which must lie inside one panel.
    #[must_use]
    pub fn integrals(&self, a: &CostPoint, b: &CostPoint) -> PanelIntegrals {
        integrals(a, b, self.law, &self.rivalry)
    }

    /// [`Self::integrals`] as sums over the nodes.
    fn integrals_at(&self, a: &CostPoint, b: &CostPoint, nodes: &PanelNodes) -> PanelIntegrals {
        PanelIntegrals {
            lowest: nodes.lowest.iter().sum(),
            second: nodes.second.iter().sum(),
            decay: decay(a, b),
            shading: match &nodes.shading {
                Some(weights) => weights.iter().sum(),
                None => shading(a, b, self.law, &self.rivalry, Fall::Straight),
            },
            payments: Arc::default(),
        }
    }

    fn nodes_of(&self, a: &CostPoint, b: &CostPoint) -> PanelNodes {
        PanelNodes::over(a, b, self.law, &self.rivalry)
    }

    /// F and N at the nodes of the panels, for values that are not linear there.
    pub(crate) fn nodes(&self) -> &[Arc<PanelNodes>] {
        self.nodes.get_or_init(|| {
            let pairs = self.points.windows(2);
            pairs.map(|pair| Arc::new(self.nodes_of(&pair[0], &pair[1]))).collect()
        })
    }

    /// This partition, ready for values that are not linear: what its refinements need to know of a panel it then
    /// takes over to them.
    #[must_use]
    pub fn for_curves(self) -> Self {
        self.nodes();
        self
    }

    /// ∫ D Q/Q(left) across a whole panel on which D has these values at the nodes.
    pub(crate) fn curved_shading(&self, panel: usize, fall: Fall<'_>, discounts: &[f64]) -> f64 {
        match &self.nodes()[panel].shading {
            Some(weights) => weighted(weights, discounts),
            None => self.curved_shading_over(&self.points[panel], &self.points[panel + 1], fall),
        }
    }

    /// ∫_a^b D Q/Q(a).
    fn curved_shading_over(&self, a: &CostPoint, b: &CostPoint, fall: Fall<'_>) -> f64 {
        shading(a, b, self.law, &self.rivalry, fall)
    }

    /// How a shading passes from b down to a, in one panel on which v is a curve; not for CARA bidders.
    pub(crate) fn curved_passage(&self, a: &CostPoint, b: &CostPoint, fall: Fall<'_>) -> Passage {
        match self.rivalry.risk {
            RiskAversion::Neutral | RiskAversion::Crra { .. } => {
                Passage::linear(decay(a, b), self.curved_shading_over(a, b, fall))
            }
            RiskAversion::Cara { .. } => {
                let tilt = self.rivalry.risk.tilt(1.0, fall);
                tilted(a, b, tilt, self.law, &self.rivalry.competition)
            }
        }
    }

    /// The costs at which this partition is to be cut for a profile: its knots, and where the panels are too wide for the
    /// rule to integrate D to rounding.
    #[must_use]
    pub fn cuts_for(&self, profile: &CurvedProfile) -> Vec<f64> {
        let mut cuts = Vec::new();
        let knots = profile.knots();
        let mut next = 0;
        let highest = profile.value_on(0, self.law.lower().max(knots[0])).abs();
        // Values far below the costs are not told from nothing.
        let rounding = CURVE_ROUNDING * highest.max(self.law.upper().abs());
        for pair in self.points.windows(2) {
            let (mut left, right) = (pair[0].cost, pair[1].cost);
            loop {
                while next < knots.len() && knots[next] <= left {
                    next += 1;
                }
                let knot = knots.get(next).copied().unwrap_or(right);
                let end = knot.min(right);
                let piece = next.saturating_sub(1).min(profile.pieces().len() - 1);
                if let Piece::Curve(_) = profile.pieces()[piece] {
                    halve(profile, piece, left, end, rounding, DEEPEST_CURVE, &mut cuts);
                }
                if end >= right {
                    break;
                }
                cuts.push(end);
                left = end;
            }
        }
        cuts
    }

    /// ∫ P and ∫ F₂ alone: what revenue needs.
    pub(crate) fn probabilities(&self, a: &CostPoint, b: &CostPoint) -> [f64; 2] {
        probabilities(a, b, self.law, &self.rivalry)
    }

    /// ∫ P, ∫ F₂, ∫ D P and ∫ D F₂ over [a, b], in one panel.
    pub(crate) fn curved_probabilities(&self, a: &CostPoint, b: &CostPoint, fall: Fall<'_>) -> [f64; 4] {
        gauss::panel(a.cost, b.cost, |cost| {
            let tail = Tail::at(self.law, cost);
            let (lowest, second) = (
                self.rivalry.competition.lowest_cdf(&tail),
                self.rivalry.price_setter(&tail),
            );
            let discount = fall.rate(cost);
            [lowest, second, discount * lowest, discount * second]
        })
    }

    /// How a shading passes from b down to a, in one panel with this D: from Q alone.
    pub(crate) fn passage(&self, a: &CostPoint, b: &CostPoint, discount: f64) -> Passage {
        match self.rivalry.risk {
            RiskAversion::Neutral | RiskAversion::Crra { .. } => {
                Passage::linear(decay(a, b), shading(a, b, self.law, &self.rivalry, Fall::Straight))
            }
            RiskAversion::Cara { .. } => {
                let tilt = self.rivalry.risk.tilt(discount, Fall::Straight);
                tilted(a, b, tilt, self.law, &self.rivalry.competition)
            }
        }
    }

    /// [`Self::passage`] across a whole panel.
    pub(crate) fn whole_passage(&self, panel: usize, discount: f64) -> Passage {
        let integrals = &self.panels[panel];
        match self.rivalry.risk {
            RiskAversion::Cara { .. } if discount == 1.0 => self.unit_payments(panel).whole,
            RiskAversion::Cara { .. } => self.passage(&self.points[panel], &self.points[panel + 1], discount),
            RiskAversion::Neutral | RiskAversion::Crra { .. } => Passage::linear(integrals.decay, integrals.shading),
        }
    }

    /// What CARA bidders pay on a panel where D = 1.
    pub(crate) fn unit_payments(&self, panel: usize) -> &PanelPayments {
        let (left, right) = (&self.points[panel], &self.points[panel + 1]);
        let make = || PanelPayments::of_unit(left, right, self.law, &self.rivalry);
        self.panels[panel].payments.get_or_init(make)
    }

    /// How the bidders bear risk.
    #[must_use]
    pub fn risk(&self) -> RiskAversion {
        self.rivalry.risk
    }

    /// The number of buyers with their attitude to losing against them.
    pub(crate) fn rivalry(&self) -> &Rivalry {
        &self.rivalry
    }

    /// The number of buyers as bidders feel it ([`Rivalry::felt`]).
    pub(crate) fn felt(&self) -> &Competition {
        self.rivalry.felt()
    }

    /// The law of costs.
    #[must_use]
    pub fn law(&self) -> &'m dyn CostLaw {
        self.law
    }

    /// The virtual cost of that law.
    #[must_use]
    pub fn virtual_cost(&self) -> &'m VirtualCost<'m> {
        self.virtual_cost
    }

    /// The law of the number of buyers.
    #[must_use]
    pub fn competition(&self) -> &Competition {
        &self.rivalry.competition
    }

    /// The ends of the panels, increasing in cost, from lo to hi.
    #[must_use]
    pub fn points(&self) -> &[CostPoint] {
        &self.points
    }

    /// The integrals between them: one fewer.
    #[must_use]
    pub fn panels(&self) -> &[PanelIntegrals] {
        &self.panels
    }

    pub(crate) fn markups(&self) -> &[Markups] {
        &self.markups
    }

    /// Whether each point is one of the types at which bids are stored and verified.
    pub(crate) fn sampled(&self) -> &[bool] {
        &self.sampled
    }
}

/// One value a panel of `points`: those of panels that `old_points` has too are taken over, the rest made.
pub(crate) fn carried<T: Clone>(
    old_points: &[CostPoint],
    old: &[T],
    points: &[CostPoint],
    make: impl Fn(&CostPoint, &CostPoint) -> T,
) -> Vec<T> {
    carried_with(old_points, old, points, make)
}

fn carried_with<T: Clone>(
    old_points: &[CostPoint],
    old: &[T],
    points: &[CostPoint],
    mut make: impl FnMut(&CostPoint, &CostPoint) -> T,
) -> Vec<T> {
    let mut at = 0;
    points
        .windows(2)
        .map(|pair| {
            while at + 1 < old_points.len() && old_points[at].cost < pair[0].cost {
                at += 1;
            }
            let same = at < old.len() && old_points[at].cost == pair[0].cost && old_points[at + 1].cost == pair[1].cost;
            if same {
                old[at].clone()
            } else {
                make(&pair[0], &pair[1])
            }
        })
        .collect()
}

/// Appends cuts of [left, right] until the rule integrates D to rounding: its integral is known.
fn halve(profile: &CurvedProfile, piece: usize, left: f64, right: f64, rounding: f64, depth: u32, cuts: &mut Vec<f64>) {
    let middle = 0.5 * (left + right);
    if depth == 0 || middle <= left || middle >= right {
        return;
    }
    let width = right - left;
    let rule = gauss::panel_rule();
    let costs: [f64; NODES] = std::array::from_fn(|i| left + width * rule[i].0);
    let weights: [f64; NODES] = std::array::from_fn(|i| width * rule[i].1);
    let sum = weighted(&weights, &profile.discounts_on(piece, &costs));
    let [above, below] = profile.values_on(piece, &[left, right]);
    if (sum - (above - below)).abs() <= CURVE_RESOLVED * (above - below).abs() + rounding {
        return;
    }
    halve(profile, piece, left, middle, rounding, depth - 1, cuts);
    cuts.push(middle);
    halve(profile, piece, middle, right, rounding, depth - 1, cuts);
}

/// Types at which bids are stored: quantiles of F, and of the lowest of many costs, which lie near lo.
fn sample_types(law: &dyn CostLaw, competition: &Competition) -> Vec<f64> {
    let steps = f64::from(TYPE_STEPS);
    let mut types: Vec<f64> = (0..=TYPE_STEPS).map(|j| law.quantile(f64::from(j) / steps)).collect();
    for j in 1..TYPE_STEPS {
        let log_none = (1.0 - f64::from(j) / steps).ln();
        if let Some((cdf, _)) = competition.where_log_rivals(log_none) {
            types.push(law.quantile(cdf));
        }
    }
    types.sort_by(f64::total_cmp);
    types.dedup();
    types
}

/// ∫ P and ∫ F₂ over [a, b].
fn probabilities(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry) -> [f64; 2] {
    gauss::panel(a.cost, b.cost, |cost| {
        let tail = Tail::at(law, cost);
        [rivalry.competition.lowest_cdf(&tail), rivalry.price_setter(&tail)]
    })
}

pub(super) fn integrals(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry) -> PanelIntegrals {
    let [lowest, second] = probabilities(a, b, law, rivalry);
    PanelIntegrals {
        lowest,
        second,
        decay: decay(a, b),
        shading: shading(a, b, law, rivalry, Fall::Straight),
        payments: Arc::default(),
    }
}

/// Q(b)/Q(a).
fn decay(a: &CostPoint, b: &CostPoint) -> f64 {
    if b.log_felt == f64::NEG_INFINITY {
        0.0
    } else {
        (b.log_felt - a.log_felt).exp()
    }
}

/// ∫_a^b D Q(θ)/Q(a) dθ, cut wherever Q has fallen by another factor e³, and left off once it has fallen by e⁴⁰.
fn shading(a: &CostPoint, b: &CostPoint, law: &dyn CostLaw, rivalry: &Rivalry, values: Fall<'_>) -> f64 {
    let competition = rivalry.felt();
    if a.log_felt == f64::NEG_INFINITY {
        return 0.0;
    }
    let ratio = |cost: f64| {
        let log_rivals = competition.log_rivals_above(&Tail::at(law, cost));
        [values.rate(cost) * (log_rivals - a.log_felt).exp()]
    };
    let total_fall = a.log_felt - b.log_felt;
    if total_fall <= 0.0 {
        // Q is flat: a lone buyer, or ends whose F is the same number.
        return values.over(b.cost, b.cost - a.cost);
    }
    let (mut total, mut left, mut fall) = (0.0, a.cost, 0.0);
    while fall < total_fall.min(NEGLIGIBLE_LOG) {
        fall += RESOLVED_LOG;
        let right = if fall < total_fall {
            fallen(left, b.cost, a.log_felt - fall, law, competition)
        } else {
            b.cost
        };
        total += gauss::panel(left, right, ratio)[0];
        left = right;
    }
    total
}

/// About where in [a, b] ln Q has fallen to `log_rivals` from its value at a: a place to cut, not a result.
pub(crate) fn fallen(a: f64, b: f64, log_rivals: f64, law: &dyn CostLaw, competition: &Competition) -> f64 {
    let above = |cost: f64| {
        let value = competition.log_rivals_above(&Tail::at(law, cost)) - log_rivals;
        // −∞ at hi, where any large negative number serves the search better.
        value.max(-1e6)
    };
    let wanted = above(a);
    let guess = a + wanted / competition.rival_rate(law, a);
    if guess > a && guess < b && above(guess).abs() < 0.3 * wanted {
        return guess;
    }
    root::bracketed_within(a, b, 1e-2 * (b - a), above).unwrap_or(b)
}

/// The cost at which ln Q has fallen to `log_rivals`; `None` if it never falls so far.
pub(crate) fn cost_where(log_rivals: f64, law: &dyn CostLaw, competition: &Competition) -> Option<f64> {
    let (cdf, survival) = competition.where_log_rivals(log_rivals)?;
    Some(if cdf <= 0.5 {
        law.quantile(cdf)
    } else {
        law.upper_quantile(survival)
    })
}
