//! The answer: flat, and all of it text, because later steps put it into the registry's metadata.

use metric::Verdict;
use serde::Serialize;

use crate::champion::Champion;

/// What stands for a value that there is none of: metadata cannot be empty.
const NONE: &str = "none";

/// What the step's outputs are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `true` if the candidate should be registered, else `false`.
    pub promote: String,
    /// Why, for a person.
    pub reason: String,
    /// The candidate's value of the metric.
    pub candidate: String,
    /// The value of the best model so far, or `none`.
    pub previous: String,
    /// The relative improvement, or `none`.
    pub improvement: String,
    /// The ARN of the best model so far, or `none`.
    pub previous_model_package_arn: String,
    /// `false` if the two were measured on different data.
    pub comparable: String,
    /// How many earlier models were looked at.
    pub considered: String,
}

impl Answer {
    pub(crate) fn new(verdict: Verdict, champion: &Champion) -> Self {
        let best = champion.best.as_ref();
        let package_arn = best.and_then(|contender| contender.package_arn.clone());
        Self {
            promote: verdict.promote.to_string(),
            reason: verdict.reason,
            candidate: verdict.candidate.to_string(),
            previous: number(verdict.previous),
            improvement: number(verdict.improvement),
            previous_model_package_arn: package_arn.unwrap_or_else(|| NONE.to_owned()),
            comparable: verdict.comparable.to_string(),
            considered: champion.considered.to_string(),
        }
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}
