//! Are the accuracy targets reached on the public data sets?
//!
//! Reads `store-item/train.csv` and `walmart/train.csv` below the folder given, holds out their
//! ends, prints a table and fails where a target is missed. `--store-item` does the first only.

mod read;

use std::error::Error;
use std::io::{Write, stdout};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;

use forecast::backtest::{Scoring, cut, evaluate};
use forecast::task::{Holiday, Objective, Task};
use forecast::view::end;
use forecast::{Choice, fit};
use metric::Report;
use series::panel::Panel;

/// A number that must not be above or below.
struct Target {
    set: &'static str,
    metric: &'static str,
    value: f64,
    least: f64,
    most: f64,
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: accuracy FOLDER [--store-item]")?;
    let folder = Path::new(&folder);
    let only_store_item = arguments.next().is_some();
    let mut panel = read::store_item(folder)?;
    panel.columns.clear();
    let mut targets = store_item(&panel)?;
    if !only_store_item {
        let panel = read::walmart(folder)?;
        targets.push(walmart(&panel, ("walmart, last 39 weeks", 39), 1540.0)?);
        targets.push(walmart(&panel, ("walmart, last 8 weeks", 8), 1240.0)?);
    }
    let mut out = stdout().lock();
    let mut missed = 0;
    writeln!(out, "{:24} {:>12} {:>10} {:>10} {:>10}", "data", "metric", "value", "least", "most")?;
    for target in &targets {
        let reached = (target.least..=target.most).contains(&target.value);
        missed += usize::from(!reached);
        let verdict = if reached { "PASS" } else { "FAIL" };
        writeln!(
            out,
            "{:24} {:>12} {:>10.4} {:>10.4} {:>10.4} {verdict}",
            target.set, target.metric, target.value, target.least, target.most
        )?;
    }
    Ok(if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Holds out the last points, fits on the rest and scores the forecast of them.
fn score(panel: &Panel, task: &Task) -> Result<(Report, Choice), Box<dyn Error>> {
    let origin = end(panel) - i64::try_from(task.horizon)?;
    let early = cut(panel, origin);
    let fitted = fit(&early, task)?;
    let forecast = fitted.forecast(&early, task.horizon)?;
    let shortest = task.seasons.first().copied().and_then(NonZeroUsize::new);
    let season = shortest.unwrap_or(NonZeroUsize::MIN);
    let holiday = task.holiday.as_ref();
    let scoring = Scoring { actual: panel, season, groups: &[], holiday };
    Ok((evaluate(&forecast, &scoring)?.finish(), fitted.choice))
}

fn show(name: &str, choice: &Choice, panel: &Panel) -> std::io::Result<()> {
    let mut out = stdout().lock();
    let seen = choice.evidence;
    writeln!(
        out,
        "{name}: {} series x {} origins x {} steps",
        seen.series, seen.origins, seen.steps
    )?;
    for placing in &choice.table {
        writeln!(out, "  {:34} {:>12.4} {:?}", placing.name, placing.loss, placing.stage)?;
    }
    for member in &choice.members {
        let [first, second, third] = member.weights;
        let name = member.candidate.name(&panel.keys);
        writeln!(out, "  weight {name:34} {first:.2} {second:.2} {third:.2}")?;
    }
    writeln!(out)
}

fn store_item(panel: &Panel) -> Result<Vec<Target>, Box<dyn Error>> {
    let task = Task { objective: Objective::Rmse, ..Task::guess(panel, 90) };
    let (report, choice) = score(panel, &task)?;
    show("store-item", &choice, panel)?;
    let set = "store-item, last 90 days";
    let value = |metric: &str| report.metric(metric).unwrap_or(f64::NAN);
    let target = |metric, value, least, most| Target { set, metric, value, least, most };
    // Poisson noise has a floor of 7.48 on average over draws; far below it would be a leak.
    Ok(vec![
        target("rmse", value("rmse"), 7.35, 7.50),
        target("smape %", 200.0 * value("smape"), 11.9, 12.24),
        target("mean wql", value("mean_wql"), 0.06, 0.0664),
        target("coverage 80", value("coverage_80"), 0.78, 0.82),
    ])
}

fn walmart(
    panel: &Panel,
    (set, weeks): (&'static str, usize),
    most: f64,
) -> Result<Target, Box<dyn Error>> {
    let holiday = Holiday { column: "IsHoliday".to_owned(), weight: 5.0 };
    let guess = Task::guess(panel, weeks);
    let task = Task { objective: Objective::Wmae, holiday: Some(holiday), ..guess };
    let (report, choice) = score(panel, &task)?;
    show(set, &choice, panel)?;
    let value = report.metric("wmae").unwrap_or(f64::NAN);
    writeln!(
        stdout(),
        "  coverage {:?} mase {:?}",
        report.metric("coverage_80"),
        report.metric("mase")
    )?;
    Ok(Target { set, metric: "wmae", value, least: 900.0, most })
}
