//! Which pictures tell of columns rather than of time?

use figure::{BarRow, Bars, Figure, Format, Heading, Weight};

use super::analysis::Analysis;
use super::drift::DIFFERENT;
use super::figures::Named;

fn bars(heading: Heading, format: Format, rows: Vec<BarRow>) -> Figure {
    Bars { heading, format, series: Vec::new(), rows }.figure()
}

fn row(name: &str, value: f64) -> BarRow {
    BarRow { name: name.to_owned(), values: vec![value], weight: Weight::Usual }
}

/// Missing values, correlations and drift, as far as there is any.
pub(crate) fn of_columns(analysis: &Analysis) -> Vec<Named> {
    let mut figures = Vec::new();
    figures.extend(missing(analysis).map(|figure| ("missing".to_owned(), figure)));
    figures.extend(correlations(analysis).map(|figure| ("correlations".to_owned(), figure)));
    figures.extend(drift(analysis).map(|figure| ("drift".to_owned(), figure)));
    figures
}

fn missing(analysis: &Analysis) -> Option<Figure> {
    let mut holey: Vec<_> = analysis.summaries.iter().filter(|it| it.missing > 0).collect();
    holey.sort_by(|a, b| b.missing_share().total_cmp(&a.missing_share()));
    let rows: Vec<BarRow> = holey.iter().map(|it| row(&it.name, it.missing_share())).collect();
    let about = "Share of the rows that have no value, for each column that lacks any.";
    (!rows.is_empty()).then(|| bars(Heading::new("Missing values", about), Format::Percent, rows))
}

fn correlations(analysis: &Analysis) -> Option<Figure> {
    let is_in_series = analysis.in_time.is_some();
    let value = |it: &super::summary::Together| if is_in_series { it.within } else { it.overall };
    let mut known: Vec<_> = analysis.together.iter().filter(|it| value(it).is_finite()).collect();
    known.sort_by(|a, b| value(b).abs().total_cmp(&value(a).abs()));
    let rows: Vec<BarRow> = known.iter().map(|it| row(&it.column, value(it))).collect();
    let about = if is_in_series {
        "Within series: the mean of each series is taken from both before."
    } else {
        "Over all rows."
    };
    let title = format!("Correlation with {}", analysis.history.target_name);
    (!rows.is_empty()).then(|| bars(Heading::new(&title, about), Format::Number, rows))
}

fn drift(analysis: &Analysis) -> Option<Figure> {
    let mut known: Vec<_> = analysis.drifts.iter().filter(|it| it.stability.is_finite()).collect();
    known.sort_by(|a, b| b.stability.total_cmp(&a.stability));
    let is_strong = |index: f64| if index >= DIFFERENT { Weight::Strong } else { Weight::Usual };
    let rows: Vec<BarRow> = known
        .iter()
        .map(|it| BarRow { weight: is_strong(it.stability), ..row(&it.column, it.stability) })
        .collect();
    let about = "Population stability index: up to 0.1 alike, from 0.25 on different.";
    let heading = Heading::new("Training rows against hold-out", about);
    (!rows.is_empty()).then(|| bars(heading, Format::Number, rows))
}
