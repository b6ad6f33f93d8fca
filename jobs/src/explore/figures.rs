//! Which pictures does somebody want to see of a history?

use figure::{
    Across, Autocorrelation, BarRow, Bars, Base, Boxes, Decomposition, Figure, Format, Heading,
    HeatMap, Histogram, Line, LineChart, Look, Point, Shades,
};

use super::analysis::{Analysis, InTime};
use super::effects::Along;
use super::segments::Segment;
use super::series::name;
use super::statistics::{Sorted, factor};
use super::time::{Cycle, Totals};

/// A figure and the name of its file.
pub(crate) type Named = (String, Figure);

/// More values than that look the same in a histogram.
const SAMPLE: usize = 60_000;
/// So many series stand for all.
const SHOWN: usize = 8;

/// The figures of series.
pub(crate) fn of_time(analysis: &Analysis, in_time: &InTime) -> Vec<Named> {
    let target = &analysis.history.target_name;
    let mut figures = vec![
        named("total", total(&in_time.totals, target)),
        named("series", sample(analysis, in_time)),
    ];
    let counts = &in_time.totals.counts;
    if counts.iter().any(|count| Some(count) != counts.first()) {
        figures.push(named("active_series", active(&in_time.totals)));
    }
    figures.extend(seasons(&in_time.totals, target).map(|figure| named("season", figure)));
    figures.extend(parts(&in_time.totals, target).map(|figure| named("decomposition", figure)));
    figures.push(named("autocorrelation", autocorrelation(&in_time.totals, target)));
    figures
}

fn named(name: &str, figure: Figure) -> Named {
    (name.to_owned(), figure)
}

fn points(totals: &Totals, values: &[f64]) -> Vec<Point> {
    let moments = totals.moments.iter().map(|moment| seconds(moment.0));
    moments.zip(values).map(|(x, y)| Point { x, y: *y }).collect()
}

/// Seconds since 1970 as the charts have them.
#[expect(clippy::cast_precision_loss, reason = "seconds of the calendar are exact in a double")]
pub(crate) fn seconds(moment: i64) -> f64 {
    moment as f64
}

fn total(totals: &Totals, target: &str) -> Figure {
    let line = |name: &str, look, values: &[f64]| Line {
        name: name.to_owned(),
        look,
        points: points(totals, values),
    };
    let mut lines = vec![line("Total", Look::Observed, &totals.sums)];
    let about = match totals.parts() {
        Some(parts) => {
            lines.push(line("Mean over one season", Look::Solid, &parts.trend));
            "All series together, and the moving average over one season."
        }
        None => "All series together.",
    };
    LineChart {
        heading: Heading::new(&format!("Total of {target}"), about),
        up: target.to_owned(),
        base: Base::Zero,
        lines,
        ..LineChart::default()
    }
    .figure()
}

fn active(totals: &Totals) -> Figure {
    let counts: Vec<f64> = totals.counts.iter().map(|count| factor(*count)).collect();
    LineChart {
        heading: Heading::new(
            "Series with a value",
            "How many series have a value at each moment.",
        ),
        up: "Series".to_owned(),
        base: Base::Zero,
        lines: vec![Line {
            name: "Series".to_owned(),
            look: Look::Observed,
            points: points(totals, &counts),
        }],
        ..LineChart::default()
    }
    .figure()
}

/// Series of all sizes, from the largest to the smallest.
fn sample(analysis: &Analysis, in_time: &InTime) -> Figure {
    let mut order: Vec<usize> = (0..in_time.profiles.len()).collect();
    let size = |at: &usize| in_time.profiles.get(*at).map_or(f64::NAN, |it| it.moments.sum());
    order.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let last = order.len().saturating_sub(1);
    let shown = SHOWN.min(order.len());
    let chosen = (0..shown).map(|at| at * last / shown.saturating_sub(1).max(1));
    let chosen = chosen.filter_map(|at| order.get(at).copied());
    let part = |at: usize| {
        let panel = analysis.history.panel.as_ref()?;
        let series = panel.series.get(at)?;
        let moments = (series.start..).map(|point| seconds(panel.grid.moment(point).0));
        let points = moments.zip(&series.target).map(|(x, y)| Point { x, y: *y }).collect();
        Some((name(&panel.keys, &series.id), points))
    };
    Decomposition {
        heading: Heading::new(
            "Some series, from the largest to the smallest",
            "Series of all sizes, each over its own range of values.",
        ),
        parts: chosen.filter_map(part).collect(),
    }
    .figure()
}

/// Two cycles against each other.
fn seasons(totals: &Totals, target: &str) -> Option<Figure> {
    let cycles = totals.cycles();
    let (rows, columns) = match cycles.as_slice() {
        [Cycle::Hour, Cycle::Weekday] => (Side::Cycle(Cycle::Weekday), Cycle::Hour),
        [Cycle::Weekday, Cycle::Month] => (Side::Cycle(Cycle::Weekday), Cycle::Month),
        [one] => (Side::Year, *one),
        _ => return None,
    };
    let cells = cells(totals, rows, columns);
    let about = "The mean total; darker is more.";
    let map = HeatMap {
        heading: Heading::new(&format!("When there is how much {target}"), about),
        format: Format::Number,
        shades: Shades::FromLeast,
        columns: (0..columns.length()).map(|place| short(&columns.name(place))).collect(),
        rows: cells,
    };
    Some(map.figure())
}

/// What the rows of the map are.
#[derive(Debug, Clone, Copy)]
enum Side {
    Cycle(Cycle),
    Year,
}

fn cells(totals: &Totals, rows: Side, columns: Cycle) -> Vec<(String, Vec<f64>)> {
    let mut cells: std::collections::BTreeMap<usize, (String, Vec<(f64, f64)>)> =
        std::collections::BTreeMap::new();
    for (moment, sum) in totals.moments.iter().zip(&totals.sums) {
        let (row, label) = match rows {
            Side::Cycle(cycle) => (cycle.place(*moment), cycle.name(cycle.place(*moment))),
            Side::Year => {
                let year = moment.civil().date().year();
                (usize::try_from(year).unwrap_or(0), year.to_string())
            }
        };
        let empty = || (label, vec![(0.0, 0.0); columns.length()]);
        let (_, line) = cells.entry(row).or_insert_with(empty);
        if let Some(cell) = line.get_mut(columns.place(*moment)).filter(|_| sum.is_finite()) {
            *cell = (cell.0 + sum, cell.1 + 1.0);
        }
    }
    let mean = |(sum, count): &(f64, f64)| sum / count;
    cells.into_values().map(|(name, line)| (name, line.iter().map(mean).collect())).collect()
}

fn short(name: &str) -> String {
    name.chars().take(if name.contains(':') { 2 } else { 3 }).collect()
}

fn parts(totals: &Totals, target: &str) -> Option<Figure> {
    let parts = totals.parts()?;
    let part = |name: &str, values: &[f64]| (name.to_owned(), points(totals, values));
    let about = format!(
        "The total, its moving average, the season of {} points, and what remains.",
        totals.season
    );
    Some(
        Decomposition {
            heading: Heading::new(&format!("What the total of {target} is made of"), &about),
            parts: vec![
                part("Observed", &totals.sums),
                part("Trend", &parts.trend),
                part("Season", &parts.season),
                part("Remainder", &parts.remainder),
            ],
        }
        .figure(),
    )
}

fn autocorrelation(totals: &Totals, target: &str) -> Figure {
    let lags = (2 * totals.season + 2).clamp(20, 120).min(totals.sums.len() / 2);
    Autocorrelation {
        heading: Heading::new(
            &format!("How much the total of {target} depends on its past"),
            "Correlation with the total so many points earlier; within the band it may be chance.",
        ),
        values: totals.sums.clone(),
        lags,
    }
    .figure()
}

/// The distribution of the target.
pub(crate) fn distribution(analysis: &Analysis) -> Named {
    let target = &analysis.history.target_name;
    let sorted = Sorted::of(analysis.history.target.iter().copied());
    // The far end would leave no room for the rest.
    let (low, high) = (sorted.quantile(0.001), sorted.quantile(0.99));
    let median = sorted.quantile(0.5);
    let spread = (sorted.quantile(0.75) - sorted.quantile(0.25)).max(1e-9);
    let most = sorted.quantile(1.0);
    let is_long = most > median + 3.0 * (high - median).max(spread);
    let values = sorted.values();
    let inside = values.iter().copied().filter(|it| !is_long || (low..=high).contains(it));
    let inside: Vec<f64> = inside.collect();
    let step = inside.len().div_ceil(SAMPLE).max(1);
    let about = if is_long {
        "Without the largest hundredth and the least thousandth."
    } else {
        "All values."
    };
    let histogram = Histogram {
        heading: Heading::new(&format!("Distribution of {target}"), about),
        across: target.clone(),
        format: Format::Number,
        values: inside.into_iter().step_by(step).collect(),
    };
    named("distribution", histogram.figure())
}

/// The first segments, as bars of their share and boxes where rows stand alone.
pub(crate) fn of_segments(analysis: &Analysis) -> Vec<Named> {
    let telling = analysis.segments.iter().filter(|it| it.levels.len() > 1);
    let each = telling.map(|segment| {
        let name = format!("by_{}", segment.column);
        (
            name,
            if analysis.in_time.is_some() {
                shares(analysis, segment)
            } else {
                boxes(analysis, segment)
            },
        )
    });
    each.collect()
}

fn shares(analysis: &Analysis, segment: &Segment) -> Figure {
    let target = &analysis.history.target_name;
    let mut levels: Vec<_> = segment.levels.iter().collect();
    if levels.len() > 12 {
        levels.sort_by(|a, b| b.share.total_cmp(&a.share));
    }
    let row = |level: &&super::segments::Level| BarRow {
        name: level.name.clone(),
        values: vec![level.moments.mean()],
        ..BarRow::default()
    };
    // Twenty rows tell what forty would.
    let rows: Vec<BarRow> = levels.iter().take(20).map(row).collect();
    let about = match levels.len() {
        count if count > 20 => {
            format!("Mean of {target}; the 20 of {count} with the largest total.")
        }
        _ => format!("Mean of {target} in each row."),
    };
    Bars {
        heading: Heading::new(&format!("{target} by {}", segment.column), &about),
        rows,
        ..Bars::default()
    }
    .figure()
}

fn boxes(analysis: &Analysis, segment: &Segment) -> Figure {
    let target = &analysis.history.target_name;
    let column = analysis.history.column(&segment.column);
    let values = |level: &str| -> Vec<f64> {
        let Some(column) = column else { return Vec::new() };
        let wanted = (0..column.levels()).find(|place| column.level(*place) == level);
        let Some(wanted) = wanted.map(factor) else { return Vec::new() };
        let pairs = column.numbers.iter().zip(&analysis.history.target);
        pairs.filter(|(code, _)| (**code - wanted).abs() < 0.5).map(|(_, value)| *value).collect()
    };
    let groups = segment.levels.iter().take(20).map(|it| (it.name.clone(), values(&it.name)));
    Boxes {
        heading: Heading::new(
            &format!("{target} by {}", segment.column),
            "The middle half of the rows in each box, the median as a line.",
        ),
        across: target.clone(),
        format: Format::Number,
        groups: groups.collect(),
    }
    .figure()
}

/// How the target differs along numbers and flags.
pub(crate) fn of_effects(analysis: &Analysis) -> Vec<Named> {
    let telling =
        analysis.along.iter().map(|it| (format!("effect_{}", it.column), along(analysis, it)));
    let mut figures: Vec<Named> = telling.collect();
    if !analysis.flags.is_empty() {
        figures.push(named("effect_flags", flags(analysis)));
    }
    figures
}

fn along(analysis: &Analysis, along: &Along) -> Figure {
    let target = &analysis.history.target_name;
    let points = along.bins.iter().map(|bin| Point { x: bin.middle, y: bin.relative }).collect();
    let whole = if analysis.in_time.is_some() { "its series" } else { "all rows" };
    LineChart {
        heading: Heading::new(
            &format!("{target} along {}", along.column),
            &format!(
                "Mean of {target} as a share of the mean of {whole}, over tenths of the rows."
            ),
        ),
        across: Across::Number(along.column.clone()),
        up: format!("{target} to mean"),
        format: Format::Percent,
        lines: vec![Line { name: target.clone(), look: Look::Solid, points }],
        ..LineChart::default()
    }
    .figure()
}

fn flags(analysis: &Analysis) -> Figure {
    let row = |flag: &super::effects::OfFlag| BarRow {
        name: flag.column.clone(),
        values: vec![flag.more],
        ..BarRow::default()
    };
    Bars {
        heading: Heading::new(
            "What flags come with",
            "How much more there is in rows with the flag than in those without.",
        ),
        format: Format::Percent,
        rows: analysis.flags.iter().map(row).collect(),
        ..Bars::default()
    }
    .figure()
}
