//! Random small markets, the same for the same seed, rich in ties and in corners.

use super::market::BruteMarket;

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of 0, …, n − 1.
    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    /// True in `percent` of a hundred.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A number with three decimals in [a, b].
    fn number(&mut self, a: f64, b: f64) -> f64 {
        let steps = ((b - a) * 1000.0).round() as u64;
        ((a * 1000.0).round() + self.below(steps + 1) as f64) / 1000.0
    }
}

fn numbers(list: &[f64]) -> String {
    let words: Vec<String> = list.iter().map(|x| format!("{x:?}")).collect();
    format!("[{}]", words.join(", "))
}

/// A row of probabilities with two decimals that sum to one, some of them zero.
fn row(dice: &mut Dice, states: usize) -> Vec<f64> {
    let mut left = 100;
    let mut parts = Vec::new();
    for _ in 1..states {
        let part = if dice.chance(15) { 0 } else { dice.below(left + 1) };
        left -= part;
        parts.push(part);
    }
    parts.push(left);
    let shift = dice.below(states as u64) as usize;
    parts.rotate_left(shift);
    parts.iter().map(|p| *p as f64 / 100.0).collect()
}

/// The lower and upper cost, then the `[prize.…]` section.
fn prize(dice: &mut Dice, maturity: usize) -> String {
    let path = |dice: &mut Dice| -> Vec<f64> { (0..=maturity).map(|_| dice.number(0.05, 2.0)).collect() };
    match dice.below(20) {
        0 | 1 => format!("[prize.constant]\nvalue = {:?}\n", dice.number(0.3, 2.0)),
        2 | 3 => format!("[prize.path]\nvalues = {}\n", numbers(&path(dice))),
        kind => {
            let size = dice.pick(&[2, 3, 3]);
            let mut states: Vec<f64> = Vec::new();
            while states.len() < size {
                let state = dice.number(0.05, 2.0);
                if states.iter().all(|x| (x - state).abs() > 0.02) {
                    states.push(state);
                }
            }
            if dice.chance(80) {
                states.sort_by(f64::total_cmp);
            }
            let mut rows: Vec<Vec<f64>> = (0..size).map(|_| row(dice, size)).collect();
            match kind {
                4..=6 => {
                    // A martingale between two absorbing prizes.
                    let (middle, half) = (dice.number(0.5, 1.5), dice.number(0.1, 0.45));
                    states = vec![middle - half, middle, middle + half];
                    rows = vec![vec![1.0, 0.0, 0.0], vec![0.5, 0.0, 0.5], vec![0.0, 0.0, 1.0]];
                }
                // Independent prizes.
                7 | 8 => rows = vec![rows[0].clone(); size],
                // Prizes that never move.
                9 => {
                    rows = (0..size)
                        .map(|i| (0..size).map(|j| if i == j { 1.0 } else { 0.0 }).collect())
                        .collect();
                }
                _ => {}
            }
            let first = if (4..=6).contains(&kind) && dice.chance(80) {
                states[1]
            } else {
                dice.pick(&states)
            };
            let rows: Vec<String> = rows.iter().map(|r| numbers(r)).collect();
            format!(
                "[prize.markov_chain]\nstates = {}\ntransition = [{}]\ninitial = {first:?}\n",
                numbers(&states),
                rows.join(", ")
            )
        }
    }
}

/// `cost.… = { … }`.
fn law(dice: &mut Dice) -> String {
    let lower = dice.pick(&[0.0, 0.0, 0.1, 0.25, 0.5]) + dice.pick(&[0.0, 0.013]);
    let upper = lower + dice.pick(&[0.3, 0.7, 1.0, 1.4]) + dice.pick(&[0.0, 0.0071]);
    let ends = format!("lower = {lower:?}, upper = {upper:?}");
    match dice.below(6) {
        0 | 1 => format!("cost.uniform = {{ {ends} }}\n"),
        2 => format!(
            "cost.power = {{ exponent = {:?}, {ends} }}\n",
            dice.pick(&[0.5, 1.5, 2.0, 3.0])
        ),
        3 => format!(
            "cost.beta = {{ alpha = {:?}, beta = {:?}, {ends} }}\n",
            dice.pick(&[1.0, 2.0, 3.0]),
            dice.pick(&[1.0, 2.0, 3.0, 4.0])
        ),
        4 => format!(
            "cost.truncated_exponential = {{ rate = {:?}, {ends} }}\n",
            dice.pick(&[0.5, 1.2, 3.0])
        ),
        _ => {
            let cells = 2 + dice.below(3) as usize;
            let mut gaps: Vec<f64> = (0..cells).map(|_| dice.number(0.2, 2.0)).collect();
            if dice.chance(60) {
                // A density that nowhere jumps up.
                gaps.sort_by(f64::total_cmp);
            }
            let total: f64 = gaps.iter().sum();
            let mut quantiles = vec![lower];
            for gap in &gaps[..cells - 1] {
                quantiles.push(quantiles[quantiles.len() - 1] + gap / total * (upper - lower));
            }
            quantiles.push(upper);
            format!("cost.empirical = {{ quantiles = {}, {ends} }}\n", numbers(&quantiles))
        }
    }
}

/// A market file and the same market for the brute force.
pub fn random_market(seed: u64) -> (String, BruteMarket) {
    let dice = &mut Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5bf0_3635);
    let maturity = dice.pick(&[0, 1, 1, 2, 2, 3, 3, 4]);
    let mut text = format!("[ticket]\nmaturity = {maturity}\n");
    match dice.below(10) {
        0..=5 => text += "exercise = \"american\"\n",
        6 | 7 => text += "exercise = \"at_maturity\"\n",
        _ => {
            text += &format!(
                "exercise = \"lottery\"\ndraw_probability = {:?}\n",
                dice.pick(&[0.1, 0.25, 0.5, 0.8, 1.0])
            );
        }
    }
    text += "\n";
    text += &prize(dice, maturity);
    text += "\n[buyers]\n";
    match dice.below(10) {
        0..=5 => text += &format!("count = {}\n", dice.pick(&[1, 2, 2, 3, 4, 6])),
        6 | 7 => {
            text += &format!("count.poisson = {{ mean = {:?} }}\n", dice.pick(&[0.4, 1.5, 3.0, 5.0]));
        }
        _ => {
            text += &format!(
                "count.binomial = {{ trials = {}, probability = {:?} }}\n",
                dice.pick(&[1, 2, 3, 6]),
                dice.pick(&[0.2, 0.5, 0.9])
            );
        }
    }
    text += &law(dice);
    if dice.chance(25) {
        text += &format!("discount_factor = {:?}\n", dice.pick(&[0.85, 0.9, 0.97, 1.0]));
    }
    if dice.chance(30) {
        text += &format!(
            "\n[participation]\ncost = {:?}\npayer = \"winner\"\n",
            dice.pick(&[0.01, 0.05, 0.1, 0.25])
        );
    }
    text += &format!(
        "\n[auction]\nformat = \"{}\"\n",
        dice.pick(&["first_price", "second_price", "all_pay"])
    );
    match dice.below(6) {
        0 | 1 => text += "reserve = \"none\"\n",
        2 => text += &format!("reserve = {:?}\n", dice.pick(&[0.0, 0.03, 0.12, 0.4, 1.1])),
        _ => text += "reserve = \"optimal\"\n",
    }
    text += "\n[holder]\n";
    match dice.below(10) {
        0..=2 => text += "discount_factor = 1.0\n",
        3 => text += &format!("discount_rate = {:?}\n", dice.pick(&[0.01, 0.1])),
        _ => {
            text += &format!("discount_factor = {:?}\n", dice.pick(&[0.8, 0.9, 0.95, 0.99]));
        }
    }
    if dice.chance(35) {
        text += "sale = \"until_sold\"\npool = \"fresh\"\n";
    } else {
        text += "sale = \"once\"\n";
    }
    text += if dice.chance(70) {
        "tie = \"late\"\n"
    } else {
        "tie = \"early\"\n"
    };
    if dice.chance(35) {
        text += &format!("own_cost = {:?}\n", dice.number(0.05, 1.6) + 0.000_37);
    }
    let market = BruteMarket::read(&text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    (text, market)
}
