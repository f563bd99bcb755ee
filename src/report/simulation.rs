//! The table of a simulation.

use etm_solver::Summary;
use etm_solver::simulate::{Deviation, Figure};

use super::table::eth;

/// Means beside exact figures, with their distance in standard errors.
#[must_use]
pub fn simulation(
    name: &str,
    runs: u64,
    seed: u64,
    deviation: Deviation,
    figures: &[Figure],
    exact: &Summary,
) -> String {
    let mut text = format!("{name}: {runs} plays, seed {seed}\n");
    match deviation {
        Deviation::None => {}
        Deviation::Bids(factor) => text.push_str(&format!("one buyer bids {factor} times her equilibrium bid\n")),
        Deviation::Early => text.push_str("the holder sells in slot 0\n"),
        Deviation::Late => text.push_str("the holder waits for the last slot\n"),
    }
    text.push_str(&format!(
        "\n  {:<24} {:>14} {:>14} {:>14} {:>8}\n",
        "", "mean", "± s.e.", "exact", "z"
    ));
    let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), eth);
    for figure in figures {
        text.push_str(&format!(
            "  {:<24} {:>14} {:>14} {:>14} {:>8}\n",
            words(figure.name),
            shown(figure.mean),
            shown(figure.standard_error),
            shown(figure.exact),
            figure.z.map_or_else(|| "–".to_owned(), |z| format!("{z:.2}")),
        ));
    }
    let loss = figures
        .iter()
        .find(|figure| figure.name == "revenue")
        .and_then(|figure| Some((exact.seller_value - figure.mean?, figure.standard_error?)));
    if let (Deviation::Early | Deviation::Late, Some((loss, error))) = (deviation, loss) {
        text.push_str(&format!(
            "\n  the deviation costs the holder {} ± {} ETH\n",
            eth(loss),
            eth(error)
        ));
    }
    text
}

fn words(name: &str) -> &str {
    match name {
        "revenue" => "holder's revenue, ETH",
        "sale_slot" => "slot of the sale",
        "exercise_slot" => "slot of the exercise",
        "winner_gain" => "buyers' gain, ETH",
        "deviation_gain" => "gain of the deviator, ETH",
        other => other,
    }
}
