//! `measure`: the metrics of any forecast, whoever made it.

use std::collections::BTreeMap;
use std::io::Write;
use std::num::NonZeroUsize;

use forecast::backtest::{Scoring, evaluate};
use series::assemble::{Duplicates, panel};
use series::panel::Panel;
use series::read::Sources;
use series::schema::{Outline, Schema};

use crate::arguments::Measure;
use crate::failure::Failure;
use crate::forecast_file::{Layout, levels_in, read_laid_out};
use crate::table::write_whole;

pub(crate) fn run(arguments: &Measure, out: &mut impl Write) -> Result<(), Failure> {
    let schema = Schema::by_hand(Outline {
        time: arguments.time.clone(),
        target: arguments.target.clone(),
        keys: arguments.id.clone(),
        frequency: arguments.freq,
        horizon: 0,
    });
    let history = Sources::path(&arguments.history, &schema)?;
    let actual = Sources::path(&arguments.actual, &schema)?;
    let both = Sources { first: history.first.and(actual.first), joined: Vec::new() };
    let joint = panel(both, &schema, Duplicates::Refuse)?.panel;
    let layout = Layout { keys: &arguments.id, time: &arguments.time };
    let levels = levels_in(&arguments.forecast, &layout)?;
    let forecast = read_laid_out(&arguments.forecast, &layout, levels, joint.grid)?;
    let season = arguments.season.map_or_else(|| usual_season(&joint), |it| it.get() as usize);
    let season = NonZeroUsize::new(season).unwrap_or(NonZeroUsize::MIN);
    let scoring = Scoring { actual: &joint, season, groups: &arguments.id, holiday: None };
    let report = evaluate(&forecast, &scoring)?.finish();
    let rows: usize = forecast.series.iter().map(|series| series.mean.len()).sum();
    let scored = report.holdout.points.unwrap_or(0);
    writeln!(out, "{scored} of {rows} forecast rows have an actual").map_err(Failure::Tell)?;
    let text = report.to_json().map_err(|source| Failure::Report { source })?;
    if let Some(path) = &arguments.output {
        write_whole(path, |file| writeln!(file, "{text}"))?;
    }
    let numbers: BTreeMap<&String, f64> =
        report.metrics.iter().filter_map(|(name, it)| Some((name, it.value?))).collect();
    for (name, value) in numbers {
        writeln!(out, "{name:<12} {value:.6}").map_err(Failure::Tell)?;
    }
    Ok(())
}

/// The shortest season of the frequency, 1 where there is none.
fn usual_season(panel: &Panel) -> usize {
    panel.grid.frequency().seasons().first().copied().unwrap_or(1)
}
