//! What does a history look like once it is read? `look_at SCENARIO PATH`, `-` for standard input.
#![expect(clippy::print_stdout, reason = "what it finds is its output")]

use std::error::Error;
use std::path::Path;

use scenario::Scenario;
use series::assemble::{Duplicates, panel};
use series::features::{Recipe, ahead, training};
use series::panel::Panel;
use series::read::{Source, Sources};
use series::schema::Schema;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "look_at SCENARIO PATH";
    let (name, path) = (arguments.next().ok_or(usage)?, arguments.next().ok_or(usage)?);
    let scenario = Scenario::built_in(&name).ok_or("no such scenario")??;
    let schema = Schema::of(&scenario);
    let sources = match path.as_str() {
        "-" => Sources { first: Source::standard_input(), joined: Vec::new() },
        path => Sources::path(Path::new(path), &schema)?,
    };
    let assembled = panel(sources, &schema, Duplicates::Refuse)?;
    println!("{:#?}", assembled.notes);
    show(&assembled.panel);
    let recipe = Recipe::of(&scenario).ok_or("no series")?;
    let (_, last) = assembled.panel.extent().ok_or("no point")?;
    for table in [training(&assembled.panel, &recipe, last), ahead(&assembled.panel, &recipe, last)]
    {
        println!("{} rows of {} features", table.len(), table.features.len());
        for (feature, column) in table.features.iter().zip(&table.columns) {
            let known = column.iter().filter(|value| !value.is_nan()).count();
            let ends = (column.first(), column.get(column.len() / 2), column.last());
            println!("  {:24} {known:8} known {ends:?}", feature.name);
        }
    }
    Ok(())
}

fn show(panel: &Panel) {
    let points: usize = panel.series.iter().map(|series| series.target.len()).sum();
    let targets = || panel.series.iter().flat_map(|series| &series.target);
    let gaps = targets().filter(|target| target.is_nan()).count();
    let total: f64 = targets().filter(|target| !target.is_nan()).sum();
    println!("{} series, {points} points, {gaps} gaps, total {total}", panel.series.len());
    for series in panel.series.iter().take(2) {
        let (from, to) = (panel.grid.moment(series.start), panel.grid.moment(series.end() - 1));
        println!("{:?} {from} to {to}: {:?}", series.id, series.target.get(..5));
        for (column, values) in panel.columns.iter().zip(&series.values) {
            let known = values.iter().filter(|value| !value.is_nan()).count();
            let levels = column.levels.as_ref().map(Vec::len);
            println!(
                "  {:14} {} values, {known} known, last {:?}, levels {levels:?}",
                column.name,
                values.len(),
                values.last()
            );
        }
    }
}
