//! `almanac` alone: every scenario that comes with it, rendered and examined.

use std::io::Write;
use std::process::ExitCode;

use pipeline::lint::{Severity, lint};
use pipeline::render::deployment::Deployment;
use pipeline::render::{Kind, render, trainers};
use scenario::{BUILT_IN, Scenario};
use serde_json::Value;

use crate::failure::{FAILED, Failure};

pub(crate) fn run(out: &mut impl Write) -> Result<ExitCode, Failure> {
    let deployment = Deployment::sample().map_err(Failure::Sample)?;
    let mut errors = 0;
    let mut definitions = 0;
    writeln!(out, "scenario       pipeline  trainer   steps   size  lint")?;
    for (name, _) in BUILT_IN {
        let Some(scenario) = Scenario::built_in(name).transpose()? else { continue };
        for (kind, word) in [(Kind::Train, "train"), (Kind::Forecast, "forecast")] {
            for trainer in trainers(&scenario) {
                let definition = render(&scenario, kind, trainer, &deployment)?;
                let findings = lint(definition.as_value());
                let bad = findings.iter().filter(|it| it.severity == Severity::Error).count();
                let verdict = if findings.is_empty() { "clean" } else { "see `almanac lint`" };
                let (steps, size) = (steps(definition.as_value()), definition.to_json().len());
                let (trainer, verdict) = (trainer.to_string(), verdict);
                writeln!(out, "{name:<14} {word:<9} {trainer:<8} {steps:>6} {size:>6}  {verdict}")?;
                errors += bad;
                definitions += 1;
            }
        }
    }
    writeln!(out, "\n{definitions} definitions rendered, {errors} errors")?;
    writeln!(out, "almanac render SCENARIO writes one, almanac --help tells the rest.")?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// How many steps a definition has, those in branches included.
fn steps(definition: &Value) -> usize {
    let own = definition.get("Steps").or(Some(definition)).and_then(Value::as_array);
    let branches = |step: &Value| {
        let arguments = step.get("Arguments");
        ["IfSteps", "ElseSteps"]
            .into_iter()
            .filter_map(|branch| arguments?.get(branch))
            .map(steps)
            .sum::<usize>()
    };
    own.into_iter().flatten().map(|step| 1 + branches(step)).sum()
}
