//! `explore`: what is in this history, before anything is learnt from it?
//!
//! Input `train` is what `prepare` wrote or a raw history; with an input `holdout`, or one that
//! stands where `prepare` puts it, both are compared. Output `exploration` gets `tables/*.csv`,
//! `figures/*.svg` and `report.html`.

mod analysis;
mod column_figures;
mod decompose;
mod drift;
mod effects;
mod figures;
mod findings;
mod report;
pub(crate) mod rows;
mod segments;
mod series;
pub(crate) mod statistics;
mod summary;
mod time;

pub(crate) use figures::seconds;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::arguments::Subject;
use crate::environment::Environment;
use crate::explore::analysis::Analysis;
use crate::explore::report::Report;
use crate::explore::rows::History;
use crate::failure::Failure;
use crate::known_scenario;
use crate::place::Places;
use crate::table::write_whole;

/// The page.
const PAGE: &str = "report.html";
/// What `prepare` calls the hold-out's rows.
const HOLDOUT: &str = "holdout.csv";

pub(crate) fn run(
    arguments: &Subject,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let history = History::read(&places.input("train")?, &scenario, &arguments.retailer)?;
    let holdout = match places.input_if_any("holdout")? {
        Some(place) => Some(History::read(&holdout_file(&place), &scenario, &arguments.retailer)?),
        None => None,
    };
    let analysis = Analysis::of(history, holdout.as_ref(), &scenario);
    let report = Report::of(&analysis, scenario.title());
    let folder = places.output("exploration")?;
    let tables = write(&folder, &analysis, &report)?;
    tell(&folder, &analysis, (tables, report.figures.len()), out).map_err(Failure::Tell)
}

/// The rows among what stands in the folder of a hold-out.
fn holdout_file(place: &Path) -> PathBuf {
    let file = place.join(HOLDOUT);
    if file.is_file() { file } else { place.to_owned() }
}

/// Writes everything, the page last: where it stands, all of it does. Answers how many tables.
fn write(folder: &Path, analysis: &Analysis, report: &Report) -> Result<usize, Failure> {
    let (tables, figures) = (folder.join("tables"), folder.join("figures"));
    for folder in [&tables, &figures] {
        fs::create_dir_all(folder).map_err(Failure::write(folder))?;
    }
    let all = analysis.tables();
    for (name, table) in &all {
        table.write_csv(&tables.join(format!("{name}.csv")))?;
    }
    for (name, figure) in &report.figures {
        let path = figures.join(format!("{}.svg", analysis::file_name(name)));
        write_whole(&path, |file| file.write_all(figure.to_svg().as_bytes()))?;
    }
    let page = report.page.to_html();
    write_whole(&folder.join(PAGE), |file| file.write_all(page.as_bytes()))?;
    Ok(all.len())
}

fn tell(
    folder: &Path,
    analysis: &Analysis,
    (tables, figures): (usize, usize),
    out: &mut impl Write,
) -> std::io::Result<()> {
    for finding in findings::findings(analysis) {
        writeln!(out, "{}", finding.text)?;
    }
    let page = folder.join(PAGE);
    writeln!(out, "{}: {tables} tables, {figures} figures", page.display())
}
