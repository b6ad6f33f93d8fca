//! Does the new model replace the one in service?
//!
//! One pure decision over two evaluations, so that the Lambda, the local engine and the command
//! line cannot disagree. Where the previous value comes from, and what a promotion does, is left
//! out.

mod clause;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::direction::{Direction, direction_of, known_metrics};
use crate::promotion::clause::{Clauses, Comparison};
use crate::report::Report;

/// Differences below this share of the previous value are none.
///
/// A value that went through decimal text or another machine's summation may differ in its last
/// bits, and such a difference must neither promote an equal model nor refuse an improvement of
/// exactly the asked size.
const NOISE: f64 = 1e-12;

/// What a new model must achieve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PromotionRule {
    /// The metric that decides, such as `rmse`.
    pub metric: String,
    /// Least improvement over the previous model, as a share: 0.02 asks for 2 %.
    ///
    /// 0 asks for strictly better; a negative number allows that much worse.
    #[serde(default)]
    pub min_improvement: f64,
    /// Most that `metric` may be, whatever the previous model has; of a bias or a coverage, most
    /// that it may be away from its target. Has no sense for a metric of which more is better.
    #[serde(default)]
    pub max_value: Option<f64>,
    /// Metrics on which the best baseline of the report must be beaten strictly.
    #[serde(default)]
    pub beat_baseline_on: Vec<String>,
    /// Bounds that must all hold.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// What to do when the previous model was measured on other data.
    #[serde(default)]
    pub on_different_holdout: DifferentHoldout,
}

/// A bound on one metric, `{"metric": "r2", "at_least": 0.6}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Any metric of the report, dotted names included.
    pub metric: String,
    /// The bound on its signed value.
    #[serde(flatten)]
    pub bound: Bound,
}

/// On which side of a number a value must be; the number itself is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// `value <= bound`.
    AtMost(f64),
    /// `value >= bound`.
    AtLeast(f64),
}

/// What to do when the previous model was measured on another holdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferentHoldout {
    /// An incomparable number is no proof of improvement: do not promote.
    #[default]
    Refuse,
    /// Compare all the same, and say so in the reason.
    Compare,
}

/// The model to beat.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Previous {
    /// Its name, such as the ARN of its model package.
    pub name: String,
    /// Its value of the deciding metric; `None` when none was recorded with it.
    pub value: Option<f64>,
    /// The holdout it was measured on, when that was recorded.
    pub fingerprint: Option<String>,
}

/// The decision and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Whether the candidate replaces the previous model.
    pub promote: bool,
    /// One or two sentences for a person, below 400 characters, with every condition that failed.
    pub reason: String,
    /// The candidate's value of the deciding metric.
    pub candidate: f64,
    /// The previous model's, when it has one.
    pub previous: Option<f64>,
    /// The improvement as a share of the previous value, positive when better.
    ///
    /// `None` without a previous value, with an incomparable one that the rule refuses, and when
    /// the previous value is 0 (or so near that the quotient overflows), where no share exists.
    pub improvement: Option<f64>,
    /// False when both holdouts are known and differ.
    pub comparable: bool,
}

/// Why no verdict is possible.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// The rule names a metric of which nobody knows whether more or less is better.
    #[error("metric `{metric}` is unknown, known are {}", known_metrics())]
    UnknownMetric {
        /// The name in the rule.
        metric: String,
    },
    /// The candidate has no value of the deciding metric.
    #[error("the candidate's report has no `{metric}`: {why}")]
    MissingMetric {
        /// The deciding metric.
        metric: String,
        /// The reason that the report gives under `undefined`.
        why: String,
    },
    /// A number of the rule makes no sense.
    #[error("`{field}` of the promotion rule {problem}")]
    Rule {
        /// The field of the rule.
        field: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

/// Judges a candidate.
///
/// It is promoted when it improves on the previous model by at least `min_improvement` (strictly
/// when that is 0; any candidate does when there is no previous value), *and* stays below
/// `max_value`, *and* keeps all `thresholds`, *and* beats the best baseline on each metric of
/// `beat_baseline_on`. The improvement is `(loss(previous) - loss(candidate)) / |previous|`; for
/// a bias or coverage the divisor is the previous distance from the target.
///
/// # Errors
/// [`JudgeError`] when the rule or the candidate's report allows no verdict.
pub fn judge(
    rule: &PromotionRule,
    candidate: &Report,
    previous: Option<&Previous>,
) -> Result<Verdict, JudgeError> {
    let direction = known_direction(&rule.metric)?;
    check(rule, direction)?;
    let value = candidate.metric(&rule.metric).ok_or_else(|| JudgeError::MissingMetric {
        metric: rule.metric.clone(),
        why: why_missing(candidate, &rule.metric),
    })?;

    let mut clauses = Clauses::default();
    let comparison = Comparison { rule, direction, candidate: value };
    let standing = comparison.with_previous(candidate, previous, &mut clauses);
    if let Some(most) = rule.max_value {
        let passes = comparison.distance(value) <= most;
        clauses.add(passes, comparison.ceiling(most));
    }
    for threshold in &rule.thresholds {
        keep_threshold(threshold, candidate, &mut clauses)?;
    }
    for metric in &rule.beat_baseline_on {
        beat_baseline(metric, candidate, &mut clauses)?;
    }

    Ok(Verdict {
        promote: clauses.all_pass(),
        reason: clauses.reason(),
        candidate: value,
        previous: standing.previous,
        improvement: standing.improvement,
        comparable: standing.comparable,
    })
}

fn known_direction(metric: &str) -> Result<Direction, JudgeError> {
    direction_of(metric).ok_or_else(|| JudgeError::UnknownMetric { metric: metric.to_owned() })
}

fn check(rule: &PromotionRule, direction: Direction) -> Result<(), JudgeError> {
    let finite = |field, number: f64| {
        let problem = format!("is {number}, not a finite number");
        number.is_finite().then_some(()).ok_or(JudgeError::Rule { field, problem })
    };
    finite("min_improvement", rule.min_improvement)?;
    for threshold in &rule.thresholds {
        let (Bound::AtMost(number) | Bound::AtLeast(number)) = threshold.bound;
        finite("thresholds", number)?;
    }
    let Some(most) = rule.max_value else { return Ok(()) };
    if direction == Direction::HigherIsBetter {
        let metric = &rule.metric;
        let problem = format!("bounds `{metric}` from above, of which more is better");
        return Err(JudgeError::Rule { field: "max_value", problem });
    }
    finite("max_value", most)
}

fn keep_threshold(
    threshold: &Threshold,
    candidate: &Report,
    clauses: &mut Clauses,
) -> Result<(), JudgeError> {
    let metric = &threshold.metric;
    match candidate.metric(metric) {
        Some(value) => {
            let passes = match threshold.bound {
                Bound::AtMost(most) => value <= most,
                Bound::AtLeast(least) => value >= least,
            };
            clauses.add(passes, clause::bound(metric, value, threshold.bound));
        }
        None if candidate.metrics.contains_key(metric) || direction_of(metric).is_some() => {
            clauses.fail(clause::undefined(metric, &why_missing(candidate, metric)));
        }
        None => return Err(JudgeError::UnknownMetric { metric: metric.clone() }),
    }
    Ok(())
}

fn beat_baseline(
    metric: &str,
    candidate: &Report,
    clauses: &mut Clauses,
) -> Result<(), JudgeError> {
    let direction = known_direction(metric)?;
    let Some(value) = candidate.metric(metric) else {
        clauses.fail(clause::undefined(metric, &why_missing(candidate, metric)));
        return Ok(());
    };
    let Some((name, best)) = best_baseline(metric, direction, candidate) else {
        clauses.fail(clause::no_baseline(metric));
        return Ok(());
    };
    let margin = NOISE * best.abs();
    let passes = direction.loss(value) < direction.loss(best) - margin;
    clauses.add(passes, clause::baseline(metric, value, (name, best)));
    Ok(())
}

/// The best value of `metric` among all baselines; ties go to the first name.
fn best_baseline<'a>(
    metric: &str,
    direction: Direction,
    report: &'a Report,
) -> Option<(&'a str, f64)> {
    let all = report.baselines.iter();
    let best = report.best_baseline.iter().map(|best| (&best.name, &best.figures));
    all.chain(best)
        .filter_map(|(name, figures)| Some((name.as_str(), *figures.get(metric)?)))
        .filter(|(_, value)| value.is_finite())
        .min_by(|(_, one), (_, other)| direction.loss(*one).total_cmp(&direction.loss(*other)))
}

fn why_missing(report: &Report, metric: &str) -> String {
    let why = report.why_undefined(metric).filter(|why| !why.is_empty());
    why.map_or_else(
        || {
            let known = report.metrics.contains_key(metric);
            let why = if known { "the report gives no reason" } else { "it is not mentioned" };
            why.to_owned()
        },
        str::to_owned,
    )
}
