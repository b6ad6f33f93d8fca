//! What do the points of one panel, group or baseline amount to?

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::exact::Exact;
use crate::formula;
use crate::history::HistoryScale;
use crate::quantile::QuantileLevels;
use crate::report::Figures;
use crate::sum::{Sum, factor};
use crate::sums::{Point, SeriesSums, Sums};
use crate::why::{Why, finite};

/// What the formulas need beside the sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Terms {
    pub(super) quantiles: QuantileLevels,
    pub(super) holiday_weight: Exact,
    /// Scale of each series that has one.
    pub(super) histories: BTreeMap<String, HistoryScale>,
}

/// Metrics with a value, and those without.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) figures: Figures,
    pub(super) undefined: Vec<(String, Why)>,
}

impl Outcome {
    pub(super) fn put(&mut self, metric: &str, value: Result<f64, Why>) {
        match value {
            Ok(value) => drop(self.figures.insert(metric.to_owned(), value)),
            Err(why) => self.undefined.push((metric.to_owned(), why)),
        }
    }
}

/// The metrics that are computed per series and averaged over series, in the report's order.
const PER_SERIES: [&str; 3] = ["mase", "rmsse", "smape"];

/// Pooled sums and, for the metrics that are averaged over series, the sums of each series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Slice {
    pub(super) sums: Sums,
    pub(super) series: BTreeMap<String, SeriesSums>,
}

impl Slice {
    /// Adds a point; one without an actual is counted only.
    pub(super) fn add(&mut self, point: &Point<'_>) {
        if let Some(scored) = &point.scored {
            self.sums.add(scored);
        }
        change(&mut self.series, point.series, |series: &mut SeriesSums| series.add(point));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        for (name, sums) in &other.series {
            change(&mut self.series, name, |series: &mut SeriesSums| series.merge(sums));
        }
    }

    /// Every metric of the slice.
    pub(super) fn outcome(&self, terms: &Terms) -> Outcome {
        let mut outcome = pooled(&self.sums, terms);
        for metric in PER_SERIES {
            outcome.put(metric, self.mean_over_series(metric, terms));
        }
        outcome
    }

    /// The mean over the series that have a value; the others are listed by `gaps`.
    fn mean_over_series(&self, metric: &str, terms: &Terms) -> Result<f64, Why> {
        let (mut sum, mut count) = (Sum::default(), 0);
        let mut reasons = BTreeSet::new();
        for (name, sums) in &self.series {
            match of_series(metric, sums, terms.histories.get(name)) {
                Ok(value) => {
                    sum.add(value);
                    count += 1;
                }
                Err(why) => drop(reasons.insert(why)),
            }
        }
        match (count, reasons.len()) {
            (0, 0) => Err(Why::NoActuals),
            (0, 1) => Err(reasons.pop_first().unwrap_or(Why::NoSeries)),
            (0, _) => Err(Why::NoSeries),
            _ => finite(sum.value() / factor(count)),
        }
    }

    /// Which series have no value of which averaged metric.
    pub(super) fn gaps(&self, terms: &Terms) -> Vec<(&'static str, &str, Why)> {
        let mut gaps = Vec::new();
        for metric in PER_SERIES {
            for (name, sums) in &self.series {
                if let Err(why) = of_series(metric, sums, terms.histories.get(name)) {
                    gaps.push((metric, name.as_str(), why));
                }
            }
        }
        gaps
    }

    /// The losses of one series by name, with those that have no value left out.
    pub(super) fn losses(sums: &SeriesSums, scale: Option<&HistoryScale>) -> Figures {
        let mut outcome = Outcome::default();
        outcome.put("mae", formula::mean(sums.absolute_error.value(), sums.points));
        outcome.put("rmse", formula::mean(sums.squared_error.value(), sums.points).map(f64::sqrt));
        for metric in PER_SERIES {
            outcome.put(metric, of_series(metric, sums, scale));
        }
        outcome.figures
    }
}

/// Changes the entry of that name, which is made when it is first met.
///
/// Looked up before it is made, because an entry of a map takes an owned name and there are many
/// points to a series.
pub(super) fn change<T: Default>(
    map: &mut BTreeMap<String, T>,
    name: &str,
    apply: impl FnOnce(&mut T),
) {
    if let Some(entry) = map.get_mut(name) {
        apply(entry);
    } else {
        apply(map.entry(name.to_owned()).or_default());
    }
}

/// The metrics that need the pooled sums only: those of a horizon step.
pub(super) fn pooled(sums: &Sums, terms: &Terms) -> Outcome {
    let mut outcome = Outcome::default();
    for (metric, value) in formula::pooled(sums, terms.holiday_weight.0) {
        outcome.put(metric, value);
    }
    if !terms.quantiles.levels().is_empty() {
        // Without any scored point the sums know no quantiles, and the metrics are undefined.
        outcome.put("mean_wql", formula::mean_wql(sums));
        for (at, interval) in terms.quantiles.intervals().iter().enumerate() {
            let hits = sums.inside.get(at).copied().unwrap_or_default();
            outcome.put(&interval.metric, formula::coverage(sums, hits));
        }
    }
    outcome
}

/// A metric of one series, in the conventions of utilsforecast 0.2:
/// `mase = mae / absolute scale`, `rmsse = sqrt(mse / squared scale)`,
/// `smape = mean(|e| / (|f| + |y|))`, between 0 and 1, where 0 of 0 is 0.
fn of_series(metric: &str, sums: &SeriesSums, scale: Option<&HistoryScale>) -> Result<f64, Why> {
    let mean = |sum: &Sum| formula::mean(sum.value(), sums.points);
    match metric {
        "mase" => {
            let error = mean(&sums.absolute_error)?;
            finite(error / scale.ok_or(Why::NoHistory)?.absolute()?)
        }
        "rmsse" => {
            let error = mean(&sums.squared_error)?;
            finite((error / scale.ok_or(Why::NoHistory)?.squared()?).sqrt())
        }
        _ => mean(&sums.symmetric_error),
    }
}
