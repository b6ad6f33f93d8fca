//! What does the report of a check say?

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::grid::Moment;

/// What was found, `quality.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this form.
    pub schema_version: u32,
    /// Whether no check failed.
    pub passed: bool,
    /// What was checked, as it was named.
    pub source: String,
    /// How many rows were read.
    pub rows: u64,
    /// How many series were seen; 0 where rows stand alone.
    pub series: u64,
    /// The first moment.
    pub first: Option<String>,
    /// The last moment.
    pub last: Option<String>,
    /// How far apart points are.
    pub frequency: Option<String>,
    /// What was checked.
    pub checks: Vec<Check>,
    /// The first and the last moment that have a target, where a split needs them.
    #[serde(skip)]
    pub extent: Option<(Moment, Moment)>,
    /// The series, those with most duplicates and gaps first, at most 100.
    pub series_summaries: Vec<SeriesSummary>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Which.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How often something was wrong.
    pub count: u64,
    /// Out of how many.
    pub of: u64,
    /// How much of it is allowed, as a share or a number; none if nothing is.
    pub limit: Option<f64>,
    /// What was found, in a sentence.
    pub message: String,
    /// The first places.
    pub examples: Vec<Example>,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What must hold holds.
    Passed,
    /// Something is unusual.
    Warning,
    /// What must hold does not hold.
    Failed,
}

/// One place where something is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Example {
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The line of the file, or the row of a Parquet file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub row: Option<u64>,
    /// The column.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub column: Option<String>,
    /// The value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
    /// The series.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub series: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub moment: Option<String>,
    /// What is wrong, if the check does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// One series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SeriesSummary {
    /// The value of each key column.
    pub id: Vec<String>,
    /// Its rows.
    pub rows: u64,
    /// Its first moment.
    pub first: String,
    /// Its last moment.
    pub last: String,
    /// Points between them without a row.
    pub gaps: u64,
    /// Rows that repeat a moment.
    pub duplicates: u64,
    /// Rows without target.
    pub missing: u64,
    /// The least target.
    pub min: Option<f64>,
    /// The mean target.
    pub mean: Option<f64>,
    /// The largest target.
    pub max: Option<f64>,
}

/// The checks that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{source_name} does not pass: {}", failures.join("; "))]
pub struct Failed {
    source_name: String,
    failures: Vec<String>,
}

impl Failed {
    /// Each check that failed: its name and what it found.
    pub fn failures(&self) -> &[String] {
        &self.failures
    }
}

impl Report {
    /// An error that names the checks that failed, if any did. The report outlives it.
    pub fn verdict(&self) -> Result<(), Failed> {
        let failed = self.checks.iter().filter(|check| check.outcome == Outcome::Failed);
        let failures: Vec<String> = failed.map(ToString::to_string).collect();
        if failures.is_empty() {
            return Ok(());
        }
        Err(Failed { source_name: self.source.clone(), failures })
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The report as `quality.json` has it.
    pub fn to_json(&self) -> String {
        // Numbers are finite and keys are text, so there is nothing that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl fmt::Display for Check {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.name, self.message)?;
        match self.examples.first() {
            Some(first) => write!(out, " (first: {first})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Example {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (&self.file, self.row) {
            (Some(file), Some(row)) => Some(format!("{file}:{row}")),
            (file, _) => file.clone(),
        };
        let column = self.column.as_ref().map(|column| format!("column `{column}`"));
        let value = self.value.as_ref().map(|value| format!("`{value}`"));
        let moment = self.moment.as_ref().map(|moment| format!("at {moment}"));
        let parts = [place, self.series.clone(), moment, column, value, self.why.clone()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        out.write_str(&parts.join(", "))
    }
}
