//! `check-quality`: can this history be trusted?

use std::io::Write;
use std::path::Path;

use series::quality::{Check, Outcome, Overlap, Report, Rules, check, overlap};
use series::read::{Batch, Reader, Source, Sources, Texts};
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
    let rules = Rules::of(&scenario).of_retailer(&scenario, &arguments.retailer);
    let mut report = check(Sources::path(&training, &schema)?, &schema, &rules);
    if let Some(holdout) = holdout {
        let rules = of_holdout(rules.clone());
        let mut of_holdout = check(Sources::path(&holdout, &schema)?, &schema, &rules);
        let overlap = overlapping((&training, &report), (&holdout, &of_holdout), &schema);
        if let Some(check) = overlap {
            of_holdout.passed &= check.outcome != Outcome::Failed;
            of_holdout.checks.push(check);
        }
        report = joined(report, of_holdout);
    }
    let folder = places.output("quality")?;
    write_whole(&folder.join(FILE), |file| writeln!(file, "{}", report.to_json()))?;
    tell(&report, out).map_err(Failure::Tell)?;
    if let Some((column, retailer)) = rules.only.as_ref().filter(|_| report.rows == 0) {
        let known = texts_of(column, &training, &schema)?.join(", ");
        writeln!(out, "  no row is of retailer `{retailer}`; there are {known}")
            .map_err(Failure::Tell)?;
    }
    match (report.verdict(), environment.container()) {
        (Err(failed), Container::None) => Err(Failure::Quality(failed)),
        _ => Ok(()),
    }
}

/// The first texts of a column.
fn texts_of(column: &str, place: &Path, schema: &Schema) -> Result<Vec<String>, Failure> {
    let mut reader = Reader::open(Source::path(place)?, schema)?;
    let mut batch = Batch::default();
    while reader.read(&mut batch)? {}
    let texts = schema.place(column).and_then(|place| reader.texts(place));
    let numbers = 0..texts.map_or(0, Texts::len).min(20);
    let text =
        |number: usize| texts?.get(u32::try_from(number).ok()?).first().map(ToString::to_string);
    Ok(numbers.filter_map(text).collect())
}

/// Whether rows of the hold-out are in the training. Nothing if one of them cannot be read or rows
/// stand alone, of which other checks tell.
fn overlapping(
    (training, report): (&Path, &Report),
    (holdout, of_holdout): (&Path, &Report),
    schema: &Schema,
) -> Option<Check> {
    let (extent, held) = (report.extent?, of_holdout.extent?);
    if held.0 > extent.1 {
        return Some(Overlap { of: of_holdout.rows, ..Overlap::default() }.check());
    }
    let source = |place| Sources::path(place, schema).map(|sources| sources.first);
    Some(overlap(source(training).ok()?, source(holdout).ok()?, schema).ok()?.check())
}

/// A hold-out is as long as it is: only a history must have some length.
fn of_holdout(rules: Rules) -> Rules {
    Rules { min_rows: 1, min_history: 1, ..rules }
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
