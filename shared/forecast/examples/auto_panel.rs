//! Does the tournament make a panel's forecast better or worse than the combination of local models?
//!
//! `auto_panel TRAIN.csv TEST.csv FREQUENCY SEASONS HORIZON [LIMIT]`: both files have the columns
//! `unique_id,ds,y`, `ds` counts points, SEASONS is `7,365` or `-`. Prints the mean MASE of both, the
//! coverage of the 80 % interval, and what was chosen.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Write, stdout};
use std::num::NonZeroUsize;

use forecast::backtest::{Scoring, evaluate, single};
use forecast::candidate::Candidate;
use forecast::fit;
use forecast::local::Local;
use forecast::task::Task;
use series::grid::{Grid, Moment};
use series::panel::{Panel, Series};

type Rows = BTreeMap<String, BTreeMap<i64, f64>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [train, test, frequency, seasons, horizon, rest @ ..] = &arguments[..] else {
        return Err("usage: auto_panel TRAIN TEST FREQUENCY SEASONS HORIZON [LIMIT]".into());
    };
    let horizon: usize = horizon.parse()?;
    let mut rows = read(train)?;
    if let Some(limit) = rest.first() {
        let limit: usize = limit.parse()?;
        let step = rows.len().div_ceil(limit);
        rows = rows.into_iter().step_by(step).collect();
    }
    let history = panel(&rows, frequency.parse()?);
    for (id, points) in read(test)? {
        if let Some(known) = rows.get_mut(&id) {
            known.extend(points);
        }
    }
    let truth = panel(&rows, frequency.parse()?);
    let seasons: Vec<usize> = match seasons.as_str() {
        "-" => Vec::new(),
        listed => listed.split(',').map(str::parse).collect::<Result<_, _>>()?,
    };
    let season = seasons.first().copied().and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN);
    let task = Task { seasons, ..Task::guess(&history, horizon) };
    let scoring = Scoring { actual: &truth, season, groups: &[], holiday: None };
    let mut out = stdout().lock();
    let auto = single(&history, &task, Candidate::Local(Local::Auto))?;
    let chosen = fit(&history, &task)?;
    for (name, fitted) in [("local auto", &auto), ("tournament", &chosen)] {
        let forecast = fitted.forecast(&history, horizon)?;
        let report = evaluate(&forecast, &scoring)?.finish();
        let value = |metric: &str| report.metric(metric).unwrap_or(f64::NAN);
        let (mase, coverage) = (value("mase"), value("coverage_80"));
        writeln!(out, "{name:12} mase {mase:.4} coverage {coverage:.3}")?;
    }
    for member in &chosen.choice.members {
        let [first, second, third] = member.weights;
        let name = member.candidate.name(&history.keys);
        write!(out, "  {name} {first:.2} {second:.2} {third:.2};")?;
    }
    Ok(writeln!(out)?)
}

fn read(file: &str) -> Result<Rows, Box<dyn Error>> {
    let mut rows = Rows::new();
    for line in std::fs::read_to_string(file)?.lines().skip(1) {
        let mut cells = line.split(',');
        let mut next = || cells.next().ok_or("a row has three cells");
        let (id, point, value) = (next()?, next()?.parse()?, next()?);
        let value = if value.is_empty() { f64::NAN } else { value.parse()? };
        rows.entry(id.to_owned()).or_default().insert(point, value);
    }
    Ok(rows)
}

fn panel(rows: &Rows, frequency: series::frequency::Frequency) -> Panel {
    let series = rows.iter().map(|(id, points)| Series {
        id: vec![id.clone()],
        start: points.keys().next().copied().unwrap_or_default(),
        target: points.values().copied().collect(),
        values: Vec::new(),
    });
    Panel {
        grid: Grid::through(Moment(0), frequency),
        keys: vec!["unique_id".to_owned()],
        columns: Vec::new(),
        series: series.collect(),
    }
}
