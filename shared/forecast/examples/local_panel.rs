//! What does a model of one series forecast for a panel?
//!
//! `local_panel MODEL SEASONS HORIZON [LIMIT] < train.csv > forecast.csv`, where both files have the
//! columns `unique_id,ds,y`, `ds` counts points, an empty `y` is missing and SEASONS is `7,365`
//! or `-`. LIMIT takes that many series, spread evenly. Made for `bench/panels` and for
//! comparisons with other implementations.

use std::error::Error;
use std::io::{BufWriter, Read, Write, stdin, stdout};

use forecast::local::{Local, Range, Setting, forecast};

struct Series {
    id: String,
    last: u64,
    history: Vec<f64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, seasons, horizon, rest @ ..] = &arguments[..] else {
        return Err("usage: local_panel MODEL SEASONS HORIZON [LIMIT] < train.csv".into());
    };
    let model = Local::ALL
        .into_iter()
        .find(|model| model.name() == name)
        .ok_or_else(|| format!("`{name}` is no model"))?;
    let seasons = match seasons.as_str() {
        "-" => Vec::new(),
        listed => listed.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>()?,
    };
    let mut text = String::new();
    stdin().read_to_string(&mut text)?;
    let mut series = read(&text)?;
    if let Some(limit) = rest.first() {
        series = limited(series, limit.parse()?);
    }
    let setting = Setting { seasons: &seasons, horizon: horizon.parse()?, range: Range::Any };
    let mut out = BufWriter::new(stdout().lock());
    writeln!(out, "unique_id,ds,y,deviation,form")?;
    for Series { id, last, history } in &series {
        let made = forecast(model, history, &setting);
        let points = made.mean.iter().zip(&made.deviation).zip(last + 1..);
        for ((mean, deviation), ds) in points {
            writeln!(out, "{id},{ds},{mean},{deviation},\"{}\"", made.form)?;
        }
    }
    Ok(out.flush()?)
}

/// Series in the order of their first rows; rows of one series stand together.
fn read(text: &str) -> Result<Vec<Series>, Box<dyn Error>> {
    let mut series: Vec<Series> = Vec::new();
    for line in text.lines().skip(1) {
        let mut cells = line.split(',');
        let mut next = || cells.next().ok_or_else(|| format!("`{line}` is no row"));
        let (id, last, value) = (next()?, next()?.parse()?, next()?);
        let value = if value.is_empty() { f64::NAN } else { value.parse()? };
        match series.last_mut() {
            Some(series) if series.id == id => {
                series.history.push(value);
                series.last = last;
            }
            _ => series.push(Series { id: id.to_owned(), last, history: vec![value] }),
        }
    }
    Ok(series)
}

fn limited(series: Vec<Series>, limit: usize) -> Vec<Series> {
    let count = series.len();
    if limit == 0 || count <= limit {
        return series;
    }
    let wanted: Vec<usize> = (0..limit).map(|i| i * count / limit).collect();
    let chosen = series.into_iter().enumerate().filter(|(i, _)| wanted.contains(i));
    chosen.map(|(_, series)| series).collect()
}
