//! How are the sums laid out as a report, and how is told what is not in it?

use std::collections::BTreeMap;

use crate::evaluation::Evaluation;
use crate::evaluation::slice::{self, Outcome};
use crate::formula;
use crate::quantile::QuantileLevels;
use crate::report::{BestBaseline, Figures, Holdout, MetricValue, Report, Undefined};
use crate::sums::{SeriesSums, Sums};
use crate::why::Why;

/// Series that are named one by one for one metric and reason; further ones are counted.
const NAMED: usize = 100;

/// The report of an evaluation.
pub(super) fn report(evaluation: &Evaluation) -> Report {
    let mut undefined = Vec::new();
    let outcome = evaluation.model.outcome(&evaluation.terms);
    let mut metrics: BTreeMap<String, MetricValue> = BTreeMap::new();
    for (metric, _) in &outcome.undefined {
        metrics.insert(metric.clone(), MetricValue::default());
    }
    for (metric, value) in &outcome.figures {
        metrics.insert(metric.clone(), MetricValue { value: Some(*value) });
    }
    undefined.extend(gaps(evaluation, &outcome));
    keep("", outcome, &mut undefined);
    let baselines = baselines(evaluation, &mut undefined);
    Report {
        holdout: holdout(evaluation),
        metrics,
        quantiles: quantiles(evaluation, &mut undefined),
        steps: steps(evaluation, &mut undefined),
        groups: groups(evaluation, &mut undefined),
        best_baseline: best(&baselines),
        baselines,
        undefined,
        ..Report::default()
    }
}

fn holdout(evaluation: &Evaluation) -> Holdout {
    Holdout {
        horizon: evaluation.steps.keys().next_back().map(|step| u64::from(*step)),
        series: u64::try_from(evaluation.model.series.len()).ok(),
        points: Some(evaluation.model.sums.points),
        ..Holdout::default()
    }
}

fn quantiles(evaluation: &Evaluation, undefined: &mut Vec<Undefined>) -> BTreeMap<String, Figures> {
    let levels = evaluation.terms.quantiles.levels().iter().enumerate();
    levels
        .map(|(at, level)| {
            let sums: &Sums = &evaluation.model.sums;
            let quantile = sums.quantiles.get(at).copied().unwrap_or_default();
            let mut outcome = Outcome::default();
            outcome.put("wql", formula::wql(sums, &quantile));
            outcome.put("coverage", formula::coverage(sums, quantile.at_or_below));
            let name = QuantileLevels::name(*level);
            let figures = keep(&format!("{name}."), outcome, undefined);
            (name, figures)
        })
        .collect()
}

fn steps(evaluation: &Evaluation, undefined: &mut Vec<Undefined>) -> BTreeMap<u32, Figures> {
    let figures = |(step, sums): (&u32, &Sums)| {
        let outcome = slice::pooled(sums, &evaluation.terms);
        (*step, keep(&format!("step.{step}."), outcome, undefined))
    };
    evaluation.steps.iter().map(figures).collect()
}

fn groups(
    evaluation: &Evaluation,
    undefined: &mut Vec<Undefined>,
) -> BTreeMap<String, BTreeMap<String, Figures>> {
    let mut groups = BTreeMap::new();
    for (column, values) in &evaluation.groups {
        let mut of_column = BTreeMap::new();
        for (value, slice) in values {
            let outcome = slice.outcome(&evaluation.terms);
            let figures = keep(&format!("{column}.{value}."), outcome, undefined);
            of_column.insert(value.clone(), figures);
        }
        groups.insert(column.clone(), of_column);
    }
    groups
}

fn baselines(evaluation: &Evaluation, undefined: &mut Vec<Undefined>) -> BTreeMap<String, Figures> {
    let mut baselines = BTreeMap::new();
    let points = evaluation.model.sums.points;
    for (name, slice) in &evaluation.baselines {
        let prefix = format!("baseline.{name}");
        if slice.sums.points != points {
            let why = format!("scored on {} points, the model on {points}", slice.sums.points);
            undefined.push(Undefined { metric: prefix.clone(), series: None, why });
        }
        let crossed: u64 = slice.series.values().map(|sums| sums.crossed).sum();
        if crossed > 0 {
            let why = format!("crossing quantiles, sorted before scoring: {crossed}");
            undefined.push(Undefined { metric: format!("{prefix}.quantiles"), series: None, why });
        }
        let figures = keep(&format!("{prefix}."), slice.outcome(&evaluation.terms), undefined);
        baselines.insert(name.clone(), figures);
    }
    baselines
}

/// The baseline with the least RMSE, ties to the first name.
fn best(baselines: &BTreeMap<String, Figures>) -> Option<BestBaseline> {
    let with_rmse =
        baselines.iter().filter_map(|(name, figures)| Some((figures.get("rmse")?, name, figures)));
    let (_, name, figures) = with_rmse.min_by(|one, other| one.0.total_cmp(other.0))?;
    Some(BestBaseline { name: name.clone(), figures: figures.clone() })
}

/// The figures of an outcome; its gaps are listed.
fn keep(prefix: &str, outcome: Outcome, undefined: &mut Vec<Undefined>) -> Figures {
    let list = |(metric, why): (String, Why)| Undefined {
        metric: format!("{prefix}{metric}"),
        series: None,
        why: why.to_string(),
    };
    undefined.extend(outcome.undefined.into_iter().map(list));
    outcome.figures
}

/// What was left out or repaired of single series.
fn gaps(evaluation: &Evaluation, outcome: &Outcome) -> Vec<Undefined> {
    let mut by_reason: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (metric, series, why) in evaluation.model.gaps(&evaluation.terms) {
        // When one reason holds for all series, the entry of the panel says it.
        if outcome.undefined.iter().any(|(name, common)| name == metric && *common == why) {
            continue;
        }
        by_reason.entry((metric, why.to_string())).or_default().push(series);
    }
    for (series, sums) in &evaluation.model.series {
        for (metric, why) in repairs(sums) {
            by_reason.entry((metric, why)).or_default().push(series);
        }
    }
    let count = evaluation.model.series.len();
    by_reason
        .into_iter()
        .flat_map(|((metric, why), series)| listed(metric, &why, &series, count))
        .collect()
}

/// Points of a series that were not scored, or only after sorting their quantiles.
fn repairs(sums: &SeriesSums) -> impl Iterator<Item = (&'static str, String)> {
    let counted = |count: u64, words: &str| (count > 0).then(|| format!("{words}: {count}"));
    let missing = counted(sums.missing, "actuals missing, not scored");
    let crossed = counted(sums.crossed, "crossing quantiles, sorted before scoring");
    missing.map(|why| ("points", why)).into_iter().chain(crossed.map(|why| ("quantiles", why)))
}

/// One entry per series; one for all when it is all of them; the rest as a number when many.
fn listed(metric: &str, why: &str, series: &[&str], count: usize) -> Vec<Undefined> {
    let entry = |series: Option<&str>, why: String| Undefined {
        metric: metric.to_owned(),
        series: series.map(str::to_owned),
        why,
    };
    if series.len() == count && count > 1 {
        return vec![entry(None, format!("{why} (each of {count} series)"))];
    }
    let mut entries: Vec<Undefined> =
        series.iter().take(NAMED).map(|name| entry(Some(name), why.to_owned())).collect();
    if series.len() > NAMED {
        entries.push(entry(None, format!("{why} ({} more series)", series.len() - NAMED)));
    }
    entries
}
