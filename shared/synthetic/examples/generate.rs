//! Writes the history of a built-in scenario into a folder: `generate SCENARIO FOLDER [ROWS] [SEED]`.

use std::error::Error;
use std::fs::File;
use std::path::PathBuf;

use scenario::Scenario;
use synthetic::{Plan, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let name = given.next().ok_or("which scenario?")?;
    let folder = PathBuf::from(given.next().ok_or("into which folder?")?);
    let rows = given.next().map(|rows| rows.parse()).transpose()?;
    let seed = given.next().map(|seed| seed.parse()).transpose()?.unwrap_or(0);
    let scenario = Scenario::built_in(&name).ok_or("no such scenario")??;
    generate(&scenario, &Plan { rows, seed, ..Plan::default() }, |file| {
        File::create(folder.join(file))
    })?;
    Ok(())
}
