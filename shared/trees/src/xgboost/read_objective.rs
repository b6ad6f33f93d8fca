//! What was a model trained for?

use crate::objective::Objective;
use crate::xgboost::FileError;
use crate::xgboost::document::At;

/// The objective of a learner with this many outputs.
pub(crate) fn read_objective(at: &At<'_>, outputs: usize) -> Result<Objective, FileError> {
    let name = at.get("name")?;
    let objective = match name.text()? {
        "reg:squarederror" | "reg:linear" => Objective::SquaredError,
        "reg:squaredlogerror" => Objective::SquaredLogError,
        "reg:absoluteerror" => Objective::AbsoluteError,
        "reg:pseudohubererror" => {
            let slope = number(at, "pseudo_huber_param", "huber_slope")?.unwrap_or(1.0);
            Objective::PseudoHuber { slope }
        }
        "reg:logistic" | "binary:logistic" => Objective::Logistic,
        "count:poisson" => Objective::Poisson,
        "reg:gamma" => Objective::Gamma,
        "reg:tweedie" => {
            let power = number(at, "tweedie_regression_param", "tweedie_variance_power")?;
            Objective::Tweedie { power: power.unwrap_or(1.5) }
        }
        "reg:quantileerror" => {
            let levels = at.get("quantile_loss_param")?.get("quantile_alpha")?;
            let found = levels.spelled_numbers()?;
            if found.len() != outputs {
                return Err(
                    levels.wrong(format!("has {} levels for {outputs} outputs", found.len()))
                );
            }
            Objective::Quantiles { levels: found }
        }
        "multi:softprob" => Objective::Probabilities { classes: outputs },
        "multi:softmax" => Objective::Class { classes: outputs },
        found => {
            let remedy = "train with an objective of regression, quantiles, counts or classes";
            return Err(name.unsupported(found, remedy));
        }
    };
    Ok(objective)
}

fn number(at: &At<'_>, group: &str, key: &str) -> Result<Option<f32>, FileError> {
    let Some(group) = at.find(group)? else { return Ok(None) };
    let Some(at) = group.find(key)? else { return Ok(None) };
    match at.spelled_numbers()?.as_slice() {
        [number] => Ok(Some(*number)),
        _ => Err(at.wrong("has to be one number")),
    }
}
