//! The prize process.

use etm_solver::market::Faults;
use etm_solver::prize::{ContinuousPrize, EmpiricalLaw, FinitePrizes, Prize, PrizeLaw, USUAL_GROUPS};

use super::{Build, DataFile};
use crate::data::DataError;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::tree::{Node, Value};

/// The tolerance meant when none is given; the table of keys says the same.
const TOLERANCE: f64 = etm_solver::prize::DEFAULT_TOLERANCE;

impl Build<'_> {
    /// The process in `prize`.
    pub(super) fn prize(&mut self) -> Option<Prize> {
        let Value::Table(choices) = &self.document.get("prize")?.value else {
            return None;
        };
        let [choice] = choices.as_slice() else {
            return None;
        };
        let node = &choice.node;
        let prize = match choice.name.as_str() {
            "markov_chain" => markov_chain(node)?.map(Prize::Finite),
            "constant" => FinitePrizes::constant(node.get("value")?.number()?).map(Prize::Finite),
            "path" => FinitePrizes::path(node.get("values")?.numbers()?).map(Prize::Finite),
            "empirical" => return self.estimated(node),
            "iid" => return self.iid(node),
            "geometric_brownian" => geometric_brownian(node)?.check().map(Prize::Continuous),
            "log_ar1" => log_ar1(node)?.check().map(Prize::Continuous),
            _ => return None,
        };
        self.take(&format!("prize.{}", choice.name), prize)
    }

    fn estimated(&mut self, node: &Node) -> Option<Prize> {
        const KEY: &str = "prize.empirical";
        let column = node.get("column")?.text()?;
        let slot_column = match node.get("slot_column") {
            Some(name) => name.text()?,
            None => "slot",
        };
        let path = self.data_file(node, "prize.empirical.file")?;
        let observations = self.read(
            KEY,
            self.data.observations(&path, column, slot_column),
            &[("column", column), ("slot_column", slot_column)],
        );
        let bins = usize::try_from(node.get("bins")?.whole()?).ok()?;
        let initial = node.get("initial")?.number()?;
        let series = (path.as_path(), column, slot_column);
        let estimate = self.take(KEY, self.data.chain(series, &observations?, bins, initial))?;
        let warnings = estimate.report.warnings().into_iter();
        self.warnings
            .extend(warnings.map(|warning| format!("{KEY}: {warning}")));
        Some(Prize::Finite(estimate.prizes.clone()))
    }

    fn iid(&mut self, node: &Node) -> Option<Prize> {
        let law = self.prize_law(node.get("distribution")?);
        let initial = match node.get("initial") {
            Some(initial) => Some(initial.number()?),
            None => None,
        };
        let prize = ContinuousPrize::Iid { law: law?, initial };
        self.take("prize.iid", prize.check().map(Prize::Continuous))
    }

    fn prize_law(&mut self, node: &Node) -> Option<PrizeLaw> {
        let Value::Table(choices) = &node.value else {
            return None;
        };
        let [choice] = choices.as_slice() else {
            return None;
        };
        let number = |key: &str| choice.node.get(key)?.number();
        match choice.name.as_str() {
            "lognormal" => Some(PrizeLaw::Lognormal {
                log_mean: number("log_mean")?,
                log_sd: number("log_sd")?,
            }),
            "exponential" => Some(PrizeLaw::Exponential { mean: number("mean")? }),
            "dagum" => Some(PrizeLaw::Dagum {
                scale: number("scale")?,
                shape: number("shape")?,
                tail: number("tail")?,
            }),
            "empirical" => {
                const KEY: &str = "prize.iid.distribution.empirical";
                let column = choice.node.get("column")?.text()?;
                let path = self.data_file(&choice.node, "prize.iid.distribution.empirical.file")?;
                let sample = self.read(KEY, self.data.column(&path, column), &[("column", column)])?;
                let groups = match choice.node.get("bins") {
                    Some(bins) => usize::try_from(bins.whole()?).ok()?,
                    None => USUAL_GROUPS,
                };
                Some(PrizeLaw::Empirical(
                    EmpiricalLaw::new(sample.to_vec()).in_groups(groups),
                ))
            }
            _ => None,
        }
    }

    /// The path in `node.file`, from the market file's folder.
    fn data_file(&mut self, node: &Node, key: &'static str) -> Option<std::path::PathBuf> {
        let path = self.folder.join(node.get("file")?.text()?);
        self.data_files.push(DataFile {
            key,
            path: path.clone(),
        });
        Some(path)
    }

    /// The data, or what is wrong with them: at the key that names the file, or the column if that is at fault.
    fn read<T>(&mut self, table: &str, data: Result<T, DataError>, columns: &[(&str, &str)]) -> Option<T> {
        let error = match data {
            Ok(data) => return Some(data),
            Err(error) => error,
        };
        let file = error.path().display();
        for fault in error.faults() {
            let named = |column: &str| fault.line.is_none() && fault.problem.contains(&format!("{column:?}"));
            let key = columns
                .iter()
                .find(|(_, column)| named(column))
                .map_or("file", |(key, _)| key);
            let line = fault.line.map(|line| format!(":{line}")).unwrap_or_default();
            let problem = format!("{file}{line}: {}", fault.problem);
            self.bad_data(&format!("{table}.{key}"), problem, &fault.allowed);
        }
        let unnamed = error.count() - error.faults().len();
        if unnamed > 0 {
            self.bad_data(&format!("{table}.file"), format!("{file}: {unnamed} more faults"), "");
        }
        None
    }

    fn bad_data(&mut self, key: &str, problem: String, allowed: &str) {
        let place = Some(self.document.locate(key));
        self.diagnostics
            .push(Diagnostic::new("bad_data", key, place, problem, allowed));
    }
}

fn markov_chain(node: &Node) -> Option<Result<FinitePrizes, Faults>> {
    let states = node.get("states")?.numbers()?;
    // What cannot be read (the check has said so) must not hide what is wrong with the rows: no number in a row's
    // place, a state for the initial one.
    let entry = |item: &Node| item.number().unwrap_or(f64::NAN);
    let row = |row: &Node| Some(row.list()?.iter().map(entry).collect());
    let rows: Option<Vec<Vec<f64>>> = node.get("transition")?.list()?.iter().map(row).collect();
    let initial = node.get("initial").and_then(Node::number);
    let initial = initial.or_else(|| states.first().copied()).unwrap_or(f64::NAN);
    Some(FinitePrizes::chain(&states, &rows?, initial))
}

fn geometric_brownian(node: &Node) -> Option<ContinuousPrize> {
    Some(ContinuousPrize::GeometricBrownian {
        initial: node.get("initial")?.number()?,
        drift: node.get("drift")?.number()?,
        volatility: node.get("volatility")?.number()?,
        tolerance: tolerance(node)?,
    })
}

fn log_ar1(node: &Node) -> Option<ContinuousPrize> {
    Some(ContinuousPrize::LogAr1 {
        mean: node.get("mean")?.number()?,
        persistence: node.get("persistence")?.number()?,
        volatility: node.get("volatility")?.number()?,
        initial: node.get("initial")?.number()?,
        tolerance: tolerance(node)?,
    })
}

fn tolerance(node: &Node) -> Option<f64> {
    match node.get("tolerance") {
        Some(tolerance) => tolerance.number(),
        None => Some(TOLERANCE),
    }
}
