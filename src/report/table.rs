//! Numbers and short tables for reading.

/// A number in ETH as a reader wants it: six significant digits, no noise around zero.
pub(super) fn eth(value: f64) -> String {
    significant(value, 6)
}

/// `value` with `digits` significant digits, in fixed notation where that is short.
pub(crate) fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || value.abs() < 1e-15 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor();
    if !(-5.0..15.0).contains(&magnitude) {
        return format!("{value:.*e}", digits - 1);
    }
    let decimals = (digits as f64 - 1.0 - magnitude).max(0.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A probability as a percentage; exact 0 and 1 are told from what only rounds to them.
pub(crate) fn percent(probability: f64) -> String {
    let value = 100.0 * probability;
    if probability >= 1.0 - 1e-12 {
        "100 %".to_owned()
    } else if value > 99.95 {
        "over 99.9 %".to_owned()
    } else if probability <= 1e-12 {
        "0 %".to_owned()
    } else if value < 0.05 {
        "under 0.1 %".to_owned()
    } else {
        format!("{value:.1} %")
    }
}

/// Rows of a label, a value and a remark, the values aligned.
pub(super) fn aligned(rows: &[(String, String, String)]) -> String {
    let width = |pick: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0)
    };
    let (labels, values) = (width(|row| &row.0), width(|row| &row.1));
    let mut text = String::new();
    for (label, value, remark) in rows {
        let line = format!("  {label:<labels$}  {value:<values$}  {remark}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{eth, percent};

    #[test]
    fn numbers_read_well() {
        assert_eq!(eth(0.621_387_638), "0.621388");
        assert_eq!(eth(0.5), "0.5");
        assert_eq!(eth(-3e-18), "0");
        assert_eq!(eth(1234.5), "1234.5");
        assert_eq!(eth(1e300), "1.00000e300");
        assert_eq!(eth(2e-9), "2.00000e-9");
    }

    #[test]
    fn certainty_is_not_a_rounding() {
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(percent(0.9999), "over 99.9 %");
        assert_eq!(percent(1e-5), "under 0.1 %");
        assert_eq!(percent(0.25), "25.0 %");
    }
}
