//! `train`: models compete, the winner goes into a bundle.
//!
//! In SageMaker the hyperparameters say which scenario and whose; `validation` selects and, where
//! the scenario says so, is learned from in the end. Hyperparameters of XGBoost without a scenario
//! ask for what the built-in container of that name does.

mod built_in;
mod rows;
mod series;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::PathBuf;

use scenario::Scenario;

use crate::arguments::Train;
use crate::environment::{Container, Environment};
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;
use crate::table::Table;
pub use crate::train::built_in::BuiltInError;
pub(crate) use crate::train::series::name as mixture_name;

/// How every model and baseline did on what selects.
pub(crate) const COMPARISON: &str = "model_comparison.csv";

/// What is trained, on what.
pub(crate) struct Work<'a> {
    scenario: &'a Scenario,
    text: &'a str,
    retailer: &'a str,
    job: Option<String>,
    train: PathBuf,
    validation: Option<PathBuf>,
    model: PathBuf,
}

/// What came of it.
pub(crate) struct Trained {
    name: String,
    comparison: Table,
    words: String,
}

pub(crate) fn run(
    arguments: &Train,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let given = hyperparameters(environment)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    if built_in::is_asked_for(&given) {
        let channels = built_in::Channels {
            train: places.input("train")?,
            validation: places.input_if_any("validation")?,
            model: places.output("model")?,
        };
        let metrics = built_in::train(&channels, &given)?;
        return writeln!(out, "{metrics}").map_err(Failure::Tell);
    }
    let told = |name: &str| given.get(name).cloned();
    let name = match places.input_if_any("scenario")? {
        Some(folder) => Some(folder.to_string_lossy().into_owned()),
        None => arguments.scenario.clone().or_else(|| told("scenario")),
    };
    let name = name.ok_or(Failure::WhichScenario)?;
    let (scenario, text) = known_scenario::find_with_text(&name)?;
    let retailer = arguments.retailer.clone().or_else(|| told("retailer"));
    let retailer = retailer.unwrap_or_else(|| "default".to_owned());
    let work = Work {
        scenario: &scenario,
        text: &text,
        retailer: &retailer,
        job: environment.variable("TRAINING_JOB_NAME").map(str::to_owned),
        train: places.input("train")?,
        validation: places.input_if_any("validation")?,
        model: places.output("model")?,
    };
    let trained = match scenario.series() {
        Some(_) => series::train(&work)?,
        None => rows::train(&work)?,
    };
    let comparison = places.output("comparison")?.join(COMPARISON);
    trained.comparison.write_csv(&comparison)?;
    trained.comparison.write_csv(&work.model.join(COMPARISON))?;
    writeln!(out, "{}: {}", trained.name, trained.words).map_err(Failure::Tell)
}

/// What SageMaker tells a training job: texts by name.
fn hyperparameters(environment: &Environment) -> Result<BTreeMap<String, String>, Failure> {
    if environment.container() != Container::Training {
        return Ok(BTreeMap::new());
    }
    let path = environment.below_base("input/config/hyperparameters.json");
    let text = fs::read_to_string(&path).map_err(Failure::read(&path))?;
    serde_json::from_str(&text).map_err(|source| Failure::Json { path, source })
}
