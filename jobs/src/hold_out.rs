//! `hold-out`: the last horizon cut off a history, for scenarios whose hold-out is data of its own.
//!
//! In AWS two prefixes come to the pipeline; whoever has one file makes two of it like this.

use std::fs;
use std::io::Write;

use scenario::data::Split;
use series::assemble::first_schema;
use series::read::Source;
use series::schema::Schema;
use series::split::{cut, extent, write};

use crate::arguments::Subject;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;

pub(crate) fn run(
    arguments: &Subject,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let series = scenario.series().ok_or(Failure::NotByTime)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let history = places.input("history")?;
    let schema = Schema::of(&scenario);
    let found = extent(Source::path(&history)?, &first_schema(&schema))?;
    let found = found.ok_or_else(|| Failure::NoRows { path: history.clone() })?;
    let tail = Split::Tail { validation_steps: 0, test_steps: series.horizon };
    let cut = cut(&tail, schema.frequency, found)?;
    let training = places.output("training")?;
    let written = write(Source::path(&history)?, &schema, &cut, &training)?;
    let holdout = places.output("given-holdout")?.join("holdout.csv");
    let (test, validation) = (training.join("test.csv"), training.join("validation.csv"));
    fs::rename(&test, &holdout).map_err(Failure::write(&holdout))?;
    fs::remove_file(&validation).map_err(Failure::write(&validation))?;
    let (before, after) = (written.train, written.test);
    writeln!(out, "{before} rows of history, {after} held out").map_err(Failure::Tell)
}
