//! Which combination of models suits a history?
//!
//! Forecasts whose errors differ are better together than the best of them alone (Bates and
//! Granger 1969); the median of four univariate models was sixth of the M4 competition
//! (Petropoulos and Svetunkov 2020). The members here, and how they are weighed:
//!
//! | history | members | together |
//! |---|---|---|
//! | mostly zeros | [`intermittent`] | its own choice |
//! | fewer than [`SHORT`] values | naive, drift | mean |
//! | no season | ETS, Theta, ARIMA, and drift below [`DRIFTING`] values | median |
//! | a season of up to 24 | ETS, ARIMA; Theta, ARIMA on what [`several`] leaves | mean |
//! | longer or several seasons | ETS, Theta, ARIMA on what [`several`] leaves; seasonal ARIMA | by their errors at two earlier origins |

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::prepare::{Prepared, Raw};
use super::several::Rest;
use super::{Local, arima, ets, intermittent, simple, theta};

/// Below which length nothing is estimated.
const SHORT: usize = 6;
/// Up to which length the line from the first to the last value says something about the coming.
const DRIFTING: usize = 48;
/// How many earlier origins judge the members.
const ORIGINS: usize = 2;
/// How decidedly: weights are the inverse of the absolute errors to this power.
const POWER: i32 = 4;
/// The share of the least value below which a series that was never negative is not forecast.
const FLOOR: f64 = 0.5;

/// The forecast of the combination.
pub(super) fn forecast(history: &Prepared, horizon: usize) -> Option<Raw> {
    let values = &history.values;
    if intermittent::suits(values) {
        return intermittent::forecast(values, horizon);
    }
    let members = if values.len() < SHORT {
        Members { weights: Vec::new(), all: short(history, horizon) }
    } else if history.seasons.len() > 1 || history.seasons.iter().any(|&m| m > ets::LONGEST) {
        validated(history, horizon)
    } else {
        Members { weights: Vec::new(), all: members(history, horizon) }
    };
    let mut raw = if history.seasons.is_empty() { members.middle() } else { members.mean() }?;
    let least = values.iter().copied().fold(f64::MAX, f64::min);
    if least >= 0.0 {
        raw.mean.iter_mut().for_each(|value| *value = value.max(FLOOR * least));
    }
    Some(raw)
}

fn short(history: &Prepared, horizon: usize) -> Vec<Option<Raw>> {
    let by = |model: Local| Some(simple::forecast(model, history, horizon));
    vec![by(Local::Naive), by(Local::Drift)]
}

/// The forecasts to combine, always in the same places.
fn members(history: &Prepared, horizon: usize) -> Vec<Option<Raw>> {
    let values = &history.values;
    let Some(&season) = history.seasons.first() else {
        let near = values.len() < DRIFTING;
        return vec![
            ets::forecast(values, None, horizon),
            theta::forecast(values, None, horizon),
            arima::forecast(values, None, horizon),
            near.then(|| simple::forecast(Local::Drift, history, horizon)),
        ];
    };
    let rest = Rest::of(values, &history.seasons);
    let alone = history.seasons.len() == 1 && season <= ets::LONGEST;
    vec![
        if alone {
            ets::forecast(values, Some(season), horizon)
        } else {
            rest.forecast(ets::forecast, horizon)
        },
        arima::forecast(values, Some(season), horizon),
        rest.forecast(theta::forecast, horizon),
        rest.forecast(arima::forecast, horizon),
    ]
}

/// The members, weighed by how they would have forecast the last points of the history.
///
/// Only where what came before those points still shows each season twice: there are many points
/// then, and models differ more by how they treat the level than by chance.
fn validated(history: &Prepared, horizon: usize) -> Members {
    let all = members(history, horizon);
    let length = history.values.len();
    let longest = history.seasons.last().copied().unwrap_or(1);
    let needed = 2 * longest + longest.min(horizon);
    let mut errors = vec![0.0; all.len()];
    let mut judged = false;
    for origin in 1..=ORIGINS {
        let end = length.saturating_sub(origin * horizon);
        if end < needed.max(3 * horizon) {
            break;
        }
        judged = true;
        let actual = &history.values[end..];
        for (error, raw) in errors.iter_mut().zip(members(&history.until(end), horizon)) {
            *error += raw.map_or(f64::INFINITY, |raw| {
                raw.mean.iter().zip(actual).map(|(mean, value)| (mean - value).abs()).sum()
            });
        }
    }
    let least = errors.iter().copied().fold(f64::INFINITY, f64::min);
    let weight =
        |&error: &f64| if error > 0.0 { (least / error).powi(POWER).max(1e-6) } else { 1.0 };
    let weights = if judged { errors.iter().map(weight).collect() } else { Vec::new() };
    Members { weights, all }
}

/// Means or deviations of a forecast.
type Part = fn(&Raw) -> &Vec<f64>;

/// Forecasts to combine and their weights; none are equal ones.
struct Members {
    weights: Vec<f64>,
    all: Vec<Option<Raw>>,
}

impl Members {
    /// The forecasts that there are, with their weights.
    fn present(&self) -> Vec<(&Raw, f64)> {
        let weight = |i: usize| self.weights.get(i).copied().unwrap_or(1.0);
        let all = self.all.iter().enumerate();
        all.filter_map(|(i, raw)| raw.as_ref().map(|raw| (raw, weight(i)))).collect()
    }

    /// The weighted mean of each point.
    fn mean(&self) -> Option<Raw> {
        let present = self.present();
        let total: f64 = present.iter().map(|(_, weight)| weight).sum();
        let point = |h: usize, of: Part| {
            present.iter().map(|(raw, weight)| weight * of(raw)[h]).sum::<f64>() / total
        };
        combined("mean", &present, &point)
    }

    /// The median of each point, of its deviations the mean.
    fn middle(&self) -> Option<Raw> {
        let present = self.present();
        let point = |h: usize, of: Part| {
            let mut values: Vec<f64> = present.iter().map(|(raw, _)| of(raw)[h]).collect();
            values.sort_by(f64::total_cmp);
            let half = values.len() / 2;
            if values.len() % 2 == 1 {
                values[half]
            } else {
                values[half - 1].midpoint(values[half])
            }
        };
        combined("median", &present, &point)
    }
}

/// Combines point by point and names what was combined.
fn combined(how: &str, present: &[(&Raw, f64)], point: &dyn Fn(usize, Part) -> f64) -> Option<Raw> {
    let (first, _) = present.first()?;
    let ahead = 0..first.mean.len();
    let mean = ahead.clone().map(|h| point(h, |raw| &raw.mean)).collect();
    let deviation = ahead.map(|h| point(h, |raw| &raw.deviation)).collect();
    let names: Vec<&str> = present.iter().map(|(raw, _)| raw.form.as_str()).collect();
    let form = format!("{how}({})", names.join(", "));
    Some(Raw { mean, deviation, used: Local::Auto, form })
}
