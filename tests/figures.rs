//! Figures against the numbers they show.

mod common_figure;

use std::fmt::Write;

use common_figure::drawing::{Drawing, Words};
use common_figure::plane::Plane;
use common_figure::{Case, EXAMPLES, LOTTERY, PATH, Shown, example, layer, layer_names, page, svg, tex};
use etm::figure::kinds::Kind;
use etm::figure::{Figure, Layer, Panel, Scale, Shape, Style, Width, export};
use etm_solver::Settings;
use etm_solver::conjecture::{self, ConjectureReport};
use etm_solver::market::Format;
use etm_solver::timing::Decision;

/// Fails unless a layer is drawn as one curve through these points.
fn is_curve(shown: &Shown, panel: &str, name: &str, expected: &[(f64, f64)]) {
    let (model, drawn) = (shown.panel(panel), shown.drawing.panel(panel));
    let paths = drawn.layer(name).paths();
    assert_eq!(paths.len(), 1, "{panel} {name}");
    Plane::of(model, drawn).runs_through(&format!("{panel} {name}"), paths[0], expected);
    contains(model, name, expected);
}

/// Fails unless the axes show all these points.
fn contains(panel: &Panel, what: &str, points: &[(f64, f64)]) {
    let within = |(from, to): (f64, f64), x: f64| from <= x && x <= to;
    for &(x, y) in points {
        assert!(
            within(panel.x.range, x) && within(panel.y.range, y),
            "{what}: ({x}, {y}) is not in the axes of {}",
            panel.name
        );
    }
}

/// Fails unless a layer is drawn as bars of these heights around these places.
fn is_bars(shown: &Shown, panel: &str, name: &str, (offset, width): (f64, f64), heights: &[f64]) {
    let (model, drawn) = (shown.panel(panel), shown.drawing.panel(panel));
    let plane = Plane::of(model, drawn);
    let rectangles = drawn.layer(name).rectangles();
    assert_eq!(rectangles.len(), heights.len(), "{panel} {name}");
    for (place, (rectangle, &height)) in rectangles.iter().zip(heights).enumerate() {
        let middle = place as f64 + offset;
        let (low, high) = ((middle - 0.5 * width, 0.0), (middle + 0.5 * width, height));
        plane.spans(&format!("{panel} {name} {place}"), *rectangle, low, high);
    }
}

/// Fails unless a layer is a line across the panel at this number.
fn is_vertical(shown: &Shown, panel: &str, name: &str, x: f64) {
    let plane = Plane::of(shown.panel(panel), shown.drawing.panel(panel));
    let paths = shown.drawing.panel(panel).layer(name).paths();
    let (low, high) = shown.panel(panel).y.range;
    plane.runs_through(&format!("{panel} {name}"), paths[0], &[(x, low), (x, high)]);
}

fn is_horizontal(shown: &Shown, panel: &str, name: &str, y: f64) {
    let plane = Plane::of(shown.panel(panel), shown.drawing.panel(panel));
    let paths = shown.drawing.panel(panel).layer(name).paths();
    let (low, high) = shown.panel(panel).x.range;
    plane.runs_through(&format!("{panel} {name}"), paths[0], &[(low, y), (high, y)]);
}

/// Fails unless the axes are named so, in the drawing too.
fn is_labelled(shown: &Shown, panel: &str, x: &str, y: &str) {
    let drawn = shown.drawing.panel(panel);
    assert_eq!(
        (drawn.x_label.as_str(), drawn.y_label.as_str()),
        (x, y),
        "labels of {panel}"
    );
    for label in [x, y].into_iter().filter(|label| !label.is_empty()) {
        assert!(drawn.says(label), "{panel} does not print {label}");
    }
}

/// The message of a panel, which must be drawn inside its axes.
fn message(shown: &Shown, panel: &str) -> String {
    let drawn = shown.drawing.panel(panel);
    let inside = |words: &&Words| drawn.frame.holds(&words.ink, 0.0);
    let lines: Vec<&str> = drawn
        .words
        .iter()
        .filter(inside)
        .map(|words| words.text.as_str())
        .collect();
    assert!(!lines.is_empty(), "{panel} says nothing");
    lines.join(" ")
}

fn legend(shown: &Shown) -> Vec<&str> {
    shown.drawing.legend.iter().map(|words| words.text.as_str()).collect()
}

/// First states of runs of neighbouring states in which the holder sells.
fn run_starts(case: &Case, slot: usize) -> Vec<f64> {
    let states = case.prizes().states(slot);
    let starts = (0..states.len()).filter(|&k| case.sells(slot, k) && (k == 0 || !case.sells(slot, k - 1)));
    starts.map(|k| states[k]).collect()
}

mod value {
    use super::*;

    fn agrees(case: &Case, slots: &[usize]) {
        let shown = case.drawn(Kind::Value);
        let names: Vec<String> = slots.iter().map(|slot| format!("slot_{slot}")).collect();
        assert_eq!(shown.names(), names);
        for &slot in slots {
            at_slot(case, &shown, slot);
        }
        assert!(legend(&shown).starts_with(&["sale region", "sale cutoff", "holder's value W_t", "selling now Π_t"]));
    }

    fn at_slot(case: &Case, shown: &Shown, slot: usize) {
        let name = format!("slot_{slot}");
        is_labelled(shown, &name, "Prize r (ETH)", "Value (ETH)");
        assert!(shown.drawing.panel(&name).says(&format!("t = {slot}")));
        let nodes = case.at_slot(slot);
        let values: Vec<_> = nodes.iter().map(|(prize, node)| (*prize, node.value)).collect();
        is_curve(shown, &name, "seller_value", &values);
        let sale: Vec<_> = nodes
            .iter()
            .map(|(prize, node)| (*prize, node.auction.revenue))
            .collect();
        is_curve(shown, &name, "sale_value", &sale);
        let wait: Vec<_> = nodes
            .iter()
            .filter_map(|(prize, node)| Some((*prize, node.waiting_value?)))
            .collect();
        let layers = layer_names(shown.panel(&name));
        assert_eq!(layers.contains(&"waiting_value"), !wait.is_empty(), "{name}");
        if !wait.is_empty() {
            is_curve(shown, &name, "waiting_value", &wait);
        }
        let own: Vec<_> = nodes
            .iter()
            .filter_map(|(prize, node)| Some((*prize, node.exercise_value?)))
            .collect();
        assert_eq!(layers.contains(&"exercise_value"), !own.is_empty(), "{name}");
        if !own.is_empty() {
            is_curve(shown, &name, "exercise_value", &own);
        }
        regions(case, shown, slot);
        let starts = run_starts(case, slot);
        assert_eq!(
            layers.iter().filter(|layer| layer.starts_with("cutoff_")).count(),
            starts.len()
        );
        for (index, prize) in starts.into_iter().enumerate() {
            is_vertical(shown, &name, &format!("cutoff_{index}"), prize);
        }
    }

    /// Shaded are exactly the prizes at which the holder sells, or uses the ticket herself.
    fn regions(case: &Case, shown: &Shown, slot: usize) {
        let name = format!("slot_{slot}");
        let (model, drawn) = (shown.panel(&name), shown.drawing.panel(&name));
        let plane = Plane::of(model, drawn);
        let middle = 0.5 * (model.y.range.0 + model.y.range.1);
        for (layer, decision) in [("sale_region", Decision::Sell), ("own_use", Decision::Exercise)] {
            let there = drawn.layers.iter().find(|drawn| drawn.name == layer);
            let rectangles = there.map(|layer| layer.rectangles()).unwrap_or_default();
            for (prize, node) in case.at_slot(slot) {
                let shaded = plane.covered(&rectangles, (prize, middle));
                assert_eq!(shaded, node.decision == decision, "{name} {layer} at {prize}");
            }
        }
    }

    #[test]
    fn of_two_states() {
        agrees(example("two_states"), &[0, 1, 2]);
        let shown = example("two_states").drawn(Kind::Value);
        assert!(shown.figure.panels().all(|panel| panel.x.scale == Scale::Linear));
        assert!(
            shown.figure.caption.contains("holder.discount_factor = 0.9"),
            "{}",
            shown.figure.caption
        );
    }

    #[test]
    fn of_a_week() {
        agrees(example("mev_boost_week"), &[0, 15, 31]);
        let shown = example("mev_boost_week").drawn(Kind::Value);
        assert!(shown.figure.panels().all(|panel| panel.x.scale == Scale::Log));
        assert!(
            shown.figure.caption.contains("prize.empirical.bins = 16"),
            "{}",
            shown.figure.caption
        );
    }

    #[test]
    fn with_own_use() {
        let case = example("s6_own_cost");
        let shown = case.drawn(Kind::Value);
        assert!(legend(&shown).contains(&"own use"));
        for slot in 0..=1 {
            at_slot(case, &shown, slot);
        }
    }

    #[test]
    fn of_a_lottery_in_the_slots_asked_for() {
        let case = Case::of_text("lottery", LOTTERY);
        let shown = Shown::of(case.figure_of_slots(Kind::Value, Some(&[4, 1])));
        assert_eq!(shown.names(), ["slot_4", "slot_1"]);
        at_slot(&case, &shown, 4);
        at_slot(&case, &shown, 1);
    }

    #[test]
    fn along_known_prizes() {
        let case = Case::of_text("path", PATH);
        let shown = case.drawn(Kind::Value);
        assert_eq!(shown.names(), ["path"]);
        is_labelled(&shown, "path", "Slot t", "Value (ETH)");
        let slots = || (0..=3).map(|slot| (slot as f64, case.node(slot, 0)));
        is_curve(
            &shown,
            "path",
            "seller_value",
            &slots().map(|(t, node)| (t, node.value)).collect::<Vec<_>>(),
        );
        let sale: Vec<_> = slots().map(|(t, node)| (t, node.auction.revenue)).collect();
        is_curve(&shown, "path", "sale_value", &sale);
        let wait: Vec<_> = slots().filter_map(|(t, node)| Some((t, node.waiting_value?))).collect();
        assert_eq!(wait.len(), 3);
        is_curve(&shown, "path", "waiting_value", &wait);
        let plane = Plane::of(shown.panel("path"), shown.drawing.panel("path"));
        let rectangles = shown.drawing.panel("path").layer("sale_region").rectangles();
        for slot in 0..=3 {
            let shaded = plane.covered(&rectangles, (slot as f64, 0.1));
            assert_eq!(shaded, case.sells(slot, 0), "slot {slot}");
        }
    }
}

mod timing {
    use super::*;

    fn agrees(case: &Case) {
        let shown = case.drawn(Kind::Timing);
        assert_eq!(shown.names(), ["region", "probability"]);
        is_labelled(&shown, "region", "", "Prize r (ETH)");
        is_labelled(&shown, "probability", "Slot t", "Probability");
        // The strip is read under the region.
        let frames = [
            shown.drawing.panel("region").frame,
            shown.drawing.panel("probability").frame,
        ];
        assert_eq!((frames[0].left, frames[0].right), (frames[1].left, frames[1].right));
        assert_eq!(shown.panel("region").x.range, shown.panel("probability").x.range);
        region(case, &shown);
        boundaries(case, &shown);
        is_bars(
            &shown,
            "probability",
            "sale_probability",
            (-0.2, 0.4),
            &case.equilibrium.path.sold_by_slot,
        );
        is_bars(
            &shown,
            "probability",
            "exercise_probability",
            (0.2, 0.4),
            &case.summary.exercise_probability,
        );
        assert!(shown.figure.caption.contains(&case.parameters));
    }

    fn region(case: &Case, shown: &Shown) {
        let (model, drawn) = (shown.panel("region"), shown.drawing.panel("region"));
        let plane = Plane::of(model, drawn);
        for (layer, decision) in [("sale_region", Decision::Sell), ("own_use", Decision::Exercise)] {
            let there = drawn.layers.iter().find(|drawn| drawn.name == layer);
            let rectangles = there.map(|layer| layer.rectangles()).unwrap_or_default();
            for slot in 0..=case.maturity() {
                for (prize, node) in case.at_slot(slot) {
                    let shaded = plane.covered(&rectangles, (slot as f64, prize));
                    assert_eq!(shaded, node.decision == decision, "{layer} in slot {slot} at {prize}");
                }
            }
        }
        let lowest = |slot: usize| {
            case.at_slot(slot)
                .into_iter()
                .find(|(_, node)| node.decision == Decision::Sell)
        };
        steps(case, shown, "sale_cutoff", &|slot| Some(lowest(slot)?.0));
    }

    /// The lowest prize at which each type exercises.
    fn boundaries(case: &Case, shown: &Shown) {
        let law = case.spec.market.buyers().cost();
        let boundary = &case.equilibrium.induction.boundary;
        let types = [
            ("low", law.lower()),
            ("median", law.quantile(0.5)),
            ("high", law.upper()),
        ];
        for (name, cost) in types {
            let lowest = |slot: usize| {
                let exercises = |state: &usize| boundary.at(slot, *state).is_some_and(|theta| cost <= theta);
                let state = (0..case.prizes().size()).find(exercises)?;
                Some(case.prizes().states(slot)[state])
            };
            steps(case, shown, &format!("exercise_{name}"), &lowest);
        }
    }

    /// Fails unless a layer is drawn as steps of these heights, broken where there are none.
    fn steps(case: &Case, shown: &Shown, name: &str, height: &dyn Fn(usize) -> Option<f64>) {
        let mut pieces: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for slot in 0..=case.maturity() {
            match height(slot) {
                Some(y) => pieces
                    .last_mut()
                    .expect("a piece")
                    .extend([(slot as f64 - 0.5, y), (slot as f64 + 0.5, y)]),
                None => pieces.push(Vec::new()),
            }
        }
        pieces.retain(|piece| !piece.is_empty());
        let panel = shown.drawing.panel("region");
        let layer = panel.layers.iter().find(|layer| layer.name == name);
        let paths = layer.map(|layer| layer.paths()).unwrap_or_default();
        assert_eq!(paths.len(), pieces.len(), "{name}");
        let plane = Plane::of(shown.panel("region"), panel);
        for (path, piece) in paths.iter().zip(&pieces) {
            plane.runs_through(name, path, piece);
            contains(shown.panel("region"), name, piece);
        }
    }

    #[test]
    fn of_two_states() {
        agrees(example("two_states"));
    }

    #[test]
    fn of_a_week() {
        agrees(example("mev_boost_week"));
        assert_eq!(
            example("mev_boost_week").figure(Kind::Timing).blocks[0].panels[0]
                .y
                .scale,
            Scale::Log
        );
    }

    #[test]
    fn of_an_epoch_a_lottery_own_use_and_known_prizes() {
        agrees(example("epoch"));
        agrees(example("s6_own_cost"));
        agrees(&Case::of_text("lottery", LOTTERY));
        let case = Case::of_text("path", PATH);
        agrees(&case);
        let steps: Vec<_> = (0..=3)
            .map(|slot| (slot as f64, case.prizes().states(slot)[0]))
            .collect();
        is_curve(&case.drawn(Kind::Timing), "region", "prize", &steps);
    }
}

mod bids {
    use super::*;

    const CURVES: [(&str, &str, Format); 3] = [
        ("first_price", "first-price", Format::FirstPrice),
        ("second_price", "second-price", Format::SecondPrice),
        ("all_pay", "all-pay", Format::AllPay),
    ];

    fn agrees(case: &Case, shown: &Shown, slot: usize, prize: f64) {
        let (bids, gain) = (format!("bids_{slot}"), format!("gain_{slot}"));
        is_labelled(shown, &bids, "Cost θ (ETH)", "Bid, value (ETH)");
        is_labelled(shown, &gain, "Cost θ (ETH)", "Expected gain U(θ) (ETH)");
        let costs: Vec<f64> = layer(shown.panel(&bids), "ticket_value")
            .points()
            .iter()
            .map(|(x, _)| *x)
            .collect();
        assert!(costs.len() > 200 && costs.is_sorted(), "{} costs", costs.len());
        assert_eq!(costs[0], case.spec.market.buyers().cost().lower());
        let market = &case.spec.market;
        let node = case
            .equilibrium
            .bids_in_every_format(market, slot, prize, &costs)
            .expect("bids");
        let value: Vec<_> = node.types.iter().map(|one| (one.cost, one.ticket_value)).collect();
        is_curve(shown, &bids, "ticket_value", &value);
        let cutoff = node.terms[0].participation_cutoff.expect("a bidder");
        for (name, _, format) in CURVES {
            let points: Vec<_> = node
                .types
                .iter()
                .filter_map(|one| Some((one.cost, one.bid(format)?)))
                .collect();
            is_curve(shown, &bids, name, &points);
            assert_eq!(points[points.len() - 1].0, cutoff, "{name} does not end at the cutoff");
        }
        let spot: Vec<_> = node
            .types
            .iter()
            .filter_map(|one| Some((one.cost, one.spot?)))
            .collect();
        is_curve(shown, &bids, "spot", &spot);
        assert_eq!(Some(spot[spot.len() - 1].0), node.spot.participation_cutoff);
        let gains: Vec<_> = node
            .types
            .iter()
            .filter_map(|one| Some((one.cost, one.expected_gain?)))
            .collect();
        is_curve(shown, &gain, "gain", &gains);
        for panel in [&bids, &gain] {
            is_vertical(shown, panel, "cutoff", cutoff);
        }
        let own = market.auction().format();
        let terms = node
            .terms
            .iter()
            .find(|terms| terms.format == own)
            .expect("the market's format");
        if let Some(lowest) = terms.minimum_bid {
            is_horizontal(shown, &bids, "lowest_bid", lowest);
        }
    }

    #[test]
    fn of_two_states() {
        let case = example("two_states");
        let shown = case.drawn(Kind::Bids);
        // Reached and sold with 0.2 × 1 in slot 1 and with 0.32 in slot 2 at the high prize.
        let sold = |slot: usize, state: usize| {
            let sold = case.node(slot, state).auction.sale_probability;
            f64::from(u8::from(case.sells(slot, state))) * case.equilibrium.path.reach(slot, state) * sold
        };
        let nodes = || (0..=2).flat_map(|slot| (0..2).map(move |state| (slot, state)));
        let (slot, state) = nodes()
            .max_by(|a, b| sold(a.0, a.1).total_cmp(&sold(b.0, b.1)))
            .expect("a node");
        let prize = case.prizes().states(slot)[state];
        assert_eq!(shown.names(), [format!("bids_{slot}"), format!("gain_{slot}")]);
        assert!(shown.drawing.panels[0].says(&format!("t = {slot}, r = {prize}")));
        agrees(case, &shown, slot, prize);
    }

    /// Written out: at the high prize of the last slot V = 2 − θ, and the optimal reserve lets everyone in.
    #[test]
    fn by_formula() {
        let case = example("two_states");
        let shown = Shown::of(case.figure_of_slots(Kind::Bids, Some(&[2])));
        let heading = &shown.drawing.panels[0].words;
        let high = heading.iter().any(|words| words.text == "t = 2, r = 2");
        let prize = if high { 2.0 } else { 1.0 };
        agrees(case, &shown, 2, prize);
        // n = 2, uniform costs on [0, 1], cutoff θ̂: β₁ = r − (θ̂ (1 − θ̂) + ∫ s ds from θ to θ̂ … ) as an average of the
        // rival's cost above θ, up to the reserve.
        let cutoff = (0.5 * prize).min(1.0);
        let line = layer(shown.panel("bids_2"), "first_price").points();
        for (theta, bid) in line {
            let rivals = 1.0 - theta;
            let gain = 0.5 * (rivals * rivals - (1.0 - cutoff) * (1.0 - cutoff));
            let expected = if rivals > 0.0 {
                prize - theta - gain / rivals
            } else {
                prize - theta
            };
            assert!(
                (bid - expected).abs() < 1e-12,
                "bid of {theta}: {bid} instead of {expected}"
            );
        }
    }

    #[test]
    fn of_a_week_a_lottery_and_known_prizes() {
        let lottery = Case::of_text("lottery", LOTTERY);
        let path = Case::of_text("path", PATH);
        for case in [example("mev_boost_week"), &lottery, &path] {
            for slot in [0, case.maturity()] {
                let shown = Shown::of(case.figure_of_slots(Kind::Bids, Some(&[slot])));
                let prize = likeliest(case, slot);
                agrees(case, &shown, slot, prize);
            }
        }
    }

    fn likeliest(case: &Case, slot: usize) -> f64 {
        let key = |state: usize| {
            let reach = case.equilibrium.path.reach(slot, state);
            let sold = if case.sells(slot, state) {
                reach * case.node(slot, state).auction.sale_probability
            } else {
                0.0
            };
            (sold, reach)
        };
        let states = case.prizes().states(slot);
        let best = (0..states.len())
            .rev()
            .max_by(|a, b| key(*a).partial_cmp(&key(*b)).expect("numbers"));
        states[best.expect("a state")]
    }

    /// The lowest bid drawn is the one that the market's own format admits.
    #[test]
    fn of_an_all_pay_auction() {
        let case = Case::with("two_states.toml", &["auction.format=all_pay", "auction.reserve=0.3"]);
        let shown = Shown::of(case.figure_of_slots(Kind::Bids, Some(&[2])));
        agrees(&case, &shown, 2, likeliest(&case, 2));
    }
}

mod exercise {
    use super::*;

    fn agrees(case: &Case) {
        let shown = case.drawn(Kind::Exercise);
        assert_eq!(shown.names(), ["slots", "delay"]);
        is_labelled(&shown, "slots", "Slot t", "Probability");
        is_labelled(&shown, "delay", "Delay (slots after the sale)", "Probability");
        is_bars(
            &shown,
            "slots",
            "sale_probability",
            (-0.2, 0.4),
            &case.equilibrium.path.sold_by_slot,
        );
        is_bars(
            &shown,
            "slots",
            "exercise_probability",
            (0.2, 0.4),
            &case.summary.exercise_probability,
        );
        let delays = case.equilibrium.delay_distribution(&case.spec.market).expect("delays");
        let (drawn, model) = (shown.drawing.panel("delay"), shown.panel("delay"));
        let bars = layer(model, "delay_probability").points();
        let heights: Vec<f64> = bars.iter().skip(1).step_by(2).map(|(_, y)| *y).collect();
        assert_eq!(heights, delays.by_delay);
        let plane = Plane::of(model, drawn);
        let total: f64 = delays.by_delay.iter().sum();
        for (delay, (bar, height)) in drawn
            .layer("delay_probability")
            .rectangles()
            .iter()
            .zip(&heights)
            .enumerate()
        {
            let middle = delay as f64;
            if middle < model.x.range.1 {
                plane.spans(
                    &format!("delay {delay}"),
                    *bar,
                    (middle - 0.2, 0.0),
                    (middle + 0.2, *height),
                );
            } else {
                assert!(*height <= 1e-6 * total, "delay {delay} is not shown");
            }
        }
        let sold = match case.summary.sold_probability {
            p if p >= 1.0 => "sold with probability 100 %".to_owned(),
            p => format!("sold with probability {:.1} %", 100.0 * p),
        };
        assert!(shown.figure.caption.contains(&sold), "{}", shown.figure.caption);
        assert!((case.summary.sold_probability - total - delays.never).abs() < 1e-12);
    }

    #[test]
    fn of_two_states_a_week_and_an_epoch() {
        agrees(example("two_states"));
        agrees(example("mev_boost_week"));
        agrees(example("epoch"));
    }

    #[test]
    fn of_a_lottery_and_known_prizes() {
        agrees(&Case::of_text("lottery", LOTTERY));
        agrees(&Case::of_text("path", PATH));
    }

    /// Written out: the winner of two_states exercises at once, and slots 1 and 2 share the sales.
    #[test]
    fn by_hand() {
        let shown = example("two_states").drawn(Kind::Exercise);
        is_bars(&shown, "slots", "sale_probability", (-0.2, 0.4), &[0.0, 0.2, 0.64]);
        is_bars(&shown, "slots", "exercise_probability", (0.2, 0.4), &[0.0, 0.2, 0.64]);
        is_bars(&shown, "delay", "delay_probability", (0.0, 0.4), &[0.84, 0.0, 0.0]);
    }
}

mod participation {
    use super::*;

    /// `states` and `slots` are those with a curve.
    fn agrees(case: &Case, states: &[usize], slots: &[usize]) {
        let shown = case.drawn(Kind::Participation);
        let law = case.spec.market.buyers().cost();
        for (name, label) in [
            ("cutoff", "Cutoff θ\u{302}_t(r) (ETH)"),
            ("probability", "Takes part, F(θ\u{302}_t(r))"),
        ] {
            let quantity = |slot: usize, state: usize| {
                let cutoff = case.node(slot, state).auction.participation_cutoff;
                if name == "cutoff" {
                    cutoff
                } else {
                    Some(cutoff.map_or(0.0, |theta| law.cdf(theta)))
                }
            };
            let by_slot = format!("{name}_by_slot");
            is_labelled(&shown, &by_slot, "Slot t", label);
            for &state in states {
                let at = |slot: usize| Some((slot as f64, quantity(slot, state)?));
                let points: Vec<_> = (0..=case.maturity()).filter_map(at).collect();
                is_curve(&shown, &by_slot, &format!("prize_{state}"), &points);
            }
            let by_prize = format!("{name}_by_prize");
            for &slot in slots {
                is_labelled(&shown, &by_prize, "Prize r (ETH)", label);
                let prizes = case.prizes().states(slot).iter().enumerate();
                let points: Vec<_> = prizes
                    .filter_map(|(state, prize)| Some((*prize, quantity(slot, state)?)))
                    .collect();
                is_curve(&shown, &by_prize, &format!("slot_{slot}"), &points);
            }
        }
        for panel in shown.names().into_iter().filter(|name| name.starts_with("cutoff")) {
            is_horizontal(&shown, panel, "lowest_cost", law.lower());
            is_horizontal(&shown, panel, "highest_cost", law.upper());
        }
    }

    #[test]
    fn of_two_states_a_week_a_lottery_and_known_prizes() {
        agrees(example("two_states"), &[0, 1], &[0, 1, 2]);
        agrees(example("mev_boost_week"), &[0, 5, 10, 15], &[0, 15, 31]);
        agrees(&Case::of_text("lottery", LOTTERY), &[0, 1, 2], &[0, 2, 4]);
        agrees(&Case::of_text("path", PATH), &[0], &[]);
    }

    /// Where buyers do not know their costs yet, the lower panels show with which probability each enters.
    #[test]
    fn of_buyers_who_enter_by_lot() {
        let case = example("participation_after");
        let shown = case.drawn(Kind::Participation);
        assert_eq!(
            shown.names(),
            ["cutoff_by_slot", "cutoff_by_prize", "entry_by_slot", "entry_by_prize"]
        );
        let entry = |slot: usize, state: usize| {
            let entry = case.node(slot, state).auction.entry_probability;
            entry.expect("random entry")
        };
        is_labelled(&shown, "entry_by_slot", "Slot t", "Enters, e_t(r)");
        for state in 0..3 {
            let points: Vec<_> = (0..=8).map(|slot| (slot as f64, entry(slot, state))).collect();
            assert!(points.iter().all(|&(_, e)| 0.0 < e && e < 1.0));
            is_curve(&shown, "entry_by_slot", &format!("prize_{state}"), &points);
        }
        for slot in [0, 4, 8] {
            let prizes = case.prizes().states(slot).iter().enumerate();
            let points: Vec<_> = prizes.map(|(state, prize)| (*prize, entry(slot, state))).collect();
            is_curve(&shown, "entry_by_prize", &format!("slot_{slot}"), &points);
        }
        assert!(
            case.figure(Kind::Participation)
                .caption
                .contains("not knowing her cost")
        );
    }

    /// Buyers who know their costs, and winners who pay, have cutoffs.
    #[test]
    fn of_buyers_who_know_their_costs() {
        agrees(example("participation_before"), &[0, 1, 2], &[0, 4, 8]);
        agrees(example("participation_winner"), &[0, 1, 2], &[0, 4, 8]);
    }

    #[test]
    fn prizes_and_slots_are_named() {
        let shown = example("two_states").drawn(Kind::Participation);
        assert_eq!(
            legend(&shown),
            ["lowest, highest cost", "r = 1", "r = 2", "t = 0", "t = 1", "t = 2"]
        );
    }
}

mod commitment {
    use super::*;
    use common_figure::NO_COMMITMENT;
    use etm_solver::Repeated;

    fn repeated(case: &Case) -> &Repeated {
        case.equilibrium.repeated.as_ref().expect("a fixed pool")
    }

    /// Fails unless a layer is drawn as steps of these heights, broken where there are none.
    fn is_steps(shown: &Shown, panel: &str, name: &str, heights: &[Option<f64>]) {
        let drawn = shown.drawing.panel(panel);
        let plane = Plane::of(shown.panel(panel), drawn);
        let runs: Vec<Vec<(f64, f64)>> = (0..heights.len())
            .collect::<Vec<_>>()
            .chunk_by(|a, b| heights[*a].is_some() == heights[*b].is_some())
            .filter(|run| heights[run[0]].is_some())
            .map(|run| {
                let ends = run.iter().flat_map(|&slot| {
                    let (at, y) = (slot as f64, heights[slot].expect("a height"));
                    [(at - 0.5, y), (at + 0.5, y)]
                });
                ends.collect()
            })
            .collect();
        let paths = if runs.is_empty() {
            Vec::new()
        } else {
            drawn.layer(name).paths()
        };
        assert_eq!(paths.len(), runs.len(), "{panel} {name}");
        for (path, run) in paths.into_iter().zip(&runs) {
            plane.runs_through(&format!("{panel} {name}"), path, run);
        }
    }

    /// `states` are those of the most likely path.
    fn agrees(case: &Case, states: &[usize]) {
        let shown = case.drawn(Kind::Commitment);
        assert_eq!(shown.names(), ["price", "costs", "sold"]);
        is_labelled(&shown, "price", "Slot t", "Price, prize (ETH)");
        is_labelled(&shown, "costs", "Slot t", "Cost θ (ETH)");
        is_labelled(&shown, "sold", "Slot t", "Sold by slot t");
        let rounds = case.summary.rounds.as_ref().expect("rounds");
        let (law, once) = (case.spec.market.buyers().cost(), repeated(case));
        let slots = || states.iter().copied().enumerate();
        let prizes: Vec<_> = slots()
            .map(|(slot, state)| Some(case.prizes().states(slot)[state]))
            .collect();
        is_steps(&shown, "price", "prize", &prizes);
        let single = |slot: usize, state: usize| &once.committed.timing.at(slot, state).auction;
        let reserves: Vec<_> = rounds.iter().map(|round| round.reserve_price).collect();
        let cutoffs: Vec<_> = rounds.iter().map(|round| round.participation_cutoff).collect();
        is_steps(&shown, "price", "reserve", &reserves);
        is_steps(&shown, "costs", "cutoff", &cutoffs);
        let prices: Vec<_> = slots().map(|(slot, state)| single(slot, state).reserve_price).collect();
        is_steps(&shown, "price", "single", &prices);
        let single_cutoffs: Vec<_> = slots()
            .map(|(slot, state)| single(slot, state).participation_cutoff)
            .collect();
        is_steps(&shown, "costs", "single", &single_cutoffs);
        // The slot of the single auction.
        let held = slots().find(|&(slot, state)| once.committed.timing.at(slot, state).decision == Decision::Sell);
        let (slot, _) = held.expect("an auction");
        for (panel, heights) in [("price", &prices), ("costs", &single_cutoffs)] {
            let point = layer(shown.panel(panel), "single_held").points();
            assert_eq!(point, [(slot as f64, heights[slot].expect("a height"))], "{panel}");
        }
        // From the lowest cost left to the cutoff.
        let (model, drawn) = (shown.panel("costs"), shown.drawing.panel("costs"));
        let plane = Plane::of(model, drawn);
        let bands = drawn.layer("buyers").rectangles();
        let buying: Vec<_> = rounds
            .iter()
            .filter_map(|round| Some((round, round.participation_cutoff?)))
            .collect();
        assert_eq!(bands.len(), buying.len());
        for (band, (round, cutoff)) in bands.iter().zip(buying) {
            let at = round.slot as f64;
            plane.spans("band", *band, (at - 0.5, round.lowest_cost), (at + 0.5, cutoff));
        }
        let waiting = |round: &etm_solver::RoundFigures| round.reserve_price.is_none().then_some(round.lowest_cost);
        let waiting: Vec<_> = rounds.iter().map(waiting).collect();
        assert_eq!(
            layer_names(model).contains(&"waits"),
            waiting.iter().any(Option::is_some)
        );
        is_steps(&shown, "costs", "waits", &waiting);
        is_horizontal(&shown, "costs", "lowest_cost", law.lower());
        is_horizontal(&shown, "costs", "highest_cost", law.upper());
        // How soon it is sold, with and without.
        let committed = etm_solver::solve(&once.once, &Settings::default()).expect("an equilibrium");
        for (name, by_slot) in [
            ("sold", &case.equilibrium.path.sold_by_slot),
            ("sold_single", &committed.path.sold_by_slot),
        ] {
            let sold: Vec<_> = (0..by_slot.len())
                .map(|slot| Some(by_slot[..=slot].iter().sum::<f64>()))
                .collect();
            is_steps(&shown, "sold", name, &sold);
        }
        let caption = &shown.figure.caption;
        assert!(caption.contains("Committing to a single auction"), "{caption}");
    }

    #[test]
    fn of_one_prize_and_of_two() {
        agrees(example("no_commitment"), &[0; 10]);
        agrees(example("expiry"), &[0; 10]);
        agrees(&Case::of_text("two prizes", NO_COMMITMENT), &[0, 1, 1, 1]);
    }

    /// With δ = 1 she waits for the last slot, where the single auction is held too.
    #[test]
    fn of_a_holder_who_waits() {
        let case = Case::with("no_commitment.toml", &["holder.discount_factor=1"]);
        agrees(&case, &[0; 10]);
        let shown = case.drawn(Kind::Commitment);
        assert!(legend(&shown).contains(&"she waits"));
        assert!(shown.figure.caption.contains("is worth nothing to her"));
        let reserve = layer(shown.panel("price"), "reserve").points();
        assert!(reserve.len() == 1 && reserve[0].0 == 9.0 && (reserve[0].1 - 0.5).abs() < 1e-12);
        agrees(&Case::with("no_commitment.toml", &["ticket.maturity=0"]), &[0]);
    }

    /// From the gallery: 0.351526 without commitment, 5/12 with.
    #[test]
    fn says_what_commitment_is_worth() {
        let caption = example("no_commitment").figure(Kind::Commitment).caption;
        for part in [
            "the holder has 0.351526 ETH",
            "0.416667 ETH",
            "0.0651412 ETH (18.5 % of what she has)",
        ] {
            assert!(caption.contains(part), "{part}: {caption}");
        }
    }

    /// The figures that show a slot and a prize say whose costs they show; elsewhere they do not.
    #[test]
    fn other_figures_say_whose_costs_they_show() {
        let words = "the lowest cost that failed auctions have most likely left there";
        for kind in [Kind::Value, Kind::Timing, Kind::Bids, Kind::Participation] {
            let says = |name: &str| example(name).figure(kind).caption.contains(words);
            assert!(says("no_commitment") && !says("two_states"), "{kind}");
        }
        let claims = example("no_commitment").drawn(Kind::Claims);
        assert!(legend(&claims).contains(&"no commitment") && !legend(&claims).contains(&"best time"));
        assert!(
            claims
                .figure
                .caption
                .contains("if she could commit to a single auction")
        );
    }

    /// The bids drawn are those of the buyers left, over the axis; below, who of them takes part.
    #[test]
    fn bids_and_participation_are_of_those_left() {
        let case = example("no_commitment");
        let round = case.summary.rounds.as_ref().expect("rounds")[2];
        let (lowest, cutoff) = (round.lowest_cost, round.participation_cutoff.expect("a cutoff"));
        let bids = Shown::of(case.figure_of_slots(Kind::Bids, Some(&[2])));
        let panel = bids.panel("bids_2");
        let line = layer(panel, "first_price").points();
        assert_eq!((line[0].0, line[line.len() - 1].0), (lowest, cutoff));
        assert!(panel.x.range.0 > 0.5 && panel.x.range.0 < lowest);
        let shown = case.drawn(Kind::Participation);
        let share = layer(shown.panel("probability_by_slot"), "prize_0").points()[2];
        assert!((share.1 - (cutoff - lowest) / (1.0 - lowest)).abs() < 1e-12);
    }

    #[test]
    fn markets_without_a_fixed_pool_have_none() {
        for case in EXAMPLES.iter() {
            let fixed = case.equilibrium.repeated.is_some();
            assert_eq!(case.kinds().contains(&Kind::Commitment), fixed, "{}", case.name);
        }
    }
}

mod claims {
    use super::*;

    fn report(case: &Case) -> ConjectureReport {
        conjecture::check(
            &case.spec.market,
            &case.equilibrium,
            &case.summary,
            &Settings::default(),
        )
        .expect("a report")
    }

    fn agrees(case: &Case) {
        let (shown, report) = (case.drawn(Kind::Claims), report(case));
        verdict(&shown, &report);
        gaps(case, &shown, &report);
        if shown.panel("policies").message.is_none() {
            policies(case, &shown, &report);
        }
        theorems(&shown, &report);
    }

    fn verdict(shown: &Shown, report: &ConjectureReport) {
        let title = shown.drawing.title.as_str();
        let words = match report.equivalent {
            Some(true) => "The ticket is a spot auction",
            Some(false) => "The ticket is not a spot auction",
            None => "No claim can be judged",
        };
        assert!(title.starts_with(words), "{title}");
        assert!(
            shown.drawing.description.starts_with(title),
            "the caption starts with the verdict"
        );
        assert_eq!(
            title.contains("indifferent"),
            report.equivalent == Some(true) && report.indifferent
        );
    }

    fn gaps(case: &Case, shown: &Shown, report: &ConjectureReport) {
        let (model, drawn) = (shown.panel("claims"), shown.drawing.panel("claims"));
        let plane = Plane::of(model, drawn);
        is_labelled(shown, "claims", "Gap (probability, or share of the holder's value)", "");
        is_vertical(
            shown,
            "claims",
            "tolerance",
            1e-9f64.max(case.summary.certificate.largest()),
        );
        let bars = |name: &str| {
            let layer = drawn.layers.iter().find(|layer| layer.name == name);
            layer.map(|layer| layer.rectangles()).unwrap_or_default()
        };
        let (mut holding, mut failing) = (bars("holds").into_iter(), bars("fails").into_iter());
        for (index, claim) in report.claims.iter().enumerate() {
            let place = (report.claims.len() - index) as f64;
            let said = &drawn.layer(claim.name).words;
            let start = match claim.holds {
                Some(true) => "holds: ",
                Some(false) => "fails: ",
                None => "not judged",
            };
            assert!(said[0].text.starts_with(start), "{}: {}", claim.name, said[0].text);
            let (_, middle) = plane.data((
                said[0].ink.left,
                0.5 * (said[0].ink.top + said[said.len() - 1].ink.bottom),
            ));
            assert!((middle - place).abs() < 0.3, "{} is said at {middle}", claim.name);
            let gap = claim.relative_gap.or(claim.gap).unwrap_or(0.0);
            if gap <= 1e-13 {
                continue;
            }
            let bar = if claim.holds == Some(false) {
                failing.next()
            } else {
                holding.next()
            };
            let bar = bar.unwrap_or_else(|| panic!("no bar for {}", claim.name));
            plane.spans(claim.name, bar, (1e-13, place - 0.28), (gap, place + 0.28));
            assert!(gap < model.x.range.1, "a gap of {gap}");
        }
        assert!(
            holding.next().is_none() && failing.next().is_none(),
            "a bar of no claim"
        );
    }

    fn policies(case: &Case, shown: &Shown, report: &ConjectureReport) {
        is_labelled(shown, "policies", "Date of the sale", "Value (ETH)");
        let names: Vec<&str> = report.policies.iter().map(|policy| policy.name).collect();
        assert_eq!(names[..3], ["early", "best", "late"]);
        let holder: Vec<f64> = report.policies.iter().map(|policy| policy.holder).collect();
        let buyers: Vec<f64> = report.policies.iter().map(|policy| policy.buyers).collect();
        is_bars(shown, "policies", "holder", (-0.18, 0.36), &holder);
        is_bars(shown, "policies", "buyers", (0.18, 0.36), &buyers);
        is_labelled(shown, "fixed_slots", "Slot of the sale t", "Value (ETH)");
        let fixed: Vec<_> = report
            .fixed_slots
            .iter()
            .map(|fixed| (fixed.slot as f64, fixed.value))
            .collect();
        assert_eq!(fixed.len(), case.maturity() + 1);
        is_curve(shown, "fixed_slots", "fixed_slot", &fixed);
        is_horizontal(shown, "fixed_slots", "best", case.summary.seller_value);
    }

    /// Every theorem is on the page, what is too long for it in the caption.
    fn theorems(shown: &Shown, report: &ConjectureReport) {
        for theorem in &report.theorems {
            let drawn = &shown.drawing.panel("theorems").layer(theorem.name).words;
            let said: Vec<&str> = drawn.iter().map(|words| words.text.as_str()).collect();
            let said = said.join(" ");
            let start = match (theorem.applies, theorem.holds) {
                (true, Some(true)) => format!("applies: {}", theorem.conclusion),
                (true, _) => "applies and FAILS".to_owned(),
                (false, _) => format!("does not apply; needs: {}", theorem.fails.join("; ")),
            };
            let kept = said.trim_end_matches(" …");
            assert!(
                start.starts_with(kept) || said.starts_with(&start),
                "{}: {said}",
                theorem.name
            );
            assert!(shown.figure.caption.contains(&start), "{}: {start}", theorem.name);
        }
    }

    #[test]
    fn of_every_example() {
        for case in EXAMPLES.iter() {
            agrees(case);
        }
    }

    #[test]
    fn of_a_lottery_and_known_prizes() {
        agrees(&Case::of_text("lottery", LOTTERY));
        agrees(&Case::of_text("path", PATH));
    }

    #[test]
    fn by_hand() {
        let shown = example("two_states").drawn(Kind::Claims);
        let claims = shown.drawing.panel("claims");
        let said = |name: &str| claims.layer(name).words[0].text.clone();
        assert_eq!(said("timing"), "fails: probability 0.2");
        assert_eq!(said("immediate_exercise"), "holds: no gap");
        assert_eq!(said("revenue"), "fails: 0.0537 ETH, 8.54 %");
    }
}

mod nothing_to_show {
    use super::*;

    /// Costs above every prize.
    fn no_sale() -> Case {
        let costs = "buyers.cost.uniform={ lower = 3.0, upper = 4.0 }";
        let case = Case::with("two_states.toml", &[costs]);
        assert_eq!(case.summary.sold_probability, 0.0);
        case
    }

    #[test]
    fn a_ticket_that_is_never_sold() {
        let case = no_sale();
        let panels = [
            (Kind::Timing, "region", "sold"),
            (Kind::Timing, "probability", "never sold"),
            (Kind::Bids, "bids_0", "Nobody takes part"),
            (Kind::Bids, "gain_0", "Nobody takes part"),
            (Kind::Exercise, "slots", "never sold"),
            (Kind::Exercise, "delay", "never sold"),
            (Kind::Participation, "cutoff_by_slot", "Nobody takes part"),
            (Kind::Participation, "probability_by_prize", "Nobody takes part"),
            (Kind::Claims, "policies", "never sold"),
            (Kind::Claims, "fixed_slots", "never sold"),
        ];
        for (kind, panel, words) in panels {
            let said = message(&case.drawn(kind), panel);
            assert!(said.contains(words), "{kind} {panel}: {said}");
        }
        let claims = case.drawn(Kind::Claims);
        assert!(claims.drawing.title.contains("No claim can be judged"));
        assert!(
            claims.drawing.panel("claims").layer("timing").words[0]
                .text
                .starts_with("not judged")
        );
    }

    /// She sells in slot 0 whatever the prize, so there is no curve at which waiting ends.
    #[test]
    fn a_holder_who_never_waits() {
        let case = Case::with("two_states.toml", &["holder.discount_factor=0.01"]);
        assert!((0..=2).all(|slot| (0..2).all(|state| case.sells(slot, state))));
        let said = message(&case.drawn(Kind::Timing), "region");
        assert!(said.contains("never waits") || said.contains("every prize"), "{said}");
    }

    #[test]
    fn everyone_takes_part() {
        let case = Case::with("two_states.toml", &["auction.reserve=none", "ticket.maturity=0"]);
        let said = message(&case.drawn(Kind::Participation), "cutoff_by_slot");
        assert_eq!(said, "Every buyer takes part at every prize.");
    }

    #[test]
    fn entry_that_is_certain_or_nobodys() {
        let case = Case::with("participation_after.toml", &["participation.cost=0.01"]);
        let shown = case.drawn(Kind::Participation);
        assert_eq!(message(&shown, "entry_by_slot"), "Every buyer enters at every prize.");
        assert!(shown.panel("cutoff_by_slot").message.is_none());
        let case = Case::with("participation_after.toml", &["prize.constant.value=1.0"]);
        let shown = case.drawn(Kind::Participation);
        assert_eq!(shown.names(), ["cutoff_by_slot", "entry_by_slot"]);
        assert_eq!(
            message(&shown, "cutoff_by_slot"),
            "Whoever enters bids, at every prize."
        );
        assert!(shown.panel("entry_by_slot").message.is_none());
        let case = Case::with("participation_after.toml", &["participation.cost=2"]);
        let shown = case.drawn(Kind::Participation);
        assert_eq!(message(&shown, "entry_by_prize"), "Nobody takes part at any prize.");
        let said = message(&case.drawn(Kind::Timing), "probability");
        assert!(said.contains("taking part costs 2 ETH"), "{said}");
    }

    #[test]
    fn their_pages_are_sound() {
        let cases = [
            no_sale(),
            Case::with("participation_after.toml", &["participation.cost=0.01"]),
            Case::with("participation_after.toml", &["participation.cost=2"]),
            Case::with("participation_after.toml", &["prize.constant.value=1.0"]),
            Case::with("participation_before.toml", &["participation.cost=0.55"]),
            Case::with("two_states.toml", &["holder.discount_factor=0.01"]),
            Case::with("two_states.toml", &["ticket.maturity=0"]),
            Case::with("two_states.toml", &["prize.constant.value=0"]),
            Case::with("no_commitment.toml", &["prize.constant.value=0"]),
            Case::with("no_commitment.toml", &["ticket.maturity=0"]),
            Case::with("no_commitment.toml", &["ticket.maturity=40"]),
            Case::with("no_commitment.toml", &["holder.discount_factor=1"]),
            Case::with("no_commitment.toml", &["auction.reserve=none"]),
        ];
        assert_eq!(faults_of(cases.iter()), "");
    }
}

/// All that is wrong on the pages of all figures of these markets, in both widths, one fault a line.
fn faults_of<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let mut report = String::new();
    for case in cases {
        for kind in case.kinds() {
            let figure = case.figure(kind);
            for (width, word) in [(Width::OneColumn, "one"), (Width::TwoColumns, "two")] {
                let faults = page::faults(&figure, &Drawing::read(&svg(&figure, width)));
                for fault in faults {
                    writeln!(report, "{} {kind} {word}: {fault}", case.name).expect("a line");
                }
            }
        }
    }
    report
}

mod pages {
    use super::*;

    #[test]
    fn of_every_example_are_sound() {
        assert_eq!(faults_of(EXAMPLES.iter()), "");
    }

    #[test]
    fn of_a_lottery_and_known_prizes_are_sound() {
        let cases = [Case::of_text("lottery", LOTTERY), Case::of_text("path", PATH)];
        assert_eq!(faults_of(cases.iter()), "");
    }
}

mod files {
    use super::*;

    fn every_figure() -> impl Iterator<Item = (&'static Case, Figure)> {
        EXAMPLES
            .iter()
            .flat_map(|case| case.kinds().into_iter().map(move |kind| (case, case.figure(kind))))
    }

    #[test]
    fn are_the_same_bytes_for_the_same_market() {
        let formats = [export::Format::Svg, export::Format::Png];
        let formats: Vec<_> = formats.into_iter().filter(|format| format.is_built()).collect();
        let files = || {
            let case = Case::with("two_states.toml", &[]);
            let figures: Vec<Figure> = case.kinds().into_iter().map(|kind| case.figure(kind)).collect();
            let files = |figure: &Figure| export::files(figure, &Style::default(), &formats).expect("files");
            figures.iter().map(files).collect::<Vec<_>>()
        };
        let (first, second) = (files(), files());
        assert!(first == second, "two runs differ");
        assert!(first.iter().all(|files| files.len() == formats.len() + 3));
    }

    type Row = (String, String, String, String, usize, Option<f64>, Option<f64>);

    /// The rows that a figure's data should have.
    fn rows(figure: &Figure) -> Vec<Row> {
        let mut rows = Vec::new();
        for panel in figure.panels() {
            for layer in &panel.layers {
                rows.extend(layer_rows(panel, layer));
            }
        }
        rows
    }

    fn layer_rows(panel: &Panel, layer: &Layer) -> Vec<Row> {
        let label = layer.label.as_ref().map(|label| label.plain()).unwrap_or_default();
        let row = |shape: &str, part, x, y| {
            (
                panel.name.clone(),
                layer.name.clone(),
                label.clone(),
                shape.to_owned(),
                part,
                x,
                y,
            )
        };
        let parts = |shape: &str, parts: &[Vec<(f64, f64)>]| {
            let rows = parts
                .iter()
                .enumerate()
                .flat_map(|(part, points)| points.iter().map(move |point| (part, *point)));
            rows.map(|(part, (x, y))| row(shape, part, Some(x), Some(y)))
                .collect::<Vec<_>>()
        };
        match &layer.shape {
            Shape::Lines(lines) => parts("line", lines),
            Shape::Steps(lines) => parts("step", lines),
            Shape::Areas(areas) => parts("area", areas),
            Shape::Cells(cells) => parts("cell", &cells.iter().map(|cell| cell.to_vec()).collect::<Vec<_>>()),
            Shape::Points(points) => parts("point", std::slice::from_ref(points)),
            Shape::Bars { bars, .. } => parts("bar", std::slice::from_ref(bars)),
            Shape::Vertical(x) => vec![row("vertical", 0, Some(*x), None)],
            Shape::Horizontal(y) => vec![row("horizontal", 0, None, Some(*y))],
            Shape::Words { at, words, .. } => {
                let mut row = row("words", 0, Some(at.0), Some(at.1));
                row.2 = words.plain();
                vec![row]
            }
        }
    }

    #[test]
    fn of_data_hold_what_is_drawn() {
        for (case, figure) in every_figure() {
            let bytes = export::csv::data(&figure);
            let mut reader = csv::Reader::from_reader(&bytes[..]);
            let header = reader.headers().expect("a header").clone();
            assert_eq!(header, vec!["panel", "layer", "label", "shape", "part", "x", "y"]);
            let read: Vec<Row> = reader.deserialize().map(|row| row.expect("a row")).collect();
            assert!(read == rows(&figure), "{} {}: other numbers", case.name, figure.name);
            let drawing = Drawing::read(&svg(&figure, Width::TwoColumns));
            let drawn = drawing.panels.iter().flat_map(|panel| {
                let layers = panel.layers.iter();
                layers.map(|layer| (panel.name.clone(), layer.name.clone()))
            });
            let mut listed: Vec<_> = read.into_iter().map(|row| (row.0, row.1)).collect();
            listed.dedup();
            // A layer without a point has no row.
            let drawn: Vec<_> = drawn.filter(|name| listed.contains(name)).collect();
            assert_eq!(drawn, listed, "{} {}", case.name, figure.name);
        }
    }

    #[test]
    fn of_pgfplots_can_be_read_by_latex() {
        let mut report = String::new();
        let mut logarithmic = 0;
        for (case, figure) in every_figure() {
            let source = export::pgfplots::source(&figure, &Style::default());
            logarithmic += usize::from(tex::any_logarithmic(&figure));
            for fault in tex::faults(&figure, &source) {
                writeln!(report, "{} {}: {fault}", case.name, figure.name).expect("a line");
            }
        }
        assert!(logarithmic > 0);
        assert_eq!(report, "");
    }

    #[test]
    fn captions_name_the_parameters() {
        for (case, figure) in every_figure() {
            let (_, parameters) = figure.caption.split_once("Market: ").expect("the market");
            assert!(
                parameters.starts_with(&case.parameters),
                "{} {}",
                case.name,
                figure.name
            );
            for key in ["ticket.maturity = ", "buyers.count", "holder.discount_"] {
                assert!(parameters.contains(key), "{key} in {parameters}");
            }
        }
    }
}
