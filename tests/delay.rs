//! The law of the slots between sale and exercise: against the forward pass, the brute force and closed forms.

mod brute;
mod common;

use std::path::{Path, PathBuf};

use brute::path::Walk;
use brute::{BruteResult, random_market};
use common::draft::{Draft, Exercise, Reserve};
use common::{Solved, near, solved, solved_market};
use etm_solver::path::MOST_DELAY_SLOTS;
use etm_solver::{DelayDistribution, SolveError};

/// Both are sums of the same products in another order.
const ROUNDING: f64 = 1e-12;
/// With a continuous prize small masses are left out of both.
const CONTINUOUS: f64 = 1e-8;

fn delays(solved: &Solved) -> DelayDistribution {
    solved
        .equilibrium
        .delay_distribution(&solved.market)
        .expect("a market that was solved")
}

/// The figures of the forward pass follow from the law.
fn agrees_with_the_path(what: &str, solved: &Solved) -> DelayDistribution {
    let (law, path) = (delays(solved), &solved.equilibrium.path);
    let slots = path.sold_by_slot.len();
    let rounding = match solved.equilibrium.continuous {
        Some(_) => CONTINUOUS,
        None => ROUNDING,
    };
    assert_eq!((law.by_delay.len(), law.joint.dim()), (slots, (slots, slots)), "{what}");
    let exercised: f64 = law.by_delay.iter().sum();
    let delay: f64 = law.by_delay.iter().enumerate().map(|(d, p)| d as f64 * p).sum();
    near(
        &format!("sold and exercised, {what}"),
        exercised,
        path.sold_and_exercised,
        rounding,
    );
    near(&format!("delay, {what}"), delay, path.delay, rounding * slots as f64);
    near(&format!("immediate, {what}"), law.by_delay[0], path.immediate, rounding);
    near(&format!("sold, {what}"), exercised + law.never, path.sold, rounding);
    assert!(law.never >= 0.0 && law.joint.iter().all(|&p| p >= 0.0), "{what}");
    for sale in 0..slots {
        let row: f64 = law.joint.row(sale).sum();
        assert!(row <= path.sold_by_slot[sale] + rounding, "sold in {sale}, {what}");
        assert!(
            (0..sale).all(|e| law.joint[[sale, e]] == 0.0),
            "before its sale in {sale}, {what}"
        );
    }
    for (d, &probability) in law.by_delay.iter().enumerate() {
        let diagonal: f64 = (0..slots - d).map(|sale| law.joint[[sale, sale + d]]).sum();
        near(&format!("delay {d}, {what}"), diagonal, probability, rounding);
    }
    for slot in 0..slots {
        let winners: f64 = law.joint.column(slot).sum();
        let everyone = path.exercise_probability[slot];
        if solved.market.holder().own_cost().is_none() {
            near(&format!("exercised in {slot}, {what}"), winners, everyone, rounding);
        } else {
            assert!(winners <= everyone + rounding, "exercised in {slot}, {what}");
        }
    }
    law
}

/// The market files of a folder, in order.
fn market_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("a folder of examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn example_markets_agree_with_the_forward_pass() {
    let mut late = 0;
    let files = [market_files("examples"), market_files("examples/theorems")].concat();
    for file in &files {
        let what = file.display().to_string();
        let spec = etm::spec::load::<&str>(file, &[]).unwrap_or_else(|faults| panic!("{faults}"));
        let law = agrees_with_the_path(&what, &solved_market(spec.market, &what));
        late += usize::from(law.by_delay[1..].iter().any(|&p| p > 0.0));
    }
    // Delays other than zero are met.
    assert!(
        files.len() >= 20 && late >= 4,
        "{late} of {} files with delays",
        files.len()
    );
}

#[test]
fn random_markets_agree_with_the_forward_pass() {
    let (mut late, mut never, mut sales) = (0, 0, 0);
    for seed in 0..300 {
        let (text, _) = random_market(seed);
        let solved = solved(&text);
        let law = agrees_with_the_path(&format!("seed {seed}\n{text}"), &solved);
        late += usize::from(law.by_delay[1..].iter().any(|&p| p > 0.0));
        never += usize::from(law.never > 0.0);
        sales += usize::from(
            solved
                .equilibrium
                .path
                .sold_by_slot
                .iter()
                .filter(|&&p| p > 0.0)
                .count()
                > 1,
        );
    }
    assert!(
        late > 30 && never > 30 && sales > 30,
        "{late} late, {never} never, {sales} with many sale slots"
    );
}

/// Every prize path walked, every boundary found by bisection, every integral by quadrature.
#[test]
fn random_markets_agree_with_the_brute_force() {
    let mut compared = 0;
    for seed in 0..120 {
        let (text, market) = random_market(seed);
        let solution = market.solve();
        let expected = BruteResult::of(&solution);
        if !(expected.compares("expected_delay") && expected.compares("exercise_probability")) {
            continue;
        }
        let (law, walk) = (delays(&solved(&text)), Walk::all(&solution));
        for (sale, row) in walk.joint.iter().enumerate() {
            for (slot, &expected) in row.iter().enumerate() {
                let what = format!("sold in {sale}, exercised in {slot}, seed {seed}\n{text}");
                near(&what, law.joint[[sale, slot]], expected, 1e-9);
            }
        }
        near(
            &format!("never, seed {seed}\n{text}"),
            law.never,
            walk.sold - walk.delayed,
            1e-9,
        );
        compared += 1;
    }
    assert!(compared > 80, "{compared} markets only");
}

/// Two prizes, four slots: all sixteen prize paths, with the law of the lowest of two uniform costs in closed form.
#[test]
fn two_prizes_path_by_path() {
    let draft = Draft::plain().with(|draft| {
        draft.maturity = 3;
        draft.states = vec![0.4, 1.0];
        draft.transition = vec![vec![0.7, 0.3], vec![0.4, 0.6]];
        draft.reserve = Reserve::Price(0.25);
        draft.until_sold = true;
        draft.discount = 0.8;
        draft.buyers_discount = Some(0.97);
    });
    let solved = draft.solved();
    let law = agrees_with_the_path(&draft.text(), &solved);
    let induction = &solved.equilibrium.induction;
    let lowest = |cost: f64| 1.0 - (1.0 - cost.clamp(0.0, 1.0)).powi(2);
    let mut joint = [[0.0; 4]; 4];
    for path in 0_usize..16 {
        let states: Vec<usize> = (0..4).map(|slot| path >> slot & 1).collect();
        let mut probability = if states[0] == draft.initial { 1.0 } else { 0.0 };
        for pair in states.windows(2) {
            probability *= draft.transition[pair[0]][pair[1]];
        }
        for sale in 0..4 {
            let node = induction.timing.at(sale, states[sale]);
            if node.decision != etm_solver::timing::Decision::Sell {
                continue;
            }
            let cutoff = node.auction.participation_cutoff.unwrap_or(0.0);
            let mut done = 0.0;
            for slot in sale..4 {
                let boundary = induction.boundary.at(slot, states[slot]).unwrap_or(0.0).min(cutoff);
                joint[sale][slot] += probability * (lowest(boundary) - lowest(done)).max(0.0);
                done = boundary.max(done);
            }
            probability *= 1.0 - lowest(cutoff);
        }
    }
    for (sale, row) in joint.iter().enumerate() {
        for (slot, &expected) in row.iter().enumerate() {
            near(&format!("{sale}, {slot}"), law.joint[[sale, slot]], expected, ROUNDING);
        }
    }
    assert!(
        law.joint[[0, 1]] > 0.01 && law.joint[[1, 3]] > 1e-4 && law.never > 1e-3,
        "{law:?}"
    );
}

/// A ticket drawn with probability q, worth using to everyone: a geometric law.
#[test]
fn a_lottery_ticket_waits_for_its_draw() {
    let (q, maturity) = (0.3_f64, 5);
    let law = delays(
        &Draft::plain()
            .with(|draft| {
                draft.exercise = Exercise::Lottery(q);
                draft.maturity = maturity;
            })
            .solved(),
    );
    for (d, &probability) in law.by_delay.iter().enumerate() {
        near(&format!("delay {d}"), probability, q * (1.0 - q).powi(d as i32), 1e-15);
    }
    near("never", law.never, (1.0 - q).powi(maturity as i32 + 1), 1e-15);
}

/// Sold in slot 0 and to be used in slot T, if the prize is then worth the winner's cost.
#[test]
fn a_ticket_of_one_slot_waits_for_maturity() {
    let law = delays(
        &Draft::plain()
            .with(|draft| {
                draft.exercise = Exercise::AtMaturity;
                draft.maturity = 3;
                draft.states = vec![0.5, 1.0];
                draft.transition = vec![vec![0.0, 1.0], vec![1.0, 0.0]];
                draft.initial = 1;
                draft.early = true;
            })
            .solved(),
    );
    // R_3 = 0.5 for sure: the types above have no use for the ticket and stay away.
    assert_eq!(law.by_delay[..3], [0.0; 3]);
    near("delay 3", law.by_delay[3], 0.75, 1e-15);
    assert_eq!((law.never, law.joint[[0, 3]]), (0.0, law.by_delay[3]));
}

/// Sixty slots, sales in most of them, winners who wait.
#[test]
fn many_sale_slots_agree_with_the_forward_pass() {
    let size = 6;
    let draft = Draft::plain().with(|draft| {
        draft.maturity = 60;
        draft.states = (0..size).map(|k| 0.2 + 0.25 * k as f64).collect();
        draft.transition = (0..size)
            .map(|i: usize| {
                let weights: Vec<f64> = (0..size).map(|j| 0.4_f64.powi(i.abs_diff(j) as i32)).collect();
                let total: f64 = weights.iter().sum();
                weights.iter().map(|weight| weight / total).collect()
            })
            .collect();
        draft.reserve = Reserve::Price(0.6);
        draft.until_sold = true;
        draft.discount = 0.97;
        draft.buyers_discount = Some(0.99);
    });
    let solved = draft.solved();
    let law = agrees_with_the_path(&draft.text(), &solved);
    let sales = solved
        .equilibrium
        .path
        .sold_by_slot
        .iter()
        .filter(|&&p| p > 0.0)
        .count();
    assert!(
        sales > 30 && law.by_delay[10] > 0.0,
        "{sales} sale slots, {:?}",
        law.by_delay
    );
}

#[test]
fn too_long_a_ticket_is_refused() {
    let longest = MOST_DELAY_SLOTS - 1;
    let draft = Draft::plain().with(|draft| draft.maturity = longest + 1);
    let solved = draft.solved();
    let refused = solved.equilibrium.delay_distribution(&solved.market);
    assert_eq!(
        refused,
        Err(SolveError::TooManySlots {
            slots: longest + 2,
            most: MOST_DELAY_SLOTS,
        })
    );
}
