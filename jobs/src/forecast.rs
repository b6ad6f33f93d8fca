//! `forecast`: what comes next, by a bundle or without anything but the data.

mod steps;

use std::io::{self, Read, Write};
use std::path::Path;

use forecast::{Fitted, auto};
use series::assemble::{Assembled, Duplicates, panel};
use series::panel::Panel;
use series::read::{Source, Sources, TimeForm};
use series::rhythm::Rhythm;
use series::schema::{Outline, Schema};

use crate::arguments::Forecast;
use crate::bundle::{Bundle, Kind};
use crate::continued::{Continued, continued};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::forecast::steps::Counted;
use crate::forecast_file::{self, Layout};
use crate::history::prepared_schema;
use crate::notes;
use crate::place::Places;
use crate::table::Table;
use crate::train::mixture_name;
use crate::unpack;

pub(crate) fn run(
    arguments: &Forecast,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let Made { table, words, notes } = match (&arguments.time, &arguments.target) {
        (Some(time), Some(target)) => of_any_panel(arguments, time, target)?,
        (None, None) => of_bundle(arguments, environment)?,
        _ => {
            return Err(Failure::Usage(
                "give --time and --target together, or neither to use a model",
            ));
        }
    };
    for note in notes {
        writeln!(io::stderr(), "warning: {note}").map_err(Failure::Tell)?;
    }
    match arguments.output.as_deref() {
        Some(path) if path != Path::new("-") => {
            if path.extension().is_some_and(|extension| extension == "gz" || extension == "zst") {
                return Err(Failure::Usage("the output is written plain: name a .csv or .parquet"));
            }
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(Failure::write(folder))?;
            }
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

/// A forecast, and what is said of it.
struct Made {
    table: Table,
    words: String,
    /// What a person should look at.
    notes: Vec<String>,
}

/// A panel of which only the columns are told.
fn of_any_panel(arguments: &Forecast, time: &str, target: &str) -> Result<Made, Failure> {
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
    let schema = Schema::by_hand(outline);
    let counted = Counted::read(data, time, arguments.freq)?;
    let Assembled { panel, notes } = match &counted {
        Ok(counted) => of_text(data, counted.text.clone(), &schema)?,
        Err(Some(text)) => of_text(data, text.clone(), &schema)?,
        Err(None) => read(data, &schema)?,
    };
    let levels = arguments.levels();
    // The horizon counts points at which there is something: business days, hours of opening.
    let rhythm = Rhythm::of(&panel);
    let wanted = horizon.get() as usize;
    let points = panel.series.iter().map(|series| rhythm.points(series.end(), wanted)).max();
    let (fitted, forecast) = auto(&panel, points.unwrap_or(wanted), &levels)?;
    let words = words(&fitted, &panel, &rhythm, notes.rows);
    let layout = Layout { keys: &panel.keys, time };
    let table = forecast_file::table_of_open(&forecast, &layout, panel.grid, (&rhythm, wanted));
    let table = match &counted {
        Ok(counted) => table.with_moments_as(|moment| counted.number(moment)),
        Err(_) => table.written_as(TimeForm::alike(&notes.formats).as_ref()),
    };
    let all: Vec<usize> = (0..panel.series.len()).collect();
    let notes = notes::ended_early(&panel, &all, wanted).into_iter().collect();
    Ok(Made { table, words, notes })
}

/// A panel that was read already.
fn of_text(data: &Path, text: Vec<u8>, schema: &Schema) -> Result<Assembled, Failure> {
    let name = data.display().to_string();
    let sources =
        Sources { first: Source::stream(&name, io::Cursor::new(text)), joined: Vec::new() };
    Ok(panel(sources, schema, Duplicates::Refuse)?)
}

fn words(fitted: &Fitted, panel: &Panel, rhythm: &Rhythm, rows: u64) -> String {
    let series = panel.series.len();
    let frequency = panel.grid.frequency();
    let share = rhythm.share().map_or_else(String::new, |(open, of)| {
        format!(" on {open} of {of} points a week, the others are never seen")
    });
    let mixture = mixture_name(fitted, panel);
    format!("{rows} rows, {series} series every {frequency}{share}: {mixture}")
}

/// The series that a bundle knows, or those in a file, from where they end.
fn of_bundle(arguments: &Forecast, environment: &Environment) -> Result<Made, Failure> {
    let places = Places::new(environment, &arguments.input, &[]);
    let folder = unpack::folder(&places.input("model")?)?;
    let bundle = Bundle::read(folder.path())?;
    if arguments.quantiles.is_some() || !arguments.id.is_empty() || arguments.freq.is_some() {
        return Err(Failure::Usage(
            "--quantiles, --id and --freq belong to --time and --target; a model has its own",
        ));
    }
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
    let Continued { panel, places, notes, times } = match &arguments.data {
        None => {
            let places: Vec<usize> = (0..history.series.len()).collect();
            let notes = notes::ended_early(history, &places, horizon).into_iter().collect();
            let times = bundle.manifest.times.clone();
            Continued { panel: history.clone(), places, notes, times }
        }
        Some(data) => {
            let schema = prepared_schema(&bundle.scenario).of_rows_ahead();
            let name = data.to_string_lossy();
            let of = (&bundle, fitted.as_ref(), history);
            continued(of, (&name, bytes(data)?), &schema, horizon)?
        }
    };
    let forecast = fitted.forecast_some(&panel, horizon, &places)?;
    let table = forecast_file::table(&forecast, &panel.keys, series.time.as_str(), panel.grid);
    let table = table.written_as(times.as_ref());
    let first = forecast.series.iter().map(|series| series.start).min();
    let from = first.map_or_else(String::new, |first| panel.grid.moment(first).to_string());
    let count = forecast.series.len();
    let words = format!("{count} series from {from} on, by {}", bundle.manifest.model);
    Ok(Made { table, words, notes })
}

/// A file or standard input, plain.
fn bytes(data: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    if data == Path::new("-") {
        io::stdin().read_to_end(&mut bytes).map_err(Failure::read(data))?;
        return Ok(bytes);
    }
    std::fs::read(data).map_err(Failure::read(data))
}

fn read(data: &Path, schema: &Schema) -> Result<Assembled, Failure> {
    let sources = if data == Path::new("-") {
        Sources { first: Source::standard_input(), joined: Vec::new() }
    } else {
        Sources::path(data, schema)?
    };
    Ok(panel(sources, schema, Duplicates::Refuse)?)
}
