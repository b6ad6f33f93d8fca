//! Which figures belong to an evaluation?

use std::collections::BTreeMap;

use figure::{
    Across, BarRow, Bars, Base, Calibration, Diagonal, Fan, Fans, Figure, Format, Heading,
    Histogram, Line, LineChart, Look, Point, Scatter, Weight,
};
use series::grid::Moment;

use super::pieces::level;
use super::words::{format_of, name};
use super::{EvaluationView, PredictedRow};
use crate::explore::statistics::Sorted;

/// A figure, the name of its file and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    pub(super) name: String,
    pub(super) part: Part,
    pub(super) figure: Figure,
}

/// The parts of the page that have figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Forecast,
    Models,
    Errors,
    Quantiles,
    Features,
}

/// All figures for which there is something to show.
pub(super) fn all(view: &EvaluationView<'_>) -> Vec<Chart> {
    let charts = [
        ("forecast_total", Part::Forecast, total(view)),
        ("forecast_series", Part::Forecast, fans(view)),
        ("forecast_scatter", Part::Forecast, scatter(view)),
        ("models", Part::Models, models(view)),
        ("error_by_step", Part::Errors, by_step(view)),
        ("residuals", Part::Errors, residuals(view)),
        ("bias_over_time", Part::Errors, bias_over_time(view)),
        ("error_by_group", Part::Errors, by_group(view)),
        ("calibration", Part::Quantiles, calibration(view)),
        ("importance", Part::Features, importance(view)),
    ];
    let known = charts.into_iter();
    known
        .filter_map(|(name, part, figure)| {
            Some(Chart { name: name.to_owned(), part, figure: figure? })
        })
        .collect()
}

fn seconds(moment: Moment) -> f64 {
    crate::explore::seconds(moment.0)
}

/// Forecast and actual of all series together, moment by moment; points whose actual is not known
/// count for neither.
fn sums(view: &EvaluationView<'_>) -> BTreeMap<Moment, (f64, f64)> {
    let mut sums = BTreeMap::new();
    let known = view.rows.iter().filter(|row| row.actual.is_finite() && row.mean.is_finite());
    for (row, moment) in known.filter_map(|row| Some((row, row.moment?))) {
        let sum: &mut (f64, f64) = sums.entry(moment).or_default();
        *sum = (sum.0 + row.actual, sum.1 + row.mean);
    }
    sums
}

fn total(view: &EvaluationView<'_>) -> Option<Figure> {
    let sums = sums(view);
    let line = |name: &str, look, pick: fn(&(f64, f64)) -> f64| {
        let points = sums.iter().map(|(at, sum)| Point { x: seconds(*at), y: pick(sum) });
        Line { name: name.to_owned(), look, points: points.collect() }
    };
    let chart = LineChart {
        heading: Heading::new(
            "All series together",
            "Forecast and actual, summed over the series.",
        ),
        lines: vec![
            line("Actual", Look::Observed, |sum| sum.0),
            line("Forecast", Look::Solid, |sum| sum.1),
        ],
        ..LineChart::default()
    };
    (sums.len() > 1).then(|| chart.figure())
}

/// The rows of each series in the order of time, and how far they are off: absolute error over
/// volume.
fn by_series<'a>(view: &EvaluationView<'a>) -> Vec<(&'a str, f64, Vec<&'a PredictedRow<'a>>)> {
    let mut all: BTreeMap<&str, Vec<&PredictedRow<'_>>> = BTreeMap::new();
    for row in view.rows.iter().filter(|row| row.moment.is_some()) {
        all.entry(row.series).or_default().push(row);
    }
    let rank = |(name, mut rows): (&'a str, Vec<&'a PredictedRow<'a>>)| {
        rows.sort_by_key(|row| row.moment);
        let known = rows.iter().filter(|row| row.actual.is_finite());
        let (error, volume) = known.fold((0.0, 0.0), |(error, volume), row| {
            (error + (row.mean - row.actual).abs(), volume + row.actual.abs())
        });
        (volume > 0.0).then_some((name, error / volume, rows))
    };
    let mut ranked: Vec<_> = all.into_iter().filter_map(rank).collect();
    ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
    ranked
}

/// The three best series, three in the middle and the three worst.
fn fans(view: &EvaluationView<'_>) -> Option<Figure> {
    let ranked = by_series(view);
    let middle = (ranked.len() / 2).saturating_sub(1);
    let last = ranked.len().saturating_sub(3);
    let chosen = |at: &usize| *at < 3 || (middle..middle + 3).contains(at) || *at >= last;
    let places = (0..ranked.len()).filter(chosen);
    let word = |at: usize| match at {
        at if at < 3 => "best",
        at if at >= last => "worst",
        _ => "middle",
    };
    let panels = places.filter_map(|at| {
        let (name, wape, rows) = ranked.get(at)?;
        let share = figure::readable((wape * 1000.0).round() / 1000.0, Format::Percent);
        Some(fan(view, (&format!("{name}: {} ({share})", word(at)), name), rows))
    });
    let chart = Fans {
        heading: Heading::new(
            "Best, middle and worst series",
            "By WAPE, which stands in brackets; with the quantiles and what came before.",
        ),
        panels: panels.collect(),
    };
    (!ranked.is_empty()).then(|| chart.figure())
}

fn fan(
    view: &EvaluationView<'_>,
    (title, series): (&str, &str),
    rows: &[&PredictedRow<'_>],
) -> Fan {
    let line = |pick: &dyn Fn(&PredictedRow<'_>) -> f64| -> Vec<Point> {
        let timed = rows.iter().filter_map(|row| Some((row.moment?, row)));
        timed.map(|(moment, row)| Point { x: seconds(moment), y: pick(row) }).collect()
    };
    let quantile = |at: usize| {
        line(&|row: &PredictedRow<'_>| row.quantiles.get(at).copied().unwrap_or(f64::NAN))
    };
    let bands = super::bands(view.levels).into_iter();
    let bands = bands.map(|(low, high)| (quantile(low), quantile(high)));
    let history = view.histories.iter().find(|tail| tail.series == series);
    // As much of the past as is forecast tells enough.
    let history = history.map_or_else(Vec::new, |tail| {
        let points = tail.moments.iter().zip(tail.values);
        let points: Vec<Point> =
            points.map(|(at, value)| Point { x: seconds(*at), y: *value }).collect();
        let skipped = points.len().saturating_sub(2 * rows.len());
        points.into_iter().skip(skipped).collect()
    });
    Fan {
        name: title.to_owned(),
        history,
        actual: line(&|row| row.actual),
        forecast: line(&|row| row.mean),
        bands: bands.collect(),
    }
}

/// Forecast against actual where rows have no time.
fn scatter(view: &EvaluationView<'_>) -> Option<Figure> {
    let alone = view.rows.iter().filter(|row| row.moment.is_none());
    let points: Vec<Point> = alone.map(|row| Point { x: row.mean, y: row.actual }).collect();
    let chart = Scatter {
        heading: Heading::new("Forecast and actual", "On the line both are equal."),
        across: "Forecast".to_owned(),
        up: "Actual".to_owned(),
        diagonal: Diagonal::Shown,
        points: points.clone(),
    };
    (!points.is_empty()).then(|| chart.figure())
}

/// The primary metric of the model and the baselines.
fn models(view: &EvaluationView<'_>) -> Option<Figure> {
    let report = view.report;
    let metric = view.primary.iter().copied().chain(["rmse"]);
    let mut metric = metric.filter(|metric| report.metric(metric).is_some());
    let metric =
        metric.find(|metric| report.baselines.values().any(|it| it.contains_key(*metric)))?;
    let model = report.model.as_ref().and_then(|model| model.name.clone());
    let own = BarRow {
        name: model.unwrap_or_else(|| "model".to_owned()),
        values: vec![report.metric(metric)?],
        weight: Weight::Strong,
    };
    let baselines = report.baselines.iter().filter_map(|(name, figures)| {
        let values = vec![*figures.get(metric)?];
        Some(BarRow { name: name.clone(), values, weight: Weight::Usual })
    });
    let mut rows: Vec<BarRow> = std::iter::once(own).chain(baselines).collect();
    let first = |row: &BarRow| row.values.first().copied().unwrap_or(f64::NAN);
    rows.sort_by(|a, b| first(a).total_cmp(&first(b)));
    let chart = Bars {
        heading: Heading::new(
            &format!("{} on the hold-out", name(metric)),
            "The model in colour, the baselines in grey.",
        ),
        format: format_of(metric),
        series: Vec::new(),
        rows,
    };
    Some(chart.figure())
}

fn by_step(view: &EvaluationView<'_>) -> Option<Figure> {
    let line = |metric: &str| -> Line {
        let steps = view.report.steps.iter();
        let known = steps.filter_map(|(step, figures)| {
            Some(Point { x: f64::from(*step), y: *figures.get(metric)? })
        });
        Line { name: metric.to_uppercase(), look: Look::Solid, points: known.collect() }
    };
    let lines: Vec<Line> =
        ["rmse", "mae"].map(line).into_iter().filter(|line| line.points.len() > 1).collect();
    let chart = LineChart {
        heading: Heading::new("Error by step of the horizon", "How far ahead, and how far off."),
        across: Across::Number("Step".to_owned()),
        up: "Error".to_owned(),
        base: Base::Zero,
        lines: lines.clone(),
        ..LineChart::default()
    };
    (!lines.is_empty()).then(|| chart.figure())
}

const SAMPLE: usize = 40_000;

fn residuals(view: &EvaluationView<'_>) -> Option<Figure> {
    let sorted = Sorted::of(view.rows.iter().map(|row| row.mean - row.actual));
    let values = sorted.values();
    let (low, high) = (sorted.quantile(0.005), sorted.quantile(0.995));
    let inside: Vec<f64> = values.iter().copied().filter(|it| (low..=high).contains(it)).collect();
    let step = inside.len().div_ceil(SAMPLE).max(1);
    let chart = Histogram {
        heading: Heading::new(
            "How far forecasts are off",
            "Forecast less actual, without the two hundredths farthest out on either side together.",
        ),
        across: "Forecast less actual".to_owned(),
        format: Format::Number,
        values: inside.into_iter().step_by(step).collect(),
    };
    (values.len() > 1).then(|| chart.figure())
}

fn bias_over_time(view: &EvaluationView<'_>) -> Option<Figure> {
    let sums = sums(view);
    let share = |(actual, mean): &(f64, f64)| (mean - actual) / actual.abs();
    let points = sums.iter().map(|(at, sum)| Point { x: seconds(*at), y: share(sum) });
    let line = |name: &str, look, points| Line { name: name.to_owned(), look, points };
    let zero = sums.keys().map(|at| Point { x: seconds(*at), y: 0.0 });
    let chart = LineChart {
        heading: Heading::new(
            "Bias over time",
            "All series together: above zero too much is forecast, below it too little.",
        ),
        up: "Forecast less actual".to_owned(),
        format: Format::Percent,
        lines: vec![
            line("", Look::Observed, zero.collect()),
            line("Bias", Look::Solid, points.collect()),
        ],
        ..LineChart::default()
    };
    (sums.len() > 1).then(|| chart.figure())
}

/// The grouping column whose groups differ most.
fn by_group(view: &EvaluationView<'_>) -> Option<Figure> {
    let wape = |figures: &metric::Figures| figures.get("wape").copied();
    let spread = |groups: &BTreeMap<String, metric::Figures>| {
        let errors = Sorted::of(groups.values().filter_map(wape));
        (errors.quantile(1.0) - errors.quantile(0.0)).max(0.0)
    };
    let several = view.report.groups.iter().filter(|(_, groups)| groups.len() > 1);
    let (column, groups) = several.max_by(|a, b| spread(a.1).total_cmp(&spread(b.1)))?;
    let mut rows: Vec<(f64, &String)> =
        groups.iter().filter_map(|(value, figures)| Some((wape(figures)?, value))).collect();
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let many = rows.len();
    let row = |(error, value): &(f64, &String)| BarRow {
        name: (*value).clone(),
        values: vec![*error],
        weight: Weight::Usual,
    };
    let about = match many {
        many if many > 12 => format!("The 12 of {many} with the largest error."),
        _ => "The largest first.".to_owned(),
    };
    let chart = Bars {
        heading: Heading::new(&format!("WAPE by {column}"), &about),
        format: Format::Percent,
        series: Vec::new(),
        rows: rows.iter().take(12).map(row).collect(),
    };
    (!rows.is_empty()).then(|| chart.figure())
}

fn calibration(view: &EvaluationView<'_>) -> Option<Figure> {
    let all = view.report.quantiles.iter();
    let mut points: Vec<Point> = all
        .filter_map(|(name, figures)| Some(Point { x: level(name)?, y: *figures.get("coverage")? }))
        .collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    let model = view.report.model.as_ref().and_then(|model| model.name.clone());
    let chart = Calibration {
        heading: Heading::new(
            "Do quantiles hold what they promise?",
            "On the line they do; above it they are too high, below it too low.",
        ),
        models: vec![(model.unwrap_or_else(|| "model".to_owned()), points.clone())],
    };
    (!points.is_empty()).then(|| chart.figure())
}

/// So many features are drawn.
const FEATURES: usize = 20;

fn importance(view: &EvaluationView<'_>) -> Option<Figure> {
    let row = |(name, value): &(String, f64)| BarRow {
        name: name.clone(),
        values: vec![*value],
        weight: Weight::Usual,
    };
    let about = match view.importance.len() {
        many if many > FEATURES => format!("The first {FEATURES} of {many}."),
        _ => "The most important first.".to_owned(),
    };
    let chart = Bars {
        heading: Heading::new("How much each feature matters", &about),
        rows: view.importance.iter().take(FEATURES).map(row).collect(),
        ..Bars::default()
    };
    (!view.importance.is_empty()).then(|| chart.figure())
}
