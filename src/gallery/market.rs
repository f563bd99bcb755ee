//! A market of the gallery: results, conjecture report, figures.

use std::path::Path;

use super::GalleryError;
use crate::evaluate::Evaluator;
use crate::figure::export::{self, File, Format};
use crate::figure::kinds::{Kind, Subject, parameters};
use crate::figure::style::Style;
use crate::report;
use crate::results::check::check_object;
use crate::results::solved;

/// Everything `etm solve`, `etm check` and `etm plot` have to say of a market, with these figures or all that it has;
/// paths as seen from `folder`.
///
/// # Errors
/// A market that is wrong or cannot be solved, figures that cannot be drawn.
pub fn files(
    market: &Path,
    folder: &Path,
    figures: Option<&[Kind]>,
    slots: Option<&[usize]>,
    style: &Style,
) -> Result<Vec<File>, GalleryError> {
    let answer = Evaluator::new(market, &[])?.solve(&[])?;
    let mut files = solved::files(&answer, folder)?;
    let judged = answer.judge()?;
    let explanation = answer.explain(&judged)?;
    let name = market.file_name().unwrap_or_default().to_string_lossy();
    let mind = report::only_symmetric(&answer.spec.market, &answer.equilibrium);
    let words = report::check(&name, &answer.figures, &judged, &explanation.why, mind.as_deref());
    files.push(("check.txt".to_owned(), words.into_bytes()));
    let object = check_object(&answer.figures, &judged, Some(&explanation))?;
    let mut text = serde_json::to_string_pretty(&object)?;
    text.push('\n');
    files.push(("check.json".to_owned(), text.into_bytes()));
    let parameters = parameters(&answer.spec.table);
    let subject = Subject::new(&answer.spec.market, &answer.equilibrium, &answer.figures, &parameters)?;
    for kind in Kind::chosen(figures, &subject) {
        let figure = kind.figure(&subject, slots)?;
        files.extend(export::files(&figure, style, &[Format::Svg])?);
    }
    Ok(files)
}
