//! Whether a file made anew is the one that was there.

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Comparison {
    /// The same bytes.
    Same,
    /// The same text but for numbers that differ by no more than rounding; the largest relative difference.
    Rounding(f64),
    /// Another text, or other numbers.
    Differs,
}

/// Numbers that differ by less than this, relative to the larger, are the same up to rounding: elementary functions are
/// not the same to the last digit on every machine.
const ROUNDING: f64 = 1e-9;
/// Numbers below this are noise.
const NOISE: f64 = 1e-12;

/// Compares a file with the one that was there.
///
/// ```
/// use etm::gallery::{Comparison, compare};
/// assert_eq!(compare(b"x 1.5", b"x 1.5"), Comparison::Same);
/// assert!(matches!(compare(b"x 1.5000000000000002", b"x 1.5"), Comparison::Rounding(_)));
/// assert_eq!(compare(b"x 1.5", b"y 1.5"), Comparison::Differs);
/// ```
#[must_use]
pub fn compare(now: &[u8], before: &[u8]) -> Comparison {
    if now == before {
        return Comparison::Same;
    }
    let (Ok(now), Ok(before)) = (std::str::from_utf8(now), std::str::from_utf8(before)) else {
        return Comparison::Differs;
    };
    // The canvas of a drawing has whole units: a hundredth of a point is no difference.
    let unit = if now.starts_with("<svg") { 1.0 } else { 0.0 };
    let mut largest = 0.0f64;
    let (mut a, mut b) = (Tokens(now), Tokens(before));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Comparison::Rounding(largest),
            (Some(Token::Text(x)), Some(Token::Text(y))) if x == y => {}
            (Some(Token::Number(x)), Some(Token::Number(y))) => {
                let gap = (x - y).abs();
                let scale = x.abs().max(y.abs());
                if gap > ROUNDING * scale && gap > NOISE && gap > unit {
                    return Comparison::Differs;
                }
                if scale > 0.0 {
                    largest = largest.max(gap / scale);
                }
            }
            _ => return Comparison::Differs,
        }
    }
}

/// A text as words and numbers in turn.
struct Tokens<'t>(&'t str);

enum Token<'t> {
    Text(&'t str),
    Number(f64),
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        if self.0.is_empty() {
            return None;
        }
        let end = number_end(self.0);
        if end > 0
            && let Ok(number) = self.0[..end].parse()
        {
            self.0 = &self.0[end..];
            return Some(Token::Number(number));
        }
        // Letters run to the next digit or sign; a sign that starts no number is a letter.
        let rest = self.0.char_indices().skip(1);
        let stop = rest
            .filter(|(_, letter)| letter.is_ascii_digit() || "+-.".contains(*letter))
            .map(|(index, _)| index)
            .next()
            .unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(stop);
        self.0 = rest;
        Some(Token::Text(text))
    }
}

/// Where the number that a text starts with ends; 0 where it starts with none.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(end);
    end += whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        if fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_told_from_difference() {
        let row = |x: &str| format!("slot,value\n3,{x}\n");
        let with = |x: &str, y: &str| compare(row(x).as_bytes(), row(y).as_bytes());
        assert_eq!(with("0.1", "0.1"), Comparison::Same);
        assert!(matches!(with("0.1", "0.10000000000000002"), Comparison::Rounding(_)));
        assert!(matches!(with("1e-16", "-2e-17"), Comparison::Rounding(_)));
        assert_eq!(with("0.1", "0.100001"), Comparison::Differs);
        assert_eq!(with("0.1", "none"), Comparison::Differs);
        assert_eq!(compare(b"a,b", b"a,b,c"), Comparison::Differs);
    }

    #[test]
    fn a_unit_of_the_canvas_is_no_difference() {
        let drawing = |x: u32| format!("<svg d=\"M{x} 10L20 3\"/>");
        assert!(matches!(
            compare(drawing(4000).as_bytes(), drawing(4001).as_bytes()),
            Comparison::Rounding(_)
        ));
        assert_eq!(
            compare(drawing(4000).as_bytes(), drawing(4002).as_bytes()),
            Comparison::Differs
        );
    }

    #[test]
    fn bytes_that_are_no_text_are_the_same_or_not() {
        assert_eq!(compare(&[0xff, 1], &[0xff, 2]), Comparison::Differs);
    }
}
