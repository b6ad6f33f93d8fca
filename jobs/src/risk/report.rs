//! How does somebody read which series are at risk, on one page?

use figure::page::{Block, Card, Cell, Column, Page, Section, Table, Tone};
use figure::{Band, Base, Figure, Format, Heading, Limit, Line, LineChart, Look, Point, readable};
use series::grid::Moment;

use super::breach::{Breach, worst_first};
use super::distribution::LEAST;
use super::forecast::OfSeries;
use super::stock::Stock;
use super::summary::{ASSUMPTION, OfLimit, Summary};
use super::{Assessment, Stocks};
use crate::explore::statistics::factor;

/// So many series are drawn.
const DRAWN: usize = 6;
/// What is rounded to 0.0 % is not listed.
const SHOWN: f64 = 0.0005;
/// So many rows are listed.
const LISTED: usize = 25;

/// The page.
pub(super) fn page(assessment: &Assessment, summary: &Summary) -> Page {
    let mut sections = vec![result(assessment, summary)];
    if !assessment.limits.is_empty() {
        sections.push(Section {
            title: "Worst first".to_owned(),
            blocks: vec![Block::Table(worst_table(assessment))],
        });
        sections.push(Section { title: "Series".to_owned(), blocks: worst_figures(assessment) });
    }
    sections.extend(assessment.stocks.as_ref().map(|stocks| of_stock(assessment, stocks)));
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let moment = |text: &Option<String>| short(text.as_deref().unwrap_or_default());
    Page {
        kind: "Risk".to_owned(),
        title: assessment.title.clone(),
        summary: sentence(summary),
        facts: vec![
            fact("From", moment(&summary.start)),
            fact("To", moment(&summary.end)),
            fact("Series", summary.series.to_string()),
            fact("At risk from a probability of", percent(summary.probability)),
        ],
        sections,
        footer: "Probabilities are read off the forecast's quantiles; between and beyond them the \
                 distribution is taken to be normal, and none is told below 0.01 % or above 99.99 %."
            .to_owned(),
    }
}

fn percent(share: f64) -> String {
    let rounded = (share * 1000.0).round() / 1000.0;
    readable(rounded, Format::Percent)
}

fn sentence(summary: &Summary) -> String {
    let probability = percent(summary.probability);
    let reached = summary.limits.iter().filter(|it| it.series_at_risk > 0);
    let parts: Vec<String> = reached
        .map(|OfLimit { limit, series_at_risk, first_at, .. }| {
            let at = short(first_at.as_deref().unwrap_or_default());
            format!(
                "{series_at_risk} of {} series may pass {limit}, the first at {at}",
                summary.series
            )
        })
        .collect();
    if parts.is_empty() && !summary.limits.is_empty() {
        return format!("No series passes a limit with a probability of {probability} or more.");
    }
    if parts.is_empty() {
        let at_risk = summary.stock.as_ref().map_or(0, |stock| stock.series_at_risk);
        return format!("{at_risk} of {} series may run out of stock.", summary.series);
    }
    format!("With a probability of {probability} or more: {}.", parts.join("; "))
}

fn result(assessment: &Assessment, summary: &Summary) -> Section {
    let of_limit = |it: &OfLimit| Card {
        name: format!("Above {}", readable(it.limit, Format::Number)),
        value: it.series_at_risk.to_string(),
        delta: None,
        note: if let Some(at) = &it.first_at {
            format!("of {} series, first at {}", summary.series, short(at))
        } else {
            let most = it.highest_probability.map_or_else(|| "n/a".to_owned(), percent);
            format!("at most {most}")
        },
    };
    let mut cards: Vec<Card> = summary.limits.iter().map(of_limit).collect();
    cards.extend(summary.stock.as_ref().map(|stock| Card {
        name: "Stock at risk".to_owned(),
        value: stock.series_at_risk.to_string(),
        delta: None,
        note: format!("of {} series with known stock", stock.series),
    }));
    let note = match (summary.any_breach, summary.limits.is_empty()) {
        (_, true) => None,
        (true, _) => Some(Block::Note(Tone::Warning, sentence(summary))),
        (false, _) => Some(Block::Note(Tone::Good, sentence(summary))),
    };
    let mut blocks = vec![Block::Cards(cards)];
    blocks.extend(note);
    if !assessment.limits.is_empty() {
        blocks.push(Block::Figure(at_risk(assessment), String::new()));
    }
    Section { title: "Result".to_owned(), blocks }
}

/// How many series are at risk, moment by moment.
fn at_risk(assessment: &Assessment) -> Figure {
    let line = |limit: &f64| {
        let own = assessment.by_time.iter().filter(|it| it.limit.total_cmp(limit).is_eq());
        let points = own.map(|it| Point { x: seconds(it.moment), y: factor(it.series) });
        let name = format!("Above {}", readable(*limit, Format::Number));
        Line { name, look: Look::Solid, points: points.collect() }
    };
    let probability = percent(assessment.probability);
    LineChart {
        heading: Heading::new(
            "Series at risk",
            &format!("How many series pass a limit with a probability of {probability} or more."),
        ),
        up: "Series".to_owned(),
        base: Base::Zero,
        lines: assessment.limits.iter().map(line).collect(),
        ..LineChart::default()
    }
    .figure()
}

fn seconds(moment: Moment) -> f64 {
    crate::explore::seconds(moment.0)
}

/// A moment without the seconds, which are zero at every frequency there is.
fn moment(it: Option<Moment>) -> Cell {
    it.map_or(Cell::Empty, |it| Cell::Text(short(&it.to_string())))
}

/// `2026-01-27 15:00` for `2026-01-27 15:00:00`.
fn short(moment: &str) -> String {
    match moment.strip_suffix(":00") {
        Some(shorter) if shorter.contains(':') => shorter.to_owned(),
        _ => moment.to_owned(),
    }
}

/// A probability to a tenth of a percent: quantiles say no more.
fn share(probability: f64) -> Cell {
    Cell::Number((probability * 1000.0).round() / 1000.0, Format::Percent)
}

fn worst_table(assessment: &Assessment) -> Table {
    let row = |it: &&Breach| {
        vec![
            Cell::Text(series_name(assessment, it.series)),
            Cell::Number(it.limit, Format::Number),
            share(it.highest),
            moment(it.at.filter(|_| it.highest > LEAST)),
            moment(it.first),
            Cell::Number(factor(it.steps), Format::Number),
        ]
    };
    let mut worst = worst_first(&assessment.breaches);
    let all = worst.len();
    worst.retain(|it| it.highest >= SHOWN);
    worst.truncate(LISTED);
    let caption = match worst.len() {
        count if count < all => format!("The first {count} of {all}; risk.csv has all."),
        _ => String::new(),
    };
    Table {
        caption,
        columns: vec![
            Column::Text("Series".to_owned()),
            Column::Number("Limit".to_owned()),
            Column::Bar("Highest probability".to_owned()),
            Column::Text("When".to_owned()),
            Column::Text("First at risk".to_owned()),
            Column::Number("Steps at risk".to_owned()),
        ],
        rows: worst.iter().map(row).collect(),
    }
}

fn series_name(assessment: &Assessment, place: usize) -> String {
    let series = assessment.forecast.series.get(place);
    series.map_or_else(String::new, |it| assessment.forecast.name(&it.id))
}

fn worst_figures(assessment: &Assessment) -> Vec<Block> {
    let mut places: Vec<usize> = Vec::new();
    for breach in worst_first(&assessment.breaches) {
        if !places.contains(&breach.series) && places.len() < DRAWN {
            places.push(breach.series);
        }
    }
    let both = |place: usize| {
        let series = assessment.forecast.series.get(place)?;
        let pair = vec![fan(assessment, series), probabilities(assessment, place, series)];
        Some(Block::Pair(pair))
    };
    places.into_iter().filter_map(both).collect()
}

/// The forecast with its quantiles and the limits within sight.
fn fan(assessment: &Assessment, series: &OfSeries) -> Figure {
    let levels = &assessment.forecast.levels;
    let edge = |at: usize| -> Vec<Point> {
        let value = |values: &[f64]| values.get(at).copied().unwrap_or(f64::NAN);
        let steps = series.steps.iter();
        steps.map(|step| Point { x: seconds(step.moment), y: value(&step.quantiles) }).collect()
    };
    let name =
        |at: usize| levels.get(at).map_or_else(String::new, |it| metric::QuantileLevels::name(*it));
    let bands = crate::page::bands(levels).into_iter().map(|(low, high)| Band {
        name: format!("{} to {}", name(low), name(high)),
        line: 0,
        low: edge(low),
        high: edge(high),
    });
    let bands: Vec<Band> = bands.collect();
    let middle = levels.iter().position(|level| *level >= 0.5).unwrap_or(0);
    let mean = series.steps.iter().zip(edge(middle)).map(|(step, median)| Point {
        y: if step.mean.is_finite() { step.mean } else { median.y },
        ..median
    });
    let limit = |value: &f64| Limit { name: "Limit".to_owned(), value: *value };
    LineChart {
        heading: Heading::new(&assessment.forecast.name(&series.id), "Forecast and its quantiles."),
        bands,
        lines: vec![Line {
            name: "Forecast".to_owned(),
            look: Look::Solid,
            points: mean.collect(),
        }],
        limits: assessment.limits.iter().map(limit).collect(),
        ..LineChart::default()
    }
    .figure()
}

fn probabilities(assessment: &Assessment, place: usize, series: &OfSeries) -> Figure {
    let own = assessment.breaches.iter().filter(|it| it.series == place);
    let line = |breach: &Breach| {
        let steps = series.steps.iter().zip(&breach.probabilities);
        let points = steps.map(|(step, y)| Point { x: seconds(step.moment), y: *y });
        let name = format!("Above {}", readable(breach.limit, Format::Number));
        Line { name, look: Look::Solid, points: points.collect() }
    };
    LineChart {
        heading: Heading::new("Probability of a breach", "At each step, by limit."),
        format: Format::Percent,
        base: Base::Share,
        lines: own.map(line).collect(),
        limits: vec![Limit { name: "At risk from".to_owned(), value: assessment.probability }],
        ..LineChart::default()
    }
    .figure()
}

fn of_stock(assessment: &Assessment, stocks: &Stocks) -> Section {
    let mut order: Vec<&Stock> = stocks.all.iter().collect();
    let last = |it: &Stock| it.probabilities.last().copied().unwrap_or(0.0);
    let latest = Moment(i64::MAX);
    order.sort_by(|a, b| {
        let by_date = a.first.unwrap_or(latest).cmp(&b.first.unwrap_or(latest));
        by_date.then(last(b).total_cmp(&last(a)))
    });
    let mut blocks = vec![Block::Text(ASSUMPTION.to_owned())];
    if stocks.unknown > 0 {
        let text = format!("Stock of {} series is not known.", stocks.unknown);
        blocks.push(Block::Note(Tone::Warning, text));
    }
    blocks.push(Block::Table(stock_table(assessment, stocks, &order)));
    let figures: Vec<Figure> =
        order.iter().take(4).filter_map(|it| stock_figure(assessment, it)).collect();
    blocks.extend(figures.chunks(2).map(|pair| Block::Pair(pair.to_vec())));
    Section { title: "Stock".to_owned(), blocks }
}

fn stock_table(assessment: &Assessment, stocks: &Stocks, order: &[&Stock]) -> Table {
    let number = |value: Option<f64>| match value {
        Some(value) => Cell::Number(value, Format::Number),
        None => Cell::Empty,
    };
    let due = |it: &Stock| match it.reorder_point {
        None => Cell::Empty,
        Some(_) if it.is_due() => Cell::Toned(Tone::Warning, "due".to_owned()),
        Some(_) => Cell::Text("not yet".to_owned()),
    };
    let row = |it: &&Stock| {
        vec![
            Cell::Text(series_name(assessment, it.series)),
            number(Some(it.on_hand)),
            due(it),
            number(it.demand.last().copied()),
            share(it.probabilities.last().copied().unwrap_or(f64::NAN)),
            moment(it.first),
            moment(it.expected),
            number(it.safety),
            number(it.reorder_point),
        ]
    };
    let policy = stocks.policy;
    let lead_time = policy.lead_time.map_or_else(
        || "Without --lead-time there is no reorder point.".to_owned(),
        |steps| {
            format!(
                "An order takes {steps} steps; service level {}.",
                percent(policy.service_level)
            )
        },
    );
    let numbers = |name: &str| Column::Number(name.to_owned());
    let texts = |name: &str| Column::Text(name.to_owned());
    Table {
        caption: format!("Those that run out soonest. {lead_time}"),
        columns: vec![
            texts("Series"),
            numbers("Stock"),
            texts("Order"),
            numbers("Demand"),
            numbers("Runs out"),
            texts("At risk from"),
            texts("Likely empty"),
            numbers("Safety stock"),
            numbers("Reorder point"),
        ],
        rows: order.iter().take(LISTED).map(row).collect(),
    }
}

fn stock_figure(assessment: &Assessment, stock: &Stock) -> Option<Figure> {
    let series = assessment.forecast.series.get(stock.series)?;
    let points = series.steps.iter().zip(&stock.probabilities);
    let points = points.map(|(step, y)| Point { x: seconds(step.moment), y: *y }).collect();
    let chart = LineChart {
        heading: Heading::new(
            &series_name(assessment, stock.series),
            "Probability that stock has run out.",
        ),
        format: Format::Percent,
        base: Base::Share,
        lines: vec![Line { name: "Run out".to_owned(), look: Look::Solid, points }],
        limits: vec![Limit { name: "At risk from".to_owned(), value: assessment.probability }],
        ..LineChart::default()
    };
    Some(chart.figure())
}
