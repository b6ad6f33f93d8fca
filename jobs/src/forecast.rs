//! `forecast`: what comes next, by a bundle or without anything but the data.

use std::io::{self, Write};
use std::path::Path;

use forecast::{Fitted, PanelForecast, auto};
use series::assemble::{Assembled, Duplicates, panel};
use series::panel::Panel;
use series::read::{Source, Sources};
use series::schema::{Outline, Schema};

use crate::arguments::Forecast;
use crate::bundle::{Bundle, Kind};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::forecast_file;
use crate::history::{cleaned, prepared_schema};
use crate::place::Places;
use crate::table::Table;
use crate::train::mixture_name;
use crate::unpack;

pub(crate) fn run(
    arguments: &Forecast,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let (table, words) = match (&arguments.time, &arguments.target) {
        (Some(time), Some(target)) => of_any_panel(arguments, time, target)?,
        (None, None) => of_bundle(arguments, environment)?,
        _ => {
            return Err(Failure::Usage(
                "give --time and --target together, or neither to use a model",
            ));
        }
    };
    match arguments.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            if path.extension().is_some_and(|extension| extension == "parquet") {
                table.write_parquet(path)?;
            } else {
                table.write_csv(path)?;
            }
            writeln!(out, "{}: {} rows, {words}", path.display(), table.rows())
                .map_err(Failure::Tell)
        }
        _ => {
            writeln!(io::stderr(), "{words}").map_err(Failure::Tell)?;
            table.csv(out).map_err(Failure::Tell)
        }
    }
}

/// A panel of which only the columns are told.
fn of_any_panel(
    arguments: &Forecast,
    time: &str,
    target: &str,
) -> Result<(Table, String), Failure> {
    let Some(data) = &arguments.data else {
        return Err(Failure::Usage("give --data FILE, a folder, or - for standard input"));
    };
    let horizon = arguments.horizon.ok_or(Failure::Usage("give --horizon, how many points"))?;
    let outline = Outline {
        time: time.to_owned(),
        target: target.to_owned(),
        keys: arguments.id.clone(),
        frequency: arguments.freq,
        horizon: horizon.get(),
    };
    let Assembled { panel, notes } = read(data, &Schema::by_hand(outline))?;
    let levels = arguments.levels();
    let (fitted, forecast) = auto(&panel, horizon.get() as usize, &levels)?;
    let words = words(&fitted, &panel, notes.rows);
    Ok((forecast_file::table(&forecast, &panel.keys, time, panel.grid), words))
}

fn words(fitted: &Fitted, panel: &Panel, rows: u64) -> String {
    let series = panel.series.len();
    let frequency = panel.grid.frequency();
    format!("{rows} rows, {series} series every {frequency}: {}", mixture_name(fitted, panel))
}

/// The series that a bundle knows, or those in a file, from where they end.
fn of_bundle(arguments: &Forecast, environment: &Environment) -> Result<(Table, String), Failure> {
    let places = Places::new(environment, &arguments.input, &[]);
    let folder = unpack::folder(&places.input("model")?)?;
    let bundle = Bundle::read(folder.path())?;
    let Kind::Series { fitted, history } = &bundle.kind else {
        return Err(Failure::Usage(
            "the model predicts rows that stand alone: use serve or explain",
        ));
    };
    let horizon = match arguments.horizon {
        Some(horizon) => horizon.get() as usize,
        None => fitted.task.horizon,
    };
    let series = bundle.scenario.series().ok_or(Failure::NotByTime)?;
    let (forecast, panel): (PanelForecast, Panel) = match &arguments.data {
        None => (fitted.forecast(history, horizon)?, history.clone()),
        Some(data) => {
            let schema = prepared_schema(&bundle.scenario).of_rows_ahead();
            let panel = cleaned(read(data, &schema)?.panel, &bundle.scenario);
            let remembering = fitted.as_ref().clone().remembering(history);
            (remembering.forecast(&panel, horizon)?, panel)
        }
    };
    let table = forecast_file::table(&forecast, &panel.keys, series.time.as_str(), panel.grid);
    Ok((table, format!("{} series by {}", forecast.series.len(), bundle.manifest.model)))
}

fn read(data: &Path, schema: &Schema) -> Result<Assembled, Failure> {
    let sources = if data == Path::new("-") {
        Sources { first: Source::standard_input(), joined: Vec::new() }
    } else {
        Sources::path(data, schema)?
    };
    Ok(panel(sources, schema, Duplicates::Refuse)?)
}
