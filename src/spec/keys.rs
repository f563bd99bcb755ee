//! Every key of a market file.
//!
//! The one place to add a key: the decoder, `--set` and `etm schema` read this table. Ranges here are those of a
//! single number; what several keys must satisfy together is checked where the part is built.

use etm_solver::market::{LEAST_POWER, LONGEST_MATURITY, MOST_AVERSION, MOST_BUYERS};

use super::key::{Key, Range, Shape, Table};

use Shape::{File, Matrix, Number, Numbers, Price, Text, Whole, WholeOrTable, Words};

/// The most bins of an estimated chain.
pub const MOST_BINS: u64 = 4096;

const PRIZE_ABOVE_ZERO: Range = Range::POSITIVE;
const TOLERANCE: Range = Range::above(0.0).below(1.0);

/// The market file.
pub static MARKET: Table = Table {
    keys: &[
        Key::required("ticket", Shape::Table(&TICKET), "The execution ticket"),
        Key::required("prize", Shape::Table(&PRIZE), "The process of the prize"),
        Key::required("buyers", Shape::Table(&BUYERS), "Who comes to an auction"),
        Key::optional(
            "participation",
            Shape::Table(&PARTICIPATION),
            "What taking part costs a buyer; absent: nothing",
        ),
        Key::optional("auction", Shape::Table(&AUCTION), "How the ticket is auctioned"),
        Key::required("holder", Shape::Table(&HOLDER), "Who sells the ticket"),
    ],
    exactly_one: &[],
};

static TICKET: Table = Table {
    keys: &[
        Key::required(
            "maturity",
            Whole(0, LONGEST_MATURITY),
            "T, the last slot in which the ticket can be exercised",
        ),
        Key::optional(
            "exercise",
            Words(&["american", "at_maturity", "lottery"]),
            "When the ticket may be exercised",
        )
        .or("american"),
        Key::required(
            "draw_probability",
            Number(Range::FRACTION),
            "Probability that a living ticket is drawn in a slot",
        )
        .only("exercise", "lottery"),
    ],
    exactly_one: &[],
};

static PRIZE: Table = Table {
    keys: &[
        Key::optional("markov_chain", Shape::Table(&MARKOV_CHAIN), "A finite chain"),
        Key::optional("constant", Shape::Table(&CONSTANT), "The same prize always"),
        Key::optional("path", Shape::Table(&PATH), "One known prize a slot"),
        Key::optional("iid", Shape::Table(&IID), "Independent prizes, one law"),
        Key::optional(
            "geometric_brownian",
            Shape::Table(&GEOMETRIC_BROWNIAN),
            "Log-normal steps",
        ),
        Key::optional(
            "log_ar1",
            Shape::Table(&LOG_AR1),
            "A log prize that returns to its mean",
        ),
        Key::optional(
            "empirical",
            Shape::Table(&EMPIRICAL),
            "A chain estimated from observed payments",
        ),
    ],
    exactly_one: &[
        "markov_chain",
        "constant",
        "path",
        "iid",
        "geometric_brownian",
        "log_ar1",
        "empirical",
    ],
};

static MARKOV_CHAIN: Table = Table {
    keys: &[
        Key::required("states", Numbers(Range::NOT_NEGATIVE), "The prizes, ETH"),
        Key::required(
            "transition",
            // Up to rounding: rows are renormalised, and the constructor says what is too much.
            Matrix(Range::NOT_NEGATIVE.up_to(1.0 + 1e-9)),
            "Row i: probabilities of each next prize given prize i; rows sum to 1",
        ),
        Key::required(
            "initial",
            Number(Range::NOT_NEGATIVE),
            "The prize in slot 0, one of the states",
        ),
    ],
    exactly_one: &[],
};

static CONSTANT: Table = Table {
    keys: &[Key::required("value", Number(Range::NOT_NEGATIVE), "The prize, ETH")],
    exactly_one: &[],
};

static PATH: Table = Table {
    keys: &[Key::required(
        "values",
        Numbers(Range::NOT_NEGATIVE),
        "maturity + 1 prizes, ETH",
    )],
    exactly_one: &[],
};

static IID: Table = Table {
    keys: &[
        Key::required(
            "distribution",
            Shape::Table(&DISTRIBUTION),
            "The law of one slot's prize",
        ),
        Key::optional(
            "initial",
            Number(Range::NOT_NEGATIVE),
            "The prize in slot 0; absent: results are averages over it",
        ),
    ],
    exactly_one: &[],
};

static DISTRIBUTION: Table = Table {
    keys: &[
        Key::optional(
            "lognormal",
            Shape::Table(&Table {
                keys: &[
                    Key::required("log_mean", Number(Range::FINITE), "Mean of the log prize"),
                    Key::required("log_sd", Number(Range::POSITIVE), "Standard deviation of the log prize"),
                ],
                exactly_one: &[],
            }),
            "The log prize is normal",
        ),
        Key::optional(
            "exponential",
            Shape::Table(&Table {
                keys: &[Key::required("mean", Number(PRIZE_ABOVE_ZERO), "Mean prize, ETH")],
                exactly_one: &[],
            }),
            "An exponential prize",
        ),
        Key::optional(
            "dagum",
            Shape::Table(&Table {
                keys: &[
                    Key::required("scale", Number(PRIZE_ABOVE_ZERO), "Scale, ETH"),
                    Key::required(
                        "shape",
                        Number(Range::above(1.0)),
                        "Tail index; the mean is infinite up to 1",
                    ),
                    Key::required("tail", Number(Range::POSITIVE), "The outer exponent"),
                ],
                exactly_one: &[],
            }),
            "F(x) = (1 + (x/scale)^-shape)^-tail",
        ),
        Key::optional(
            "empirical",
            Shape::Table(&Table {
                keys: &[
                    Key::required("file", File, "A CSV file with a header"),
                    Key::required("column", Text, "Its column of prizes, ETH"),
                    Key::optional(
                        "bins",
                        Whole(1, MOST_BINS),
                        "The most prizes told apart: of a larger sample neighbours are joined into their means",
                    )
                    .or("500"),
                ],
                exactly_one: &[],
            }),
            "The law of a sample",
        ),
    ],
    exactly_one: &["lognormal", "exponential", "dagum", "empirical"],
};

static GEOMETRIC_BROWNIAN: Table = Table {
    keys: &[
        Key::required("initial", Number(PRIZE_ABOVE_ZERO), "The prize in slot 0, ETH"),
        Key::required(
            "drift",
            Number(Range::FINITE),
            "The expected prize grows by e^drift a slot",
        ),
        Key::required(
            "volatility",
            Number(Range::NOT_NEGATIVE),
            "Standard deviation of the log step",
        ),
        Key::optional("tolerance", Number(TOLERANCE), "Relative tolerance").or("1e-9"),
    ],
    exactly_one: &[],
};

static LOG_AR1: Table = Table {
    keys: &[
        Key::required("mean", Number(Range::FINITE), "Mean of the log prize (ETH)"),
        Key::required(
            "persistence",
            Number(Range::above(-1.0).below(1.0)),
            "Autocorrelation of the log prize",
        ),
        Key::required(
            "volatility",
            Number(Range::NOT_NEGATIVE),
            "Standard deviation of the innovation",
        ),
        Key::required("initial", Number(PRIZE_ABOVE_ZERO), "The prize in slot 0, ETH"),
        Key::optional("tolerance", Number(TOLERANCE), "Relative tolerance").or("1e-9"),
    ],
    exactly_one: &[],
};

static EMPIRICAL: Table = Table {
    keys: &[
        Key::required("file", File, "A CSV file with a header, one line a slot"),
        Key::required("column", Text, "Its column of prizes, ETH"),
        Key::required("bins", Whole(1, MOST_BINS), "How many quantile bins"),
        Key::required(
            "initial",
            Number(Range::NOT_NEGATIVE),
            "A prize; its bin is the state in slot 0",
        ),
        Key::optional("slot_column", Text, "Its column of slot numbers").or("slot"),
    ],
    exactly_one: &[],
};

static BUYERS: Table = Table {
    keys: &[
        Key::required(
            "count",
            WholeOrTable(1, MOST_BUYERS, &COUNT),
            "How many buyers come: a number, or a law of numbers",
        ),
        Key::required(
            "cost",
            Shape::Table(&COST),
            "The law of a buyer's cost of extracting the prize, ETH",
        ),
        Key::optional(
            "discount_factor",
            Number(Range::FRACTION),
            "The buyers' own discount factor a slot; absent: the holder's",
        ),
        Key::optional(
            "risk_aversion",
            Shape::Table(&RISK_AVERSION),
            "Utility of the auction gain; absent: risk-neutral",
        ),
    ],
    exactly_one: &[],
};

static COUNT: Table = Table {
    keys: &[
        Key::optional(
            "poisson",
            Shape::Table(&Table {
                keys: &[Key::required(
                    "mean",
                    Number(Range::above(0.0).up_to(MOST_BUYERS as f64)),
                    "Expected number of buyers",
                )],
                exactly_one: &[],
            }),
            "A Poisson number",
        ),
        Key::optional(
            "binomial",
            Shape::Table(&Table {
                keys: &[
                    Key::required("trials", Whole(1, MOST_BUYERS), "How many could come"),
                    Key::required(
                        "probability",
                        Number(Range::FRACTION),
                        "Each comes with this probability",
                    ),
                ],
                exactly_one: &[],
            }),
            "A binomial number",
        ),
    ],
    exactly_one: &["poisson", "binomial"],
};

const POWER: Range = Range {
    from: Some((LEAST_POWER, true)),
    to: Some((1.0, true)),
};
const AVERSION: Range = Range::above(0.0).up_to(MOST_AVERSION);

static RISK_AVERSION: Table = Table {
    keys: &[
        Key::optional(
            "crra",
            Shape::Table(&Table {
                keys: &[Key::required(
                    "power",
                    Number(POWER),
                    "The exponent, from 1e-6; 1 is neutral",
                )],
                exactly_one: &[],
            }),
            "u(x) = x^power",
        ),
        Key::optional(
            "cara",
            Shape::Table(&Table {
                keys: &[Key::required(
                    "aversion",
                    Number(AVERSION),
                    "Absolute risk aversion, per ETH, at most 1e12",
                )],
                exactly_one: &[],
            }),
            "u(x) = (1 - e^(-aversion x))/aversion",
        ),
    ],
    exactly_one: &["crra", "cara"],
};

const LOWER: Key = Key::required("lower", Number(Range::FINITE), "The lowest cost, ETH");
const UPPER: Key = Key::required("upper", Number(Range::FINITE), "The highest cost, ETH");

static COST: Table = Table {
    keys: &[
        Key::optional(
            "uniform",
            Shape::Table(&Table {
                keys: &[LOWER, UPPER],
                exactly_one: &[],
            }),
            "Uniform from lower to upper",
        ),
        Key::optional(
            "power",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required("exponent", Number(Range::POSITIVE), "The exponent a"),
                ],
                exactly_one: &[],
            }),
            "F = ((x - lower)/(upper - lower))^a",
        ),
        Key::optional(
            "beta",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required("alpha", Number(Range::POSITIVE), "First shape"),
                    Key::required("beta", Number(Range::POSITIVE), "Second shape"),
                ],
                exactly_one: &[],
            }),
            "A beta law stretched to lower and upper",
        ),
        Key::optional(
            "truncated_normal",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required("mean", Number(Range::FINITE), "Mean before truncation, ETH"),
                    Key::required(
                        "sd",
                        Number(Range::POSITIVE),
                        "Standard deviation before truncation, ETH",
                    ),
                ],
                exactly_one: &[],
            }),
            "A normal law cut to lower and upper",
        ),
        Key::optional(
            "truncated_lognormal",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required("log_mean", Number(Range::FINITE), "Mean of the log cost"),
                    Key::required("log_sd", Number(Range::POSITIVE), "Standard deviation of the log cost"),
                ],
                exactly_one: &[],
            }),
            "A lognormal law cut to lower and upper",
        ),
        Key::optional(
            "truncated_exponential",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required("rate", Number(Range::POSITIVE), "Rate, per ETH"),
                ],
                exactly_one: &[],
            }),
            "An exponential law cut to lower and upper",
        ),
        Key::optional(
            "empirical",
            Shape::Table(&Table {
                keys: &[
                    LOWER,
                    UPPER,
                    Key::required(
                        "quantiles",
                        Numbers(Range::FINITE),
                        "Costs at equally spaced probabilities, increasing from lower to upper",
                    ),
                ],
                exactly_one: &[],
            }),
            "Linear between given quantiles",
        ),
    ],
    exactly_one: &[
        "uniform",
        "power",
        "beta",
        "truncated_normal",
        "truncated_lognormal",
        "truncated_exponential",
        "empirical",
    ],
};

static PARTICIPATION: Table = Table {
    keys: &[
        Key::required("cost", Number(Range::NOT_NEGATIVE), "K, ETH"),
        Key::required(
            "payer",
            Words(&["winner", "participant"]),
            "Who pays K: the winner, or everyone who takes part",
        ),
        Key::optional(
            "learns_cost",
            Words(&["before", "after"]),
            "Whether a buyer knows her cost when she decides to take part",
        )
        .or("before")
        .only("payer", "participant"),
    ],
    exactly_one: &[],
};

static AUCTION: Table = Table {
    keys: &[
        Key::optional(
            "format",
            Words(&["first_price", "second_price", "all_pay"]),
            "Who pays what",
        )
        .or("first_price"),
        Key::optional("reserve", Price(&["none", "optimal"]), "The lowest price accepted").or("none"),
    ],
    exactly_one: &[],
};

static HOLDER: Table = Table {
    keys: &[
        Key::optional("discount_factor", Number(Range::FRACTION), "Discount factor a slot"),
        Key::optional(
            "discount_rate",
            Number(Range::NOT_NEGATIVE),
            "Discount rate a slot; the factor is 1/(1 + rate)",
        ),
        Key::optional(
            "sale",
            Words(&["once", "until_sold"]),
            "One auction, or as many as it takes",
        )
        .or("once"),
        Key::optional(
            "pool",
            Words(&["fresh", "fixed"]),
            "Who comes to a second auction: new buyers or the same",
        )
        .or("fresh")
        .only("sale", "until_sold"),
        Key::optional("tie", Words(&["late", "early"]), "What an indifferent holder does").or("late"),
        Key::optional(
            "own_cost",
            Number(Range::FINITE),
            "The holder's own cost of exercise, ETH; absent: she cannot exercise",
        ),
    ],
    exactly_one: &["discount_factor", "discount_rate"],
};
