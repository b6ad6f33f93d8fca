//! What does this crate answer for a model and a table? Made for comparison with XGBoost
//! (`tests/peers/xgboost`).
//!
//! `xgboost_peer predict MODEL TABLE [all|best|sagemaker]` prints predictions, margins and
//! contributions as JSON, `xgboost_peer train SETTINGS TABLE MODEL` trains one and writes its JSON.
//! A table is `{"columns": [{"name", "values", "levels"?}], "target"?, "weights"?}`, its missing
//! values null; settings are `{"objective", "growth", ..}`.

use std::error::Error;
use std::fs;
use std::io::{Write, stderr, stdout};
use std::num::NonZeroUsize;
use std::process::ExitCode;

use serde::Deserialize;
use trees::{Column, Growth, Model, Objective, Rounds, Settings, Table, Target, Validation};

#[derive(Debug, Deserialize)]
struct Given {
    columns: Vec<GivenColumn>,
    target: Option<Vec<f32>>,
    weights: Option<Vec<f32>>,
}

#[derive(Debug, Deserialize)]
struct GivenColumn {
    name: String,
    values: Vec<Option<f32>>,
    levels: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct GivenSettings {
    objective: String,
    levels: Vec<f32>,
    power: f32,
    growth: String,
    rounds: usize,
    row_share: f64,
    column_share: f64,
    patience: usize,
}

impl Default for GivenSettings {
    fn default() -> Self {
        Self {
            objective: "reg:squarederror".to_owned(),
            levels: Vec::new(),
            power: 1.5,
            growth: "depthwise".to_owned(),
            rounds: 20,
            row_share: 1.0,
            column_share: 1.0,
            patience: 0,
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Err(error) = run(&arguments) else { return ExitCode::SUCCESS };
    // Nothing can be done when this cannot be written either.
    let _ = writeln!(stderr(), "{error}");
    ExitCode::FAILURE
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["predict", model, table] => predict(model, table, Rounds::All),
        ["predict", model, table, "best"] => predict(model, table, Rounds::Best),
        ["predict", model, table, "sagemaker"] => predict(model, table, Rounds::SageMaker),
        ["train", settings, table, model] => train(settings, table, model),
        _ => Err("predict MODEL TABLE [best|sagemaker] | train SETTINGS TABLE MODEL".into()),
    }
}

fn read(path: &str) -> Result<(Table, Option<Target>), Box<dyn Error>> {
    let given: Given = serde_json::from_slice(&fs::read(path)?)?;
    let column = |column: GivenColumn| {
        let values = column.values.iter().map(|value| value.unwrap_or(f32::NAN)).collect();
        match column.levels {
            Some(levels) => Column::categories(column.name, values, levels),
            None => Column::numbers(column.name, values),
        }
    };
    let table = Table::new(given.columns.into_iter().map(column).collect())?;
    let target = given.target.map(Target::new);
    Ok((
        table,
        match given.weights {
            Some(weights) => target.map(|target| target.with_weights(weights)),
            None => target,
        },
    ))
}

fn predict(model: &str, table: &str, rounds: Rounds) -> Result<(), Box<dyn Error>> {
    let model = Model::from_bytes(&fs::read(model)?)?.with_rounds(rounds);
    let (table, _) = read(table)?;
    let predictions = model.predict(&table)?;
    let contributions = model.contributions(&table)?;
    let mut explained = Vec::new();
    for row in 0..table.rows() {
        for output in 0..contributions.outputs() {
            let own = contributions.get(row, output).ok_or("a row without contributions")?;
            explained.push([own.features, &[own.bias]].concat());
        }
    }
    let answer = serde_json::json!({
        "outputs": predictions.outputs(),
        "predictions": predictions.values(),
        "margins": model.margin(&table)?.values(),
        "contributions": explained,
        "written": String::from_utf8(model.to_json()?)?,
    });
    writeln!(stdout(), "{answer}")?;
    Ok(())
}

fn train(settings: &str, table: &str, model: &str) -> Result<(), Box<dyn Error>> {
    let given: GivenSettings = serde_json::from_slice(&fs::read(settings)?)?;
    let (table, target) = read(table)?;
    let target = target.ok_or("the table has no target")?;
    let settings = Settings {
        objective: objective(&given)?,
        rounds: given.rounds,
        growth: match given.growth.as_str() {
            "leafwise" => Growth::Leafwise { leaves: 31 },
            "oblivious" => Growth::Oblivious { depth: 4 },
            _ => Growth::Depthwise { depth: 5 },
        },
        row_share: given.row_share,
        column_share: given.column_share,
        ..Settings::default()
    };
    let patience = NonZeroUsize::new(given.patience);
    let validation =
        patience.map(|patience| Validation { table: &table, target: &target, patience });
    let trained = Model::train(&table, &target, validation, &settings)?;
    let bytes = trained.to_json()?;
    if Model::from_json(&bytes)? != trained {
        return Err("the model reads back as another".into());
    }
    fs::write(model, bytes)?;
    Ok(())
}

fn objective(given: &GivenSettings) -> Result<Objective, Box<dyn Error>> {
    Ok(match given.objective.as_str() {
        "reg:squarederror" => Objective::SquaredError,
        "reg:absoluteerror" => Objective::AbsoluteError,
        "reg:pseudohubererror" => Objective::PseudoHuber { slope: 1.0 },
        "binary:logistic" => Objective::Logistic,
        "count:poisson" => Objective::Poisson,
        "reg:gamma" => Objective::Gamma,
        "reg:tweedie" => Objective::Tweedie { power: given.power },
        "reg:quantileerror" => Objective::Quantiles { levels: given.levels.clone() },
        other => return Err(format!("objective `{other}` is not trained").into()),
    })
}
