//! `baselines`: what any model must beat, before there is one.

use std::io::Write;
use std::num::NonZeroUsize;

use forecast::backtest::{Scoring, cut, evaluate, single};
use forecast::baseline;
use forecast::candidate::Candidate;
use forecast::task::Task;
use metric::Report;

use crate::arguments::Subject;
use crate::environment::Environment;
use crate::failure::Failure;
use crate::history::{cleaned, prepared_panel};
use crate::known_scenario;
use crate::place::Places;
use crate::prepare::HOLDOUT;
use crate::table::Table;

/// The baselines on what selects a model: on the validation where there is one, else on the
/// hold-out, since AutoML holds out by itself.
pub(crate) fn run(
    arguments: &Subject,
    environment: &Environment,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let places = Places::new(environment, &arguments.input, &arguments.output);
    let description = scenario.series().ok_or(Failure::NoSeries)?;
    let train = places.input("train")?;
    let selects = match places.input_if_any("validation")? {
        Some(place) => place,
        None => places.input("holdout")?.join(HOLDOUT),
    };
    let joint = prepared_panel(&[&train, &selects], &scenario)?;
    let learned = prepared_panel(&[&train], &scenario)?;
    let last = learned.extent().map(|(_, last)| learned.grid.moment(last));
    let before = joint.grid.last_point(last.ok_or(Failure::NotByTime)?) + 1;
    let past = cleaned(cut(&joint, before), &scenario);
    let task = Task::of(&scenario, &past).ok_or(Failure::NotByTime)?;
    let end = joint.extent().map_or(before, |(_, last)| last + 1);
    let steps = usize::try_from(end - before).unwrap_or(0).clamp(1, task.horizon);
    let groups: Vec<String> = scenario.report().groups.iter().map(ToString::to_string).collect();
    let season = NonZeroUsize::new(description.season as usize).unwrap_or(NonZeroUsize::MIN);
    let scoring =
        Scoring { actual: &joint, season, groups: &groups, holiday: task.holiday.as_ref() };
    let mut reports = Vec::new();
    for &kind in &scenario.models().baselines {
        let local = baseline(kind);
        let forecast = single(&past, &task, Candidate::Local(local))?.forecast(&past, steps)?;
        reports.push((local.name(), evaluate(&forecast, &scoring)?.finish()));
    }
    let folder = places.output("baselines")?;
    let results = results(&reports);
    results.write_csv(&folder.join("baseline_results.csv"))?;
    segments(&reports).write_csv(&folder.join("baseline_segments_all.csv"))?;
    results.csv(out).map_err(Failure::Tell)
}

/// Each baseline, a row each.
fn results(reports: &[(&str, Report)]) -> Table {
    let mut table = Table::new().text("baseline", reports.iter().map(|(name, _)| name));
    let metrics = reports.first().map(|(_, report)| report.metrics.keys());
    for metric in metrics.into_iter().flatten() {
        let values = reports.iter().map(|(_, it)| it.metric(metric).unwrap_or(f64::NAN));
        table = table.number(metric, values);
    }
    table
}

/// Each baseline in each value of each group, a row each.
fn segments(reports: &[(&str, Report)]) -> Table {
    let mut rows = Vec::new();
    for (name, report) in reports {
        for (group, values) in &report.groups {
            rows.extend(values.iter().map(|(value, figures)| (*name, group, value, figures)));
        }
    }
    let mut table = Table::new()
        .text("baseline", rows.iter().map(|row| row.0))
        .text("group", rows.iter().map(|row| row.1))
        .text("value", rows.iter().map(|row| row.2));
    for metric in ["rmse", "mae", "wape", "wmae", "bias"] {
        let values = rows.iter().map(|row| row.3.get(metric).copied().unwrap_or(f64::NAN));
        table = table.number(metric, values);
    }
    table
}
