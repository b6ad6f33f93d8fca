//! Can a history be trusted? `check SCENARIO PATH`, `-` for standard input.
#![expect(clippy::print_stdout, reason = "what it finds is its output")]

use std::error::Error;
use std::path::Path;

use scenario::Scenario;
use series::quality::{Rules, check};
use series::read::{Source, Sources};
use series::schema::Schema;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "check SCENARIO PATH";
    let (name, path) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let scenario = Scenario::built_in(&name).ok_or("no such scenario")??;
    let schema = Schema::of(&scenario);
    let sources = match path.as_str() {
        "-" => Sources { first: Source::standard_input(), joined: Vec::new() },
        path => Sources::path(Path::new(path), &schema)?,
    };
    let report = check(sources, &schema, &Rules::of(&scenario));
    println!("{}", report.to_json());
    Ok(report.verdict()?)
}
