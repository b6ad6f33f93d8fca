//! What SageMaker's built-in XGBoost does with its channels, for machines without its container.
//!
//! The channels `train` and, where there is one, `validation` hold CSV without header, label
//! first; the hyperparameters are XGBoost's by name. What comes out is `xgboost-model`, as the
//! container leaves it. A hyperparameter that our trees do not have is refused, not passed over.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use trees::{Column, Growth, Model, Objective, Settings, Table, Target, Validation};

use crate::failure::Failure;
use crate::table::write_whole;
use crate::xgboost::{FILE, XgboostError, read_rows};

/// The channels and where the model goes.
pub(crate) struct Channels {
    pub(crate) train: PathBuf,
    pub(crate) validation: Option<PathBuf>,
    pub(crate) model: PathBuf,
}

/// Why the built-in algorithm does not train.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuiltInError {
    /// A hyperparameter that is not known here.
    #[error(
        "hyperparameter `{name}` is `{value}`, which the trees of this machine do not have; \
         leave it out, or train in SageMaker"
    )]
    Hyperparameter {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A channel without rows.
    #[error("there are no rows in {}", path.display())]
    NoRows {
        /// Where they should be.
        path: PathBuf,
    },
    /// Training itself.
    #[error(transparent)]
    Train(#[from] trees::TrainError),
    /// The model as a file.
    #[error("the model cannot be written as XGBoost's JSON")]
    Model(#[from] trees::FileError),
}

/// Whether these are the hyperparameters of the built-in algorithm.
pub(crate) fn is_asked_for(given: &BTreeMap<String, String>) -> bool {
    given.contains_key("num_round") && !given.contains_key("scenario")
}

/// Trains, and answers the line that SageMaker reads metrics from.
pub(crate) fn train(
    channels: &Channels,
    given: &BTreeMap<String, String>,
) -> Result<String, Failure> {
    let wanted = Wanted::read(given)?;
    let training = rows(&channels.train)?;
    let validation = channels.validation.as_deref().map(rows).transpose()?;
    let kept_aside = match (&validation, wanted.patience) {
        (Some((table, target)), Some(patience)) => Some(Validation { table, target, patience }),
        _ => None,
    };
    let (table, target) = &training;
    let model = Model::train(table, target, kept_aside, &wanted.settings);
    let model = model.map_err(BuiltInError::Train)?;
    let json = model.to_json().map_err(BuiltInError::Model)?;
    write_whole(&channels.model.join(FILE), |file| file.write_all(&json))?;
    let mut line = format!("[{}]", wanted.settings.rounds);
    let parts = [("train", Some(&training)), ("validation", validation.as_ref())];
    for (name, part) in parts.into_iter().filter_map(|(name, part)| Some((name, part?))) {
        let rmse = rmse(&model, part)?;
        // Writing to a text cannot fail.
        let _ = write!(line, "\t{name}-rmse:{rmse:.5}");
    }
    Ok(line)
}

/// What the hyperparameters ask for.
struct Wanted {
    settings: Settings,
    patience: Option<NonZeroUsize>,
}

impl Wanted {
    fn read(given: &BTreeMap<String, String>) -> Result<Self, BuiltInError> {
        let mut wanted = Self { settings: Settings::default(), patience: None };
        // XGBoost's own defaults, where ours differ.
        wanted.settings.learning_rate = 0.3;
        for (name, value) in given {
            wanted.set(name, value).ok_or_else(|| BuiltInError::Hyperparameter {
                name: name.clone(),
                value: value.clone(),
            })?;
        }
        Ok(wanted)
    }

    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        let settings = &mut self.settings;
        match name {
            "num_round" => settings.rounds = number(value)?,
            "eta" | "learning_rate" => settings.learning_rate = number(value)?,
            "max_depth" => settings.growth = Growth::Depthwise { depth: number(value)? },
            "lambda" | "reg_lambda" => settings.l2 = number(value)?,
            "gamma" | "min_split_loss" => settings.min_gain = number(value)?,
            "min_child_weight" => settings.min_child_weight = number(value)?,
            "subsample" => settings.row_share = number(value)?,
            "colsample_bytree" => settings.column_share = number(value)?,
            "max_bin" => settings.bins = number::<usize>(value)?.min(255),
            "seed" => settings.seed = number(value)?,
            "early_stopping_rounds" => self.patience = Some(number(value)?),
            "objective" => settings.objective = objective(value)?,
            "tweedie_variance_power" => {
                settings.objective = Objective::Tweedie { power: number(value)? };
            }
            "alpha" | "reg_alpha" | "csv_weights" => return (value == "0").then_some(()),
            "booster" => return (value == "gbtree").then_some(()),
            // They change how fast or loud it is, not what comes out.
            "eval_metric" | "verbosity" | "silent" | "tree_method" | "nthread" | "updater" => {}
            _ => return None,
        }
        Some(())
    }
}

fn number<T: FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

fn objective(name: &str) -> Option<Objective> {
    Some(match name {
        "reg:squarederror" | "reg:linear" => Objective::SquaredError,
        "reg:absoluteerror" => Objective::AbsoluteError,
        "reg:pseudohubererror" => Objective::PseudoHuber { slope: 1.0 },
        "binary:logistic" | "reg:logistic" => Objective::Logistic,
        "count:poisson" => Objective::Poisson,
        "reg:gamma" => Objective::Gamma,
        "reg:tweedie" => Objective::Tweedie { power: 1.5 },
        _ => return None,
    })
}

/// The rows of every file of a channel, label first.
fn rows(channel: &Path) -> Result<(Table, Target), Failure> {
    let mut columns: Vec<Vec<f32>> = Vec::new();
    for path in files(channel)? {
        let bytes = fs::read(&path).map_err(Failure::read(&path))?;
        let width = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
        let width =
            width.into_byte_records().next().and_then(Result::ok).map_or(0, |row| row.len());
        let read = read_rows(&bytes, if columns.is_empty() { width } else { columns.len() })?;
        columns.resize(read.len(), Vec::new());
        for (column, more) in columns.iter_mut().zip(read) {
            column.extend(more);
        }
    }
    if columns.first().is_none_or(Vec::is_empty) {
        return Err(BuiltInError::NoRows { path: channel.to_owned() }.into());
    }
    let target = Target::new(columns.remove(0));
    let named = columns.into_iter().enumerate();
    let columns = named.map(|(place, values)| Column::numbers(format!("f{place}"), values));
    let table = Table::new(columns.collect()).map_err(XgboostError::Table)?;
    Ok((table, target))
}

fn files(channel: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(channel).map_err(Failure::read(channel))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(Failure::read(channel))?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn rmse(model: &Model, (table, target): &(Table, Target)) -> Result<f64, Failure> {
    let predictions = model.predict(table).map_err(XgboostError::Mismatch)?;
    let squares = predictions.rows().zip(target.values()).map(|(row, value)| {
        let error = row.first().copied().unwrap_or(f64::NAN) - f64::from(*value);
        error * error
    });
    #[expect(clippy::cast_precision_loss, reason = "numbers of rows are exact in a double")]
    let count = target.values().len() as f64;
    Ok((squares.sum::<f64>() / count).sqrt())
}
