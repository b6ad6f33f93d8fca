//! The event, and the rule that it asks for.

use cloud::S3Uri;
use invocation::event::{BadEvent, number, optional_number, optional_text, text};
use metric::{Bound, DifferentHoldout, PromotionRule, Threshold};
use serde::Deserialize;

/// What the pipeline step sends: its `Arguments` and nothing else.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    #[serde(deserialize_with = "text")]
    pub(crate) model_group: String,
    pub(crate) evaluation_s3_uri: S3Uri,
    #[serde(deserialize_with = "text")]
    metric: String,
    #[serde(deserialize_with = "number")]
    min_improvement: f64,
    #[serde(default, deserialize_with = "optional_number")]
    max_value: Option<f64>,
    #[serde(default, deserialize_with = "optional_text")]
    thresholds: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    beat_baseline_on: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    on_different_holdout: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    source: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    experiment: Option<String>,
    #[serde(default, deserialize_with = "optional_text")]
    pub(crate) retailer: Option<String>,
    #[serde(deserialize_with = "text")]
    pub(crate) execution_id: String,
}

/// Where earlier models are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// Approved versions of the group.
    Registry,
    /// Every recorded run of an experiment.
    Experiments(String),
}

impl Event {
    pub(crate) fn source(&self) -> Result<Source, BadEvent> {
        match (self.source.as_deref(), &self.experiment) {
            (None | Some("registry"), _) => Ok(Source::Registry),
            (Some("experiments"), Some(experiment)) => Ok(Source::Experiments(experiment.clone())),
            (Some("experiments"), None) => {
                Err(bad("experiment", "is needed when `source` is `experiments`"))
            }
            (Some(other), _) => {
                Err(bad("source", format!("is `{other}`, not `registry` or `experiments`")))
            }
        }
    }

    pub(crate) fn rule(&self) -> Result<PromotionRule, BadEvent> {
        let on_different_holdout = match self.on_different_holdout.as_deref() {
            None | Some("refuse") => DifferentHoldout::Refuse,
            Some("compare") => DifferentHoldout::Compare,
            Some(other) => {
                let message = format!("is `{other}`, not `refuse` or `compare`");
                return Err(bad("on_different_holdout", message));
            }
        };
        let thresholds =
            listed(self.thresholds.as_deref()).map(threshold).collect::<Result<_, _>>();
        Ok(PromotionRule {
            metric: self.metric.clone(),
            min_improvement: self.min_improvement,
            max_value: self.max_value,
            beat_baseline_on: listed(self.beat_baseline_on.as_deref()).map(str::to_owned).collect(),
            thresholds: thresholds?,
            on_different_holdout,
        })
    }
}

/// The parts of a text that are parted by commas.
fn listed(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// Reads `rmse<=40` or `r2>=0.6`.
fn threshold(text: &str) -> Result<Threshold, BadEvent> {
    let parts = text.split_once("<=").map(|parts| (parts, Bound::AtMost as fn(f64) -> Bound));
    let parts = parts
        .or_else(|| text.split_once(">=").map(|parts| (parts, Bound::AtLeast as fn(f64) -> Bound)));
    let read = parts.and_then(|((metric, limit), bound)| {
        let limit = limit.trim().parse::<f64>().ok().filter(|limit| limit.is_finite())?;
        let metric = metric.trim();
        (!metric.is_empty()).then(|| Threshold { metric: metric.to_owned(), bound: bound(limit) })
    });
    read.ok_or_else(|| {
        bad("thresholds", format!("holds `{text}`, which is not of the form rmse<=40 or r2>=0.6"))
    })
}

fn bad(key: &str, message: impl Into<String>) -> BadEvent {
    BadEvent { key: Some(key.to_owned()), message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_from_text() {
        let read: Vec<_> = listed(Some(" rmse<=40, r2 >= 0.6 ,")).map(threshold).collect();

        assert_eq!(
            read,
            [
                Ok(Threshold { metric: "rmse".to_owned(), bound: Bound::AtMost(40.0) }),
                Ok(Threshold { metric: "r2".to_owned(), bound: Bound::AtLeast(0.6) }),
            ]
        );
    }

    #[test]
    fn a_threshold_that_cannot_be_read_is_quoted() {
        for text in ["rmse<40", "<=40", "rmse<=lots", "rmse<=NaN"] {
            let error = threshold(text).unwrap_err();

            assert_eq!(error.key.as_deref(), Some("thresholds"));
            assert!(error.message.contains(text), "{error}");
        }
    }
}
