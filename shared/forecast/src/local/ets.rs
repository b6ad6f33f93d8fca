//! Which exponential smoothing suits a history, and what does it forecast?
//!
//! Twelve of the thirty forms of Hyndman, Koehler, Ord and Snyder (2008), averaged by AICc: those
//! left out mix additive errors with multiplied seasons, or multiply trends, and forecast worse
//! than they fit. Seasons longer than [`LONGEST`] are taken out beforehand; as states they could
//! not be learnt from the few cycles there are.

mod filter;
mod fit;

pub(super) use filter::Trend;
pub(super) use fit::{Error, Fitted, Form, fit};

use super::Local;
use super::prepare::Raw;
use super::season::{Cycle, Kind};

/// The longest season that has states of its own.
pub(super) const LONGEST: usize = 24;

/// Below which weight a form is left out.
const LEAST_WEIGHT: f64 = 0.02;

/// How much more AICc puts a form without season out of the question.
const HOPELESS: f64 = 30.0;

/// How a level may go on, the simplest first.
const TRENDS: [Trend; 3] = [Trend::Flat, Trend::Linear, Trend::Damped];

/// The forms that fit a history, the best first.
///
/// Where a season makes a form far more probable than the simplest one without, the others without
/// are not tried.
fn ranked(values: &[f64], season: Option<usize>) -> Vec<Fitted> {
    let mut fitted = Vec::new();
    if let Some(season) = season.filter(|&season| season <= LONGEST) {
        for (error, kind) in
            [(Error::Additive, Kind::Additive), (Error::Multiplicative, Kind::Multiplicative)]
        {
            let Some(cycle) = Cycle::of(values, season, kind) else { continue };
            for trend in TRENDS {
                fitted.extend(fit(values, Form { error, trend, season: Some(kind) }, Some(&cycle)));
            }
        }
    }
    let least = fitted.iter().map(|fitted: &Fitted| fitted.aicc).fold(f64::INFINITY, f64::min);
    for trend in TRENDS {
        for error in [Error::Additive, Error::Multiplicative] {
            fitted.extend(fit(values, Form { error, trend, season: None }, None));
        }
        if fitted.last().is_some_and(|last| last.aicc > least + HOPELESS) {
            break;
        }
    }
    fitted.sort_by(|a, b| a.aicc.total_cmp(&b.aicc));
    fitted
}

/// The mean of the forecasts of all forms, weighted by `exp(-d / 4)` with `d` the distance of a form's
/// AICc to the best one's.
///
/// Kolassa (2011) weights by `exp(-d / 2)`, which is each form's probability, and finds that better
/// than choosing one; on M1, M3 and tourism weights half as decided are better still.
pub(super) fn forecast(values: &[f64], season: Option<usize>, horizon: usize) -> Option<Raw> {
    let ranked = ranked(values, season);
    let best = ranked.first()?;
    let mut total = 0.0;
    let (mut mean, mut deviation) = (vec![0.0; horizon], vec![0.0; horizon]);
    for fitted in &ranked {
        let weight = (0.25 * (best.aicc - fitted.aicc)).exp();
        if weight < LEAST_WEIGHT {
            break;
        }
        total += weight;
        let (means, deviations) = fitted.forecast(horizon);
        mean.iter_mut().zip(means).for_each(|(sum, value)| *sum += weight * value);
        deviation.iter_mut().zip(deviations).for_each(|(sum, value)| *sum += weight * value);
    }
    mean.iter_mut().chain(&mut deviation).for_each(|sum| *sum /= total);
    Some(Raw { mean, deviation, used: Local::Ets, form: best.name() })
}
