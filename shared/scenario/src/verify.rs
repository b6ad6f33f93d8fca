//! Whether the parts of a scenario fit together.

use crate::Scenario;
use crate::data::{Column, Series, Split};
use crate::error::Fault;
use crate::judgement::Metric;
use crate::model::Trainer;
use crate::text::{ColumnName, QuantileName};

/// The longest horizon that the AutoML service takes; ours is the same everywhere.
const LONGEST_HORIZON: u32 = 500;
/// The most quantiles of an AutoML job.
const MOST_QUANTILES: usize = 5;
/// The item and five grouping columns, as the AutoML service takes them.
const LONGEST_KEY: usize = 6;

/// The key of the first thing that does not fit, and why.
pub(super) fn first_fault(scenario: &Scenario) -> Option<(String, Fault)> {
    let checks = [columns, series, split, features, quality, models, gate, report];
    let fault = checks.iter().find_map(|check| check(scenario).err());
    fault.map(|(key, fault)| (key.to_owned(), fault))
}

type Outcome = Result<(), (&'static str, Fault)>;

fn columns(scenario: &Scenario) -> Outcome {
    let data = &scenario.data;
    for (index, column) in data.columns.iter().enumerate() {
        let name = column.name.to_string();
        let earlier = data.columns.iter().take(index);
        if earlier.into_iter().any(|earlier| earlier.name == column.name) {
            return Err(("data.columns", Fault::RepeatedColumn(name)));
        }
        match (column.role, is_special(scenario, &column.name)) {
            (None, false) => return Err(("data.columns", Fault::NoRole(name))),
            (Some(_), true) => return Err(("data.columns", Fault::RoleBeside(name))),
            (None, true) | (Some(_), false) => {}
        }
    }
    let target = known(scenario, "data.target", &data.target)?;
    if !target.kind.is_number() {
        return Err(("data.target", wrong_kind(target, "a number")));
    }
    if let Some(retailer) = &data.retailer {
        known(scenario, "data.retailer", retailer)?;
    }
    let joins = data.files.iter().flat_map(|file| &file.join);
    all_known(scenario, "data.files", joins)
}

fn is_special(scenario: &Scenario, name: &ColumnName) -> bool {
    let of_series = |series: &Series| series.time == *name || series.key.contains(name);
    scenario.data.target == *name
        || scenario.data.retailer.as_ref() == Some(name)
        || scenario.series.as_ref().is_some_and(of_series)
}

fn series(scenario: &Scenario) -> Outcome {
    let Some(series) = &scenario.series else {
        if scenario.trainer == Trainer::Automl {
            return Err(("trainer", Fault::NeedsSeries("automl")));
        }
        return Ok(());
    };
    count("series.key", series.key.len(), LONGEST_KEY)?;
    all_known(scenario, "series.key", &series.key)?;
    let time = known(scenario, "series.time", &series.time)?;
    if !time.kind.is_time() {
        return Err(("series.time", wrong_kind(time, "a date or timestamp")));
    }
    within("series.season", f64::from(series.season), 1.0, 10_000.0)?;
    within("series.horizon", f64::from(series.horizon), 1.0, f64::from(LONGEST_HORIZON))?;
    count("series.quantiles", series.quantiles.len(), MOST_QUANTILES)?;
    let percents: Vec<u8> = series.quantiles.iter().map(QuantileName::percent).collect();
    if !percents.is_sorted_by(|lower, upper| lower < upper) {
        return Err(("series.quantiles", Fault::NotAscending));
    }
    Ok(())
}

fn split(scenario: &Scenario) -> Outcome {
    match (&scenario.split, scenario.series.is_some()) {
        (Split::Fraction { .. }, true) => Err(("split", Fault::Shuffled)),
        (Split::Fraction { validation, test, .. }, false) => {
            within("split.fraction.validation", *validation, 0.01, 0.49)?;
            within("split.fraction.test", *test, 0.01, 0.49)
        }
        (_, false) => Err(("split", Fault::NeedsSeries("a split by time"))),
        (Split::Dates { validation_from, test_from }, true) if validation_from >= test_from => {
            Err(("split.dates", Fault::DatesOutOfOrder))
        }
        (Split::Tail { validation_steps, test_steps }, true) => {
            within("split.tail.validation_steps", f64::from(*validation_steps), 1.0, 1e6)?;
            within("split.tail.test_steps", f64::from(*test_steps), 1.0, 1e6)
        }
        (Split::Given { validation_steps }, true) => {
            within("split.given.validation_steps", f64::from(*validation_steps), 1.0, 1e6)
        }
        (Split::Dates { .. }, true) => Ok(()),
    }
}

fn features(scenario: &Scenario) -> Outcome {
    let features = &scenario.features;
    if scenario.series.is_none() && !(features.lags.is_empty() && features.rolling.is_empty()) {
        return Err(("features", Fault::NeedsSeries("a lag or rolling feature")));
    }
    all_known(scenario, "features.holiday", &features.holiday)?;
    all_known(scenario, "features.markdowns", &features.markdowns)?;
    if let Some(quantile) = features.high_demand_quantile {
        within("features.high_demand_quantile", quantile, 0.01, 0.99)?;
    }
    ascending("features.rebalance", &features.rebalance)
}

fn quality(scenario: &Scenario) -> Outcome {
    let quality = &scenario.quality;
    within("quality.max_missing", quality.max_missing, 0.0, 1.0)?;
    within("quality.max_gaps", quality.max_gaps, 0.0, 1.0)?;
    within("quality.max_duplicates", quality.max_duplicates, 0.0, 1.0)?;
    for name in quality.ranges.keys() {
        let column = scenario.data.columns.iter().find(|column| column.name.as_str() == name);
        let column = column.ok_or(("quality.ranges", Fault::NoSuchColumn(name.clone())))?;
        if !column.kind.is_number() {
            return Err(("quality.ranges", wrong_kind(column, "a number")));
        }
    }
    Ok(())
}

fn models(scenario: &Scenario) -> Outcome {
    count("models.allowed", scenario.models.allowed.len(), usize::MAX)?;
    match &scenario.risk {
        Some(_) if scenario.series.is_none() => Err(("risk", Fault::NeedsSeries("a breach date"))),
        Some(risk) => {
            count("risk.limits", risk.limits.len(), usize::MAX)?;
            within("risk.probability", risk.probability, 0.0, 1.0)?;
            ascending("risk.limits", &risk.limits)
        }
        None => Ok(()),
    }
}

fn gate(scenario: &Scenario) -> Outcome {
    let gate = &scenario.gate;
    within("gate.min_improvement", gate.min_improvement, 0.0, 0.999)?;
    for &threshold in gate.thresholds.values() {
        within("gate.thresholds", threshold, f64::MIN, f64::MAX)?;
    }
    let unfit = gate.metrics().into_iter().any(Metric::needs_series);
    if scenario.series.is_none() && unfit {
        return Err(("gate", Fault::NeedsSeries("one of the metrics")));
    }
    if !gate.beat_baseline_on.is_empty() && scenario.models.baselines.is_empty() {
        return Err(("models.baselines", Fault::Empty));
    }
    Ok(())
}

fn report(scenario: &Scenario) -> Outcome {
    all_known(scenario, "report.groups", &scenario.report.groups)?;
    all_known(scenario, "report.bias", &scenario.report.bias)
}

fn known<'s>(
    scenario: &'s Scenario,
    key: &'static str,
    name: &ColumnName,
) -> Result<&'s Column, (&'static str, Fault)> {
    let found = scenario.data.columns.iter().find(|column| column.name == *name);
    found.ok_or_else(|| (key, Fault::NoSuchColumn(name.to_string())))
}

fn all_known<'n>(
    scenario: &Scenario,
    key: &'static str,
    names: impl IntoIterator<Item = &'n ColumnName>,
) -> Outcome {
    names.into_iter().try_for_each(|name| known(scenario, key, name).map(|_| ()))
}

fn wrong_kind(column: &Column, wanted: &'static str) -> Fault {
    Fault::WrongKind { column: column.name.to_string(), wanted }
}

fn count(key: &'static str, count: usize, most: usize) -> Outcome {
    match count {
        0 => Err((key, Fault::Empty)),
        _ if count > most => Err((key, Fault::TooMany { count, most })),
        _ => Ok(()),
    }
}

fn within(key: &'static str, value: f64, least: f64, most: f64) -> Outcome {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let (value, least, most) = (value.to_string(), least.to_string(), most.to_string());
    Err((key, Fault::OutOfRange { value, least, most }))
}

fn ascending(key: &'static str, values: &[f64]) -> Outcome {
    let ascends = values.is_sorted_by(|lower, upper| lower < upper);
    if ascends { Ok(()) } else { Err((key, Fault::NotAscending)) }
}
