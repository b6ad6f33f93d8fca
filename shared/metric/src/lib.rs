//! The evaluation report, the forecast metrics and the promotion rule.
//!
//! An [`Evaluation`] takes observations, merges with those of other shards and finishes into a
//! [`Report`]; [`judge`] decides over a report and the previous model. Nothing here reads a file,
//! a clock or the environment.
//!
//! # What each metric is over a panel
//! `y` actual, `f` forecast, `e = f - y`, over the points whose actual is known.
//!
//! | metric | of one series | of a panel, group or baseline | better |
//! |---|---|---|---|
//! | `rmse` | `sqrt(mean(e^2))` | pooled: the same over all points | less |
//! | `mae` | `mean(abs(e))` | pooled | less |
//! | `wape` | `sum(abs(e)) / sum(abs(y))` | pooled | less |
//! | `wmae` | `sum(w abs(e)) / sum(w)`, `w` 5 on holidays, else 1 | pooled | less |
//! | `r2` | `1 - sum(e^2) / sum((y - mean(y))^2)` | pooled, around the mean of all points | more |
//! | `bias` | `sum(e) / sum(y)` | pooled | near 0 |
//! | `p10.wql` | `2 sum(pinball) / sum(abs(y))` | pooled | less |
//! | `mean_wql` | mean of `wql` over the levels | pooled | less |
//! | `p10.coverage` | share of `y <= f[p10]` | pooled | near 0.1 |
//! | `coverage_80` | share of `f[p10] <= y <= f[p90]` | pooled | near 0.8 |
//! | `mase` | `mae / mean(abs(h[t] - h[t - season]))` | mean over series | less |
//! | `rmsse` | `sqrt(mse / mean((h[t] - h[t - season])^2))` | mean over series | less |
//! | `smape` | `mean(abs(e) / (abs(f) + abs(y)))`, 0 to 1 | mean over series | less |
//!
//! Pooled are those whose unit is sales or a share of sales: a shop wants the error of what it
//! sells, and large series rightly count more. Averaged are those made to be free of scale, where
//! each series counts once; utilsforecast averages all of its metrics this way. Series for series
//! all agree with utilsforecast 0.2 (`tests/peers/metric`). A horizon step has the pooled metrics
//! only.
//!
//! # What happens at the edges
//! Nothing is `NaN`, and whatever is left out is listed in `undefined` with its reason.
//!
//! | case | what is computed | what is listed (`metric`: `why`) |
//! |---|---|---|
//! | actual missing (`None`, `NaN`) | the point is left out of every metric | `points`: actuals missing, with their number, per series |
//! | no actual at all | nothing | each metric: no actual value in the holdout |
//! | history constant, or repeating its season exactly | the series is left out of `mase` and `rmsse` | `mase`, `rmsse`: constant history, per series |
//! | history shorter than a season and a step | as above | history shorter than one season and a step |
//! | no history given | as above | no history was given |
//! | no series with a value | the averaged metric has none | the common reason, else: no series has a value |
//! | volume zero (`sum(abs(y))`; of `bias` `sum(y)`) | no `wape`, `wql`, `mean_wql`, `bias` | zero volume |
//! | actuals constant, or a single one | no `r2` | constant actuals |
//! | all weights zero | no `wmae` | all weights are zero |
//! | forecast and actual both 0 | counts 0 in `smape` | nothing |
//! | quantiles cross | they are sorted, then scored | `quantiles`: crossing quantiles, with their number, per series |
//! | sums beyond the range of a double | no value | the values are too large to be summed |
//! | baseline scored on other points | its figures | `baseline.NAME`: scored on n points, the model on m |
//! | forecast `NaN` or infinite, actual infinite | nothing: [`EvaluationError::NotFinite`] | |
//!
//! Of one metric and reason 100 series are named and the others counted.

mod direction;
mod evaluation;
mod exact;
mod formula;
mod history;
mod observation;
mod promotion;
mod quantile;
mod report;
mod sum;
mod sums;
mod why;

pub use crate::direction::{Direction, direction_of, known_metrics};
pub use crate::evaluation::{Evaluation, EvaluationError, HOLIDAY_WEIGHT};
pub use crate::history::HistoryScale;
pub use crate::observation::{Day, Observation};
pub use crate::promotion::{
    Bound, DifferentHoldout, JudgeError, Previous, PromotionRule, Threshold, Verdict, judge,
};
pub use crate::quantile::QuantileLevels;
pub use crate::report::{
    BestBaseline, Figures, Holdout, MetricValue, Model, Report, ReportError, SchemaVersion,
    Undefined,
};
pub use crate::sum::Sum;
pub use crate::why::Why;
