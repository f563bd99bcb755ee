//! Reads our pgfplots source as far as needed to see that LaTeX can read it.

use etm::figure::{Axis, Figure, Scale, Shape, Ticks};

/// All that is wrong with the pgfplots source of a figure.
pub fn faults(figure: &Figure, source: &str) -> Vec<String> {
    let code = code(source);
    let mut faults = Vec::new();
    braces(&code, &mut faults);
    environments(&code, &mut faults);
    letters(&code, &mut faults);
    plots(figure, &code, &mut faults);
    labels(figure, &code, &mut faults);
    coordinates(figure, &code, &mut faults);
    on_logarithmic_axes(&code, &mut faults);
    faults
}

/// The lines without comments.
fn code(source: &str) -> String {
    let lines = source.lines().map(|line| {
        let percent = line
            .match_indices('%')
            .find(|(at, _)| *at == 0 || line.as_bytes()[at - 1] != b'\\');
        percent.map_or(line, |(at, _)| &line[..at])
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn braces(code: &str, faults: &mut Vec<String>) {
    let mut open = Vec::new();
    let mut escaped = false;
    for letter in code.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => open.push('{'),
            '}' if open.pop().is_none() => return faults.push("a brace too many".to_owned()),
            _ => {}
        }
    }
    if !open.is_empty() {
        faults.push(format!("{} braces are not closed", open.len()));
    }
    let dollars = code.replace("\\$", "").matches('$').count();
    if !dollars.is_multiple_of(2) {
        faults.push(format!("{dollars} dollar signs"));
    }
}

fn environments(code: &str, faults: &mut Vec<String>) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = code;
    while let Some((at, begins)) = first(rest) {
        let name = rest[at..].split(['{', '}']).nth(1).unwrap_or_default();
        if begins {
            open.push(name);
        } else if open.pop() != Some(name) {
            faults.push(format!("\\end{{{name}}} ends nothing"));
        }
        rest = &rest[at + 4..];
    }
    if !open.is_empty() {
        faults.push(format!("{open:?} have no end"));
    }
}

fn first(text: &str) -> Option<(usize, bool)> {
    let (begin, end) = (text.find("\\begin{"), text.find("\\end{"));
    let both = begin.map(|at| (at, true)).into_iter().chain(end.map(|at| (at, false)));
    both.min_by_key(|(at, _)| *at)
}

fn letters(code: &str, faults: &mut Vec<String>) {
    let strange: String = code.chars().filter(|letter| !letter.is_ascii()).collect();
    if !strange.is_empty() {
        faults.push(format!("not ASCII: {strange:?}"));
    }
    let numbers = code.split(|letter: char| !letter.is_ascii_alphanumeric());
    for word in numbers.filter(|word| ["inf", "NaN", "nan", "infinity"].contains(word)) {
        faults.push(format!("{word} is no number"));
    }
}

fn plots(figure: &Figure, code: &str, faults: &mut Vec<String>) {
    let columns = figure.blocks.iter().map(|block| block.panels.len()).max().unwrap_or(0);
    let empty = code.matches("\\nextgroupplot[group/empty plot]").count();
    let plots = code.matches("\\nextgroupplot[").count();
    let panels = figure.panels().count();
    if plots - empty != panels || plots != columns * figure.blocks.len() {
        faults.push(format!(
            "{plots} plots, {empty} of them empty, for {panels} panels in {columns} columns"
        ));
    }
    let size = format!("group size={columns} by {}", figure.blocks.len());
    if !code.contains(&size) {
        faults.push(format!("no \"{size}\""));
    }
}

fn labels(figure: &Figure, code: &str, faults: &mut Vec<String>) {
    for panel in figure.panels() {
        let mut wanted = vec![
            format!("xlabel={{{}}}", panel.x.label.latex()),
            format!("ylabel={{{}}}", panel.y.label.latex()),
            range('x', &panel.x),
            range('y', &panel.y),
        ];
        let headings = panel
            .heading
            .iter()
            .map(|heading| format!("title={{{}}}", heading.latex()));
        wanted.extend(headings);
        wanted.extend(
            panel
                .layers
                .iter()
                .filter_map(|layer| Some(layer.label.as_ref()?.latex())),
        );
        for axis in [&panel.x, &panel.y] {
            if let Ticks::Named(list) = &axis.ticks {
                wanted.extend(list.iter().map(|(_, label)| format!("{{{}}}", label.latex())));
            }
        }
        wanted.extend(
            panel
                .message
                .iter()
                .map(|message| etm::figure::Label::new(message.as_str()).latex()),
        );
        for text in wanted.iter().filter(|text| !code.contains(*text)) {
            faults.push(format!("panel {}: no {text}", panel.name));
        }
    }
}

fn range(name: char, axis: &Axis) -> String {
    format!("{name}min={:?}, {name}max={:?}", axis.range.0, axis.range.1)
}

/// As many points as the layers have, polygons counted with their corners.
fn coordinates(figure: &Figure, code: &str, faults: &mut Vec<String>) {
    let expected: usize = figure
        .panels()
        .flat_map(|panel| &panel.layers)
        .map(|layer| match &layer.shape {
            Shape::Lines(parts) | Shape::Steps(parts) | Shape::Areas(parts) => parts.iter().map(Vec::len).sum(),
            Shape::Points(points) => points.len(),
            Shape::Cells(cells) => 4 * cells.len(),
            Shape::Bars { bars, .. } => 4 * bars.len(),
            Shape::Vertical(_) | Shape::Horizontal(_) | Shape::Words { .. } => 0,
        })
        .sum();
    let written: usize = code
        .split("coordinates {")
        .skip(1)
        .map(|rest| rest.split('}').next().map_or(0, |list| list.matches('(').count()))
        .sum();
    if written != expected {
        faults.push(format!("{written} coordinates instead of {expected}"));
    }
}

/// Zero has no place on a logarithmic axis.
fn on_logarithmic_axes(code: &str, faults: &mut Vec<String>) {
    for plot in code.split("\\nextgroupplot[").skip(1) {
        for place in plot.replace("rel axis cs:", "").split("axis cs:").skip(1) {
            let place = place.split(['}', ')']).next().unwrap_or_default();
            let (x, y) = place.split_once(',').unwrap_or((place, ""));
            let zero = |text: &str| text.parse::<f64>().is_ok_and(|number| number <= 0.0);
            if (plot.contains("xmode=log") && zero(x)) || (plot.contains("ymode=log") && zero(y)) {
                faults.push(format!("{place} on a logarithmic axis"));
            }
        }
    }
}

/// Whether an axis of a panel is logarithmic, for tests that look for one.
pub fn any_logarithmic(figure: &Figure) -> bool {
    figure
        .panels()
        .any(|panel| [&panel.x, &panel.y].iter().any(|axis| axis.scale == Scale::Log))
}
