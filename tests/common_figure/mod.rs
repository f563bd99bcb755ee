//! What the tests of figures share: markets with their figures, and a reader of the SVG that is drawn of them.

#![allow(dead_code, reason = "each test uses another part")]

pub mod drawing;
pub mod page;
pub mod plane;
pub mod tex;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use drawing::Drawing;
use etm::figure::kinds::{Kind, Subject, parameters};
use etm::figure::{Figure, Layer, Panel, Style, Width, draw};
use etm::spec::{self, Spec};
use etm_solver::prize::{FinitePrizes, Prize};
use etm_solver::timing::{Decision, Node};
use etm_solver::{Equilibrium, Settings, Summary, solve};

/// Auctions to the same buyer again and again, whose cutoff jumps.
pub const NO_COMMITMENT: &str = "\
[ticket]
maturity = 3
[prize.markov_chain]
states = [1.2, 1.0]
transition = [[0.89, 0.11], [0.43, 0.57]]
initial = 1.0
[buyers]
count = 1
cost.uniform = { lower = 0.0, upper = 1.0 }
[auction]
reserve = \"optimal\"
[holder]
discount_factor = 0.6
sale = \"until_sold\"
pool = \"fixed\"
";

/// A market with its equilibrium.
pub struct Case {
    pub name: String,
    pub spec: Spec,
    pub equilibrium: Equilibrium,
    pub summary: Summary,
    pub parameters: String,
}

/// Every market file that comes along, solved once.
pub static EXAMPLES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut files = market_files("examples");
    files.extend(market_files("examples/theorems"));
    files.iter().map(|file| Case::load(file)).collect()
});

/// An example by the stem of its file.
pub fn example(name: &str) -> &'static Case {
    let found = EXAMPLES.iter().find(|case| case.name == name);
    found.unwrap_or_else(|| panic!("no example {name}"))
}

fn market_files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(&folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty(), "no market file in {}", folder.display());
    files
}

impl Case {
    /// A market file of the examples, with overrides.
    pub fn with(file: &str, sets: &[&str]) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(file);
        let spec = spec::load(&path, sets).unwrap_or_else(|faults| panic!("{file}: {faults}"));
        Self::of(format!("{file} with {sets:?}"), spec)
    }

    fn load(file: &Path) -> Self {
        let spec = spec::load::<&str>(file, &[]).unwrap_or_else(|faults| panic!("{}: {faults}", file.display()));
        Self::of(file.file_stem().expect("a stem").to_string_lossy().into_owned(), spec)
    }

    /// A market file's text.
    pub fn of_text(name: &str, text: &str) -> Self {
        let spec = spec::parse::<&str>(text, "market.toml", Path::new(""), &[]);
        Self::of(
            name.to_owned(),
            spec.unwrap_or_else(|faults| panic!("{faults}\n{text}")),
        )
    }

    fn of(name: String, spec: Spec) -> Self {
        let equilibrium = solve(&spec.market, &Settings::default()).expect("an equilibrium");
        let summary = equilibrium.summary(&spec.market).expect("figures");
        let parameters = parameters(&spec.table);
        Self {
            name,
            spec,
            equilibrium,
            summary,
            parameters,
        }
    }

    /// The kinds of figures that the market has.
    pub fn kinds(&self) -> Vec<Kind> {
        let subject = Subject::new(&self.spec.market, &self.equilibrium, &self.summary, &self.parameters);
        let subject = subject.expect("a market with figures");
        Kind::ALL.into_iter().filter(|kind| kind.applies(&subject)).collect()
    }

    pub fn figure(&self, kind: Kind) -> Figure {
        self.figure_of_slots(kind, None)
    }

    pub fn figure_of_slots(&self, kind: Kind, slots: Option<&[usize]>) -> Figure {
        let subject = Subject::new(&self.spec.market, &self.equilibrium, &self.summary, &self.parameters);
        let subject = subject.expect("a market with figures");
        let figure = kind.figure(&subject, slots);
        figure.unwrap_or_else(|error| panic!("{} {kind}: {error}", self.name))
    }

    /// The figure, and what is drawn of it.
    pub fn drawn(&self, kind: Kind) -> Shown {
        Shown::of(self.figure(kind))
    }

    pub fn prizes(&self) -> &FinitePrizes {
        match self.spec.market.prize() {
            Prize::Finite(prizes) => prizes,
            Prize::Continuous(_) => panic!("continuous prizes"),
        }
    }

    pub fn maturity(&self) -> usize {
        self.spec.market.ticket().maturity()
    }

    pub fn node(&self, slot: usize, state: usize) -> &Node {
        self.equilibrium.induction.timing.at(slot, state)
    }

    pub fn sells(&self, slot: usize, state: usize) -> bool {
        self.node(slot, state).decision == Decision::Sell
    }

    /// The nodes of a slot with their prizes.
    pub fn at_slot(&self, slot: usize) -> Vec<(f64, &Node)> {
        let prizes = self.prizes().states(slot).iter().copied();
        prizes.zip(self.equilibrium.induction.timing.slot(slot)).collect()
    }
}

/// A figure and its drawing.
pub struct Shown {
    pub figure: Figure,
    pub drawing: Drawing,
}

impl Shown {
    pub fn of(figure: Figure) -> Self {
        let drawing = Drawing::read(&svg(&figure, Width::TwoColumns));
        let same = drawing.panels.iter().map(|panel| panel.name.as_str());
        let names: Vec<&str> = figure.panels().map(|panel| panel.name.as_str()).collect();
        assert_eq!(same.collect::<Vec<_>>(), names, "panels drawn of {}", figure.name);
        Self { figure, drawing }
    }

    pub fn panel(&self, name: &str) -> &Panel {
        let found = self.figure.panels().find(|panel| panel.name == name);
        found.unwrap_or_else(|| panic!("no panel {name} in {}", self.figure.name))
    }

    pub fn names(&self) -> Vec<&str> {
        self.figure.panels().map(|panel| panel.name.as_str()).collect()
    }
}

/// A figure as SVG, as wide as that.
pub fn svg(figure: &Figure, width: Width) -> String {
    let style = Style {
        width,
        ..Style::default()
    };
    draw::svg(figure, &style).expect("a drawing")
}

pub fn layer<'p>(panel: &'p Panel, name: &str) -> &'p Layer {
    let found = panel.layers.iter().find(|layer| layer.name == name);
    found.unwrap_or_else(|| panic!("no layer {name} in panel {}: {:?}", panel.name, layer_names(panel)))
}

pub fn layer_names(panel: &Panel) -> Vec<&str> {
    panel.layers.iter().map(|layer| layer.name.as_str()).collect()
}

/// Three slots with known prizes.
pub const PATH: &str = "
ticket.maturity = 3
prize.path.values = [0.4, 1.5, 1.2, 0.6]
buyers = { count = 3, cost.uniform = { lower = 0.1, upper = 0.9 } }
auction.reserve = 'optimal'
holder.discount_factor = 0.95";

/// A ticket that is drawn with probability 0.3 a slot.
pub const LOTTERY: &str = "
ticket = { maturity = 4, exercise = 'lottery', draw_probability = 0.3 }
prize.markov_chain = { states = [0.5, 1.0, 2.0], transition = [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], initial = 1.0 }
buyers = { count = 2, cost.uniform = { lower = 0.0, upper = 0.8 } }
auction.format = 'second_price'
holder.discount_factor = 0.97";
