//! Which metrics has this panel? Reads one as JSON from a file or standard input, prints JSON.
//!
//! Made for comparisons with other implementations (`tests/peers/metric`): the answer holds the
//! numbers of each series alone under `series` and the report of the whole under `panel`.
//! `--shards N` deals the points to N evaluations, sends each through JSON and merges them.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{Read, Write, stdin, stdout};
use std::num::NonZeroUsize;

use metric::{Day, Evaluation, HistoryScale, Observation, QuantileLevels, Report};
use serde::{Deserialize, Serialize};

/// What is read.
#[derive(Debug, Deserialize)]
struct Panel {
    season: NonZeroUsize,
    quantiles: Vec<f64>,
    series: Vec<Series>,
}

#[derive(Debug, Deserialize)]
struct Series {
    id: String,
    history: Vec<Option<f64>>,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    actual: Option<f64>,
    forecast: f64,
    #[serde(default)]
    quantiles: Vec<f64>,
    #[serde(default)]
    holiday: bool,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Answer {
    series: BTreeMap<String, BTreeMap<String, f64>>,
    panel: Report,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (mut text, mut shards) = (String::new(), 1);
    while let Some(argument) = arguments.next() {
        if argument == "--shards" {
            shards = arguments.next().ok_or("--shards needs a number")?.parse()?;
        } else {
            text = std::fs::read_to_string(argument)?;
        }
    }
    if text.is_empty() {
        stdin().read_to_string(&mut text)?;
    }
    let panel: Panel = serde_json::from_str(&text)?;

    let mut answer = Answer { series: BTreeMap::new(), panel: evaluate(&panel, None, shards)? };
    for series in &panel.series {
        let alone = evaluate(&panel, Some(&series.id), shards)?;
        answer.series.insert(series.id.clone(), alone.numbers());
    }
    writeln!(stdout(), "{}", serde_json::to_string(&answer)?)?;
    Ok(())
}

fn evaluate(panel: &Panel, only: Option<&String>, count: usize) -> Result<Report, Box<dyn Error>> {
    let levels = QuantileLevels::new(panel.quantiles.clone())?;
    let mut shards = vec![Evaluation::new(levels.clone()); count.max(1)];
    let mut dealt = 0;
    for series in panel.series.iter().filter(|series| only.is_none_or(|id| series.id == *id)) {
        for shard in &mut shards {
            let scale = HistoryScale::of(series.history.iter().copied(), panel.season);
            shard.history(&series.id, scale)?;
        }
        for (step, row) in (1..).zip(&series.rows) {
            dealt += 1;
            let at = dealt % shards.len();
            let shard = shards.get_mut(at).ok_or("no such shard")?;
            shard.add(&Observation {
                series: &series.id,
                groups: &[],
                step,
                day: if row.holiday { Day::Holiday } else { Day::Ordinary },
                actual: row.actual,
                forecast: row.forecast,
                quantiles: &row.quantiles,
            })?;
        }
    }
    let mut whole = Evaluation::new(levels);
    for shard in &shards {
        let sent = serde_json::to_string(shard)?;
        whole.merge(&serde_json::from_str(&sent)?)?;
    }
    Ok(whole.finish())
}
