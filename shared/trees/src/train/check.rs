//! Do settings, tables and targets make sense together?

use crate::objective::Objective;
use crate::settings::{Growth, Settings, Validation};
use crate::table::{Kind, Table, Target};
use crate::train::error::TrainError;

/// As many as a tree of 18 full levels.
const MOST_LEAVES: usize = 1 << 18;

/// Checks everything that training relies on, and says how many outputs there are.
pub(crate) fn check(
    table: &Table,
    target: &Target,
    validation: Option<Validation<'_>>,
    settings: &Settings,
) -> Result<usize, TrainError> {
    let objective = &settings.objective;
    let outputs = objective.trained_outputs();
    let outputs = outputs.ok_or(TrainError::Objective { objective: objective.name() })?;
    check_numbers(settings)?;
    check_objective(objective)?;
    check_growth(settings.growth)?;
    check_monotone(table, settings)?;
    check_target("training", table, target, objective)?;
    if let Some(validation) = validation {
        check_target("validation", validation.table, validation.target, objective)?;
    }
    Ok(outputs)
}

fn setting(setting: &'static str, value: impl Into<String>, expected: &'static str) -> TrainError {
    TrainError::Setting { setting, value: value.into(), expected }
}

fn check_numbers(settings: &Settings) -> Result<(), TrainError> {
    let shares = [
        ("learning_rate", settings.learning_rate),
        ("row_share", settings.row_share),
        ("column_share", settings.column_share),
    ];
    for (name, share) in shares {
        if !(share > 0.0 && share <= 1.0) {
            return Err(setting(name, share.to_string(), "above 0 and at most 1"));
        }
    }
    let amounts = [
        ("l2", settings.l2),
        ("category_l2", settings.category_l2),
        ("min_child_weight", settings.min_child_weight),
        ("min_gain", settings.min_gain),
    ];
    for (name, amount) in amounts {
        if !(amount >= 0.0 && amount.is_finite()) {
            return Err(setting(name, amount.to_string(), "at least 0"));
        }
    }
    if !(2..=255).contains(&settings.bins) {
        return Err(setting("bins", settings.bins.to_string(), "from 2 to 255"));
    }
    if settings.rounds == 0 {
        return Err(setting("rounds", "0", "at least 1"));
    }
    Ok(())
}

fn check_objective(objective: &Objective) -> Result<(), TrainError> {
    match objective {
        Objective::Quantiles { levels } => {
            let is_inside = |level: &f32| *level > 0.0 && *level < 1.0;
            if levels.is_empty() || !levels.iter().all(is_inside) {
                let found = format!("{levels:?}");
                return Err(setting("levels", found, "one or more numbers between 0 and 1"));
            }
        }
        Objective::Tweedie { power } if !(*power > 1.0 && *power < 2.0) => {
            return Err(setting("power", power.to_string(), "between 1 and 2"));
        }
        Objective::PseudoHuber { slope } if !(*slope > 0.0 && slope.is_finite()) => {
            return Err(setting("slope", slope.to_string(), "above 0"));
        }
        _ => {}
    }
    Ok(())
}

fn check_growth(growth: Growth) -> Result<(), TrainError> {
    match growth {
        Growth::Depthwise { depth } if !(1..=24).contains(&depth) => {
            Err(setting("growth.depth", depth.to_string(), "from 1 to 24"))
        }
        Growth::Oblivious { depth } if !(1..=12).contains(&depth) => {
            Err(setting("growth.depth", depth.to_string(), "from 1 to 12"))
        }
        Growth::Leafwise { leaves } if !(2..=MOST_LEAVES).contains(&leaves) => {
            Err(setting("growth.leaves", leaves.to_string(), "from 2 to 262144"))
        }
        _ => Ok(()),
    }
}

fn check_monotone(table: &Table, settings: &Settings) -> Result<(), TrainError> {
    for column in settings.monotone.keys() {
        let known = table.columns().iter().find(|known| known.name() == column);
        let problem = match known.map(crate::table::Column::kind) {
            _ if settings.objective.quantile(0).is_some() => {
                "not kept when leaves answer with a quantile: choose another objective"
            }
            None => "no column of the table",
            Some(Kind::Category { .. }) => "a category column, whose values have no order",
            Some(Kind::Number) => continue,
        };
        return Err(TrainError::Monotone { column: column.clone(), problem });
    }
    Ok(())
}

fn check_target(
    table: &'static str,
    rows: &Table,
    target: &Target,
    objective: &Objective,
) -> Result<(), TrainError> {
    let (count, columns) = (rows.rows(), rows.columns().len());
    if count == 0 || columns == 0 || u32::try_from(count).is_err() {
        return Err(TrainError::Empty { table, rows: count, columns });
    }
    let lengths = [("values", Some(target.values())), ("weights", target.weights())];
    for (what, found) in lengths.into_iter().filter_map(|(what, all)| Some((what, all?.len()))) {
        if found != count {
            return Err(TrainError::Length { table, rows: count, what, found });
        }
    }
    for (row, value) in target.values().iter().enumerate() {
        if let Some(expected) = objective.refuses(*value) {
            let objective = objective.name();
            return Err(TrainError::Value { table, row, value: *value, objective, expected });
        }
    }
    let weights = target.weights().unwrap_or_default();
    let is_wrong = |weight: &f32| !(*weight >= 0.0 && weight.is_finite());
    let row = weights.iter().position(is_wrong);
    let none = (!weights.is_empty() && weights.iter().all(|weight| *weight <= 0.0)).then_some(0);
    if let Some(row) = row.or(none) {
        let weight = weights.get(row).copied().unwrap_or_default();
        return Err(TrainError::Weight { table, row, weight });
    }
    Ok(())
}
