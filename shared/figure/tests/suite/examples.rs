//! Every kind of figure over given numbers.

use figure::{
    Across, Autocorrelation, Band, BarRow, Bars, Base, Boxes, Calibration, Decomposition, Diagonal,
    Effects, Fan, Fans, Feature, Figure, Format, Heading, HeatMap, Histogram, Limit, Line,
    LineChart, Look, Mark, Point, Scatter, Shades, Weight,
};

/// Points over `step`, from `start` on.
pub(crate) fn points(start: f64, step: f64, values: &[f64]) -> Vec<Point> {
    let mut x = start - step;
    let point = |value: &f64| {
        x += step;
        Point { x, y: *value }
    };
    values.iter().map(point).collect()
}

fn heading(name: &str) -> Heading {
    Heading::new(name, "What it shows.")
}

/// All figures over these numbers, with their names; texts from the data are `text`.
pub(crate) fn all(values: &[f64], text: &str) -> Vec<(&'static str, Figure)> {
    let days = points(1.5e9, 86_400.0, values);
    vec![
        ("line", line(&days, text)),
        ("steps", steps(values, text)),
        ("bars", bars(values, text)),
        ("histogram", histogram(values, text)),
        ("boxes", boxes(values, text)),
        ("heat", heat(values, text, Shades::FromLeast)),
        ("correlation", heat(values, text, Shades::AroundZero)),
        ("scatter", scatter(values, text)),
        ("autocorrelation", autocorrelation(values, text)),
        ("decomposition", decomposition(&days, text)),
        ("fans", fans(&days, text)),
        ("calibration", calibration(values, text)),
        ("effects", effects(values, text)),
    ]
}

fn histogram(values: &[f64], text: &str) -> Figure {
    Histogram {
        heading: heading(text),
        across: text.to_owned(),
        format: Format::Number,
        values: values.to_vec(),
    }
    .figure()
}

fn boxes(values: &[f64], text: &str) -> Figure {
    Boxes {
        heading: heading(text),
        across: text.to_owned(),
        format: Format::Percent,
        groups: vec![(text.to_owned(), values.to_vec()), ("empty".to_owned(), Vec::new())],
    }
    .figure()
}

fn scatter(values: &[f64], text: &str) -> Figure {
    Scatter {
        heading: heading(text),
        across: text.to_owned(),
        up: text.to_owned(),
        diagonal: Diagonal::Shown,
        points: points(0.0, 1.0, values),
    }
    .figure()
}

fn autocorrelation(values: &[f64], text: &str) -> Figure {
    Autocorrelation { heading: heading(text), values: values.to_vec(), lags: 14 }.figure()
}

fn decomposition(days: &[Point], text: &str) -> Figure {
    let parts = ["", " less"].map(|more| (format!("{text}{more}"), days.to_vec()));
    Decomposition { heading: heading(text), parts: parts.to_vec() }.figure()
}

fn calibration(values: &[f64], text: &str) -> Figure {
    Calibration {
        heading: heading(text),
        models: vec![(text.to_owned(), points(0.0, 0.1, values)), (text.to_owned(), Vec::new())],
    }
    .figure()
}

fn effects(values: &[f64], text: &str) -> Figure {
    let points = values.iter().copied().zip(values.iter().rev().copied());
    Effects {
        heading: heading(text),
        across: text.to_owned(),
        features: vec![Feature { name: text.to_owned(), points: points.collect() }],
    }
    .figure()
}

fn line(days: &[Point], text: &str) -> Figure {
    let line = |look| Line { name: text.to_owned(), look, points: days.to_vec() };
    let band = Band { name: text.to_owned(), line: 1, low: days.to_vec(), high: days.to_vec() };
    LineChart {
        heading: heading(text),
        up: text.to_owned(),
        bands: vec![band],
        lines: vec![line(Look::Observed), line(Look::Solid), line(Look::Dashed)],
        limits: days.iter().take(2).map(|p| Limit { name: text.to_owned(), value: p.y }).collect(),
        marks: days.iter().take(2).map(|p| Mark { name: text.to_owned(), x: p.y }).collect(),
        ..LineChart::default()
    }
    .figure()
}

fn steps(values: &[f64], text: &str) -> Figure {
    LineChart {
        heading: heading(text),
        across: Across::Number(text.to_owned()),
        base: Base::Zero,
        format: Format::Percent,
        lines: vec![Line::over_steps(text, Look::Solid, values)],
        ..LineChart::default()
    }
    .figure()
}

fn bars(values: &[f64], text: &str) -> Figure {
    let row = |value: &f64| BarRow {
        name: text.to_owned(),
        values: vec![*value, -*value],
        weight: Weight::Strong,
    };
    Bars {
        heading: heading(text),
        series: vec![text.to_owned(); 2],
        rows: values.iter().map(row).collect(),
        ..Bars::default()
    }
    .figure()
}

fn heat(values: &[f64], text: &str, shades: Shades) -> Figure {
    let rows = values.chunks(3).map(|row| (text.to_owned(), row.to_vec()));
    HeatMap {
        heading: heading(text),
        shades,
        columns: vec![text.to_owned(); 3],
        rows: rows.collect(),
        ..HeatMap::default()
    }
    .figure()
}

fn fans(days: &[Point], text: &str) -> Figure {
    let fan = || Fan {
        name: text.to_owned(),
        history: days.to_vec(),
        actual: Vec::new(),
        forecast: days.to_vec(),
        bands: vec![(days.to_vec(), days.to_vec())],
    };
    Fans { heading: heading(text), panels: (0..14).map(|_| fan()).collect() }.figure()
}
