//! What a calibration says about its data and its fit, as comment lines of a market file.

use etm_solver::prize::calibrate::{
    Fitted, GeometricBrownianFit, IndependentFit, LEVELS, LawFit, LawName, LogAr1Fit, Residuals,
};
use etm_solver::prize::empirical::{Description, EstimateReport};

/// What the data look like.
pub(crate) fn data_lines(seen: &Description) -> Vec<String> {
    let mut lines = vec![format!(
        "{} values in slots {} to {}; {} blank, {} slots not in the data",
        seen.values, seen.first_slot, seen.last_slot, seen.missing_values, seen.missing_slots
    )];
    let cells = |list: Vec<String>| list.iter().map(|cell| format!("{cell:>11}")).collect::<String>();
    lines.push(String::new());
    lines.push(format!(
        "quantile {}",
        cells(
            seen.quantiles
                .iter()
                .map(|q| format!("{} %", short(100.0 * q.level)))
                .collect()
        )
    ));
    lines.push(format!(
        "ETH      {}",
        cells(seen.quantiles.iter().map(|q| short(q.value)).collect())
    ));
    lines.push(format!(
        "mean {}, smallest {}, largest {}",
        short(seen.mean),
        short(seen.smallest),
        short(seen.largest)
    ));
    if let Some(share) = seen.top_percent_share {
        lines.push(format!(
            "the top 1 % of the values make {:.1} % of the total",
            100.0 * share
        ));
    }
    if seen.zeros > 0 {
        lines.push(format!("{} values are 0 and have no logarithm", seen.zeros));
    }
    lines.extend(seen.log_autocorrelation.iter().map(|at| {
        let value = at
            .value
            .map_or_else(|| "none".to_owned(), |value| format!("{value:.4}"));
        format!(
            "autocorrelation of the logs at lag {}: {value} ({} pairs)",
            at.lag, at.pairs
        )
    }));
    lines
}

/// The chain's bins.
pub(crate) fn bin_lines(report: &EstimateReport) -> Vec<String> {
    let mut lines = vec![
        format!(
            "{} bins of {} asked for; {} pairs of consecutive slots counted",
            report.bins_obtained, report.bins_asked, report.pairs
        ),
        format!(
            "{:>4}{:>11}{:>11}{:>11}{:>8}{:>11}",
            "bin", "lower", "upper", "mean", "values", "pairs from"
        ),
    ];
    lines.extend(report.bins.iter().enumerate().map(|(i, bin)| {
        format!(
            "{:>4}{:>11}{:>11}{:>11}{:>8}{:>11}",
            i + 1,
            short(bin.lower),
            short(bin.upper),
            short(bin.mean),
            bin.count,
            bin.pairs_from
        )
    }));
    lines
}

/// The autoregression's parameters and how far it is from the data.
pub(crate) fn log_ar1_lines(fit: &LogAr1Fit) -> Vec<String> {
    let mut lines = vec![
        used(fit.observations, fit.gaps),
        parameter("mean", &fit.mean, "of log R"),
        parameter("persistence", &fit.persistence, "from slot to slot"),
        parameter("volatility", &fit.volatility, "of the innovation"),
        format!("log-likelihood {:.2}", fit.log_likelihood),
        format!(
            "stationary sd of log R {}, half-life {}",
            short(fit.stationary_sd),
            fit.half_life
                .map_or_else(|| "none".to_owned(), |slots| format!("{} slots", short(slots)))
        ),
        residual_line(&fit.residuals),
        String::new(),
        header(&[]),
    ];
    let (model, data): (Vec<f64>, Vec<f64>) = fit.quantiles.iter().copied().unzip();
    lines.push(row("data", &data, fit.means.1, &[]));
    lines.push(row("log_ar1", &model, fit.means.0, &[]));
    lines
}

/// The motion's parameters.
pub(crate) fn geometric_brownian_lines(fit: &GeometricBrownianFit) -> Vec<String> {
    vec![
        used(fit.observations, fit.gaps),
        parameter("drift", &fit.drift, "a slot, of E[R]"),
        parameter("volatility", &fit.volatility, "of the log step"),
        parameter("log drift", &fit.log_drift, "a slot, of log R"),
        format!("log-likelihood {:.2}, given the first value", fit.log_likelihood),
        residual_line(&fit.residuals),
        fit.likelihood_ratio.map_or_else(
            || "no log_ar1 to compare with".to_owned(),
            |ratio| format!("likelihood ratio of log_ar1 against it: {}", short(ratio)),
        ),
    ]
}

/// The laws side by side.
pub(crate) fn independent_lines(fit: &IndependentFit) -> Vec<String> {
    let mut lines = vec![format!("{} values above 0", fit.observations)];
    for law in &fit.laws {
        let parameters: Vec<String> = law
            .parameters
            .iter()
            .map(|(key, fitted)| format!("{key} {}", plus_minus(fitted)))
            .collect();
        lines.push(format!("{:<12} {}", law.name.key(), parameters.join(", ")));
    }
    lines.push(String::new());
    lines.push(header(&["log-likelihood", "AIC", "KS distance"]));
    lines.push(row("data", &fit.quantiles, fit.mean, &[]));
    lines.extend(fit.laws.iter().map(|law| {
        let last = [
            format!("{:.1}", law.log_likelihood),
            format!("{:.1}", law.aic),
            format!("{:.4}", law.distance),
        ];
        row(law.name.key(), &law.quantiles, law.mean, &last)
    }));
    lines
}

/// The TOML value of a law at eight significant digits.
pub(crate) fn law_table(fit: &LawFit) -> String {
    let parameters: Vec<String> = fit
        .parameters
        .iter()
        .map(|(key, fitted)| format!("{key} = {}", toml_number(fitted.value)))
        .collect();
    format!("distribution.{} = {{ {} }}", fit.name.key(), parameters.join(", "))
}

/// Why a law that was asked for is not there.
pub(crate) fn no_law(fit: &IndependentFit, name: LawName) -> String {
    let reason = fit.no_dagum.as_deref().unwrap_or("it could not be fitted");
    format!("no {} law fits: {reason}", name.key())
}

/// Eight significant digits, far more than the data have, as a TOML float.
pub(crate) fn toml_number(value: f64) -> String {
    let rounded = format!("{value:.7e}").parse::<f64>().unwrap_or(value);
    format!("{rounded:?}")
}

fn used(observations: usize, gaps: usize) -> String {
    format!("{observations} values above 0; {gaps} steps over slots without one")
}

fn parameter(name: &str, fitted: &Fitted, what: &str) -> String {
    format!("{name:<12} {:<22} {what}", plus_minus(fitted))
}

fn residual_line(seen: &Residuals) -> String {
    format!(
        "residuals: excess kurtosis {} (normal 0), distance to the normal law {}",
        short(seen.excess_kurtosis),
        short(seen.distance)
    )
}

/// An estimate and its standard error, to two digits of the latter.
fn plus_minus(fitted: &Fitted) -> String {
    let Fitted { value, standard_error } = *fitted;
    if !(standard_error.is_finite() && standard_error > 0.0) {
        return format!("{} ± unknown", short(value));
    }
    let digit = standard_error.log10().floor();
    if !(-9.0..6.0).contains(&digit) {
        return format!("{value:.6e} ± {standard_error:.1e}");
    }
    let decimals = (1.0 - digit).max(0.0) as usize;
    let value = format!("{value:.decimals$}");
    // A mean of −1e-9 would be −0.00.
    let zero = value.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    let value = value.strip_prefix('-').filter(|_| zero).unwrap_or(&value);
    format!("{value} ± {standard_error:.decimals$}")
}

fn header(more: &[&str]) -> String {
    let levels = LEVELS.map(|level| format!("{} %", short(100.0 * level)));
    let cells = levels.iter().map(String::as_str).chain(["mean"]);
    let line: String = cells.map(|cell| format!("{cell:>11}")).collect();
    let more: String = more.iter().map(|cell| format!("{cell:>16}")).collect();
    format!("{:<12}{line}{more}", "ETH")
}

fn row(name: &str, quantiles: &[f64], mean: f64, more: &[String]) -> String {
    let line: String = quantiles
        .iter()
        .chain([&mean])
        .map(|value| format!("{:>11}", short(*value)))
        .collect();
    let more: String = more.iter().map(|cell| format!("{cell:>16}")).collect();
    format!("{name:<12}{line}{more}")
}

/// Five significant digits, without the zeros at the end.
pub(crate) fn short(value: f64) -> String {
    // Rounded in scientific notation, printed in the plain one: `{:.5}` would print the small values as 0.
    format!("{value:.4e}")
        .parse::<f64>()
        .map_or_else(|_| value.to_string(), |rounded| rounded.to_string())
}
