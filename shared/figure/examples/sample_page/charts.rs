//! The figures of the sample page.

use figure::{
    Across, Autocorrelation, Band, BarRow, Bars, Base, Boxes, Calibration, Decomposition, Diagonal,
    Effects, Fan, Fans, Feature, Figure, Format, Heading, HeatMap, Histogram, Limit, Line,
    LineChart, Look, Mark, Point, Scatter, Shades, Weight, seconds,
};
use jiff::Span;
use jiff::civil::{DateTime, datetime};
use synthetic::Random;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn days(count: usize) -> Vec<DateTime> {
    datetime(2017, 1, 1, 0, 0, 0, 0).series(Span::new().days(1)).take(count).collect()
}

fn hours(count: usize) -> Vec<DateTime> {
    datetime(2026, 2, 1, 0, 0, 0, 0).series(Span::new().hours(1)).take(count).collect()
}

fn step(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(0))
}

/// Expected sales of a day.
fn expected(index: usize, level: f64) -> f64 {
    let mut week = [0.79, 0.92, 0.93, 0.99, 1.06, 1.12, 1.19].into_iter();
    let year = 1.0 - 0.3 * (std::f64::consts::TAU * (step(index) + 10.0) / 365.0).cos();
    level * year * week.nth(index % 7).unwrap_or(1.0)
}

fn sales(random: &mut Random, count: usize, level: f64) -> Vec<f64> {
    (0..count).map(|index| random.poisson(expected(index, level))).collect()
}

pub(crate) fn models() -> Figure {
    let row =
        |name: &str, value, weight| BarRow { name: name.to_owned(), values: vec![value], weight };
    Bars {
        heading: Heading::new(
            "Error by model",
            "Root mean squared error on the hold-out, units a day; less is better.",
        ),
        rows: vec![
            row("ensemble", 7.496, Weight::Strong),
            row("boosted-trees", 7.669, Weight::Usual),
            row("ets", 8.952, Weight::Usual),
            row("theta", 13.731, Weight::Usual),
            row("seasonal-naive", 15.413, Weight::Usual),
            row("naive", 22.07, Weight::Usual),
        ],
        ..Bars::default()
    }
    .figure()
}

pub(crate) fn forecast() -> Figure {
    let mut random = Random::new(1);
    let times = days(365);
    let mut observed = sales(&mut random, 365, 60.0);
    for value in observed.iter_mut().skip(150).take(6) {
        *value = f64::NAN;
    }
    let mean: Vec<f64> = (275..365).map(|index| expected(index, 61.0)).collect();
    let edge = |z: f64| -> Vec<f64> { mean.iter().map(|mean| mean + z * mean.sqrt()).collect() };
    let ahead = times.get(275..).unwrap_or_default();
    LineChart {
        heading: Heading::new(
            "Forecast and what came true",
            "Sales of item 12 in store 3, the year 2017, with the forecast of its last 90 days.",
        ),
        up: "Units a day".to_owned(),
        lines: vec![
            Line::over_time("Observed", Look::Observed, &times, &observed),
            Line::over_time("Forecast", Look::Solid, ahead, &mean),
        ],
        bands: vec![
            Band::over_time("80 % interval", 1, ahead, (&edge(-1.2816), &edge(1.2816))),
            Band::over_time("50 % interval", 1, ahead, (&edge(-0.6745), &edge(0.6745))),
        ],
        marks: vec![Mark {
            name: "Hold-out".to_owned(),
            x: ahead.first().map_or(0.0, |t| seconds(*t)),
        }],
        ..LineChart::default()
    }
    .figure()
}

pub(crate) fn fans() -> Figure {
    let mut random = Random::new(2);
    let panel = |random: &mut Random, number: usize| {
        let level = random.between(15.0, 120.0);
        let times = days(180);
        let points = |from: usize, values: &[f64]| -> Vec<Point> {
            let times = times.iter().skip(from);
            times.zip(values).map(|(time, value)| Point { x: seconds(*time), y: *value }).collect()
        };
        let all = sales(random, 180, level);
        let mean: Vec<f64> = (120..180).map(|index| expected(index, level)).collect();
        let edge =
            |z: f64| -> Vec<f64> { mean.iter().map(|mean| mean + z * mean.sqrt()).collect() };
        Fan {
            name: format!("store {}, item {}", number % 3 + 1, number * 7 % 50 + 1),
            history: points(0, all.get(..120).unwrap_or_default()),
            actual: points(120, all.get(120..).unwrap_or_default()),
            forecast: points(120, &mean),
            bands: vec![(points(120, &edge(-1.28)), points(120, &edge(1.28)))],
        }
    };
    Fans {
        heading: Heading::new(
            "Six series",
            "History, forecast with its 80 % interval, and what came true.",
        ),
        panels: (0..6).map(|number| panel(&mut random, number)).collect(),
    }
    .figure()
}

pub(crate) fn horizon() -> Figure {
    let mut random = Random::new(3);
    let mut errors = |base: f64, slope: f64| -> Vec<f64> {
        (0..90).map(|day| base + slope * step(day) + 0.3 * random.normal()).collect()
    };
    LineChart {
        heading: Heading::new("Error by horizon", "Root mean squared error for each day ahead."),
        across: Across::Number("Days ahead".to_owned()),
        up: "RMSE, units a day".to_owned(),
        base: Base::Zero,
        lines: vec![
            Line::over_steps("ensemble", Look::Solid, &errors(6.9, 0.013)),
            Line::over_steps("boosted-trees", Look::Solid, &errors(7.1, 0.016)),
            Line::over_steps("seasonal-naive", Look::Dashed, &errors(11.0, 0.08)),
        ],
        ..LineChart::default()
    }
    .figure()
}

pub(crate) fn calibration() -> Figure {
    let points = |shift: f64| {
        [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95].map(|x| Point { x, y: x + shift * (0.5 - x) })
    };
    Calibration {
        heading: Heading::new(
            "Calibration",
            "Share of actual values below each quantile; on the line is right.",
        ),
        models: vec![
            ("ensemble".to_owned(), points(0.03).to_vec()),
            ("theta".to_owned(), points(0.25).to_vec()),
        ],
    }
    .figure()
}

pub(crate) fn actual_and_forecast() -> Figure {
    let mut random = Random::new(4);
    let points = (0..6000).map(|_| {
        let mean = 20.0 + random.gamma(4.0) * 12.0;
        Point { x: mean, y: random.poisson(mean) }
    });
    Scatter {
        heading: Heading::new("Actual and forecast", "All points of the hold-out; darker is more."),
        across: "Forecast".to_owned(),
        up: "Actual".to_owned(),
        diagonal: Diagonal::Shown,
        points: points.collect(),
    }
    .figure()
}

pub(crate) fn by_store() -> Figure {
    let mut random = Random::new(5);
    let group = |store: u32| {
        let spread = if store == 7 { 13.0 } else { 7.0 };
        (format!("store {store}"), (0..400).map(|_| spread * random.normal()).collect())
    };
    Boxes {
        heading: Heading::new("Errors by store", "Forecast less actual, units a day."),
        across: "Error, units a day".to_owned(),
        groups: (1..=8).map(group).collect(),
        ..Boxes::default()
    }
    .figure()
}

pub(crate) fn groups() -> Figure {
    let row = |name: &str, values: [f64; 2]| BarRow {
        name: name.to_owned(),
        values: values.to_vec(),
        weight: Weight::Usual,
    };
    Bars {
        heading: Heading::new(
            "Bias by kind of day",
            "Sum of errors as a share of sales; right of zero is too much.",
        ),
        format: Format::Percent,
        series: vec!["New model".to_owned(), "In service".to_owned()],
        rows: vec![
            row("Working days", [0.011, -0.004]),
            row("Weekends", [-0.018, 0.031]),
            row("Holidays and the days around them", [0.042, -0.076]),
        ],
    }
    .figure()
}

pub(crate) fn month_by_weekday() -> Figure {
    let month = |(index, name): (usize, &&str)| {
        let values = (0..7).map(|day| expected(index * 30 + (7 - index * 30 % 7) + day, 52.0));
        ((*name).to_owned(), values.collect())
    };
    HeatMap {
        heading: Heading::new("Month and weekday", "Mean sales, units a day."),
        columns: WEEKDAYS.map(str::to_owned).to_vec(),
        rows: MONTHS.iter().enumerate().map(month).collect(),
        ..HeatMap::default()
    }
    .figure()
}

pub(crate) fn histogram() -> Figure {
    let mut random = Random::new(6);
    Histogram {
        heading: Heading::new("Distribution of sales", "How often how much was sold on a day."),
        across: "Units a day".to_owned(),
        values: (0..9000).map(|_| random.dispersed(52.0, 14.0)).collect(),
        ..Histogram::default()
    }
    .figure()
}

pub(crate) fn autocorrelation() -> Figure {
    Autocorrelation {
        heading: Heading::new(
            "Autocorrelation",
            "Sales against sales so many days before; grey is noise.",
        ),
        values: sales(&mut Random::new(7), 730, 52.0),
        lags: 28,
    }
    .figure()
}

pub(crate) fn decomposition() -> Figure {
    let times = days(730);
    let mut random = Random::new(8);
    let part = |name: &str, value: &mut dyn FnMut(usize) -> f64| {
        let points = times.iter().enumerate();
        let points = points.map(|(index, time)| Point { x: seconds(*time), y: value(index) });
        (name.to_owned(), points.collect::<Vec<_>>())
    };
    let trend = |index: usize| 48.0 + 0.012 * step(index);
    let season = |index: usize| expected(index, 52.0) - 52.0;
    let noise: Vec<f64> = (0..730).map(|_| 6.0 * random.normal()).collect();
    let rest = |index: usize| noise.get(index).copied().unwrap_or(0.0);
    Decomposition {
        heading: Heading::new("What the series is made of", "Item 12 in store 3, units a day."),
        parts: vec![
            part("Observed", &mut |index| trend(index) + season(index) + rest(index)),
            part("Trend", &mut { trend }),
            part("Season", &mut { season }),
            part("Remainder", &mut { rest }),
        ],
    }
    .figure()
}

pub(crate) fn correlation() -> Figure {
    let names = ["sales", "price", "promotion", "temperature", "competitor price"];
    let value = |a: usize, b: usize| {
        if a == b { 1.0 } else { (step(a * 7 + b * 7).sin() * 0.8).clamp(-1.0, 1.0) }
    };
    HeatMap {
        heading: Heading::new("Correlation", "Pairs of columns; blue together, orange opposed."),
        shades: Shades::AroundZero,
        columns: names.map(str::to_owned).to_vec(),
        rows: names
            .iter()
            .enumerate()
            .map(|(a, name)| ((*name).to_owned(), (0..5).map(|b| value(a, b)).collect()))
            .collect(),
        ..HeatMap::default()
    }
    .figure()
}

pub(crate) fn effects() -> Figure {
    let mut random = Random::new(9);
    let mut feature = |name: &str, strength: f64| {
        let points = (0..600).map(|_| {
            let place = random.uniform();
            (strength * (place - 0.5) * 2.0 + 0.15 * strength.abs() * random.normal(), place)
        });
        Feature { name: name.to_owned(), points: points.collect() }
    };
    Effects {
        heading: Heading::new(
            "What moves the forecast",
            "Effect of each feature on each prediction (SHAP).",
        ),
        across: "Effect, units a day".to_owned(),
        features: vec![
            feature("lag_364", 18.0),
            feature("rolling_mean_91", 11.0),
            feature("day_of_week", 8.0),
            feature("price", -6.0),
            feature("promotion", 4.0),
            feature("days_to_next_public_holiday", -1.5),
        ],
    }
    .figure()
}

pub(crate) fn empty() -> Figure {
    Histogram {
        heading: Heading::new("Effect of weather", "This retailer sends no weather."),
        ..Histogram::default()
    }
    .figure()
}

pub(crate) fn breach() -> Figure {
    let times = hours(168);
    let chance = |limit: f64| -> Vec<f64> {
        let load = |hour: usize| {
            let day = (std::f64::consts::TAU * (step(hour) - 15.0) / 24.0).cos();
            68.0 + 0.05 * step(hour) + 12.0 * day
        };
        (0..168).map(|hour| 1.0 / (1.0 + ((limit - load(hour)) / 3.0).exp())).collect()
    };
    LineChart {
        heading: Heading::new(
            "Chance that srv-002 passes a limit",
            "Probability for each hour of the coming week.",
        ),
        up: "Probability".to_owned(),
        format: Format::Percent,
        base: Base::Share,
        lines: vec![
            Line::over_time("Above 70 %", Look::Solid, &times, &chance(70.0)),
            Line::over_time("Above 85 %", Look::Solid, &times, &chance(85.0)),
            Line::over_time("Above 95 %", Look::Solid, &times, &chance(95.0)),
        ],
        limits: vec![Limit { name: "reported from".to_owned(), value: 0.1 }],
        ..LineChart::default()
    }
    .figure()
}
