//! What must be remembered of the observations so that every pooled metric can be computed?
//!
//! [`Sums`] are the sufficient statistics: adding observations one by one, in any order, over any
//! number of shards that are merged, gives the same counts bit for bit and the same sums to the
//! precision of [`Sum`]. Which number they amount to is told in `formula`.

use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::observation::{Day, Observation};
use crate::quantile::Interval;
use crate::sum::Sum;

/// Mergeable sums over the scored points of a panel, a group or a horizon step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Sums {
    /// Scored points.
    pub(crate) points: u64,
    /// Scored points on holidays, part of `points`.
    pub(crate) holidays: u64,
    /// Sum of forecast - actual.
    pub(crate) error: Sum,
    pub(crate) absolute_error: Sum,
    pub(crate) squared_error: Sum,
    /// The part of `absolute_error` that fell on holidays.
    pub(crate) holiday_error: Sum,
    pub(crate) actual: Sum,
    pub(crate) absolute_actual: Sum,
    pub(crate) squared_actual: Sum,
    /// Least and greatest actual: a constant is recognised by them exactly.
    pub(crate) range: Option<(Exact, Exact)>,
    /// One per quantile level.
    pub(crate) quantiles: Vec<QuantileSums>,
    /// Points inside each central interval.
    pub(crate) inside: Vec<u64>,
}

/// What is remembered of one quantile.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct QuantileSums {
    /// Sum of `max(q * (y - f), (q - 1) * (y - f))`.
    pub(crate) pinball: Sum,
    /// Points with actual <= forecast.
    pub(crate) at_or_below: u64,
}

/// A point of a series, with or without an actual.
pub(crate) struct Point<'a> {
    pub(crate) series: &'a str,
    /// Whether its quantiles had to be put in order.
    pub(crate) crossed: bool,
    /// What is scored of it, when its actual is known.
    pub(crate) scored: Option<Scored<'a>>,
}

/// An observation with an actual, its quantiles in ascending order.
pub(crate) struct Scored<'a> {
    pub(crate) observation: &'a Observation<'a>,
    pub(crate) actual: f64,
    /// Level and forecast.
    pub(crate) quantiles: Vec<(f64, f64)>,
    pub(crate) intervals: &'a [Interval],
}

impl Sums {
    pub(crate) fn add(&mut self, scored: &Scored<'_>) {
        let (actual, error) = (scored.actual, scored.observation.forecast - scored.actual);
        self.points += 1;
        self.error.add(error);
        self.absolute_error.add(error.abs());
        self.squared_error.add_square(error);
        if scored.observation.day == Day::Holiday {
            self.holidays += 1;
            self.holiday_error.add(error.abs());
        }
        self.actual.add(actual);
        self.absolute_actual.add(actual.abs());
        self.squared_actual.add_square(actual);
        self.widen(Some((Exact(actual), Exact(actual))));
        self.add_quantiles(scored);
    }

    fn add_quantiles(&mut self, scored: &Scored<'_>) {
        self.quantiles.resize(scored.quantiles.len(), QuantileSums::default());
        for (sums, (level, forecast)) in self.quantiles.iter_mut().zip(&scored.quantiles) {
            let under = scored.actual - forecast;
            sums.pinball.add((level * under).max((level - 1.0) * under));
            sums.at_or_below += u64::from(scored.actual <= *forecast);
        }
        self.inside.resize(scored.intervals.len(), 0);
        for (inside, interval) in self.inside.iter_mut().zip(scored.intervals) {
            let bound = |at: usize| scored.quantiles.get(at).map(|(_, forecast)| *forecast);
            let above = bound(interval.lower).is_some_and(|lower| lower <= scored.actual);
            let below = bound(interval.upper).is_some_and(|upper| scored.actual <= upper);
            *inside += u64::from(above && below);
        }
    }

    /// Adds the sums of another shard, made under the same quantile levels.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.points += other.points;
        self.holidays += other.holidays;
        self.error.merge(&other.error);
        self.absolute_error.merge(&other.absolute_error);
        self.squared_error.merge(&other.squared_error);
        self.holiday_error.merge(&other.holiday_error);
        self.actual.merge(&other.actual);
        self.absolute_actual.merge(&other.absolute_actual);
        self.squared_actual.merge(&other.squared_actual);
        self.widen(other.range);
        let quantiles = self.quantiles.len().max(other.quantiles.len());
        self.quantiles.resize(quantiles, QuantileSums::default());
        for (mine, theirs) in self.quantiles.iter_mut().zip(&other.quantiles) {
            mine.pinball.merge(&theirs.pinball);
            mine.at_or_below += theirs.at_or_below;
        }
        self.inside.resize(self.inside.len().max(other.inside.len()), 0);
        for (mine, theirs) in self.inside.iter_mut().zip(&other.inside) {
            *mine += theirs;
        }
    }

    fn widen(&mut self, other: Option<(Exact, Exact)>) {
        self.range = match (self.range, other) {
            (Some((low, high)), Some((lower, higher))) => {
                Some((Exact(low.0.min(lower.0)), Exact(high.0.max(higher.0))))
            }
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// Mergeable sums of one series, for the metrics that are averaged over series.
///
/// Smaller than [`Sums`], because a panel holds one for each of its series and groups.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct SeriesSums {
    pub(crate) points: u64,
    pub(crate) missing: u64,
    /// Points of which the quantiles were not in order.
    pub(crate) crossed: u64,
    pub(crate) absolute_error: Sum,
    pub(crate) squared_error: Sum,
    pub(crate) symmetric_error: Sum,
}

impl SeriesSums {
    pub(crate) fn add(&mut self, point: &Point<'_>) {
        self.crossed += u64::from(point.crossed);
        let Some(scored) = &point.scored else {
            self.missing += 1;
            return;
        };
        let (actual, forecast) = (scored.actual, scored.observation.forecast);
        let error = (forecast - actual).abs();
        let size = forecast.abs() + actual.abs();
        self.points += 1;
        self.absolute_error.add(error);
        self.squared_error.add_square(error);
        self.symmetric_error.add(if size == 0.0 { 0.0 } else { error / size });
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.points += other.points;
        self.missing += other.missing;
        self.crossed += other.crossed;
        self.absolute_error.merge(&other.absolute_error);
        self.squared_error.merge(&other.squared_error);
        self.symmetric_error.merge(&other.symmetric_error);
    }
}
