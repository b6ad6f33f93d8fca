//! The numbers as points of the component's charts: ten a call, each with its own outcome.

use std::collections::BTreeMap;

use cloud::CallError;
use cloud::experiments::{MetricPoint, POINTS_PER_CALL, PointRefusal, PutMetrics};

/// How often a point is sent that the service failed on.
const ATTEMPTS: usize = 3;
/// The longest name of a metric.
const LONGEST_NAME: usize = 255;

/// What became of the points.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Points that are not there, with why.
    pub(crate) refused: Vec<(String, &'static str)>,
    /// The call that failed as a whole; nothing was sent after it.
    pub(crate) stopped_by: Option<CallError>,
}

/// The points that the component does not show yet with the same value.
pub(crate) fn missing(
    numbers: &BTreeMap<String, f64>,
    recorded: &BTreeMap<String, f64>,
    timestamp: i64,
) -> Vec<MetricPoint> {
    let missing = numbers.iter().filter(|(name, value)| recorded.get(*name) != Some(*value));
    missing
        .map(|(name, value)| MetricPoint { name: name.clone(), value: *value, timestamp })
        .collect()
}

/// Writes `points`, as far as the service takes them.
pub(crate) async fn write(
    metrics: &impl PutMetrics,
    component: &str,
    points: Vec<MetricPoint>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let (mut waiting, unnameable): (Vec<_>, Vec<_>) =
        points.into_iter().partition(|point| point.name.chars().count() <= LONGEST_NAME);
    outcome.refuse(unnameable, "its name is longer than 255 characters");

    for attempt in 1..=ATTEMPTS {
        let mut again = Vec::new();
        let mut calls = waiting.chunks(POINTS_PER_CALL);
        for call in calls.by_ref() {
            match metrics.put_metrics(component, call).await {
                Ok(errors) => {
                    for error in errors {
                        let Some(point) = call.get(error.index) else { continue };
                        outcome.judge(point, error.refusal, &mut again);
                    }
                }
                Err(error) => {
                    outcome.refuse(call.to_vec(), "not sent");
                    outcome.refuse(calls.flatten().cloned(), "not sent");
                    outcome.refuse(again, "internal error");
                    outcome.stopped_by = Some(error);
                    return outcome;
                }
            }
        }
        if again.is_empty() {
            return outcome;
        }
        if attempt == ATTEMPTS {
            outcome.refuse(again, "internal error");
            return outcome;
        }
        waiting = again;
    }
    outcome
}

impl Outcome {
    fn refuse(&mut self, points: impl IntoIterator<Item = MetricPoint>, why: &'static str) {
        self.refused.extend(points.into_iter().map(|point| (point.name, why)));
    }

    fn judge(&mut self, point: &MetricPoint, refusal: PointRefusal, again: &mut Vec<MetricPoint>) {
        match refusal {
            PointRefusal::Internal => again.push(point.clone()),
            // The same point is there already: an earlier call of this event wrote it.
            PointRefusal::Conflict => {}
            PointRefusal::LimitExceeded => self.refuse([point.clone()], "too many metrics"),
            PointRefusal::Invalid => self.refuse([point.clone()], "refused as invalid"),
        }
    }
}
