//! `evaluate`: the model against the hold-out, the baselines beside it, and everything that is
//! told of it afterwards.
//!
//! The model is a bundle of ours, SageMaker's built-in XGBoost, or an AutoML candidate whose
//! forecast a transform job has made; what is written is the same.

mod files;
mod importance;
mod profile;
mod rows;
mod series;
mod view;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use metric::{Evaluation, Model, Report};
use scenario::Scenario;
use scenario::model::Trainer;

use crate::arguments::Evaluate;
use crate::bundle::digest;
use crate::environment::Environment;
use crate::evaluate::importance::Importance;
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;
use crate::prepare::{ABOUT_HOLDOUT, AboutHoldout};
use crate::table::Table;
use crate::unpack;

/// What is evaluated, and where everything is.
struct Work<'a> {
    scenario: &'a Scenario,
    trainer: Trainer,
    places: &'a Places<'a>,
    holdout: PathBuf,
    about: AboutHoldout,
}

/// What came of it.
struct Outcome {
    /// The model's name.
    model: String,
    evaluation: Evaluation,
    /// Forecast and actual of every point, by model: the selected one first.
    predictions: Vec<(String, Table)>,
    /// What the model goes by.
    importance: Vec<Importance>,
    /// The hold-out, and what came before it, for the profile.
    held_out: Table,
    before: Option<Table>,
    /// First and last moment, and the steps ahead.
    start: Option<String>,
    end: Option<String>,
    horizon: Option<u64>,
    /// How the models did that competed, where that is known.
    comparison: Option<String>,
}

pub(crate) fn run(
    arguments: &Evaluate,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let subject = &arguments.subject;
    let scenario = known_scenario::find(&subject.scenario)?;
    let places = Places::new(environment, &subject.input, &subject.output);
    let holdout = places.input("holdout")?;
    let about = holdout.join(ABOUT_HOLDOUT);
    let text = fs::read_to_string(&about).map_err(Failure::read(&about))?;
    let about: AboutHoldout =
        serde_json::from_str(&text).map_err(|source| Failure::Json { path: about, source })?;
    let trainer = arguments.trainer.unwrap_or(scenario.trainer());
    let work = Work { scenario: &scenario, trainer, places: &places, holdout, about };
    let outcome = match scenario.series() {
        Some(description) => series::evaluate(&work, description)?,
        None => rows::evaluate(&work)?,
    };
    let mut report = report(&work, arguments, &outcome);
    report.retailer = Some(subject.retailer.clone());
    let folder = places.output("evaluation")?;
    view::write(&report, &outcome, &scenario, &folder)?;
    files::write(&report, &outcome, &scenario, &folder)?;
    tell(&report, out).map_err(Failure::Tell)
}

fn report(work: &Work<'_>, arguments: &Evaluate, outcome: &Outcome) -> Report {
    let mut report = outcome.evaluation.finish();
    report.scenario = Some(work.scenario.name().to_string());
    report.execution_id.clone_from(&arguments.execution_id);
    report.model = Some(Model {
        name: Some(outcome.model.clone()),
        trainer: Some(work.trainer.name().to_owned()),
    });
    report.holdout.start.clone_from(&outcome.start);
    report.holdout.end.clone_from(&outcome.end);
    report.holdout.horizon = outcome.horizon;
    report.holdout.fingerprint = Some(fingerprint(outcome));
    report
}

/// A digest of the points that were scored, so that models are compared on equal ones only.
fn fingerprint(outcome: &Outcome) -> String {
    let points = outcome.predictions.first().map(|(_, table)| table.without(&["mean"], "p"));
    let mut text = Vec::new();
    if let Some(points) = points {
        // Memory takes every byte.
        let _ = points.csv(&mut text);
    }
    let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    lines.sort_unstable();
    digest(&lines.join(&b'\n'))
}

fn tell(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let name = report.model.as_ref().and_then(|model| model.name.as_deref()).unwrap_or("model");
    writeln!(out, "{name}")?;
    for (metric, value) in &report.metrics {
        if let Some(value) = value.value {
            writeln!(out, "  {metric:<12} {value:.5}")?;
        }
    }
    if let Some(best) = &report.best_baseline
        && let Some(rmse) = best.figures.get("rmse")
    {
        writeln!(out, "  best baseline: {}, rmse {rmse:.5}", best.name)?;
    }
    Ok(())
}

impl Work<'_> {
    /// The folder with the model, unpacked if it comes as an archive.
    fn model(&self) -> Result<unpack::Folder, Failure> {
        unpack::folder(&self.places.input("model")?)
    }

    fn in_holdout(&self, name: &str) -> PathBuf {
        self.holdout.join(name)
    }

    fn test(&self, name: &str) -> Result<PathBuf, Failure> {
        Ok(self.places.input("test")?.join(name))
    }
}

/// The text of a file if it is there.
fn text_if_any(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::read(path)(error)),
    }
}
