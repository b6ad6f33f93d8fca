//! What does one series alone say about its future?
//!
//! Every model here sees the past of one series and nothing else: no prices, no other series, no
//! calendar. That makes them the baselines that a pooled model has to beat, and on short or odd
//! series often the ones that win. A forecast never fails: a model that cannot be fitted to so
//! little, or to such a history, gives way to a simpler one and the answer says to which.
//!
//! The caller spreads series over threads; nothing here starts one, and nothing here is random.

mod arima;
mod auto;
mod ets;
mod intermittent;
mod least_squares;
mod prepare;
mod season;
mod several;
mod simple;
mod theta;

use serde::{Deserialize, Serialize};

use prepare::{Prepared, Raw};
use several::Rest;

/// A model of one series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Local {
    /// The last value: `f(h) = y(n)`.
    Naive,
    /// The value one season ago: `f(h) = y(n + h - m)`, with the longest season that the history
    /// holds once.
    SeasonalNaive,
    /// The line through the first and the last value (Hyndman and Athanasopoulos 2021, 5.2).
    Drift,
    /// The mean of all values.
    Mean,
    /// The mean of the last season (the shortest one; four values where there is none).
    MovingAverage,
    /// The mean of all values at the same place of the season.
    SeasonalAverage,
    /// Half [`SeasonalNaive`](Self::SeasonalNaive), half [`MovingAverage`](Self::MovingAverage).
    Hybrid,
    /// Exponential smoothing in state space, the mean of its forms weighted by AICc.
    Ets,
    /// The dynamic optimised Theta method.
    Theta,
    /// The Theta method as it won M3: `theta = 2` and a fixed line.
    StandardTheta,
    /// Autoregression and moving averages on differences, the mean of orders weighted by AICc.
    Arima,
    /// All seasons taken out one after the other, what is left forecast by exponential smoothing.
    Mstl,
    /// Sizes and gaps of demand that is mostly zero.
    Intermittent,
    /// A combination of those above that suits the history.
    Auto,
}

/// Which values a forecast may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// Any number.
    #[default]
    Any,
    /// Zero and above: demand.
    Nonnegative,
}

/// What is asked of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// The numbers of points after which the series may repeat, shortest first; may be empty.
    pub seasons: &'a [usize],
    /// How many points to forecast.
    pub horizon: usize,
    /// Which values a forecast may take.
    pub range: Range,
}

/// A forecast of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct LocalForecast {
    /// The forecast of each point ahead.
    pub mean: Vec<f64>,
    /// The standard deviation of each point's error, as the model sees it.
    ///
    /// Raw: models are too sure of themselves, and intervals need calibration.
    pub deviation: Vec<f64>,
    /// The model that was used in fact.
    pub used: Local,
    /// Its form, such as `ETS(M,Ad,M)`.
    pub form: String,
}

impl Local {
    /// All models, the simplest first.
    pub const ALL: [Self; 14] = [
        Self::Naive,
        Self::SeasonalNaive,
        Self::Drift,
        Self::Mean,
        Self::MovingAverage,
        Self::SeasonalAverage,
        Self::Hybrid,
        Self::Ets,
        Self::Theta,
        Self::StandardTheta,
        Self::Arima,
        Self::Mstl,
        Self::Intermittent,
        Self::Auto,
    ];

    /// Whether it is read off the history with no parameter to fit.
    fn is_simple(self) -> bool {
        self <= Self::Hybrid
    }

    /// The name in reports: `seasonal_naive`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::SeasonalNaive => "seasonal_naive",
            Self::Drift => "drift",
            Self::Mean => "mean",
            Self::MovingAverage => "moving_average",
            Self::SeasonalAverage => "seasonal_average",
            Self::Hybrid => "hybrid",
            Self::Ets => "ets",
            Self::Theta => "theta",
            Self::StandardTheta => "standard_theta",
            Self::Arima => "arima",
            Self::Mstl => "mstl",
            Self::Intermittent => "intermittent",
            Self::Auto => "auto",
        }
    }
}

/// Forecasts a series from its past; a value that is not finite is missing.
///
/// Always answers with finite numbers, of the horizon's length. If the model does not suit the
/// history (too short for it, or a season that is not there) [`Local::Auto`] and then the simple
/// models step in; [`LocalForecast::used`] says which did.
pub fn forecast(model: Local, history: &[f64], setting: &Setting<'_>) -> LocalForecast {
    let Some(prepared) = Prepared::of(history, setting.seasons) else {
        return prepare::nothing_known(setting.horizon);
    };
    let prepared = if model.is_simple() { prepared } else { prepared.since_launch() };
    let raw = fitted(model, &prepared, setting.horizon).filter(Raw::is_finite);
    let raw = raw.unwrap_or_else(|| simple::forecast(model, &prepared, setting.horizon));
    prepared.finish(raw, setting)
}

/// The forecast of a model that is fitted; `None` for simple ones and histories it does not suit.
fn fitted(model: Local, history: &Prepared, horizon: usize) -> Option<Raw> {
    let values = &history.values;
    let season = history.seasons.first().copied();
    match model {
        Local::Ets => match season.filter(|&season| season > ets::LONGEST) {
            Some(season) => Rest::of(values, &[season]).forecast(ets::forecast, horizon),
            None => ets::forecast(values, season, horizon),
        },
        Local::Theta => theta::forecast(values, season, horizon),
        Local::StandardTheta => theta::standard(values, season, horizon),
        Local::Arima => arima::forecast(values, season, horizon),
        Local::Mstl => Rest::of(values, &history.seasons).forecast(ets::forecast, horizon),
        Local::Intermittent => intermittent::forecast(values, horizon),
        Local::Auto => auto::forecast(history, horizon),
        _ => None,
    }
}
