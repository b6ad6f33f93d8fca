//! Candidate against champion, as rows of a table: pure.

use std::collections::BTreeMap;

use metric::{Direction, Report, direction_of};

use crate::Evaluated;

/// Relative changes below this share are not worth a person's time.
const NOTEWORTHY: f64 = 0.001;
/// The same for shares that have a place to be at, such as a coverage.
const NOTEWORTHY_DISTANCE: f64 = 0.005;

/// A number of both models.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) candidate: Option<f64>,
    pub(crate) champion: Option<f64>,
}

/// How a number changed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change {
    /// As share of the champion's, positive if better.
    Relative(f64),
    /// Towards the place where it should be; negative if away from it. A relative change would
    /// make much of a coverage that moved from 0.801 to 0.802.
    Distance(f64),
}

impl Row {
    fn measure(&self) -> Option<Change> {
        let direction = direction_of(&self.name)?;
        let (candidate, champion) = (self.candidate?, self.champion?);
        let gain = direction.loss(champion) - direction.loss(candidate);
        let change = match direction {
            Direction::CloserToZero | Direction::CloserTo(_) => Change::Distance(gain),
            _ => Change::Relative(gain / champion.abs()),
        };
        let (Change::Relative(size) | Change::Distance(size)) = change;
        size.is_finite().then_some(change)
    }

    /// The change in words.
    pub(crate) fn change(&self) -> String {
        match self.measure() {
            None => String::new(),
            Some(Change::Relative(gain)) if gain.abs() < NOTEWORTHY => "same".to_owned(),
            Some(Change::Relative(gain)) if gain > 0.0 => format!("{:.1} % better", gain * 100.0),
            Some(Change::Relative(gain)) => format!("{:.1} % worse", -gain * 100.0),
            Some(Change::Distance(gain)) if gain.abs() < NOTEWORTHY_DISTANCE => "same".to_owned(),
            Some(Change::Distance(gain)) if gain > 0.0 => {
                format!("{:.1} points closer", gain * 100.0)
            }
            Some(Change::Distance(gain)) => format!("{:.1} points further off", -gain * 100.0),
        }
    }

    /// How much worse it got, in a measure that orders rows; zero if it did not.
    pub(crate) fn loss(&self) -> f64 {
        match self.measure() {
            Some(Change::Relative(gain)) if gain < -NOTEWORTHY => -gain,
            Some(Change::Distance(gain)) if gain < -NOTEWORTHY_DISTANCE => -gain,
            _ => 0.0,
        }
    }

    pub(crate) fn is_worse(&self) -> bool {
        self.loss() > 0.0
    }
}

/// The metric that the gate judged by, as the version says; the RMSE for one that does not say.
pub(crate) fn deciding(candidate: &Evaluated) -> &str {
    candidate.package.metadata.get("metric").map_or("rmse", String::as_str)
}

/// The headline metrics, the one that decides first.
pub(crate) fn headline(candidate: &Evaluated, champion: Option<&Evaluated>) -> Vec<Row> {
    let ours = metrics_of(candidate);
    let theirs = champion.map(metrics_of).unwrap_or_default();
    let mut rows: Vec<_> = ours
        .iter()
        .filter(|(name, _)| direction_of(name).is_some())
        .map(|(name, value)| Row {
            name: name.clone(),
            candidate: Some(*value),
            champion: theirs.get(name).copied(),
        })
        .collect();
    rows.sort_by_key(|row| (row.name != deciding(candidate), row.name.clone()));
    rows
}

/// The metrics of the report, else those that the registry holds as text.
fn metrics_of(evaluated: &Evaluated) -> BTreeMap<String, f64> {
    if let Some(report) = &evaluated.report {
        let metrics = report.metrics.iter();
        return metrics.filter_map(|(name, it)| Some((name.clone(), it.value?))).collect();
    }
    let metadata = evaluated.package.metadata.iter();
    let numbers = metadata.filter_map(|(name, text)| {
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
        Some((name.clone(), value))
    });
    numbers.collect()
}

/// The candidate against the best baseline of its own report.
pub(crate) fn against_baseline(candidate: &Evaluated) -> Option<(String, Row)> {
    let report = candidate.report.as_ref()?;
    let baseline = report.best_baseline.as_ref()?;
    let figures = report.baselines.get(&baseline.name).unwrap_or(&baseline.figures);
    let names = [deciding(candidate), "rmse", "wape", "mae"];
    let name = names.into_iter().find(|name| figures.contains_key(*name))?;
    let row = Row {
        name: name.to_owned(),
        candidate: report.metric(name),
        champion: figures.get(name).copied(),
    };
    Some((baseline.name.clone(), row))
}

/// The groups that got worse, worst first: `store 3`, by the metric that decides, else the RMSE,
/// else the first metric that they share.
pub(crate) fn worse_groups(
    candidate: &Report,
    champion: &Report,
    deciding: &str,
) -> Vec<(String, Row)> {
    let mut worse = Vec::new();
    for (column, groups) in &candidate.groups {
        for (group, figures) in groups {
            let theirs = champion.groups.get(column).and_then(|groups| groups.get(group));
            let Some(theirs) = theirs else { continue };
            let shared =
                |name: &&String| theirs.contains_key(*name) && direction_of(name).is_some();
            let names = figures.keys().filter(shared);
            let first = |name: &&String| (*name != deciding, *name != "rmse", (*name).clone());
            let Some(name) = names.min_by_key(first) else { continue };
            let row = Row {
                name: name.clone(),
                candidate: figures.get(name).copied(),
                champion: theirs.get(name).copied(),
            };
            if row.is_worse() {
                worse.push((format!("{column} {group}"), row));
            }
        }
    }
    worse.sort_by(|(_, one), (_, other)| other.loss().total_cmp(&one.loss()));
    worse
}

/// A number with four significant digits, as a person writes it; tiny ones in powers of ten.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 1000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ if size >= 1.0 || value == 0.0 => 3,
        _ if size >= 0.1 => 4,
        _ if size >= 0.01 => 5,
        _ => return format!("{value:.2e}"),
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, candidate: f64, champion: f64) -> Row {
        Row { name: name.to_owned(), candidate: Some(candidate), champion: Some(champion) }
    }

    #[test]
    fn a_change_is_told_in_the_direction_of_its_metric() {
        let cases = [
            (row("rmse", 7.4, 7.6), "2.6 % better"),
            (row("rmse", 8.0, 7.6), "5.3 % worse"),
            (row("rmse", 7.6001, 7.6), "same"),
            (row("r2", 0.6, 0.5), "20.0 % better"),
            (row("coverage_80", 0.798, 0.801), "same"),
            (row("coverage_80", 0.70, 0.81), "9.0 points further off"),
            (row("bias", -0.01, 0.02), "1.0 points closer"),
            (row("rmse", 7.4, 0.0), ""),
        ];
        for (row, told) in cases {
            assert_eq!(row.change(), told, "{row:?}");
        }
    }

    #[test]
    fn numbers_have_four_digits_whatever_their_size() {
        let told = [0.0, 7.4, 52.25, 123.456, 45_000.2, 0.0664, 0.000_012, -3.5].map(number);

        assert_eq!(
            told,
            ["0.000", "7.400", "52.25", "123.5", "45000", "0.06640", "1.20e-5", "-3.500"]
        );
    }
}
