//! `almanac render`: the definition of a scenario's pipeline.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pipeline::build::definition::Definition;
use pipeline::render::deployment::Deployment;
use pipeline::render::render;
use scenario::{BUILT_IN, Origin, Scenario};

use crate::arguments::{Render, Rendered};
use crate::failure::Failure;

pub(crate) fn run(arguments: &Render, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let definition = rendered(&arguments.rendered)?;
    match &arguments.output {
        Some(path) => fs::write(path, format!("{definition}\n"))
            .map_err(|source| Failure::Write { path: path.clone(), source })?,
        None => writeln!(out, "{definition}")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The definition that the options ask for.
pub(crate) fn rendered(arguments: &Rendered) -> Result<Definition, Failure> {
    let scenario = scenario(&arguments.scenario)?;
    let deployment = deployment(arguments.deployment.as_deref())?;
    let trainer = arguments.trainer.unwrap_or(scenario.trainer());
    if deployment.ingest_evaluation.is_none() {
        let note =
            "the stack has no output IngestEvaluationFunctionArn: rendered without that step";
        writeln!(io::stderr(), "{note}")?;
    }
    Ok(render(&scenario, arguments.pipeline.into(), trainer, &deployment)?)
}

/// A name that ends like a file, or has a directory in it, is a file's.
pub(crate) fn scenario(name: &str) -> Result<Scenario, Failure> {
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "toml") || name.contains('/') {
        return Ok(Scenario::parse(name, &read(path)?)?);
    }
    let built_in = Scenario::built_in(name).ok_or_else(|| Failure::NoSuchScenario {
        name: name.to_owned(),
        known: BUILT_IN.map(|(known, _)| known).join(", "),
    })?;
    Ok(built_in?)
}

/// Says what a file has in common with a scenario that comes with Almanac: pipelines, models and
/// endpoints are named after these.
pub(crate) fn tell_shared_names(file: &str, scenario: &Scenario) -> Result<(), Failure> {
    for (name, _) in BUILT_IN {
        let Some(known) = Scenario::built_in(name).transpose()? else { continue };
        let group = scenario.model_package_group();
        let shared = match (scenario.name() == known.name(), group == known.model_package_group()) {
            _ if scenario.origin() == Origin::BuiltIn => continue,
            (false, false) => continue,
            (true, false) => "its pipeline takes that one's place; change `name`",
            (false, true) => "models and endpoint are those of both; change `model_package_group`",
            (true, true) => {
                "its pipeline takes that one's place, and models and endpoint are those of both; \
                 change `name` and `model_package_group`"
            }
        };
        let note = format!(
            "almanac: {file} has names of the scenario `{name}`, which comes with Almanac: \
             {shared} in the file to keep the two apart"
        );
        writeln!(io::stderr(), "{note}")?;
    }
    Ok(())
}

fn deployment(path: Option<&Path>) -> Result<Deployment, Failure> {
    let Some(path) = path else {
        return Deployment::sample().map_err(Failure::Sample);
    };
    Deployment::from_stack_outputs(&read(path)?)
        .map_err(|source| Failure::Deployment { path: path.to_owned(), source })
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| Failure::Read { path: path.to_owned(), source })
}
