//! The metrics of a run: candidate, champion and baseline beside each other.

use std::collections::BTreeMap;
use std::io::Write;

use metric::{Direction, Report, direction_of};
use scenario::Scenario;
use scenario::judgement::Better;
use serde::Serialize;

use super::follow::Screen;
use crate::failure::Failure;
use crate::table::Table;

/// Metrics in the unit of the target; all others are relative.
const OF_THE_TARGET: [&str; 3] = ["mae", "rmse", "wmae"];

/// A metric of candidate, champion and the best baseline.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    pub(crate) metric: String,
    /// Which values are better.
    pub(crate) better: String,
    /// The column whose unit it has; nothing if it is relative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
    pub(crate) candidate: Option<f64>,
    pub(crate) champion: Option<f64>,
    pub(crate) baseline: Option<f64>,
    /// What the gate asks of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gate: Option<String>,
}

pub(super) fn compared(
    scenario: &Scenario,
    report: &Report,
    champion: Option<&Report>,
) -> Vec<Compared> {
    let best = report.best_baseline.as_ref().and_then(|best| report.baselines.get(&best.name));
    let before: BTreeMap<String, f64> = champion.map(Report::numbers).unwrap_or_default();
    let target = scenario.data().target.to_string();
    let metrics = report.metrics.iter().map(|(name, value)| Compared {
        metric: name.clone(),
        better: better(name),
        unit: OF_THE_TARGET.contains(&name.as_str()).then(|| target.clone()),
        candidate: value.value,
        champion: before.get(name).copied(),
        baseline: best.and_then(|figures| figures.get(name).copied()),
        gate: asked(scenario, name),
    });
    metrics.collect()
}

fn better(metric: &str) -> String {
    match direction_of(metric) {
        Some(Direction::LowerIsBetter) => "lower".to_owned(),
        Some(Direction::HigherIsBetter) => "higher".to_owned(),
        Some(Direction::CloserToZero) => "near 0".to_owned(),
        Some(Direction::CloserTo(target)) => format!("near {target}"),
        _ => "-".to_owned(),
    }
}

/// What the gate asks of a metric. Its numbers are the scenario's: parameters may say otherwise,
/// and the verdict tells with which ones it was reached.
fn asked(scenario: &Scenario, name: &str) -> Option<String> {
    let gate = scenario.gate();
    let mut asked = Vec::new();
    if gate.metric.key() == name {
        asked.push("must beat the champion");
    }
    if gate.beat_baseline_on.iter().any(|metric| metric.key() == name) {
        asked.push("must beat the baseline");
    }
    if let Some((metric, _)) = gate.thresholds.iter().find(|(metric, _)| metric.key() == name) {
        asked.push(match metric.better() {
            Better::Lower => "has an upper limit",
            Better::Higher => "has a lower limit",
        });
    }
    (!asked.is_empty()).then(|| asked.join(", "))
}

pub(super) fn tell<W: Write>(
    metrics: &[Compared],
    report: &Report,
    screen: &mut Screen<'_, W>,
) -> Result<(), Failure> {
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |it| format!("{it:.4}"));
    let headings = ["metric", "unit", "better", "candidate", "champion", "baseline", "gate"];
    let mut table = Table::new(headings);
    for row in metrics {
        table.row([
            row.metric.clone(),
            row.unit.clone().unwrap_or_default(),
            row.better.clone(),
            row.candidate.map_or_else(|| "undefined".to_owned(), |it| number(Some(it))),
            number(row.champion),
            number(row.baseline),
            row.gate.clone().unwrap_or_default(),
        ]);
    }
    let mut lines = Vec::new();
    table.right(&[3, 4, 5]).write(&mut lines)?;
    for line in String::from_utf8_lossy(&lines).lines() {
        screen.plain(&format!("  {line}"))?;
    }
    match &report.best_baseline {
        Some(best) => {
            let name = best.name.replace('_', " ");
            screen.plain(&format!("  the baseline is the best of them, {name}"))
        }
        None => Ok(()),
    }
}
