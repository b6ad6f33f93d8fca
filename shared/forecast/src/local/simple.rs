//! What would someone with a pencil forecast?
//!
//! The baselines. Their spread is that of their own errors one step (or one season) back, grown
//! with the horizon as each model says (Hyndman and Athanasopoulos 2021, table 5.2).

#![expect(clippy::indexing_slicing, reason = "positions are bounded by the lengths beside them")]

use super::Local;
use super::prepare::{Prepared, Raw, factor};

/// The window of a moving average where there is no season.
const WINDOW: usize = 4;

/// Forecasts with one of the simple models; any other gives way to the drift, shrunken.
pub(super) fn forecast(model: Local, history: &Prepared, horizon: usize) -> Raw {
    let values = &history.values;
    let longest = history.seasons.last().copied();
    let shortest = history.seasons.first().copied();
    match model {
        Local::SeasonalNaive => match longest {
            Some(season) => seasonal_naive(values, season, horizon),
            None => naive(values, horizon),
        },
        Local::Drift if values.len() > 1 => drift(values, horizon),
        Local::Mean => window_average(values, values.len(), (Local::Mean, horizon)),
        Local::MovingAverage => {
            let window = shortest.unwrap_or(WINDOW).min(values.len());
            window_average(values, window, (Local::MovingAverage, horizon))
        }
        Local::SeasonalAverage => match longest {
            Some(season) => seasonal_average(values, season, horizon),
            None => window_average(values, values.len(), (Local::Mean, horizon)),
        },
        Local::Hybrid => hybrid(history, horizon),
        _ => naive(values, horizon),
    }
}

fn named(mean: Vec<f64>, deviation: Vec<f64>, used: Local) -> Raw {
    Raw { mean, deviation, used, form: used.name().to_owned() }
}

/// The root of the mean square of errors; nothing known is no spread.
pub(super) fn root_mean_square(errors: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = errors.fold((0.0, 0.0), |(sum, count), e| (sum + e * e, count + 1.0));
    if count > 0.0 { f64::sqrt(sum / count) } else { 0.0 }
}

/// `f(h) = y(n)`; the error's variance grows as `h`.
fn naive(values: &[f64], horizon: usize) -> Raw {
    let last = values[values.len() - 1];
    let sigma = root_mean_square(values.windows(2).map(|pair| pair[1] - pair[0]));
    let deviation = (1..=horizon).map(|h| sigma * factor(h).sqrt()).collect();
    named(vec![last; horizon], deviation, Local::Naive)
}

/// `f(h) = y(n + h - m k)` with the least `k` that lies in the past.
fn seasonal_naive(values: &[f64], season: usize, horizon: usize) -> Raw {
    let cycle = &values[values.len() - season..];
    let sigma = root_mean_square(values.iter().zip(&values[season..]).map(|(a, b)| b - a));
    let mean = (0..horizon).map(|h| cycle[h % season]).collect();
    let deviation = (0..horizon).map(|h| sigma * factor(h / season + 1).sqrt()).collect();
    named(mean, deviation, Local::SeasonalNaive)
}

/// `f(h) = y(n) + h (y(n) - y(1)) / (n - 1)`.
fn drift(values: &[f64], horizon: usize) -> Raw {
    let steps = factor(values.len() - 1);
    let last = values[values.len() - 1];
    let slope = (last - values[0]) / steps;
    let sigma = root_mean_square(values.windows(2).map(|pair| pair[1] - pair[0] - slope));
    let mean = (1..=horizon).map(|h| last + factor(h) * slope).collect();
    let spread = |h: usize| sigma * (factor(h) * (1.0 + factor(h) / steps)).sqrt();
    named(mean, (1..=horizon).map(spread).collect(), Local::Drift)
}

/// `f(h)` = the mean of the last `window` values.
fn window_average(values: &[f64], window: usize, (used, horizon): (Local, usize)) -> Raw {
    let last = &values[values.len() - window..];
    let mean = last.iter().sum::<f64>() / factor(window);
    let sigma = root_mean_square(last.iter().map(|value| value - mean));
    let sigma = sigma * (1.0 + 1.0 / factor(window)).sqrt();
    named(vec![mean; horizon], vec![sigma; horizon], used)
}

/// `f(h)` = the mean of `y(n + h - m k)` over all `k` that lie in the past.
fn seasonal_average(values: &[f64], season: usize, horizon: usize) -> Raw {
    let mut sums = vec![(0.0, 0.0); season];
    let place = |t: usize| t % season;
    for (t, value) in values.iter().enumerate() {
        let (sum, count) = &mut sums[place(t)];
        *sum += value;
        *count += 1.0;
    }
    let means: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
    let errors = values.iter().enumerate().map(|(t, value)| value - means[place(t)]);
    let cycles = factor(values.len()) / factor(season);
    let sigma = root_mean_square(errors) * (1.0 + 1.0 / cycles).sqrt();
    let mean = (0..horizon).map(|h| means[place(values.len() + h)]).collect();
    named(mean, vec![sigma; horizon], Local::SeasonalAverage)
}

/// Half the seasonal naive forecast, half the moving average.
fn hybrid(history: &Prepared, horizon: usize) -> Raw {
    let half = |one: Vec<f64>, other: Vec<f64>| {
        one.iter().zip(&other).map(|(a, b)| 0.5 * a + 0.5 * b).collect::<Vec<_>>()
    };
    let seasonal = forecast(Local::SeasonalNaive, history, horizon);
    let average = forecast(Local::MovingAverage, history, horizon);
    let mean = half(seasonal.mean, average.mean);
    named(mean, half(seasonal.deviation, average.deviation), Local::Hybrid)
}
