//! What could the history of a scenario be of which only the declaration is known?
//!
//! A scenario of the user's runs before there is data of it: every column is drawn as its kind and
//! role say, and the target follows a level, a trend, a season and the other columns, so that there
//! is something to learn. Numbers stay within the scenario's quality rules.

use std::io;

use jiff::civil::DateTime;
use scenario::Scenario;
use scenario::data::{Column, ColumnKind, Role};

use crate::generate::Order;
use crate::number::{count, factor, index, whole};
use crate::panel::{season_of, times};
use crate::random::Random;
use crate::sheet::Sheet;
use crate::window::{Point, Shares};

/// Rows of a scenario whose rows stand alone.
const ROWS: u64 = 5000;
const SERIES: u64 = 12;
/// Values of every part of a key but the last.
const KEYS: u64 = 5;
const RETAILERS: [&str; 3] = ["acme", "borealis", "corner"];
const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];
const FIRST: DateTime = jiff::civil::datetime(2020, 1, 6, 0, 0, 0, 0);

/// Where a row is in the history.
#[derive(Clone, Copy)]
struct Row<'a> {
    series: u64,
    number: u64,
    time: &'a str,
    point: Point,
    /// The target without the effects of columns.
    expected: f64,
}

/// The columns, and what is remembered of them from row to row.
struct Writer<'a> {
    order: &'a Order<'a>,
    random: Random,
    /// For each column a number around 0, of deviation 1, from which its value follows.
    places: Vec<f64>,
    weights: Vec<f64>,
}

pub(crate) fn write(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let seed = order.plan.seed;
    let Some(series) = order.scenario.series() else {
        for number in 0..order.rows(ROWS.max(order.scenario.quality().min_rows)) {
            let mut writer = Writer::new(order, number);
            let expected = 40.0;
            let row = Row { series: number, number, time: "", point: Point::Observed, expected };
            writer.write(&row, sheet)?;
        }
        return Ok(());
    };
    let usual = usual_length(order.scenario);
    let least = order.scenario.quality().min_rows;
    let shares = Shares::new(order.rows((SERIES * usual).max(least)), usual);
    let longest = shares.longest();
    let texts = time_texts(order.scenario, order.window.drawn(longest));
    for number in 0..shares.series {
        let mut random = Random::of_part(seed, "declared series", number);
        let level = random.between(20.0, 120.0);
        let growth = random.between(-0.02, 0.12) / f64::from(series.season.max(1));
        let season = season_of(&mut random, series.season, 0.3);
        let length = shares.length(number);
        let mut writer = Writer::new(order, number);
        let steps = (0_u64..).zip(texts.iter().skip(longest - length)).zip(season.iter().cycle());
        for ((step, time), season) in steps {
            let expected = level * (1.0 + growth * factor(step)).max(0.2) * season;
            let point = order.window.point(index(step), length);
            writer.write(&Row { series: number, number: step, time, point, expected }, sheet)?;
        }
    }
    Ok(())
}

/// Points of a series: some seasons, enough for the rules and for hold-outs.
fn usual_length(scenario: &Scenario) -> u64 {
    let Some(series) = scenario.series() else { return 1 };
    let seasons = u64::from(series.season) * 4;
    let cuts = u64::from(series.horizon) * 5 + u64::from(series.season);
    seasons.max(cuts).max(u64::from(scenario.quality().min_history)).clamp(60, 20_000)
}

fn time_texts(scenario: &Scenario, points: usize) -> Vec<String> {
    let Some(series) = scenario.series() else { return Vec::new() };
    let points = u32::try_from(points).unwrap_or(u32::MAX);
    let columns = scenario.data().columns.iter();
    let mut of_day = columns.filter(|column| column.kind == ColumnKind::Date);
    let is_date = of_day.any(|column| column.name == series.time);
    let text = |time: &DateTime| if is_date { time.date().to_string() } else { time.to_string() };
    times(&series.frequency, FIRST, points).iter().map(text).collect()
}

impl<'a> Writer<'a> {
    fn new(order: &'a Order<'a>, number: u64) -> Self {
        let seed = order.plan.seed;
        let columns = &order.scenario.data().columns;
        let mut random = Random::of_part(seed, "declared columns", number);
        let places = columns.iter().map(|_| random.normal()).collect();
        let weight = |at| Random::of_part(seed, "weight", at).between(-0.2, 0.2);
        let weights = (0_u64..).take(columns.len()).map(weight).collect();
        Self { order, random, places, weights }
    }

    fn write(&mut self, row: &Row<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
        let columns = &self.order.scenario.data().columns;
        for (column, place) in columns.iter().zip(&mut self.places) {
            if column.role != Some(Role::Static) {
                *place = 0.8 * *place + 0.6 * self.random.normal();
            }
        }
        let weighed = columns.iter().zip(&self.places).zip(&self.weights);
        let effects = weighed
            .filter(|((column, _), _)| has_effect(column))
            .map(|((column, place), weight)| weight * effect(column.kind, *place));
        let mean = row.expected * libm::exp(effects.sum::<f64>().clamp(-3.0, 3.0));
        let clarity = self.order.plan.clarity;
        let noise = clarity.noise() * 0.06 * self.random.normal();
        let counted = clarity.count(&mut self.random, mean);
        if row.point == Point::Hidden {
            return Ok(());
        }
        for (column, place) in columns.iter().zip(&self.places) {
            let is_target = column.name == self.order.scenario.data().target;
            let is_unknown = is_target || column.role == Some(Role::Past);
            if row.point == Point::Ahead && is_unknown {
                sheet.empty();
            } else if is_target {
                let target =
                    if column.kind == ColumnKind::Integer { counted } else { mean * (1.0 + noise) };
                self.number(column, target.max(0.0), sheet);
            } else if !self.named(column, row, sheet) {
                self.value(column, *place, sheet);
            }
        }
        sheet.end()
    }

    /// Writes time, key, retailer or identifier, if the column is one.
    fn named(&self, column: &Column, row: &Row<'_>, sheet: &mut Sheet<'_>) -> bool {
        let scenario = self.order.scenario;
        if let Some(series) = scenario.series() {
            if column.name == series.time {
                sheet.text(row.time);
                return true;
            }
            if let Some(at) = series.key.iter().position(|key| *key == column.name) {
                let before = u32::try_from(at).unwrap_or(0);
                let rest = row.series / KEYS.pow(before);
                let is_last = at + 1 == series.key.len();
                sheet.number(1 + if is_last { rest } else { rest % KEYS });
                return true;
            }
        }
        if scenario.data().retailer.as_ref() == Some(&column.name) {
            let name = RETAILERS.get(index(row.series % 3)).copied().unwrap_or("acme");
            sheet.text(name);
            return true;
        }
        if column.role == Some(Role::Identifier) {
            sheet.text(&format!("{:04}-{:06}", row.series + 1, row.number + 1));
            return true;
        }
        false
    }

    fn value(&self, column: &Column, place: f64, sheet: &mut Sheet<'_>) {
        match column.kind {
            ColumnKind::Integer => self.number(column, (100.0 + 20.0 * place).round(), sheet),
            ColumnKind::Number => self.number(column, 50.0 + 10.0 * place, sheet),
            ColumnKind::Flag => {
                sheet.number(u64::from(place > 1.2));
            }
            ColumnKind::Category | ColumnKind::Text => {
                sheet.text(word(place));
            }
            ColumnKind::Date => {
                sheet.text("2020-01-06");
            }
            ColumnKind::Timestamp => {
                sheet.text("2020-01-06T00:00:00");
            }
        }
    }

    /// A number within its range.
    fn number(&self, column: &Column, value: f64, sheet: &mut Sheet<'_>) {
        let range = self.order.scenario.quality().ranges.get(column.name.as_str());
        let value = range.and_then(|range| range.min).map_or(value, |least| value.max(least));
        let value = range.and_then(|range| range.max).map_or(value, |most| value.min(most));
        if column.kind == ColumnKind::Integer {
            sheet.whole(whole(value));
        } else {
            sheet.fixed(value, 2);
        }
    }
}

/// Whether the target goes with a column.
fn has_effect(column: &Column) -> bool {
    matches!(column.role, Some(Role::Known | Role::Past | Role::Static))
}

fn effect(kind: ColumnKind, place: f64) -> f64 {
    match kind {
        ColumnKind::Flag => 2.0 * f64::from(u8::from(place > 1.2)),
        ColumnKind::Integer | ColumnKind::Number => place,
        ColumnKind::Category => factor(word_number(place)) - 2.0,
        ColumnKind::Date | ColumnKind::Timestamp | ColumnKind::Text => 0.0,
    }
}

fn word_number(place: f64) -> u64 {
    count((place + 2.0).clamp(0.0, 4.0))
}

fn word(place: f64) -> &'static str {
    WORDS.get(index(word_number(place))).copied().unwrap_or("a")
}
