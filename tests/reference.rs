//! The reference cases: every figure they give, to the tolerance they give.

mod common;

use std::fs;
use std::path::Path;

use common::{Solved, agree, near, read, solved_market};
use serde_json::{Map, Value};

/// How well sale boundaries are known: where selling and waiting are nearly the same, errors of values weigh.
const SALE_FROM: f64 = 5e-8;
/// How well the forward pass over a continuous prize is to know probabilities and slots.
const FORWARD: f64 = 1e-7;

/// Figures that only the forward pass gives.
const ON_THE_WAY: [&str; 7] = [
    "auction_probability",
    "sold_probability",
    "exercise_probability",
    "expected_sale_slot",
    "immediate_exercise_probability",
    "expected_delay",
    "buyers_surplus",
];

/// A case of a reference file.
struct Case {
    name: String,
    market: String,
    tolerance: f64,
    /// What is to be compared.
    given: Map<String, Value>,
}

impl Case {
    fn of(value: Value) -> Self {
        let Value::Object(mut given) = value else {
            panic!("a case is an object");
        };
        let mut take = |key: &str| given.remove(key).unwrap_or_else(|| panic!("a case without {key}"));
        Self {
            name: take("name").as_str().expect("a name").to_owned(),
            market: take("market").as_str().expect("a market").to_owned(),
            tolerance: take("tolerance").as_f64().expect("a tolerance"),
            given,
        }
    }

    /// Compares everything that is given; what is not understood fails.
    fn check(&self, solved: &Solved) {
        for (key, value) in &self.given {
            let what = format!("{}: {key}", self.name);
            match key.as_str() {
                "expected" => self.figures(solved, value),
                "bids" => {
                    for bid in value.as_array().expect("a list of bids") {
                        self.bid(solved, bid);
                    }
                }
                "participation_cutoff" => {
                    self.number(&what, solved.start().auction.participation_cutoff, value);
                }
                "reserve_price" => self.number(&what, solved.start().auction.reserve_price, value),
                "entry_probability" => self.number(&what, solved.start().auction.entry_probability, value),
                "exercise_boundary" => {
                    let boundary = &solved.equilibrium.induction.boundary;
                    self.number(&what, boundary.at(0, solved.prizes().initial()), value);
                }
                "exercise_prize" => {
                    for entry in value.as_array().expect("a list of prizes") {
                        self.exercise_prize(solved, entry);
                    }
                }
                "sale_from" => self.sale_from(solved, value),
                _ => panic!("{what} is not understood"),
            }
        }
        let certificate = &solved.equilibrium.certificate;
        assert!(certificate.verified, "{}: {certificate:?}", self.name);
    }

    /// Figures of the result object.
    fn figures(&self, solved: &Solved, expected: &Value) {
        for (key, expected) in expected.as_object().expect("an object") {
            let what = format!("{}: {key}", self.name);
            let got = solved.figures.get(key);
            let forward = solved.equilibrium.continuous.is_some() && ON_THE_WAY.contains(&key.as_str());
            agree(
                &what,
                got.unwrap_or_else(|| panic!("{what} is no figure")),
                expected,
                if forward { FORWARD } else { self.tolerance },
            );
        }
    }

    /// The prize from which a type exercises.
    fn exercise_prize(&self, solved: &Solved, entry: &Value) {
        let number = |key: &str| entry[key].as_f64().unwrap_or_else(|| panic!("an entry without {key}"));
        let solution = solved.equilibrium.continuous.as_ref().expect("a continuous prize");
        let slot = entry["slot"].as_u64().expect("a slot") as usize;
        let prizes = solution.values.exercise_prizes(slot, number("cost"));
        let what = format!("{}: exercise prize in slot {slot}", self.name);
        self.number(&what, prizes.first().copied(), &entry["prize"]);
    }

    /// The prizes from which the holder sells: one of the lower ends of a slot's intervals.
    fn sale_from(&self, solved: &Solved, entries: &Value) {
        for (slot, prize) in entries.as_object().expect("an object") {
            let region = &solved.summary.sale_region[slot.parse::<usize>().expect("a slot")];
            let prize = prize.as_f64().expect("a prize");
            let ends = region.intervals.iter().filter_map(|interval| interval[0]);
            let nearest = ends.min_by(|a, b| (a - prize).abs().total_cmp(&(b - prize).abs()));
            let nearest = nearest.unwrap_or_else(|| panic!("{}: no sale in slot {slot}", self.name));
            near(
                &format!("{}: sale from in slot {slot}", self.name),
                nearest,
                prize,
                SALE_FROM,
            );
        }
    }

    /// What one type does at one node.
    fn bid(&self, solved: &Solved, entry: &Value) {
        let number = |key: &str| entry[key].as_f64().unwrap_or_else(|| panic!("a bid without {key}"));
        let slot = entry["slot"].as_u64().expect("a slot") as usize;
        let (prize, cost) = (number("prize"), number("cost"));
        let types = solved
            .equilibrium
            .bids(&solved.market, slot, prize, &[cost])
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let bid = types[0].bid;
        for (key, value) in entry.as_object().expect("an object") {
            let what = format!("{}: {key} of cost {cost} at slot {slot}, prize {prize}", self.name);
            match key.as_str() {
                "slot" | "prize" | "cost" => {}
                "ticket_value" => self.number(&what, Some(types[0].ticket_value), value),
                "bid" => {
                    self.number(&what, bid.map(|bid| bid.bid), value);
                    self.number(&what, bid.map(|bid| bid.bid_foc), value);
                }
                "bid_foc" => self.number(&what, bid.map(|bid| bid.bid_foc), value),
                "win_probability" => self.number(&what, bid.map(|bid| bid.win_probability), value),
                "expected_gain" => self.number(&what, bid.map(|bid| bid.expected_gain), value),
                "participation_cutoff" => {
                    self.number(&what, solved.node(slot, prize).auction.participation_cutoff, value);
                }
                "reserve_price" => self.number(&what, solved.node(slot, prize).auction.reserve_price, value),
                _ => panic!("{what} is not understood"),
            }
        }
    }

    /// A number, or null for one that does not exist.
    fn number(&self, what: &str, got: Option<f64>, expected: &Value) {
        match (got, expected.as_f64()) {
            (Some(got), Some(expected)) => near(what, got, expected, self.tolerance),
            (got, _) => assert!(
                got.is_none() && expected.is_null(),
                "{what}: {got:?} instead of {expected}"
            ),
        }
    }
}

fn cases(file: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Ok(Value::Array(list)) = serde_json::from_str(&text) else {
        panic!("{file} is no list of cases");
    };
    assert!(!list.is_empty(), "{file} is empty");
    list.into_iter().map(Case::of).collect()
}

/// Solves and compares the cases of a file that can be solved; how many there are.
fn check(file: &str) -> usize {
    let mut checked = 0;
    for case in cases(file).iter() {
        let spec = read(&case.market).unwrap_or_else(|faults| panic!("{}: {faults}", case.name));
        case.check(&solved_market(spec.market, &case.market));
        checked += 1;
    }
    checked
}

#[test]
fn chains() {
    assert_eq!(check("chain.json"), 20);
}

#[test]
fn single_auctions() {
    assert_eq!(check("static.json"), 9);
}

#[test]
fn combinations() {
    assert_eq!(check("combinations.json"), 5);
}

#[test]
fn participation() {
    assert_eq!(check("participation.json"), 11);
}

#[test]
fn continuous() {
    assert_eq!(check("continuous.json"), 5);
}

/// Computed by another route: panels in the prize and the cost, revenues over the second-lowest cost.
#[test]
fn continuous_by_another_route() {
    assert_eq!(check("continuous_more.json"), 32);
}

/// A reader of the cases that skips what it does not know would pass whatever they say.
#[test]
#[should_panic(expected = "expected_figure is no figure")]
fn unknown_figures_fail() {
    let mut case = cases("static.json").remove(0);
    case.given["expected"]["expected_figure"] = Value::Null;
    let spec = read(&case.market).expect("a market");
    case.check(&solved_market(spec.market, &case.market));
}

#[test]
#[should_panic(expected = "sale_until is not understood")]
fn unknown_keys_fail() {
    let mut case = cases("static.json").remove(0);
    case.given.insert("sale_until".to_owned(), Value::Null);
    let spec = read(&case.market).expect("a market");
    case.check(&solved_market(spec.market, &case.market));
}
