//! A history cut by time as `prepare` cuts it: `cut SCENARIO PATH`, the parts go into `PATH.parts`.
#![expect(clippy::print_stdout, reason = "what it finds is its output")]

use std::error::Error;
use std::path::Path;

use scenario::Scenario;
use series::read::Source;
use series::schema::Schema;
use series::split::{cut, likely_extent, write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "cut SCENARIO PATH";
    let (name, path) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let scenario = Scenario::built_in(&name).ok_or("no such scenario")??;
    let schema = Schema::of(&scenario);
    let source = || Source::path(Path::new(&path));
    let extent = likely_extent(source()?, &schema).ok_or("no rows")?;
    let cut = cut(scenario.split(), schema.frequency, extent)?;
    let written = write(source()?, &schema, &cut, Path::new(&format!("{path}.parts")))?;
    println!("{written:?}");
    Ok(())
}
