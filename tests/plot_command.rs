//! `etm plot` as it is run: the folder it writes, what it takes, what it refuses.

mod common_figure;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use common_figure::drawing::Drawing;
use serde_json::Value;
use tempfile::TempDir;

const KINDS: [&str; 6] = ["value", "timing", "bids", "exercise", "participation", "claims"];

fn market(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
    path.to_str().expect("a path in UTF-8").to_owned()
}

fn two_states() -> String {
    market("two_states.toml")
}

/// An empty folder and the command in it.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn svg(&self, name: &str) -> Drawing {
        Drawing::read(&self.read(name))
    }

    fn etm(&self, args: &[&str]) -> Assert {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("etm"));
        command.current_dir(self.0.path()).args(args).assert()
    }

    fn plot(&self, args: &[&str]) -> Assert {
        self.etm(&[&["plot"], args].concat()).success()
    }

    /// Exit status 2, nothing on stdout, nothing new in the folder; what was said.
    fn refused(&self, args: &[&str]) -> String {
        let before = names(self.0.path());
        let assert = self.etm(&[&["plot"], args].concat()).code(2);
        assert!(assert.get_output().stdout.is_empty(), "data in spite of bad input");
        assert_eq!(names(self.0.path()), before, "something is left behind");
        stderr(&assert)
    }
}

fn stderr(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).expect("UTF-8")
}

/// All names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

/// The files of a folder with their bytes, less those that say when they were made.
fn stable(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let timeless = |name: &String| name != "manifest.json" && !name.ends_with(".pdf");
    let files = names(folder).into_iter().filter(timeless);
    files
        .map(|name| (name.clone(), fs::read(folder.join(name)).expect("a file")))
        .collect()
}

fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

mod folder {
    use super::*;

    #[cfg(all(feature = "png", feature = "pdf"))]
    #[test]
    fn holds_every_figure_with_its_data() {
        let place = Place::new();
        let assert = place.plot(&[&two_states()]);
        assert!(assert.get_output().stdout.is_empty());
        assert_eq!(stderr(&assert), format!("two_states_figures: {}\n", KINDS.join(", ")));
        let mut expected = vec!["manifest.json".to_owned()];
        for kind in KINDS {
            for ending in ["caption.txt", "csv", "pdf", "png", "svg", "tex"] {
                expected.push(format!("{kind}.{ending}"));
            }
        }
        expected.sort();
        assert_eq!(names(&place.path("two_states_figures")), expected);
        assert_eq!(names(place.0.path()), ["two_states_figures"]);
        for kind in KINDS {
            let drawing = place.svg(&format!("two_states_figures/{kind}.svg"));
            let caption = place.read(&format!("two_states_figures/{kind}.caption.txt"));
            assert_eq!(drawing.description, caption.trim_end_matches('\n'), "{kind}");
        }
    }

    #[test]
    fn says_in_the_manifest_how_it_was_made() {
        let place = Place::new();
        place.plot(&[
            &two_states(),
            "--only",
            "exercise",
            "--format",
            "svg",
            "--set",
            "buyers.count=3",
            "--out",
            "x",
        ]);
        let manifest: Value = serde_json::from_str(&place.read("x/manifest.json")).expect("JSON");
        let command = manifest["command"].to_string();
        says(&command, &["\"plot\"", "two_states.toml", "buyers.count=3"]);
        assert!(place.read("x/exercise.caption.txt").contains("buyers.count = 3"));
    }

    #[cfg(all(feature = "png", feature = "pdf"))]
    #[test]
    fn is_the_same_from_run_to_run() {
        let place = Place::new();
        for file in ["two_states.toml", "mev_boost_week.toml"] {
            place.plot(&[&market(file), "--out", "one", "--force"]);
            place.plot(&[&market(file), "--out", "two", "--force"]);
            let (one, two) = (stable(&place.path("one")), stable(&place.path("two")));
            assert_eq!(one.len(), 5 * KINDS.len());
            let differing: Vec<_> = one
                .iter()
                .filter(|(name, bytes)| two.get(*name) != Some(bytes))
                .collect();
            let differing: Vec<_> = differing.iter().map(|(name, _)| name).collect();
            assert!(differing.is_empty() && one.len() == two.len(), "{differing:?}");
        }
    }

    #[test]
    fn of_results_has_the_figures_of_their_market() {
        let place = Place::new();
        let sets = ["--set", "holder.discount_factor=0.8"];
        place
            .etm(&[&["solve", &two_states(), "--out", "results"], &sets[..]].concat())
            .success();
        place.plot(&["results"]);
        place.plot(&[&[two_states().as_str(), "--out", "direct"], &sets[..]].concat());
        assert!(
            stable(&place.path("results/figures")) == stable(&place.path("direct")),
            "other figures"
        );
    }

    /// The market file of a results folder finds the data from where it is.
    #[cfg(all(feature = "png", feature = "pdf"))]
    #[test]
    fn of_results_reads_the_data_they_were_made_of() {
        let place = Place::new();
        let week = market("mev_boost_week.toml");
        place.etm(&["solve", &week, "--out", "results"]).success();
        place.plot(&["results", "--only", "value,timing"]);
        place.plot(&[&week, "--only", "value,timing", "--out", "direct"]);
        let (results, direct) = (stable(&place.path("results/figures")), stable(&place.path("direct")));
        for name in ["value.csv", "timing.csv", "value.png", "timing.png"] {
            assert!(results[name] == direct[name], "{name} differs");
        }
    }

    #[test]
    fn is_replaced_only_by_force_and_then_wholly() {
        let place = Place::new();
        let exercise = [
            &two_states(),
            "--format",
            "svg",
            "--only",
            "exercise",
            "--out",
            "figures",
        ];
        place.plot(&exercise);
        let before = stable(&place.path("figures"));
        says(&place.refused(&exercise), &["figures: exists already", "--force"]);
        assert!(stable(&place.path("figures")) == before);
        place.plot(&[
            &two_states(),
            "--format",
            "svg",
            "--only",
            "value",
            "--out",
            "figures",
            "--force",
        ]);
        assert!(
            names(&place.path("figures"))
                .iter()
                .all(|name| !name.starts_with("exercise"))
        );
        assert!(place.path("figures/value.svg").is_file());
        // A force that fails leaves the old figures.
        let before = stable(&place.path("figures"));
        place.refused(&[&two_states(), "--slots", "9", "--out", "figures", "--force"]);
        assert!(stable(&place.path("figures")) == before);
    }

    /// A file where the parent should be: nobody can write there, not even who may do anything.
    #[test]
    fn cannot_be_made_where_nothing_can_be_written() {
        let place = Place::new();
        place.write("file", "");
        let assert = place.etm(&["plot", &two_states(), "--out", "file/figures"]).code(1);
        says(&stderr(&assert), &["file"]);
        assert_eq!(names(place.0.path()), ["file"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn cannot_be_made_in_a_read_only_folder() {
        let assert = Place::new()
            .etm(&["plot", &two_states(), "--out", "/proc/figures"])
            .code(1);
        says(&stderr(&assert), &["/proc", "nothing can be written"]);
    }
}

mod choice {
    use super::*;

    #[test]
    fn of_figures_and_formats() {
        let place = Place::new();
        place.plot(&[&two_states(), "--only", "bids,timing", "--format", "svg", "--out", "x"]);
        let expected = [
            "bids.caption.txt",
            "bids.csv",
            "bids.svg",
            "bids.tex",
            "manifest.json",
            "timing.caption.txt",
            "timing.csv",
            "timing.svg",
            "timing.tex",
        ];
        assert_eq!(names(&place.path("x")), expected);
    }

    #[test]
    fn of_slots_keeps_their_order() {
        let place = Place::new();
        place.plot(&[
            &two_states(),
            "--slots",
            "2,0",
            "--only",
            "value,bids,participation",
            "--format",
            "svg",
        ]);
        let panels = |kind: &str| {
            let drawing = place.svg(&format!("two_states_figures/{kind}.svg"));
            drawing.panels.into_iter().map(|panel| panel.name).collect::<Vec<_>>()
        };
        assert_eq!(panels("value"), ["slot_2", "slot_0"]);
        assert_eq!(panels("bids"), ["bids_2", "gain_2", "bids_0", "gain_0"]);
        let drawing = place.svg("two_states_figures/participation.svg");
        let layers = drawing.panel("probability_by_prize").layers.iter();
        assert_eq!(
            layers.map(|layer| layer.name.as_str()).collect::<Vec<_>>(),
            ["slot_2", "slot_0"]
        );
    }

    #[test]
    fn of_width() {
        let place = Place::new();
        for (width, units) in [
            ("one", 24120.0),
            ("two", 50400.0),
            ("85mm", 24094.0),
            ("3.3in", 23760.0),
            ("240pt", 24000.0),
        ] {
            place.plot(&[
                &two_states(),
                "--only",
                "timing",
                "--format",
                "svg",
                "--width",
                width,
                "--out",
                width,
            ]);
            assert_eq!(place.svg(&format!("{width}/timing.svg")).page.right, units, "{width}");
        }
    }

    #[test]
    fn of_a_title() {
        let place = Place::new();
        let run = |more: &[&str]| {
            place.plot(
                &[
                    &[two_states().as_str(), "--only", "value", "--format", "svg", "--force"],
                    more,
                ]
                .concat(),
            );
            place.svg("two_states_figures/value.svg")
        };
        let title = "The holder's value";
        assert!(run(&[]).others.is_empty());
        let titled = run(&["--title"]);
        assert_eq!(
            titled
                .others
                .iter()
                .map(|words| words.text.as_str())
                .collect::<Vec<_>>(),
            [title]
        );
        let (ink, legend) = (titled.others[0].ink, titled.legend[0].ink);
        assert!(titled.page.holds(&ink, 0.0) && ink.bottom < legend.top);
    }

    #[test]
    fn of_a_style() {
        let place = Place::new();
        let style = "palette = [\"#112233\", \"445566\"]\nink = \"#010203\"\nfaint = \"#a0b0c0\"\nwidth = \"one\"\nline_width = 2.0\n";
        place.write("style.toml", style);
        place.plot(&[
            &two_states(),
            "--only",
            "value",
            "--style",
            "style.toml",
            "--format",
            "svg",
        ]);
        let svg = place.read("two_states_figures/value.svg");
        says(
            &svg,
            &["#112233", "#445566", "#010203", "#a0b0c0", "stroke-width=\"200\""],
        );
        assert!(!svg.contains("#005a9c"), "a colour of the default palette");
        assert_eq!(Drawing::read(&svg).page.right, 24120.0);
        let tex = place.read("two_states_figures/value.tex");
        says(
            &tex,
            &[
                "\\definecolor{etmcurve0}{RGB}{17,34,51}",
                "\\definecolor{etmink}{RGB}{1,2,3}",
            ],
        );
        // The command line goes before the file.
        place.plot(&[
            &two_states(),
            "--only",
            "value",
            "--style",
            "style.toml",
            "--width",
            "two",
            "--format",
            "svg",
            "--force",
        ]);
        assert_eq!(place.svg("two_states_figures/value.svg").page.right, 50400.0);
    }
}

#[cfg(any(feature = "png", feature = "pdf"))]
mod pictures {
    use super::*;

    /// Width and height of a PNG.
    #[cfg(feature = "png")]
    fn size(bytes: &[u8]) -> (u32, u32) {
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&bytes[12..16], b"IHDR");
        let number = |from: usize| u32::from_be_bytes(bytes[from..from + 4].try_into().expect("four bytes"));
        (number(16), number(20))
    }

    #[cfg(feature = "png")]
    #[test]
    fn in_pixels_are_as_large_as_asked_for() {
        let place = Place::new();
        place.write("style.toml", "dots_per_inch = 144\nwidth = \"one\"\n");
        let cases: [(&[&str], f64); 2] = [(&[], 300.0), (&["--style", "style.toml"], 144.0)];
        for (args, dots) in cases {
            let fixed = [
                "plot",
                &two_states(),
                "--only",
                "exercise",
                "--format",
                "png,svg",
                "--out",
                "x",
                "--force",
            ];
            place.etm(&[&fixed, args].concat()).success();
            let page = place.svg("x/exercise.svg").page;
            let (width, height) = size(&fs::read(place.path("x/exercise.png")).expect("a file"));
            let pixels = |units: f64| units / 7200.0 * dots;
            assert!((f64::from(width) - pixels(page.right)).abs() <= 0.51, "{width} pixels");
            assert!(
                (f64::from(height) - pixels(page.bottom)).abs() <= 0.51,
                "{height} pixels"
            );
        }
    }

    #[cfg(feature = "pdf")]
    #[test]
    fn for_latex_are_pages_of_the_same_size() {
        let place = Place::new();
        place.plot(&[&two_states(), "--only", "exercise", "--format", "pdf", "--width", "one"]);
        let bytes = fs::read(place.path("two_states_figures/exercise.pdf")).expect("a file");
        assert!(bytes.starts_with(b"%PDF-"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (_, page) = text.split_once("/MediaBox").expect("a page size");
        let numbers: Vec<f64> = page
            .split(['[', ']', ' '])
            .filter_map(|word| word.trim().parse().ok())
            .take(4)
            .collect();
        assert!((numbers[2] - numbers[0] - 241.2).abs() < 0.01, "{numbers:?}");
    }
}

mod bad_input {
    use super::*;

    #[test]
    fn slots_after_maturity() {
        let place = Place::new();
        for kind in ["value", "bids", "participation"] {
            says(
                &place.refused(&[&two_states(), "--slots", "1,3", "--only", kind]),
                &["--slots 3", "0 to 2"],
            );
        }
        // Figures that show all slots have no use for some of them.
        says(
            &place.refused(&[&two_states(), "--slots", "1", "--only", "timing,exercise,claims"]),
            &["--slots", "value, bids, participation"],
        );
        says(&place.refused(&[&two_states(), "--slots", "1,2,1"]), &["slot 1 twice"]);
        says(&place.refused(&[&two_states(), "--slots", "x"]), &["--slots", "'x'"]);
        let many = vec!["1"; 13].join(",");
        says(
            &place.refused(&[&two_states(), "--slots", &many]),
            &["13 slots", "at most 12"],
        );
    }

    #[test]
    fn widths() {
        let place = Place::new();
        for width in ["three", "85", "mm", "-85mm", "NaNmm", "infin", "1mm", "100in", ""] {
            let said = place.refused(&[&two_states(), &format!("--width={width}")]);
            says(&said, &[width, "one, two", "85mm", "220pt", "2000pt"]);
        }
    }

    #[test]
    fn formats_and_figures() {
        let place = Place::new();
        says(
            &place.refused(&[&two_states(), "--format", "svg,gif"]),
            &["'gif'", "svg, png, pdf"],
        );
        says(
            &place.refused(&[&two_states(), "--only", "tming"]),
            &["'tming'", &KINDS.join(", "), "commitment"],
        );
    }

    #[test]
    fn style_files() {
        let place = Place::new();
        let style = "width = \"wide\"\nfont_size = \"big\"\npallete = [\"#000000\"]\npalette = [\"#0072b2\", \"blue\"]\n\
                     shades = [\"#ffffff\"]\nline_width = -1.0\nink = 3\n";
        place.write("style.toml", style);
        let said = place.refused(&[&two_states(), "--style", "style.toml"]);
        let expected = [
            "style.toml:1:9: width: \"wide\"",
            "one, two",
            "style.toml:2:13: font_size",
            "style.toml:3:1: pallete: there is no such key",
            "did you mean \"palette\"",
            "style.toml:4:23: palette[1]: \"blue\"",
            "\"#rrggbb\"",
            "style.toml:5:10: shades",
            "two entries",
            "style.toml:6:14: line_width: -1",
            "style.toml:7:7: ink",
        ];
        says(&said, &expected);
        place.write("style.toml", "palette = []\n");
        says(
            &place.refused(&[&two_states(), "--style", "style.toml"]),
            &["style.toml:1:11: palette", "at least one"],
        );
        place.write("style.toml", "palette = [\"#000000\"\n");
        says(
            &place.refused(&[&two_states(), "--style", "style.toml"]),
            &["style.toml:"],
        );
        says(
            &place.refused(&[&two_states(), "--style", "none.toml"]),
            &["none.toml: there is no such file"],
        );
    }

    #[test]
    fn sources() {
        let place = Place::new();
        fs::create_dir(place.path("empty")).expect("a folder");
        says(
            &place.refused(&["empty"]),
            &["empty: is no results folder", "market.toml"],
        );
        assert!(names(&place.path("empty")).is_empty());
        says(&place.refused(&["none.toml"]), &["none.toml: there is no such file"]);
        place.write("broken.toml", "ticket.maturity = -1\nbuyer = 2\n");
        says(
            &place.refused(&["broken.toml"]),
            &["broken.toml:1:", "broken.toml:2:", "did you mean \"buyers\""],
        );
        says(
            &place.refused(&[&two_states(), "--set", "buyers.count=0"]),
            &["0 buyers"],
        );
    }

    #[test]
    fn markets_that_have_no_figures() {
        let place = Place::new();
        let prize = "prize.geometric_brownian={ initial = 1.0, drift = 0.0, volatility = 0.1 }";
        let fixed = ["holder.sale=until_sold", "holder.pool=fixed"];
        let said = place.refused(&[&two_states(), "--set", prize, "--set", fixed[0], "--set", fixed[1]]);
        says(&said, &["holder.pool", "continuous prize", "not supported yet"]);
    }
}

/// A kind that only some markets have is drawn where it applies, and refused by name where it does not.
#[test]
fn commitment_needs_a_fixed_pool() {
    let place = Place::new();
    let fixed = market("no_commitment.toml");
    let assert = place.plot(&[&fixed, "--format", "svg", "--out", "all"]);
    assert_eq!(stderr(&assert), format!("all: {}, commitment\n", KINDS.join(", ")));
    assert!(names(&place.path("all")).contains(&"commitment.csv".to_owned()));
    says(
        &place.refused(&[&two_states(), "--only", "commitment"]),
        &["holder.pool = \"fixed\"", "holder.sale = \"until_sold\""],
    );
}

#[test]
fn quiet_says_nothing() {
    let place = Place::new();
    let assert = place.plot(&[&two_states(), "--quiet", "--only", "exercise", "--format", "svg"]);
    assert_eq!(stderr(&assert), "");
}
