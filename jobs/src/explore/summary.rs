//! What is in the columns, and how do numbers go together with the target?

use super::rows::{Attribute, History, Kind};
use super::statistics::{Moments, Sorted, correlation, factor};
use crate::table::{Column, Table};

/// What a column holds.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Summary {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) count: usize,
    pub(crate) missing: usize,
    pub(crate) distinct: usize,
    pub(crate) moments: Moments,
    /// Least, quartiles and largest; `NaN` for texts.
    pub(crate) quantiles: [f64; 5],
    /// The most frequent texts with their numbers, for texts.
    pub(crate) top: Vec<(String, usize)>,
}

impl Summary {
    /// The share of rows without value.
    pub(crate) fn missing_share(&self) -> f64 {
        factor(self.missing) / factor((self.count + self.missing).max(1))
    }
}

const TOP: usize = 5;

/// The target, then the columns.
pub(crate) fn summaries(history: &History) -> Vec<Summary> {
    let target = of_numbers(&history.target_name, "target", &history.target);
    std::iter::once(target).chain(history.columns.iter().map(of_attribute)).collect()
}

fn of_attribute(column: &Attribute) -> Summary {
    match &column.values {
        Kind::Number => of_numbers(&column.name, "number", &column.numbers),
        Kind::Flag => {
            Summary { top: top(column), ..of_numbers(&column.name, "flag", &column.numbers) }
        }
        Kind::Category(levels) => {
            let count = column.numbers.iter().filter(|value| value.is_finite()).count();
            Summary {
                name: column.name.clone(),
                kind: "category",
                count,
                missing: column.numbers.len() - count,
                distinct: levels.len(),
                moments: Moments::default(),
                quantiles: [f64::NAN; 5],
                top: top(column),
            }
        }
    }
}

fn of_numbers(name: &str, kind: &'static str, numbers: &[f64]) -> Summary {
    let sorted = Sorted::of(numbers.iter().copied());
    let moments = Moments::of(numbers.iter().copied());
    Summary {
        name: name.to_owned(),
        kind,
        count: moments.count,
        missing: numbers.len() - moments.count,
        distinct: sorted.distinct(),
        moments,
        quantiles: [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| sorted.quantile(share)),
        top: Vec::new(),
    }
}

fn top(column: &Attribute) -> Vec<(String, usize)> {
    let mut counts = counts(column).into_iter().enumerate().collect::<Vec<_>>();
    counts.sort_by_key(|(place, count)| (std::cmp::Reverse(*count), *place));
    let named = counts.into_iter().filter(|(_, count)| *count > 0).take(TOP);
    named.map(|(place, count)| (column.level(place), count)).collect()
}

/// How many rows each level has.
pub(crate) fn counts(column: &Attribute) -> Vec<usize> {
    let mut counts = vec![0; column.levels()];
    for value in column.numbers.iter().filter(|value| value.is_finite()) {
        if let Some(count) = counts.get_mut(super::statistics::place(*value)) {
            *count += 1;
        }
    }
    counts
}

/// `columns.csv`.
pub(crate) fn columns_table(summaries: &[Summary]) -> Table {
    let number = |pick: fn(&Summary) -> f64| summaries.iter().map(pick).collect::<Vec<_>>();
    let whole = |pick: fn(&Summary) -> usize| whole_numbers(summaries.iter().map(pick));
    let words = |summary: &Summary| {
        let each = summary.top.iter().map(|(text, count)| format!("{text} ({count})"));
        each.collect::<Vec<_>>().join("; ")
    };
    Table::new()
        .text("column", summaries.iter().map(|it| it.name.as_str()))
        .text("kind", summaries.iter().map(|it| it.kind))
        .with("count", whole(|it| it.count))
        .with("missing", whole(|it| it.missing))
        .number("missing_share", number(Summary::missing_share))
        .with("distinct", whole(|it| it.distinct))
        .number("min", number(|it| it.quantiles[0]))
        .number("p25", number(|it| it.quantiles[1]))
        .number("median", number(|it| it.quantiles[2]))
        .number("p75", number(|it| it.quantiles[3]))
        .number("max", number(|it| it.quantiles[4]))
        .number("mean", number(|it| it.moments.mean()))
        .number("deviation", number(|it| it.moments.deviation()))
        .text("top", summaries.iter().map(words))
}

/// A column of counts.
pub(crate) fn whole_numbers(values: impl Iterator<Item = usize>) -> Column {
    Column::Integer(values.map(|value| i64::try_from(value).unwrap_or(i64::MAX)).collect())
}

/// The whole history in a few numbers, by name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Overview {
    pub(crate) rows: u64,
    pub(crate) series: usize,
    pub(crate) start: String,
    pub(crate) end: String,
    pub(crate) missing: f64,
    pub(crate) gaps: f64,
    pub(crate) zeros: f64,
    pub(crate) negatives: f64,
    pub(crate) repeated: u64,
    pub(crate) nameless: u64,
}

impl Overview {
    pub(crate) fn of(history: &History) -> Self {
        let known: Vec<f64> = history.target.iter().copied().filter(|it| it.is_finite()).collect();
        let share = |count: usize, of: usize| factor(count) / factor(of.max(1));
        let places: usize =
            history.panel.iter().flat_map(|panel| &panel.series).map(|it| it.target.len()).sum();
        let rows = usize::try_from(history.notes.rows).unwrap_or(usize::MAX);
        let missing = rows.saturating_sub(known.len());
        let span = history.span();
        Self {
            rows: history.notes.rows,
            series: history.series(),
            start: span.map_or_else(String::new, |(start, _)| start.to_string()),
            end: span.map_or_else(String::new, |(_, end)| end.to_string()),
            missing: share(missing, rows),
            gaps: share(places.saturating_sub(known.len()), places),
            zeros: share(known.iter().filter(|it| **it == 0.0).count(), known.len()),
            negatives: share(known.iter().filter(|it| **it < 0.0).count(), known.len()),
            repeated: history.notes.merged_rows,
            nameless: history.notes.nameless_rows,
        }
    }

    /// `overview.csv`.
    pub(crate) fn table(&self) -> Table {
        let rows = [
            ("rows", self.rows.to_string()),
            ("series", self.series.to_string()),
            ("start", self.start.clone()),
            ("end", self.end.clone()),
            ("missing_share", self.missing.to_string()),
            ("gap_share", self.gaps.to_string()),
            ("zero_share", self.zeros.to_string()),
            ("negative_share", self.negatives.to_string()),
            ("repeated_rows", self.repeated.to_string()),
            ("rows_without_key_or_time", self.nameless.to_string()),
        ];
        Table::new()
            .text("measure", rows.iter().map(|(name, _)| *name))
            .text("value", rows.iter().map(|(_, value)| value))
    }
}

/// How a number goes together with the target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Together {
    pub(crate) column: String,
    /// Over all rows.
    pub(crate) overall: f64,
    /// Of what is left when the mean of each series is taken from both.
    pub(crate) within: f64,
    pub(crate) rows: usize,
}

/// Numbers and flags with the target, the closest first.
pub(crate) fn correlations(history: &History) -> Vec<Together> {
    let centred = within_series(&history.target, history);
    let numeric = history.columns.iter().filter(|it| !matches!(it.values, Kind::Category(_)));
    let mut all: Vec<Together> = numeric
        .map(|column| {
            let pairs = history.target.iter().copied().zip(column.numbers.iter().copied());
            let (overall, rows) = correlation(pairs);
            let inside = within_series(&column.numbers, history);
            let (within, _) = correlation(centred.iter().copied().zip(inside.iter().copied()));
            let within = if history.panel.is_some() { within } else { f64::NAN };
            Together { column: column.name.clone(), overall, within, rows }
        })
        .collect();
    let size = |it: &Together| if it.overall.is_nan() { -1.0 } else { it.overall.abs() };
    all.sort_by(|a, b| size(b).total_cmp(&size(a)));
    all
}

/// Values less the mean of their series.
fn within_series(values: &[f64], history: &History) -> Vec<f64> {
    if history.of_series.is_empty() {
        return values.to_vec();
    }
    let mut centred = Vec::with_capacity(values.len());
    let mut from = 0;
    for rows in history.of_series.chunk_by(|a, b| a.0 == b.0) {
        let own = values.get(from..from + rows.len()).unwrap_or_default();
        let mean = Moments::of(own.iter().copied()).mean();
        centred.extend(own.iter().map(|value| value - mean));
        from += rows.len();
    }
    centred
}

/// `correlations.csv`.
pub(crate) fn correlations_table(all: &[Together]) -> Table {
    Table::new()
        .text("column", all.iter().map(|it| it.column.as_str()))
        .number("correlation", all.iter().map(|it| it.overall))
        .number("within_series", all.iter().map(|it| it.within))
        .with("rows", whole_numbers(all.iter().map(|it| it.rows)))
}
