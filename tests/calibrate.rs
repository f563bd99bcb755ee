//! `etm calibrate` as it is run.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use etm_solver::prize::PrizeLaw;
use etm_solver::prize::calibrate::{Fitted, LawName, geometric_brownian, independent, log_ar1};
use etm_solver::prize::empirical::Observation;
use tempfile::TempDir;
use toml::Table;

const DATA: &str = "examples/data/mev_boost_week.csv";

fn etm(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("etm"));
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg("calibrate")
        .args(args);
    command
}

fn printed(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn refused(command: &mut Command) -> String {
    let assert = command.assert().code(2);
    let output = assert.get_output();
    assert!(output.stdout.is_empty(), "no table with bad input");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn table(text: &str, process: &str) -> Table {
    let table: Table = text.parse().unwrap();
    let Some(table) = table["prize"][process].as_table() else {
        panic!("no [prize.{process}] in {text}");
    };
    table.clone()
}

fn empirical(text: &str) -> Table {
    table(text, "empirical")
}

#[test]
fn prints_a_table_for_a_market_file() {
    let text = printed(&mut etm(&[DATA, "--column", "value_eth", "--process", "empirical"]));
    let table = empirical(&text);
    assert_eq!(table.len(), 5);
    assert_eq!(table["file"].as_str(), Some(DATA));
    assert_eq!(table["column"].as_str(), Some("value_eth"));
    assert_eq!(table["slot_column"].as_str(), Some("slot"));
    assert_eq!(table["bins"].as_integer(), Some(16));
    assert_eq!(table["initial"].as_float(), Some(0.054469657));
}

#[test]
fn describes_the_data_in_comments() {
    let text = printed(&mut etm(&[DATA, "--column", "value_eth", "--process", "empirical"]));
    for part in [
        "45049 values in slots 8355599 to 8405998; 5351 blank, 0 slots not in the data",
        "0.031111    0.05447    0.10457",
        "mean 0.11419",
        "make 22.1 % of the total",
        "at lag 1: 0.3264 (40498 pairs)",
        "at lag 32: 0.1787 (40294 pairs)",
        "  16    0.28256     75.909    0.78598    2816       2589",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn the_example_market_has_the_table_printed_for_its_data() {
    let market =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mev_boost_week.toml")).unwrap();
    let mut command = etm(&[
        "data/mev_boost_week.csv",
        "--column",
        "value_eth",
        "--process",
        "empirical",
        "--initial",
        "0.054",
    ]);
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
    assert_eq!(empirical(&market), empirical(&printed(&mut command)));
}

#[test]
fn odd_names_and_tied_values() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("it's a \"week\".csv");
    fs::write(&path, "t,the prize\n1,2\n2,2\n3,2\n").unwrap();
    let file = path.to_str().unwrap();
    let text = printed(&mut etm(&[
        file,
        "--column",
        "the prize",
        "--slot-column",
        "t",
        "--bins",
        "3",
        "--process",
        "empirical",
    ]));
    let table = empirical(&text);
    assert_eq!(table["file"].as_str(), Some(file));
    assert_eq!(table["column"].as_str(), Some("the prize"));
    assert_eq!(table["slot_column"].as_str(), Some("t"));
    assert_eq!(table["initial"].as_float(), Some(2.0));
    assert!(text.contains("# Warning: 3 bins asked for, 1 obtained"), "{text}");
    assert!(text.contains("at lag 1: none (2 pairs)"), "{text}");
}

/// The printed text in front of the other tables is a market file; the solver need not be able to solve it.
fn accepted(printed: &str) {
    let rest = "
[ticket]
maturity = 3
[buyers]
count = 2
cost.uniform = { lower = 0.0, upper = 0.05 }
[holder]
discount_factor = 0.99
";
    let text = format!("{printed}{rest}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Err(error) = etm::spec::parse::<&str>(&text, "printed.toml", folder, &[]) {
        for fault in error.diagnostics() {
            assert_eq!(fault.code, "unsupported", "{error}\n{text}");
        }
    }
}

/// `etm calibrate` of the week.
fn week(options: &[&str]) -> String {
    printed(&mut etm(&[&[DATA, "--column", "value_eth"], options].concat()))
}

mod log_ar1 {
    use super::*;

    #[test]
    fn of_the_week() {
        let text = week(&["--process", "log_ar1"]);
        contains(
            &text,
            &[
                "45049 values above 0; 4550 steps over slots without one",
                "mean         -2.8034 ± 0.0061 ",
                "persistence  0.3346 ± 0.0046 ",
                "volatility   0.8897 ± 0.0030 ",
                "log-likelihood -58900.21",
                "stationary sd of log R 0.94409, half-life 0.6332 slots",
                "residuals: excess kurtosis 1.4715 (normal 0), distance to the normal law 0.046351",
                "# Warning: the residuals are not normal",
            ],
        );
        let table = table(&text, "log_ar1");
        assert_eq!(table["initial"].as_float(), Some(0.054469657));
        assert_eq!(table.len(), 4);
        assert_eq!(table["persistence"].as_float(), Some(0.33464708));
        accepted(&text);
    }

    /// The same likelihood as one dense Gaussian density, maximised by Nelder and Mead in another language.
    #[test]
    fn is_the_exact_likelihood() {
        let slots = [0, 1, 2, 4, 5, 9, 10, 11, 13, 14, 15, 20];
        let prizes = [0.05, 0.07, 0.04, 0.11, 0.09, 0.03, 0.05, 0.06, 0.2, 0.15, 0.12, 0.08];
        let seen: Vec<Observation> = slots
            .into_iter()
            .zip(prizes)
            .map(|(slot, r)| Observation { slot, prize: Some(r) })
            .collect();
        let fit = log_ar1(&seen).unwrap();
        for (fitted, value, error) in [
            (fit.mean, -2.59887263, 0.20918576),
            (fit.persistence, 0.5323093, 0.22341769),
            (fit.volatility, 0.43372082, 0.09177028),
        ] {
            assert!((fitted.value - value).abs() < 1e-7, "{fitted:?}");
            assert!((fitted.standard_error / error - 1.0).abs() < 2e-3, "{fitted:?}");
        }
        assert!((fit.log_likelihood + 7.748098606291357).abs() < 1e-10);
        assert_eq!(fit.gaps, 4);
    }

    #[test]
    fn known_parameters_are_recovered_with_missing_slots() {
        for (index, persistence) in [-0.6, 0.0, 0.35, 0.9, 0.995].into_iter().enumerate() {
            let (mean, volatility) = (-2.8, 0.4);
            let whole = simulated_log_ar1(mean, persistence, volatility, 30_000, index as u64);
            let mut random = Random(99);
            let thinned: Vec<Observation> = whole
                .iter()
                .map(|seen| Observation {
                    slot: seen.slot,
                    prize: seen.prize.filter(|_| random.uniform() > 0.3),
                })
                .collect();
            let absent: Vec<Observation> = thinned.iter().copied().filter(|seen| seen.prize.is_some()).collect();
            let fits = [log_ar1(&whole).unwrap(), log_ar1(&thinned).unwrap()];
            // A blank and a slot that is not there are the same to the likelihood.
            assert_eq!(fits[1], log_ar1(&absent).unwrap());
            for fit in &fits {
                near(&fit.mean, mean);
                near(&fit.persistence, persistence);
                near(&fit.volatility, volatility);
                assert!(!fit.residuals.heavy_tailed(), "{fit:?}");
            }
            assert!(fits[1].persistence.standard_error > fits[0].persistence.standard_error);
        }
    }

    #[test]
    fn long_outages_and_zeros() {
        let mut seen = simulated_log_ar1(-2.8, 0.8, 0.4, 4_000, 5);
        for later in &mut seen[2_000..] {
            later.slot += 10_000_000_000;
        }
        seen[17].prize = Some(0.0);
        let fit = log_ar1(&seen).unwrap();
        near(&fit.persistence, 0.8);
        assert_eq!((fit.zeros, fit.gaps, fit.observations), (1, 2, 3_999));
        assert!(fit.warnings()[0].contains("1 values are 0"), "{:?}", fit.warnings());
    }
}

mod geometric_brownian {
    use super::*;

    #[test]
    fn of_the_week_has_no_meaning() {
        let text = week(&["--process", "geometric_brownian"]);
        contains(
            &text,
            &[
                "drift        0.5702 ± 0.0061 ",
                "volatility   1.0679 ± 0.0036 ",
                "log drift    0.0000 ± 0.0048 ",
                "# Warning: the log prize returns to a mean: log_ar1 fits better",
                "has no meaning for these data",
            ],
        );
        assert_eq!(
            table(&text, "geometric_brownian")["initial"].as_float(),
            Some(0.054469657)
        );
        accepted(&text);
    }

    #[test]
    fn known_parameters_are_recovered_with_missing_slots() {
        let (mean, volatility) = (2e-4, 0.02);
        let mut random = Random(11);
        let mut log = -3.0;
        let mut seen = Vec::new();
        for slot in 0..40_000 {
            log += mean + volatility * random.normal();
            if random.uniform() > 0.3 {
                seen.push(Observation {
                    slot,
                    prize: Some(f64::exp(log)),
                });
            }
        }
        let fit = geometric_brownian(&seen).unwrap();
        near(&fit.volatility, volatility);
        near(&fit.log_drift, mean);
        near(&fit.drift, mean + 0.5 * volatility * volatility);
        assert!(!fit.mean_reverting(), "{fit:?}");
        assert!(fit.warnings().is_empty(), "{:?}", fit.warnings());
    }
}

mod iid {
    use super::*;

    #[test]
    fn of_the_week() {
        let text = week(&["--process", "iid"]);
        contains(
            &text,
            &[
                "lognormal    log_mean -2.8071 ± 0.0044, log_sd 0.9430 ± 0.0031",
                "exponential  mean 0.11419 ± 0.00054",
                "dagum        scale 0.01525 ± 0.00066, shape 1.4311 ± 0.0092, tail 4.53 ± 0.21",
                "dagum          0.053663    0.20957     1.0905     5.4707    0.12766         66990.8       -133975.6",
                "dagum is nearest to the data",
                "# Warning: the mean is 2.096 times the median",
                "# Warning: the lognormal misses the tail",
                "# Warning: slots are not independent",
            ],
        );
        accepted(&text);
        let table = table(&text, "iid");
        assert_eq!(table.get("initial"), None);
        // The maximum as scipy finds it.
        let law = &table["distribution"]["dagum"];
        let [scale, shape, tail] = ["scale", "shape", "tail"].map(|key| law[key].as_float().unwrap());
        for (value, expected) in [(scale, 0.01525423), (shape, 1.43111092), (tail, 4.53161489)] {
            assert!((value / expected - 1.0).abs() < 1e-6, "{value} {expected}");
        }
    }

    #[test]
    fn every_law_can_be_chosen() {
        for name in ["lognormal", "exponential", "dagum", "empirical"] {
            let text = week(&["--process", "iid", "--law", name, "--initial", "0.1"]);
            let table = table(&text, "iid");
            assert_eq!(table["initial"].as_float(), Some(0.1));
            assert!(table["distribution"].get(name).is_some(), "{text}");
            accepted(&text);
        }
    }

    #[test]
    fn dagum_parameters_are_recovered() {
        for (scale, shape, tail) in [(0.0166, 1.528, 4.409), (1.0, 6.0, 0.5), (0.3, 1.2, 1.0)] {
            let law = PrizeLaw::Dagum { scale, shape, tail };
            let fit = independent(&quantile_sample(&law, 20_001)).unwrap();
            let best = fit.best();
            assert_eq!(best.name, LawName::Dagum);
            assert!(best.distance < 1e-3, "{}", best.distance);
            for ((_, fitted), value) in best.parameters.iter().zip([scale, shape, tail]) {
                // Quantiles are no random sample: they are nearer than one standard error.
                assert!(
                    (fitted.value - value).abs() < fitted.standard_error,
                    "{fitted:?} {value}"
                );
                assert!(fitted.standard_error < 0.2 * value, "{fitted:?} {value}");
            }
        }
    }

    #[test]
    fn the_other_laws_are_recognised() {
        let lognormal = PrizeLaw::Lognormal {
            log_mean: -2.0,
            log_sd: 0.7,
        };
        let fit = independent(&quantile_sample(&lognormal, 5_001)).unwrap();
        let found = fit.law(LawName::Lognormal).unwrap();
        near(&found.parameters[0].1, -2.0);
        near(&found.parameters[1].1, 0.7);
        assert_eq!(fit.best().name, LawName::Lognormal);
        let fit = independent(&quantile_sample(&PrizeLaw::Exponential { mean: 0.2 }, 5_001)).unwrap();
        assert!((fit.law(LawName::Exponential).unwrap().mean / 0.2 - 1.0).abs() < 1e-3);
    }

    #[test]
    fn a_law_without_a_mean_is_refused() {
        let cauchy = PrizeLaw::Dagum {
            scale: 1.0,
            shape: 0.8,
            tail: 1.0,
        };
        let seen = quantile_sample(&cauchy, 2_001);
        let fit = independent(&seen).unwrap();
        assert!(fit.law(LawName::Dagum).is_none());
        assert!(
            fit.no_dagum.as_ref().unwrap().contains("infinite"),
            "{:?}",
            fit.no_dagum
        );

        let folder = TempDir::new().unwrap();
        let path = folder.path().join("cauchy.csv");
        let rows: String = seen
            .iter()
            .map(|at| format!("{},{}\n", at.slot, at.prize.unwrap()))
            .collect();
        fs::write(&path, format!("slot,r\n{rows}")).unwrap();
        let file = path.to_str().unwrap();
        let error = refused(&mut etm(&[file, "--column", "r", "--process", "iid", "--law", "dagum"]));
        assert!(error.contains("--law: no dagum law fits"), "{error}");
    }
}

#[test]
fn the_examples_have_the_tables_printed_for_the_week() {
    for (process, file) in [
        ("log_ar1", "log_ar1"),
        ("geometric_brownian", "geometric_brownian"),
        ("iid", "iid_dagum"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/{file}.toml"));
        let market = fs::read_to_string(path).unwrap();
        assert_eq!(table(&market, process), table(&week(&["--process", process]), process));
    }
}

#[test]
fn options_of_another_process_are_refused() {
    for (process, option, value) in [
        ("iid", "--bins", "16"),
        ("log_ar1", "--bins", "16"),
        ("geometric_brownian", "--law", "dagum"),
        ("empirical", "--law", "dagum"),
    ] {
        let error = refused(&mut etm(&[
            DATA,
            "--column",
            "value_eth",
            "--process",
            process,
            option,
            value,
        ]));
        assert!(error.contains(option) && error.contains(process), "{error}");
    }
    for process in ["log_ar1", "geometric_brownian"] {
        let error = refused(&mut etm(&[
            DATA,
            "--column",
            "value_eth",
            "--process",
            process,
            "--initial",
            "0",
        ]));
        assert!(error.contains("--initial: 0"), "{error}");
    }
}

#[test]
fn data_that_fit_nothing_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("bad.csv");
    let file = path.to_str().unwrap();
    for (rows, problem) in [
        ("1,\n2,\n", "has no value"),
        ("1,0.3\n2,\n", "one value above 0, 0.3"),
        ("1,0.3\n2,0.3\n3,0.3\n", "all 3 values above 0 are 0.3"),
        ("1,0\n2,0\n", "no value is above 0"),
        ("1,0.3\n2,-0.1\n", "-0.1"),
        ("1,0.3\n2,nan\n", "nan"),
    ] {
        fs::write(&path, format!("slot,r\n{rows}")).unwrap();
        for process in ["log_ar1", "geometric_brownian", "iid"] {
            let error = refused(&mut etm(&[file, "--column", "r", "--process", process]));
            assert!(
                error.contains(problem) && error.contains("bad.csv"),
                "{process} {error}"
            );
        }
    }
    for (process, rows, problem) in [
        ("log_ar1", "1,1\n2,2\n", "2 values above 0"),
        ("geometric_brownian", "1,1\n2,2\n3,4\n", "every log step is 0.69"),
        ("log_ar1", "1,1\n2,2\n3,1\n4,2\n5,1\n6,2\n", "without noise"),
    ] {
        fs::write(&path, format!("slot,r\n{rows}")).unwrap();
        let error = refused(&mut etm(&[file, "--column", "r", "--process", process]));
        assert!(error.contains(problem), "{process} {error}");
    }
}

/// A generator small enough to read: splitmix64 (Steele, Lea and Flood 2014).
struct Random(u64);

impl Random {
    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64 + 1e-17
    }

    /// Standard, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

fn simulated_log_ar1(mean: f64, persistence: f64, volatility: f64, slots: i64, seed: u64) -> Vec<Observation> {
    let mut random = Random(seed);
    let mut x = volatility / (1.0 - persistence * persistence).sqrt() * random.normal();
    (0..slots)
        .map(|slot| {
            let seen = Observation {
                slot,
                prize: Some((mean + x).exp()),
            };
            x = persistence * x + volatility * random.normal();
            seen
        })
        .collect()
}

/// Quantiles at (i + 1/2)/n, in an order that has nothing to do with their size.
fn quantile_sample(law: &PrizeLaw, count: i64) -> Vec<Observation> {
    (0..count)
        .map(|slot| {
            let level = ((slot * 7_919) % count) as f64 + 0.5;
            let (cdf, survival) = (level / count as f64, (count as f64 - level) / count as f64);
            Observation {
                slot,
                prize: Some(law.quantile(cdf, survival)),
            }
        })
        .collect()
}

/// Within four standard errors.
fn near(fitted: &Fitted, value: f64) {
    assert!(
        (fitted.value - value).abs() <= 4.0 * fitted.standard_error,
        "{fitted:?} instead of {value}"
    );
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn bad_input_is_explained() {
    let error = refused(&mut etm(&[DATA, "--column", "value", "--process", "empirical"]));
    assert!(error.contains(DATA) && error.contains("\"value_eth\""), "{error}");
    let error = refused(&mut etm(&[
        DATA,
        "--column",
        "value_eth",
        "--process",
        "empirical",
        "--bins",
        "0",
        "--initial=-1",
    ]));
    assert!(
        error.contains("--bins: 0 bins") && error.contains("--initial: -1"),
        "{error}"
    );
    let error = refused(&mut etm(&["nowhere.csv", "--column", "x", "--process", "empirical"]));
    assert!(error.contains("nowhere.csv: cannot be read"), "{error}");
}
