//! What is wrong with a market file, where, and how it is shown.

use std::fmt;
use std::sync::Arc;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceSpan};

use super::source::{Place, Source};

/// More than this many are counted, not shown.
const MOST_SHOWN: usize = 100;
/// Lines longer than this, bytes, are not repeated in a report.
const LONGEST_LINE: usize = 400;

/// One fault of a market file or of a `--set` argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code, e.g. `"out_of_range"`.
    pub code: &'static str,
    /// The full path of the key at fault, e.g. `"buyers.count"`; empty when no key is meant.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What is allowed; empty when the problem says it.
    pub allowed: String,
    /// How it could be put right, where that can be guessed.
    pub hint: Option<String>,
    pub(crate) place: Option<Place>,
}

impl Diagnostic {
    pub(crate) fn new(
        code: &'static str,
        key: impl Into<String>,
        place: Option<Place>,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        Self {
            code,
            key: key.into(),
            problem: problem.into(),
            allowed: allowed.into(),
            hint: None,
            place,
        }
    }

    pub(crate) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// How reports are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// ASCII, for files and pipes.
    Plain,
    /// Line-drawing characters without colour.
    Lines,
    /// Line-drawing characters in colour.
    Colour,
}

/// All faults of a market file, in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecError {
    /// The market file first, then the `--set` arguments.
    sources: Vec<Source>,
    diagnostics: Vec<Diagnostic>,
}

impl SpecError {
    pub(crate) fn new(sources: Vec<Source>, mut diagnostics: Vec<Diagnostic>) -> Self {
        diagnostics.sort_by_key(|diagnostic| diagnostic.place);
        diagnostics.dedup();
        Self { sources, diagnostics }
    }

    /// The faults, never none.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Line and column of a fault, both from 1, the column in characters; `None` for a file that cannot be read
    /// and for a fault of a `--set` argument.
    #[must_use]
    pub fn position(&self, diagnostic: &Diagnostic) -> Option<(usize, usize)> {
        let place = diagnostic.place.filter(|place| place.in_file())?;
        Some(self.sources.first()?.position(place.start))
    }

    /// The fault in one line: `file:line:column: key: problem; allowed: … [code]`.
    #[must_use]
    pub fn line(&self, diagnostic: &Diagnostic) -> String {
        let mut line = match diagnostic.place {
            Some(place) if !place.in_file() => self.source(place).name.clone(),
            _ => self.sources[0].name.clone(),
        };
        if let Some((row, column)) = self.position(diagnostic) {
            line.push_str(&format!(":{row}:{column}"));
        }
        line.push_str(": ");
        if !diagnostic.key.is_empty() {
            line.push_str(&diagnostic.key);
            line.push_str(": ");
        }
        line.push_str(&diagnostic.problem);
        if !diagnostic.allowed.is_empty() {
            line.push_str("; allowed: ");
            line.push_str(&diagnostic.allowed);
        }
        line.push_str(&format!(" [{}]", diagnostic.code));
        line.replace(['\n', '\r'], " ")
    }

    /// Every fault with its line, an excerpt of the file and a hint.
    #[must_use]
    pub fn render(&self, drawing: Drawing) -> String {
        let theme = match drawing {
            Drawing::Plain => GraphicalTheme::none(),
            Drawing::Lines => GraphicalTheme::unicode_nocolor(),
            Drawing::Colour => GraphicalTheme::unicode(),
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(false);
        let texts: Vec<Arc<String>> = self
            .sources
            .iter()
            .map(|source| Arc::new(printable(&source.text)))
            .collect();
        let mut text = String::new();
        for diagnostic in self.diagnostics.iter().take(MOST_SHOWN) {
            text.push_str(&self.line(diagnostic));
            text.push('\n');
            if let Some(excerpt) = self.excerpt(diagnostic, &texts, &handler) {
                text.push_str(&excerpt);
            }
            if let Some(hint) = &diagnostic.hint {
                text.push_str(&format!("  hint: {hint}\n"));
            }
        }
        text.push_str(&self.rest());
        text
    }

    fn source(&self, place: Place) -> &Source {
        self.sources.get(place.source as usize).unwrap_or(&self.sources[0])
    }

    fn rest(&self) -> String {
        match self.diagnostics.len() {
            0..=MOST_SHOWN => String::new(),
            all => format!("… and {} more\n", all - MOST_SHOWN),
        }
    }

    /// The lines of the source around a fault, drawn by miette without its heading: the line above says it.
    fn excerpt(
        &self,
        diagnostic: &Diagnostic,
        texts: &[Arc<String>],
        handler: &GraphicalReportHandler,
    ) -> Option<String> {
        let place = diagnostic.place?;
        let source = self.source(place);
        if source.text.is_empty() || source.line_length(place.start as usize) > LONGEST_LINE {
            return None;
        }
        let span = source.first_line(place);
        let excerpt = Excerpt {
            source: NamedSource::new(source.name.clone(), Arc::clone(texts.get(place.source as usize)?)),
            span: (span.start, span.len()).into(),
        };
        let mut drawn = String::new();
        handler.render_report(&mut drawn, &excerpt).ok()?;
        let body: Vec<&str> = drawn
            .lines()
            .skip_while(|line| !line.contains('['))
            .map(str::trim_end)
            .collect();
        Some(body.join("\n") + "\n")
    }
}

impl fmt::Display for SpecError {
    /// The lines and hints alone, without excerpts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in self.diagnostics.iter().take(MOST_SHOWN) {
            writeln!(f, "{}", self.line(diagnostic))?;
            if let Some(hint) = &diagnostic.hint {
                writeln!(f, "  hint: {hint}")?;
            }
        }
        f.write_str(&self.rest())
    }
}

impl std::error::Error for SpecError {}

/// The text without characters that would command a terminal; none changes its place.
fn printable(text: &str) -> String {
    text.replace(|c: char| c.is_ascii_control() && !"\n\r\t".contains(c), "?")
}

/// What miette draws: a source and the place in it.
#[derive(Debug)]
struct Excerpt {
    source: NamedSource<Arc<String>>,
    span: SourceSpan,
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl miette::Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::underline(self.span))))
    }
}
