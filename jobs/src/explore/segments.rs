//! How much is there of each store, category or kind of day?

use super::rows::{Attribute, History, Kind};
use super::statistics::{Moments, factor, place};
use super::summary::whole_numbers;
use crate::table::Table;

/// What the rows of one column amount to, level by level.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Segment {
    pub(crate) column: String,
    pub(crate) levels: Vec<Level>,
}

/// One level of a segment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Level {
    pub(crate) name: String,
    pub(crate) moments: Moments,
    pub(crate) series: usize,
    pub(crate) share: f64,
    pub(crate) zeros: f64,
}

/// More levels than that are ids, not segments.
const MOST: usize = 2000;
/// Numbers with no more values than that can be segments, if the report groups by them.
const MOST_NUMBERS: usize = 60;

/// A segment for each key, category and flag, and for each column that the report groups by: those
/// of the report first.
pub(crate) fn segments(history: &History, groups: &[String]) -> Vec<Segment> {
    let grouped = groups.iter().filter_map(|name| history.column(name));
    let others = history.columns.iter().filter(|column| !groups.contains(&column.name));
    let others = others.filter(|column| column.values != Kind::Number);
    grouped.chain(others).filter_map(|column| segment(history, column)).collect()
}

fn segment(history: &History, column: &Attribute) -> Option<Segment> {
    let coded = match column.values {
        Kind::Number => categorised(column)?,
        Kind::Flag | Kind::Category(_) => column.clone(),
    };
    let count = coded.levels();
    if count == 0 || count > MOST {
        return None;
    }
    let mut levels = vec![(Moments::default(), 0_usize, 0_usize, u32::MAX); count];
    let alone = std::iter::repeat((0, 0));
    let of_series = history.of_series.iter().copied().chain(alone);
    for ((code, target), (series, _)) in coded.numbers.iter().zip(&history.target).zip(of_series) {
        if let Some((moments, zeros, many, last)) = levels.get_mut(place(*code))
            && code.is_finite()
            && target.is_finite()
        {
            moments.add(*target);
            *zeros += usize::from(*target == 0.0);
            // Rows stand in the order of series, so a series that is not the last one is new.
            *many += usize::from(*last != series);
            *last = series;
        }
    }
    let all: f64 = levels.iter().map(|(moments, ..)| moments.sum()).sum();
    let named = levels.iter().enumerate().filter(|(_, (moments, ..))| moments.count > 0);
    let level = |(at, (moments, zeros, series, _)): (usize, &(Moments, usize, usize, u32))| Level {
        name: coded.level(at),
        moments: *moments,
        series: if history.panel.is_some() { *series } else { 0 },
        share: moments.sum() / all,
        zeros: factor(*zeros) / factor(moments.count),
    };
    Some(Segment { column: column.name.clone(), levels: named.map(level).collect() })
}

/// A number of few values as a category.
fn categorised(column: &Attribute) -> Option<Attribute> {
    let sorted = super::statistics::Sorted::of(column.numbers.iter().copied());
    let mut values = sorted.values().to_vec();
    values.dedup();
    if values.len() > MOST_NUMBERS {
        return None;
    }
    let code = |value: &f64| {
        let found = values.binary_search_by(|known| known.total_cmp(&(value + 0.0)));
        found.map_or(f64::NAN, factor)
    };
    let levels = values.iter().map(f64::to_string).collect();
    Some(Attribute {
        numbers: column.numbers.iter().map(code).collect(),
        values: Kind::Category(levels),
        ..column.clone()
    })
}

impl Segment {
    /// `by_<column>.csv`.
    pub(crate) fn table(&self) -> Table {
        let number = |pick: fn(&Level) -> f64| self.levels.iter().map(pick).collect::<Vec<_>>();
        Table::new()
            .text(&self.column, self.levels.iter().map(|it| it.name.as_str()))
            .with("rows", whole_numbers(self.levels.iter().map(|it| it.moments.count)))
            .with("series", whole_numbers(self.levels.iter().map(|it| it.series)))
            .number("total", number(|it| it.moments.sum()))
            .number("share", number(|it| it.share))
            .number("mean", number(|it| it.moments.mean()))
            .number("deviation", number(|it| it.moments.deviation()))
            .number("zero_share", number(|it| it.zeros))
    }
}
