//! How does somebody read an evaluation: is the model good enough, and where is it not?
//!
//! [`EvaluationView`] borrows everything that can be shown; what is empty is left out.

mod charts;
mod pieces;
mod words;

use figure::Figure;
use figure::page::{Block, Page, Section};
use metric::Report;
use series::grid::Moment;

/// What an evaluation shows. Every slice may be empty.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EvaluationView<'a> {
    /// What was forecast, for people: the scenario's title.
    pub(crate) title: &'a str,
    /// The report, as it stands in evaluation.json.
    pub(crate) report: &'a Report,
    /// The metrics that the gate looks at, the most important first.
    pub(crate) primary: &'a [&'a str],
    /// The levels of the quantiles of [`PredictedRow::quantiles`], ascending.
    pub(crate) levels: &'a [f64],
    /// The predictions, in any order.
    pub(crate) rows: &'a [PredictedRow<'a>],
    /// What came before the hold-out, of as many series as there are at hand.
    pub(crate) histories: &'a [HistoryTail<'a>],
    /// The models that competed, with the loss by which one was selected.
    pub(crate) candidates: &'a [(String, f64)],
    /// What that loss is, such as `mean_wql on validation`.
    pub(crate) candidate_loss: &'a str,
    /// How much each feature matters, the most important first.
    pub(crate) importance: &'a [(String, f64)],
    /// How predictions are off for the values of the columns that are watched for bias.
    pub(crate) bias: &'a [BiasRow<'a>],
}

/// One prediction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PredictedRow<'a> {
    /// The name of the series, for people; of rows that stand alone, of the row.
    pub(crate) series: &'a str,
    /// When; none where rows stand alone.
    pub(crate) moment: Option<Moment>,
    /// What happened, `NaN` if nobody knows.
    pub(crate) actual: f64,
    /// What was forecast.
    pub(crate) mean: f64,
    /// The quantiles at [`EvaluationView::levels`].
    pub(crate) quantiles: &'a [f64],
}

/// What came before the hold-out, of one series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HistoryTail<'a> {
    /// The series as in [`PredictedRow::series`].
    pub(crate) series: &'a str,
    /// When.
    pub(crate) moments: &'a [Moment],
    /// What happened then.
    pub(crate) values: &'a [f64],
}

/// How predictions are off for one value of a column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BiasRow<'a> {
    /// The column.
    pub(crate) column: &'a str,
    /// Its value.
    pub(crate) value: &'a str,
    /// Forecast less actual, as a share of the actual.
    pub(crate) bias: f64,
}

/// The page, one HTML file.
pub(crate) fn evaluation_page(view: &EvaluationView<'_>) -> String {
    let figures = charts::all(view);
    let of = |part: charts::Part| -> Vec<Figure> {
        let own = figures.iter().filter(|it| it.part == part);
        own.map(|it| it.figure.clone()).collect()
    };
    let mut sections = vec![words::result(view)];
    let mut add = |title: &str, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            sections.push(Section { title: title.to_owned(), blocks });
        }
    };
    add("Forecast against actual", alone(of(charts::Part::Forecast)));
    let mut baselines = alone(of(charts::Part::Models));
    baselines.extend(pieces::baselines(view));
    baselines.extend(pieces::candidates(view));
    add("Against baselines", baselines);
    let mut errors = beside(&of(charts::Part::Errors));
    errors.extend(pieces::groups(view));
    errors.extend(pieces::bias(view));
    add("Where the errors are", errors);
    let mut quantiles = alone(of(charts::Part::Quantiles));
    quantiles.extend(pieces::quantiles(view));
    add("Quantiles", quantiles);
    add("Features", alone(of(charts::Part::Features)));
    add("All metrics", pieces::metrics(view));
    add("Left out or repaired", pieces::undefined(view));
    let page = Page {
        kind: "Evaluation".to_owned(),
        title: view.title.to_owned(),
        summary: words::summary(view),
        facts: words::facts(view),
        sections,
        footer: "All numbers are those of evaluation.json.".to_owned(),
    };
    page.to_html()
}

/// The figures of the page: names of files, and SVG.
pub(crate) fn figures(view: &EvaluationView<'_>) -> Vec<(String, String)> {
    let all = charts::all(view).into_iter();
    all.map(|it| (it.name, it.figure.to_svg())).collect()
}

/// The places of the levels between which bands are drawn, the widest first: the outermost ones,
/// and each central interval.
pub(crate) fn bands(levels: &[f64]) -> Vec<(usize, usize)> {
    let Some(last) = levels.len().checked_sub(1).filter(|last| *last > 0) else {
        return Vec::new();
    };
    let opposite = |(low, level): (usize, &f64)| {
        let high = levels.iter().position(|other| (level + other - 1.0).abs() < 1e-9)?;
        (high > low && (low, high) != (0, last)).then_some((low, high))
    };
    std::iter::once((0, last)).chain(levels.iter().enumerate().filter_map(opposite)).collect()
}

fn alone(figures: Vec<Figure>) -> Vec<Block> {
    figures.into_iter().map(|figure| Block::Figure(figure, String::new())).collect()
}

fn beside(figures: &[Figure]) -> Vec<Block> {
    figures.chunks(2).map(|pair| Block::Pair(pair.to_vec())).collect()
}

#[cfg(test)]
mod tests;
