//! Chains estimated from data: counted by hand, against independent figures of a real week, and from bad files.

use std::fs;
use std::path::{Path, PathBuf};

use approx::assert_relative_eq;
use etm::data::{read_column, read_observations};
use etm_solver::market::Faults;
use etm_solver::prize::FinitePrizes;
use etm_solver::prize::empirical::{Observation, describe, estimate};
use proptest::prelude::*;
use tempfile::TempDir;

/// One observation a slot from slot 0 on; NaN stands for a blank.
fn in_slots(prizes: &[f64]) -> Vec<Observation> {
    (0..)
        .zip(prizes)
        .map(|(slot, &r)| Observation {
            slot,
            prize: (!r.is_nan()).then_some(r),
        })
        .collect()
}

fn row(chain: &FinitePrizes, from: usize) -> Vec<f64> {
    (0..chain.size()).map(|to| chain.probability(from, to)).collect()
}

fn keys(faults: &Faults) -> Vec<&str> {
    faults.0.iter().map(|fault| fault.key.as_str()).collect()
}

fn week() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/mev_boost_week.csv")
}

mod counting {
    use super::*;

    #[test]
    fn blanks_and_gaps_break_pairs() {
        let mut seen = in_slots(&[1.0, 2.0, 3.0, 4.0, f64::NAN, 5.0, 6.0, f64::NAN, 7.0, 8.0]);
        seen.remove(7); // slot 7 is not in the data at all, slot 4 is blank
        let estimate = estimate(&seen, 4, 4.2).unwrap();
        let chain = &estimate.prizes;
        assert_eq!(chain.states(0), [1.5, 3.5, 5.5, 7.5]);
        // Pairs: 1 → 2, 2 → 3, 3 → 4, 5 → 6, 7 → 8; neither 4 → 5 nor 6 → 7.
        assert_eq!(row(chain, 0), [0.5, 0.5, 0.0, 0.0]);
        assert_eq!(row(chain, 1), [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(row(chain, 2), [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(row(chain, 3), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(chain.initial_prize(), 3.5);

        let report = &estimate.report;
        assert_eq!((report.values, report.missing_values), (8, 1));
        assert_eq!((report.gaps, report.missing_slots, report.pairs), (1, 1, 5));
        assert_eq!((report.bins_asked, report.bins_obtained), (4, 4));
        let bin = &report.bins[0];
        assert_eq!((bin.lower, bin.upper, bin.mean, bin.count), (1.0, 2.0, 1.5, 2));
        assert_eq!((bin.pairs_from, bin.pairs_to), (2, 1));
        assert_eq!(report.absorbing, [1, 2, 3]);
        assert!(report.never_left.is_empty() && report.never_entered.is_empty());
        assert!(report.warnings()[0].contains("bin 2 (3.5 ETH), bin 3 (5.5 ETH), bin 4 (7.5 ETH)"));
    }

    #[test]
    fn fractions_are_the_counts() {
        // Low and high: 1 1 5 1 5 5 1: from 1 once to 1, twice to 5; from 5 twice to 1, once to 5.
        let chain = estimate(&in_slots(&[1.0, 1.0, 5.0, 1.0, 5.0, 5.0, 1.0]), 2, 1.0)
            .unwrap()
            .prizes;
        for (from, thirds) in [(0, [1.0, 2.0]), (1, [2.0, 1.0])] {
            for (p, third) in row(&chain, from).into_iter().zip(thirds) {
                assert_relative_eq!(p, third / 3.0, max_relative = 1e-15);
            }
        }
    }

    #[test]
    fn a_run_of_missing_slots_is_one_gap() {
        let seen: Vec<_> = [(-5, 1.0), (-4, 2.0), (10, 1.0), (i64::MAX, 2.0)]
            .map(|(slot, r)| Observation { slot, prize: Some(r) })
            .to_vec();
        let report = estimate(&seen, 2, 1.0).unwrap().report;
        assert_eq!((report.gaps, report.pairs), (2, 1));
        assert_eq!(report.missing_slots, 13 + (i64::MAX as u64 - 11));
    }

    #[test]
    fn the_order_of_the_data_does_not_matter() {
        let seen = in_slots(&[3.0, 1.0, f64::NAN, 2.0, 4.0, 4.0, 1.0]);
        let mut shuffled = seen.clone();
        shuffled.reverse();
        shuffled.swap(1, 4);
        let (a, b) = (estimate(&seen, 3, 2.0).unwrap(), estimate(&shuffled, 3, 2.0).unwrap());
        assert_eq!(a.report, b.report);
        assert_eq!(describe(&seen).unwrap(), describe(&shuffled).unwrap());
    }

    #[test]
    fn initial_means_its_bin() {
        let seen = in_slots(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let start = |initial| estimate(&seen, 3, initial).unwrap().prizes.initial_prize();
        assert_eq!(start(0.0), 1.5); // below the data
        assert_eq!(start(2.0), 1.5);
        assert_eq!(start(2.9), 1.5); // between two bins: the lower one
        assert_eq!(start(3.0), 3.5);
        assert_eq!(start(6.0), 5.5);
        assert_eq!(start(1e6), 5.5); // above the data
    }
}

mod holes {
    use super::*;

    #[test]
    fn a_bin_never_left_goes_where_the_values_are() {
        let estimate = estimate(&in_slots(&[1.0, 1.0, 1.0, 9.0]), 2, 9.0).unwrap();
        assert_eq!(estimate.report.never_left, [1]);
        assert_eq!(row(&estimate.prizes, 1), [0.75, 0.25]);
        let warnings = estimate.report.warnings();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("starts in bin 2 (9 ETH)"), "{warnings:?}");
    }

    #[test]
    fn a_bin_never_entered_is_reported() {
        let estimate = estimate(&in_slots(&[9.0, 1.0, 1.0, 1.0]), 2, 9.0).unwrap();
        assert_eq!(estimate.report.never_entered, [1]);
        assert_eq!(row(&estimate.prizes, 1), [1.0, 0.0]);
        let warnings = estimate.report.warnings();
        assert!(
            warnings.iter().any(|w| w.contains("ends in bin 2 (9 ETH)")),
            "{warnings:?}"
        );
    }

    #[test]
    fn without_pairs_slots_are_independent() {
        let estimate = estimate(&in_slots(&[1.0, f64::NAN, 1.0, f64::NAN, 1.0, f64::NAN, 9.0]), 2, 1.0).unwrap();
        assert_eq!(row(&estimate.prizes, 0), [0.75, 0.25]);
        assert_eq!(row(&estimate.prizes, 1), [0.75, 0.25]);
        let warnings = estimate.report.warnings();
        assert_eq!(warnings.len(), 1);
        assert!(warnings[0].contains("no two consecutive slots"), "{warnings:?}");
    }

    #[test]
    fn ties_give_fewer_bins() {
        let all_equal = estimate(&in_slots(&[0.1; 7]), 3, 5.0).unwrap();
        assert_eq!(all_equal.prizes.states(0), [0.1]);
        assert!(all_equal.report.warnings()[0].contains("3 bins asked for, 1 obtained"));

        // Cuts at ranks 2, 4 and 6 of eight values, five of them zeros: the first moves to the run's start, the
        // second to its end.
        let zeros = estimate(&in_slots(&[0.0, 0.0, 7.0, 0.0, 6.0, -0.0, 8.0, 0.0]), 4, 0.0).unwrap();
        assert_eq!(zeros.prizes.states(0), [0.0, 6.0, 7.5]);
        assert_eq!(zeros.report.bins[0].count, 5);

        let last_digit = estimate(&in_slots(&[1.0, 1.0 + 1e-12, 2.0]), 3, 1.0).unwrap();
        assert_eq!(last_digit.report.bins_obtained, 2);
        assert_eq!(last_digit.report.bins[0].count, 2);
    }
}

mod refusals {
    use super::*;

    #[test]
    fn every_fault_has_its_key() {
        let seen = in_slots(&[1.0, 2.0, 3.0]);
        assert_eq!(keys(&estimate(&seen, 0, 1.0).unwrap_err()), ["bins"]);
        assert_eq!(keys(&estimate(&seen, 4, 1.0).unwrap_err()), ["bins"]);
        assert_eq!(
            keys(&estimate(&in_slots(&[1.0; 5000]), 4097, 1.0).unwrap_err()),
            ["bins"]
        );
        for initial in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(keys(&estimate(&seen, 0, initial).unwrap_err()), ["initial", "bins"]);
        }
        assert_eq!(keys(&estimate(&[], 1, 1.0).unwrap_err()), ["file"]);
        assert_eq!(
            keys(&estimate(&in_slots(&[f64::NAN; 3]), 1, 1.0).unwrap_err()),
            ["file"]
        );
        assert_eq!(
            keys(&estimate(&in_slots(&[1.0, -2.0]), 1, 1.0).unwrap_err()),
            ["column"]
        );
        assert_eq!(
            keys(&estimate(&in_slots(&[1.0, f64::INFINITY]), 1, 1.0).unwrap_err()),
            ["column"]
        );
        let twice = [seen[0], seen[1], seen[0]];
        let faults = estimate(&twice, 1, 1.0).unwrap_err();
        assert_eq!(keys(&faults), ["file"]);
        assert!(faults.to_string().contains("slot 0 is given twice"));
    }
}

proptest! {
    #[test]
    fn any_data_give_a_chain(
        slots in prop::collection::btree_map(-60_i64..60, prop::option::of(0_u8..12), 1..100),
        bins in 1_usize..20,
        initial in 0.0..15.0,
    ) {
        let seen: Vec<_> = slots
            .into_iter()
            .map(|(slot, r)| Observation { slot, prize: r.map(f64::from) })
            .collect();
        let count = seen.iter().filter(|seen| seen.prize.is_some()).count();
        match estimate(&seen, bins, initial) {
            Err(_) => prop_assert!(count < bins),
            Ok(estimate) => {
                let (chain, report) = (&estimate.prizes, &estimate.report);
                prop_assert_eq!(report.values, count);
                prop_assert_eq!(report.values + report.missing_values, seen.len());
                prop_assert_eq!(report.bins.iter().map(|bin| bin.count).sum::<usize>(), count);
                prop_assert_eq!(report.bins.iter().map(|bin| bin.pairs_to).sum::<usize>(), report.pairs);
                prop_assert!(report.bins.windows(2).all(|two| two[0].upper < two[1].lower));
                for from in 0..chain.size() {
                    prop_assert!((row(chain, from).iter().sum::<f64>() - 1.0).abs() < 1e-14);
                }
            }
        }
    }

    #[test]
    fn distinct_values_fill_bins_evenly(count in 1_u32..200, bins in 1_usize..40) {
        prop_assume!(bins <= count as usize);
        let values: Vec<f64> = (0..count).map(|i| f64::from((i * 7919) % 104_729)).collect();
        let report = estimate(&in_slots(&values), bins, 1.0).unwrap().report;
        prop_assert_eq!(report.bins_obtained, bins);
        let sizes: Vec<_> = report.bins.iter().map(|bin| bin.count).collect();
        prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
    }
}

mod real_week {
    use super::*;

    /// Sums of the payments of 5 to 11 February 2024, day by day, from the source's own daily summary.
    const DAILY_SUMS: [f64; 7] = [
        434.973148, 654.774828, 780.740258, 992.633967, 985.794944, 683.45226, 611.993727,
    ];

    #[test]
    fn the_data_are_what_they_should_be() {
        let seen = read_observations(&week(), "value_eth", "slot").unwrap();
        assert_eq!(seen.len(), 50_400);
        let description = describe(&seen).unwrap();
        assert_eq!((description.values, description.missing_values), (45_049, 5_351));
        assert_eq!((description.first_slot, description.last_slot), (8_355_599, 8_405_998));
        assert_eq!((description.missing_slots, description.zeros), (0, 0));
        let total: f64 = DAILY_SUMS.iter().sum();
        assert_relative_eq!(description.mean * 45_049.0, total, epsilon = 1e-5);
        // The rest was computed apart, with exact sums, in another language.
        assert_relative_eq!(description.mean, 0.11419483517549779, max_relative = 1e-13);
        let quantiles: Vec<f64> = description.quantiles.iter().map(|q| q.value).collect();
        let expected = [
            0.01059452112,
            0.0156548046,
            0.031111242,
            0.054469657,
            0.104565477,
            0.3239754403999997,
            0.9513272600399957,
        ];
        for (found, expected) in quantiles.iter().zip(expected) {
            assert_relative_eq!(*found, expected, max_relative = 1e-13);
        }
        assert_eq!(description.median(), 0.054469657);
        assert_relative_eq!(
            description.top_percent_share.unwrap(),
            0.22099689509876386,
            max_relative = 1e-12
        );
        let lags: Vec<_> = description
            .log_autocorrelation
            .iter()
            .map(|at| (at.lag, at.pairs))
            .collect();
        assert_eq!(lags, [(1, 40_498), (32, 40_294)]);
        for (at, expected) in description
            .log_autocorrelation
            .iter()
            .zip([0.3263920206358451, 0.17866610441027792])
        {
            assert_relative_eq!(at.value.unwrap(), expected, max_relative = 1e-11);
        }
    }

    #[test]
    fn the_chain_of_sixteen_bins() {
        let seen = read_observations(&week(), "value_eth", "slot").unwrap();
        let estimate = estimate(&seen, 16, 0.054).unwrap();
        let means = [
            0.013339313101953819,
            0.01931527434765625,
            0.02413173358117229,
            0.02877938179119318,
            0.03357863341918295,
            0.03862452258238636,
            0.04434174099893428,
            0.050877344533380685,
            0.058597824262784086,
            0.06792931108170515,
            0.07951353097372159,
            0.09489908854067496,
            0.11659313746981534,
            0.15122085290124335,
            0.21926117111576707,
            0.7859831373433949,
        ];
        for (found, expected) in estimate.prizes.states(0).iter().zip(means) {
            assert_relative_eq!(*found, expected, max_relative = 1e-13);
        }
        assert_eq!(estimate.prizes.initial(), 7);
        let (first, last) = (
            [359, 289, 287, 241, 179, 176, 142, 159, 124, 119, 91, 88, 76, 53, 48, 67],
            [49, 67, 66, 61, 82, 105, 94, 110, 129, 154, 166, 193, 206, 248, 313, 546],
        );
        for (from, counts) in [(0, first), (15, last)] {
            let total: i32 = counts.iter().sum();
            for (p, count) in row(&estimate.prizes, from).into_iter().zip(counts) {
                assert_relative_eq!(p, f64::from(count) / f64::from(total), max_relative = 1e-14);
            }
        }
        assert_eq!(estimate.report.pairs, 40_498);
        assert_eq!(estimate.report.warnings(), Vec::<String>::new());
    }
}

mod files {
    use super::*;

    struct File {
        _folder: TempDir,
        path: PathBuf,
    }

    fn file(content: impl AsRef<[u8]>) -> File {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("week.csv");
        fs::write(&path, content).unwrap();
        File { _folder: folder, path }
    }

    fn observed(content: &str) -> Vec<(i64, Option<f64>)> {
        read_observations(&file(content).path, "value", "slot")
            .unwrap()
            .iter()
            .map(|seen| (seen.slot, seen.prize))
            .collect()
    }

    /// The faults as they are shown, without the path every one of them must begin with.
    fn refused(content: impl AsRef<[u8]>) -> Vec<String> {
        let file = file(content);
        let path = file.path.display().to_string();
        let error = read_observations(&file.path, "value", "slot").unwrap_err();
        assert_eq!(error.path(), file.path);
        error
            .to_string()
            .lines()
            .map(|line| line.strip_prefix(&path).unwrap().to_owned())
            .collect()
    }

    fn one(content: impl AsRef<[u8]>) -> String {
        let mut faults = refused(content);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults.remove(0)
    }

    #[test]
    fn dialects() {
        let expected = vec![(7, Some(0.5)), (8, None), (9, Some(2.0))];
        assert_eq!(observed("slot,value\n7,0.5\n8,\n9,2\n"), expected);
        assert_eq!(observed("\u{feff}slot,value\r\n7,0.5\r\n8,\r\n9,2"), expected);
        assert_eq!(observed("slot,value\r7,0.5\r8,\r9,2\r"), expected);
        assert_eq!(
            observed("\"value\",other, \"\"x, slot \n\"5e-1\",\"a, b\",,7\n  ,,, 8\n\n\"2.0\",,,9\n"),
            expected
        );
        assert_eq!(observed("slot,value\n9,2\n8,\n7,0.5\n"), expected, "sorted by slot");
        assert_eq!(observed("slot,value\n-1,+1e-3\n"), [(-1, Some(0.001))]);
    }

    #[test]
    fn a_column_without_slots() {
        let file = file("a,b\n3,x\n,y\n1,z\n");
        assert_eq!(read_column(&file.path, "a").unwrap(), [3.0, 1.0]);
        let error = read_column(&file.path, "b").unwrap_err();
        assert_eq!(error.count(), 3);
        assert!(error.to_string().contains(", line 2: b is \"x\""), "{error}");
    }

    #[test]
    fn values_that_are_no_prizes() {
        let faults = refused("slot,value\n1,-0.5\n2,abc\n3,NaN\n4,inf\n5,1e999\n6,1\n7,\"1,5\"\n8,\u{e9}\n");
        let found = ["-0.5", "abc", "NaN", "inf", "1e999", "1,5", "é"];
        assert_eq!(faults.len(), found.len());
        for ((fault, found), line) in faults.iter().zip(found).zip([2, 3, 4, 5, 6, 8, 9]) {
            assert_eq!(
                *fault,
                format!(
                    ", line {line}: value is {found:?} (allowed: a finite number, at least 0, or nothing for a \
                     missing value)"
                )
            );
        }
    }

    #[test]
    fn slots_that_are_none() {
        for (slot, shown) in [("1.5", "is \"1.5\""), ("x", "is \"x\""), ("", "is blank")] {
            let fault = one(format!("slot,value\n1,1\n{slot},1\n"));
            assert!(
                fault.starts_with(&format!(", line 3: slot {shown} (allowed: a whole number")),
                "{fault}"
            );
        }
    }

    #[test]
    fn slots_given_twice() {
        assert_eq!(
            one("slot,value\n5,1\n6,1\n5,2\n"),
            ", line 4: slot 5 is given again, it stands on line 2 already (allowed: every slot at most once)"
        );
        assert_eq!(refused("slot,value\n5,1\n5,1\n6,1\n5,\n").len(), 2);
    }

    #[test]
    fn lines_are_counted_with_any_line_end() {
        for end in ["\n", "\r\n", "\r"] {
            let fault = one(format!("slot,value{end}1,1{end}{end}2,no{end}3,1{end}"));
            assert!(fault.starts_with(", line 4: "), "{end:?}: {fault}");
        }
    }

    #[test]
    fn rows_of_the_wrong_width() {
        let faults = refused("slot,value\n1,1\n2\n3,1,9\n");
        assert!(
            faults[0].starts_with(", line 3: the row has 1 field, the header 2"),
            "{faults:?}"
        );
        assert!(
            faults[1].starts_with(", line 4: the row has 3 fields, the header 2"),
            "{faults:?}"
        );
    }

    #[test]
    fn a_quote_left_open_swallows_nothing() {
        let fault = one("slot,value\n1,1\n2,\"1\n3,1\n4,1\n");
        assert!(fault.starts_with(", line 3: a quoted field runs on"), "{fault}");
    }

    #[test]
    fn columns_that_are_not_there() {
        let fault = one("slot,value_eth,builder\n1,1,a\n");
        assert_eq!(
            fault,
            ": there is no column \"value\" (allowed: one of \"slot\", \"value_eth\", \"builder\")"
        );
        assert!(one("slot;value\n1;1\n").ends_with("fields are separated by commas)"));
        assert!(one("value,slot,value\n1,1,1\n").contains("the column \"value\" is there twice"));
    }

    #[test]
    fn nothing_to_read() {
        assert!(one("").contains("the file is empty"));
        assert!(one("slot,value\n").contains("the column \"value\" has no value"));
        assert!(one("slot,value\n1,\n2,\n").contains("the column \"value\" has no value"));
    }

    #[test]
    fn files_of_another_kind() {
        assert!(one(b"\x1f\x8b\x08\x00rest").contains("decompress it first"));
        assert!(one(b"PK\x03\x04rest").contains("zip archive or a spreadsheet"));
        assert!(one(b"PAR1rest").contains("Parquet"));
        assert!(one(b"\xff\xfes\0").contains("UTF-8"));
        let missing = read_column(Path::new("not/there.csv"), "value").unwrap_err();
        assert!(
            missing.to_string().starts_with("not/there.csv: cannot be read: "),
            "{missing}"
        );
    }

    #[test]
    fn many_faults_are_counted_and_ten_named() {
        let mut content = "slot,value\n".to_owned();
        for slot in 0..2000 {
            content.push_str(&format!("{slot},?\n"));
        }
        let file = file(content);
        let error = read_observations(&file.path, "value", "slot").unwrap_err();
        assert_eq!((error.faults().len(), error.count()), (10, 2000));
        assert_eq!(error.faults()[9].line, Some(11));
        assert!(error.to_string().ends_with(": 1990 more faults"));
    }
}
