//! `check-quality`: can this history be trusted?

use std::io::Write;

use scenario::Scenario;
use series::quality::{Outcome, Report, Rules, check};
use series::read::Sources;
use series::schema::Schema;

use crate::arguments::Subject;
use crate::environment::{Container, Environment};
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;
use crate::table::write_whole;

/// The file that the pipeline's gate reads.
pub(crate) const FILE: &str = "quality.json";

/// Fails where something must hold and does not, except in SageMaker: there a failed job's report
/// would be lost, so the pipeline reads `passed` and fails the execution.
pub(crate) fn run(
    arguments: &Subject,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let training = places.input("training")?;
    let own_holdout = scenario.split().has_own_holdout();
    let holdout = own_holdout.then(|| places.input("given-holdout")).transpose()?;
    let schema = Schema::of(&scenario);
    let mut report = check(Sources::path(&training, &schema)?, &schema, &Rules::of(&scenario));
    if let Some(holdout) = holdout {
        let rules = of_holdout(&scenario);
        let of_holdout = check(Sources::path(&holdout, &schema)?, &schema, &rules);
        report = joined(report, of_holdout);
    }
    let folder = places.output("quality")?;
    write_whole(&folder.join(FILE), |file| writeln!(file, "{}", report.to_json()))?;
    tell(&report, out).map_err(Failure::Tell)?;
    match (report.verdict(), environment.container()) {
        (Err(failed), Container::None) => Err(Failure::Quality(failed)),
        _ => Ok(()),
    }
}

/// A hold-out is as long as it is: only a history must have some length.
fn of_holdout(scenario: &Scenario) -> Rules {
    Rules { min_rows: 1, min_history: 1, ..Rules::of(scenario) }
}

/// Both reports as one, which passes if both do.
fn joined(training: Report, holdout: Report) -> Report {
    let of_holdout = holdout.checks.into_iter().map(|mut check| {
        check.name = format!("holdout.{}", check.name);
        check
    });
    Report {
        passed: training.passed && holdout.passed,
        checks: training.checks.into_iter().chain(of_holdout).collect(),
        ..training
    }
}

fn tell(report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let (first, last) = (report.first.as_deref(), report.last.as_deref());
    let span = match (first, last) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    writeln!(out, "{}: {} rows, {} series{span}", report.source, report.rows, report.series)?;
    for check in report.checks.iter().filter(|check| check.outcome != Outcome::Passed) {
        let word = if check.outcome == Outcome::Failed { "failed " } else { "warning" };
        writeln!(out, "  {word} {check}")?;
    }
    let passed = report.checks.iter().filter(|check| check.outcome == Outcome::Passed).count();
    writeln!(out, "  {passed} of {} checks passed", report.checks.len())
}
