//! Labels: words with mathematics between dollar signs.

/// The combining circumflex: a hat over the letter before it.
const HAT: char = '\u{302}';

/// A label such as `"Value $W_t(r)$ (ETH)"`.
///
/// Between dollar signs letters are set in italics, digits and signs upright; `_x`, `_{xy}` sets below the line and
/// `^x`, `^{xy}` above it, a combining circumflex puts a hat on the letter before it (`$θ̂_t$`). An unpaired `$` stands for
/// itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label(String);

/// A piece of a label in one face, at one height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What it says.
    pub text: String,
    /// Whether it is set in italics.
    pub italic: bool,
    /// Where it stands.
    pub level: Level,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// On the line.
    Line,
    /// Below it, smaller.
    Sub,
    /// Above it, smaller.
    Super,
    /// A hat over the letter before it.
    Hat,
}

impl Label {
    /// The label written so.
    #[must_use]
    pub fn new(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// As it was written.
    #[must_use]
    pub fn markup(&self) -> &str {
        &self.0
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// Without its markup, for readers that see no glyphs: `"Value W_t(r) (ETH)"`.
    #[must_use]
    pub fn plain(&self) -> String {
        if self.paired() {
            self.0.replace(['$', '{', '}'], "")
        } else {
            self.0.clone()
        }
    }

    /// Its runs, in reading order.
    ///
    /// ```
    /// use etm::figure::label::{Label, Level};
    /// let runs = Label::new("$W_t$ (ETH)").runs();
    /// let seen: Vec<_> = runs.iter().map(|run| (run.text.as_str(), run.italic, run.level)).collect();
    /// assert_eq!(seen, [("W", true, Level::Line), ("t", true, Level::Sub), (" (ETH)", false, Level::Line)]);
    /// ```
    #[must_use]
    pub fn runs(&self) -> Vec<Run> {
        let mut runs = Runs::default();
        if !self.paired() {
            runs.text(&self.0, false, Level::Line);
            return runs.0;
        }
        for (index, part) in self.0.split('$').enumerate() {
            if index % 2 == 0 {
                runs.text(part, false, Level::Line);
            } else {
                runs.mathematics(part);
            }
        }
        runs.0
    }

    /// In LaTeX.
    #[must_use]
    pub fn latex(&self) -> String {
        if !self.paired() {
            return escaped(&self.0);
        }
        let parts = self.0.split('$').enumerate().map(|(index, part)| {
            if index % 2 == 0 {
                escaped(part)
            } else {
                format!("${}$", mathematics(part))
            }
        });
        parts.collect()
    }

    fn paired(&self) -> bool {
        self.0.matches('$').count().is_multiple_of(2)
    }
}

impl<T: Into<String>> From<T> for Label {
    fn from(markup: T) -> Self {
        Self::new(markup)
    }
}

#[derive(Default)]
struct Runs(Vec<Run>);

impl Runs {
    fn text(&mut self, text: &str, italic: bool, level: Level) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.italic == italic && last.level == level => last.text.push_str(text),
            _ => self.0.push(Run {
                text: text.to_owned(),
                italic,
                level,
            }),
        }
    }

    fn mathematics(&mut self, part: &str) {
        let mut letters = part.chars().peekable();
        while let Some(letter) = letters.next() {
            let level = match letter {
                '_' => Level::Sub,
                '^' => Level::Super,
                _ => {
                    self.letter(letter, Level::Line);
                    continue;
                }
            };
            if letters.next_if_eq(&'{').is_some() {
                for inner in letters.by_ref().take_while(|letter| *letter != '}') {
                    self.letter(inner, level);
                }
            } else if let Some(inner) = letters.next() {
                self.letter(inner, level);
            }
        }
    }

    fn letter(&mut self, letter: char, level: Level) {
        if letter == HAT {
            // The typeface places no marks over Greek letters: a hat of its own is set there.
            self.text("ˆ", false, Level::Hat);
            return;
        }
        // Capital Greek is upright, as in print.
        let capital_greek = ('Α'..='Ω').contains(&letter);
        self.text(&letter.to_string(), letter.is_alphabetic() && !capital_greek, level);
    }
}

/// Text that LaTeX prints as it stands.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '%' | '&' | '#' | '_' | '{' | '}' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '–' => out.push_str("--"),
            '−' => out.push_str("$-$"),
            '≥' => out.push_str("$\\ge$"),
            '≤' => out.push_str("$\\le$"),
            '×' => out.push_str("$\\times$"),
            '·' => out.push_str("$\\cdot$"),
            '…' => out.push_str("\\dots{}"),
            other => out.push(other),
        }
    }
    out
}

/// Mathematics in LaTeX; a combining circumflex is a hat on the letter before it.
fn mathematics(part: &str) -> String {
    let mut out = String::new();
    let mut letters = part.chars().peekable();
    while let Some(letter) = letters.next() {
        let name = symbol(letter);
        if letters.next_if_eq(&HAT).is_some() {
            out.push_str(&format!("\\hat{{{name}}}"));
        } else {
            out.push_str(&name);
            // A command ends where the next letter begins.
            if name.starts_with('\\') && letters.peek().is_some_and(|next| next.is_ascii_alphabetic()) {
                out.push(' ');
            }
        }
    }
    out
}

/// A letter of mathematics in LaTeX.
fn symbol(letter: char) -> String {
    let name = match letter {
        'θ' => "\\theta",
        'δ' => "\\delta",
        'β' => "\\beta",
        'σ' => "\\sigma",
        'μ' => "\\mu",
        'φ' => "\\varphi",
        'ρ' => "\\rho",
        'Π' => "\\Pi",
        '−' => "-",
        '≥' => "\\ge",
        '≤' => "\\le",
        '×' => "\\times",
        '·' => "\\cdot",
        '∞' => "\\infty",
        '%' => "\\%",
        '#' => "\\#",
        other => return other.to_string(),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(markup: &str) -> Vec<(String, bool, Level)> {
        let runs = Label::new(markup).runs();
        runs.into_iter().map(|run| (run.text, run.italic, run.level)).collect()
    }

    #[test]
    fn letters_slant_and_signs_do_not() {
        let runs = seen("$v − r_{t+1}$");
        assert_eq!(runs[0], ("v".to_owned(), true, Level::Line));
        assert_eq!(runs[1], (" − ".to_owned(), false, Level::Line));
        assert_eq!(runs[3], ("t".to_owned(), true, Level::Sub));
        assert_eq!(runs[4], ("+1".to_owned(), false, Level::Sub));
    }

    #[test]
    fn a_lone_dollar_is_a_dollar() {
        assert_eq!(seen("5 $"), [("5 $".to_owned(), false, Level::Line)]);
        assert_eq!(Label::new("5 $").latex(), "5 \\$");
    }

    #[test]
    fn latex_names_greek_and_escapes_percent() {
        assert_eq!(Label::new("loss (%) $δ_b$").latex(), "loss (\\%) $\\delta_b$");
        assert_eq!(Label::new("a $θ^*$").plain(), "a θ^*");
        assert_eq!(Label::new("$θ\u{302}_t δr$").latex(), "$\\hat{\\theta}_t \\delta r$");
    }
}
