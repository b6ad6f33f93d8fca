//! Which number do the sums amount to?
//!
//! One function per metric, each with its equation: `y` actual, `f` forecast, `e = f - y`, `n`
//! scored points. A formula answers with a finite number or with the reason that there is none.

use crate::sum::factor;
use crate::sums::{QuantileSums, Sums};
use crate::why::{Why, finite};

/// The point metrics that pool all points of a panel, by name, in the report's order.
pub(crate) fn pooled(sums: &Sums, holiday_weight: f64) -> [(&'static str, Result<f64, Why>); 6] {
    [
        ("rmse", rmse(sums)),
        ("mae", mae(sums)),
        ("wape", wape(sums)),
        ("wmae", wmae(sums, holiday_weight)),
        ("r2", r2(sums)),
        ("bias", bias(sums)),
    ]
}

/// `sqrt(sum(e^2) / n)`.
fn rmse(sums: &Sums) -> Result<f64, Why> {
    mean(sums.squared_error.value(), sums.points).map(f64::sqrt)
}

/// `sum(|e|) / n`.
fn mae(sums: &Sums) -> Result<f64, Why> {
    mean(sums.absolute_error.value(), sums.points)
}

/// `sum(|e|) / sum(|y|)` (Kolassa and Schuetz 2007, as MAD/Mean).
///
/// Chosen over MAPE because retail demand is often zero, where MAPE divides by zero.
fn wape(sums: &Sums) -> Result<f64, Why> {
    share(sums, sums.absolute_error.value(), sums.absolute_actual.value())
}

/// `sum(w |e|) / sum(w)`, `w` = the holiday weight on holidays, else 1.
///
/// The score of the Walmart recruiting competition (Kaggle 2014), where `w` is 5.
fn wmae(sums: &Sums, holiday_weight: f64) -> Result<f64, Why> {
    let mut error = sums.absolute_error;
    error.add(sums.holiday_error.value() * (holiday_weight - 1.0));
    let ordinary = factor(sums.points.saturating_sub(sums.holidays));
    let weight = ordinary + holiday_weight * factor(sums.holidays);
    match (sums.points, weight) {
        (0, _) => Err(Why::NoActuals),
        (_, 0.0) => Err(Why::ZeroWeight),
        _ => finite(error.value() / weight),
    }
}

/// `1 - sum(e^2) / sum((y - mean(y))^2)`; negative when the mean would have been better.
fn r2(sums: &Sums) -> Result<f64, Why> {
    let (lowest, highest) = sums.range.ok_or(Why::NoActuals)?;
    if highest.0 <= lowest.0 {
        return Err(Why::ConstantActuals);
    }
    let count = factor(sums.points);
    let total = sums.actual.spread(&sums.squared_actual, count) / count;
    // A spread below what the sums can resolve cannot be told from a constant.
    if total <= 0.0 {
        return Err(Why::ConstantActuals);
    }
    finite(1.0 - sums.squared_error.value() / total)
}

/// `sum(f - y) / sum(y)`: +0.05 says that 5 % too much was forecast.
///
/// Relative, so that retailers compare; utilsforecast's `bias` is the mean error, and this is
/// its `cfe / sum(y)`.
fn bias(sums: &Sums) -> Result<f64, Why> {
    share(sums, sums.error.value(), sums.actual.value())
}

/// `2 sum(pinball) / sum(|y|)`: the weighted quantile loss of GluonTS and Amazon Forecast.
pub(crate) fn wql(sums: &Sums, quantile: &QuantileSums) -> Result<f64, Why> {
    share(sums, 2.0 * quantile.pinball.value(), sums.absolute_actual.value())
}

/// The mean of `wql` over all levels, an approximation of the CRPS.
pub(crate) fn mean_wql(sums: &Sums) -> Result<f64, Why> {
    let all: Result<Vec<f64>, Why> =
        sums.quantiles.iter().map(|quantile| wql(sums, quantile)).collect();
    let all = all?;
    let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
    mean(all.iter().sum(), count)
}

/// The share of `hits` among the points: inside an interval, or at or below a quantile.
pub(crate) fn coverage(sums: &Sums, hits: u64) -> Result<f64, Why> {
    mean(factor(hits), sums.points)
}

/// `sum / count`.
pub(crate) fn mean(sum: f64, count: u64) -> Result<f64, Why> {
    if count == 0 { Err(Why::NoActuals) } else { finite(sum / factor(count)) }
}

fn share(sums: &Sums, part: f64, volume: f64) -> Result<f64, Why> {
    match (sums.points, volume) {
        (0, _) => Err(Why::NoActuals),
        (_, 0.0) => Err(Why::ZeroVolume),
        _ => finite(part / volume),
    }
}
