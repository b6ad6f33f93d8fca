//! Where prices, promotions and holidays differ, how does the target differ?
//!
//! Each value of the target is taken as a share of the mean of its series, so that large series
//! count no more than small ones. What is found is a difference, not its cause.

use super::rows::{Attribute, History, Kind, Role};
use super::statistics::{Moments, Sorted, factor};
use super::summary::whole_numbers;
use super::time::Totals;
use crate::table::{Column, Table};

/// How the target differs along the values of a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Along {
    pub(crate) column: String,
    pub(crate) bins: Vec<Bin>,
}

/// Some neighbouring values of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bin {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) middle: f64,
    pub(crate) rows: usize,
    /// The mean of the target, as a share of the mean of its series.
    pub(crate) relative: f64,
}

/// How the target differs where a flag is set.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfFlag {
    pub(crate) column: String,
    pub(crate) rows: usize,
    /// How much more there is, as a share: 0.3 is 30 % more.
    pub(crate) more: f64,
}

const BINS: usize = 10;

/// The target of each row as a share of the mean of its series; `NaN` where that is not positive.
pub(crate) fn relative(history: &History) -> Vec<f64> {
    let shares = |values: &[f64]| -> Vec<f64> {
        let mean = Moments::of(values.iter().copied()).mean();
        values.iter().map(|value| if mean > 0.0 { value / mean } else { f64::NAN }).collect()
    };
    if history.of_series.is_empty() {
        return shares(&history.target);
    }
    let mut all = Vec::with_capacity(history.target.len());
    for rows in history.of_series.chunk_by(|a, b| a.0 == b.0) {
        let from = all.len();
        all.extend(shares(history.target.get(from..from + rows.len()).unwrap_or_default()));
    }
    all
}

/// Each number that changes, in ten bins of as many rows as ties allow.
pub(crate) fn along(history: &History, relative: &[f64]) -> Vec<Along> {
    let changing = history.columns.iter().filter(|it| it.values == Kind::Number);
    let changing = changing.filter(|it| it.part == Role::Changing);
    changing.filter_map(|column| bins(column, relative)).collect()
}

fn bins(column: &Attribute, relative: &[f64]) -> Option<Along> {
    let sorted = Sorted::of(column.numbers.iter().copied());
    let mut edges: Vec<f64> =
        (1..BINS).map(|part| sorted.quantile(factor(part) / factor(BINS))).collect();
    edges.dedup();
    let mut found =
        vec![(Moments::default(), Moments::default(), f64::MAX, f64::MIN); edges.len() + 1];
    for (value, share) in column.numbers.iter().zip(relative) {
        if value.is_finite()
            && share.is_finite()
            && let Some((values, shares, low, high)) =
                found.get_mut(edges.partition_point(|edge| edge < value))
        {
            values.add(*value);
            shares.add(*share);
            (*low, *high) = (low.min(*value), high.max(*value));
        }
    }
    let bins = found.iter().filter(|(values, ..)| values.count > 0);
    let bins: Vec<Bin> = bins
        .map(|(values, shares, from, to)| Bin {
            from: *from,
            to: *to,
            middle: values.mean(),
            rows: values.count,
            relative: shares.mean(),
        })
        .collect();
    (bins.len() > 1).then(|| Along { column: column.name.clone(), bins })
}

/// Each flag.
pub(crate) fn of_flags(history: &History, relative: &[f64]) -> Vec<OfFlag> {
    let flags = history.columns.iter().filter(|it| it.values == Kind::Flag);
    let of_flag = |column: &Attribute| {
        let shares = |wanted: f64| {
            let pairs = column.numbers.iter().zip(relative);
            let chosen = pairs.filter(|(flag, _)| (**flag - wanted).abs() < 0.5);
            Moments::of(chosen.map(|(_, share)| *share))
        };
        let (yes, no) = (shares(1.0), shares(0.0));
        let is_known = yes.count > 0 && no.count > 0 && no.mean() > 0.0;
        let more = yes.mean() / no.mean() - 1.0;
        is_known.then(|| OfFlag { column: column.name.clone(), rows: yes.count, more })
    };
    flags.filter_map(of_flag).collect()
}

/// `effects.csv`.
pub(crate) fn table(all: &[Along]) -> Table {
    let bins = || all.iter().flat_map(|it| it.bins.iter().map(|bin| (it.column.as_str(), bin)));
    Table::new()
        .text("column", bins().map(|(column, _)| column))
        .number("from", bins().map(|(_, bin)| bin.from))
        .number("to", bins().map(|(_, bin)| bin.to))
        .with("rows", whole_numbers(bins().map(|(_, bin)| bin.rows)))
        .number("relative", bins().map(|(_, bin)| bin.relative))
}

/// How the whole goes around holidays: steps from one, its moments, and the total as a share of
/// the usual one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Around {
    pub(crate) step: i64,
    pub(crate) moments: Moments,
}

/// From two steps before a holiday to two steps after it. The usual total is the moving average
/// over a season where there is one, else the mean.
pub(crate) fn around_holidays(
    history: &History,
    totals: &Totals,
    holiday: &Attribute,
) -> Vec<Around> {
    let mut flags = vec![Moments::default(); totals.sums.len()];
    for ((_, point), flag) in history.of_series.iter().zip(&holiday.numbers) {
        let at = usize::try_from(point - totals.first).unwrap_or(usize::MAX);
        if let Some(moments) = flags.get_mut(at) {
            moments.add(*flag);
        }
    }
    let trend = totals.parts().map(|parts| parts.trend).unwrap_or_default();
    let usual = Moments::of(totals.sums.iter().copied()).mean();
    let expected = |at: usize| trend.get(at).copied().filter(|it| it.is_finite()).unwrap_or(usual);
    let is_holiday = |at: &usize| flags.get(*at).is_some_and(|flag| flag.mean() >= 0.5);
    let days: Vec<usize> = (0..flags.len()).filter(is_holiday).collect();
    let around = |step: i64| {
        let near =
            days.iter().filter_map(|day| usize::try_from(i64::try_from(*day).ok()? + step).ok());
        let near = near.filter(|at| step == 0 || !is_holiday(at));
        let share = |at: usize| totals.sums.get(at).map(|sum| sum / expected(at));
        Around { step, moments: Moments::of(near.filter_map(share)) }
    };
    (-2..=2).map(around).filter(|it| it.moments.count > 0).collect()
}

/// `holiday.csv`.
pub(crate) fn holiday_table(around: &[Around]) -> Table {
    Table::new()
        .with("steps_from_holiday", Column::Integer(around.iter().map(|it| it.step).collect()))
        .with("moments", whole_numbers(around.iter().map(|it| it.moments.count)))
        .number("total_to_usual", around.iter().map(|it| it.moments.mean()))
}
