//! `prepare`: a history cut into what a model learns from, what selects it and what judges it, in
//! the form that the trainer wants.
//!
//! | output | trainer `almanac` | trainer `xgboost` | trainer `automl` |
//! |---|---|---|---|
//! | `train` | rows with header | label and features, no header | rows with header, up to the hold-out |
//! | `validation` | rows with header | label and features, no header | - |
//! | `test` | - | features of the hold-out, their names, whose they are | history to forecast from |
//! | `holdout` | what happened, `holdout.csv`, and from when on, `holdout.json`; for the others also `history.parquet` |||
//!
//! Data that did not pass the quality check are refused here as well, so a gate that is left out
//! lets nothing through.

mod features;
mod rows;
mod series;
mod single;

use std::fs;
use std::io::Write;
use std::path::Path;

use ::series::quality::Report;
use scenario::Scenario;
use scenario::model::Trainer;
use serde::{Deserialize, Serialize};

use crate::arguments::Prepare;
use crate::check_quality;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;

/// The hold-out as rows with header.
pub(crate) const HOLDOUT: &str = "holdout.csv";
/// Where the hold-out begins.
pub(crate) const ABOUT_HOLDOUT: &str = "holdout.json";
/// What came before the hold-out.
pub(crate) const HISTORY: &str = "history.parquet";
/// The features of the hold-out, label first, without header.
pub(crate) const TEST: &str = "test.csv";
/// Whose they are, a row each.
pub(crate) const TEST_ROWS: &str = "rows.csv";
/// What their columns are.
pub(crate) const FEATURES: &str = "features.json";

/// Where the hold-out begins: the contents of `holdout.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AboutHoldout {
    /// The scenario.
    pub(crate) scenario: String,
    /// Whose data these are.
    pub(crate) retailer: String,
    /// The first moment of the hold-out, in seconds since 1970; none where rows stand alone.
    pub(crate) from: Option<i64>,
}

/// What is cut, and where the parts go.
struct Work<'a> {
    scenario: &'a Scenario,
    retailer: &'a str,
    trainer: Trainer,
    places: &'a Places<'a>,
}

pub(crate) fn run(
    arguments: &Prepare,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let subject = &arguments.subject;
    let scenario = known_scenario::find(&subject.scenario)?;
    let places = Places::new(environment, &subject.input, &subject.output);
    if let Some(report) = places.input_if_any("quality")? {
        must_be_trusted(&report)?;
    }
    let work = Work {
        scenario: &scenario,
        retailer: &subject.retailer,
        trainer: arguments.trainer.unwrap_or(scenario.trainer()),
        places: &places,
    };
    let counts = match scenario.series() {
        Some(description) => series::prepare(&work, description)?,
        None => single::prepare(&work)?,
    };
    if let Some(group) = &arguments.feature_group {
        writeln!(out, "feature group {group}: not written to, this version only writes files")
            .map_err(Failure::Tell)?;
    }
    writeln!(out, "{counts}").map_err(Failure::Tell)
}

/// How many rows went where.
struct Counts {
    train: u64,
    validation: u64,
    holdout: u64,
    left_out: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { train, validation, holdout, left_out } = self;
        write!(out, "{train} rows to learn from, {validation} to select, {holdout} held out")?;
        if *left_out > 0 { write!(out, ", {left_out} left out") } else { Ok(()) }
    }
}

/// The quality check must have passed.
fn must_be_trusted(folder: &Path) -> Result<(), Failure> {
    let path = if folder.is_file() { folder.to_owned() } else { folder.join(check_quality::FILE) };
    let text = fs::read_to_string(&path).map_err(Failure::read(&path))?;
    let report: Report = serde_json::from_str(&text)
        .map_err(|source| Failure::Json { path: path.clone(), source })?;
    match report.verdict() {
        Ok(()) if report.passed => Ok(()),
        Ok(()) => Err(Failure::Untrusted { path }),
        Err(failed) => Err(Failure::Quality(failed)),
    }
}

impl Work<'_> {
    fn about_holdout(&self, from: Option<i64>) -> AboutHoldout {
        AboutHoldout {
            scenario: self.scenario.name().to_string(),
            retailer: self.retailer.to_owned(),
            from,
        }
    }
}
