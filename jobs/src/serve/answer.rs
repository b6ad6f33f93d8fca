//! What a model answers to a request, and what it refuses.

use std::path::Path;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::failure::Failure;
use crate::serve::bundled::Bundled;
use crate::serve::wire::Form;
use crate::xgboost::{self, Booster, XgboostError, read_rows};

/// A model that answers requests.
#[derive(Debug)]
pub(crate) enum Predictor {
    /// Of SageMaker's built-in XGBoost, answering as its container does.
    Xgboost(Booster),
    /// Of ours.
    Bundled(Box<Bundled>),
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    /// What whoever asked should know of it.
    pub(crate) notes: Vec<String>,
}

/// Why a request is not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("content type `{0}` is neither text/csv nor application/json")]
    ContentType(String),
    #[error("none of `{0}` can be answered with; there are text/csv and application/json")]
    Accept(String),
    #[error("the request is larger than {most} bytes, or was not sent whole; send it in parts")]
    TooLarge { most: usize },
    #[error("the body is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("{0}")]
    Shape(String),
    #[error(transparent)]
    Xgboost(#[from] XgboostError),
    #[error("the server is being stopped")]
    Stopping,
    #[error("the model failed on this request, which is our fault: please report it")]
    Defect,
}

impl Refusal {
    pub(crate) fn told(&self) -> (StatusCode, String) {
        let status = match self {
            Self::ContentType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Accept(_) => StatusCode::NOT_ACCEPTABLE,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotJson(_) | Self::Shape(_) | Self::Xgboost(_) => StatusCode::BAD_REQUEST,
            Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut text = self.to_string();
        if let Self::NotJson(source) = self {
            text = format!("{text}: {source}");
        }
        (status, text)
    }
}

impl Predictor {
    /// Reads the model in a folder, whoever trained it.
    pub(crate) fn load(folder: &Path) -> Result<Self, Failure> {
        if folder.join(xgboost::FILE).exists() {
            return Booster::load(folder).map(Self::Xgboost);
        }
        if Bundle::is_in(folder) {
            return Ok(Self::Bundled(Box::new(Bundled::new(Bundle::read(folder)?))));
        }
        Err(Failure::NoModel { path: folder.to_owned() })
    }

    /// What is being served, in words.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Xgboost(booster) => format!("XGBoost model of {} features", booster.width()),
            Self::Bundled(bundled) => bundled.title(),
        }
    }

    /// Whether lines of a file may be answered apart.
    pub(crate) fn batch_strategy(&self) -> &'static str {
        match self {
            Self::Xgboost(_) => "MULTI_RECORD",
            // A series must not be cut.
            Self::Bundled(_) => "SINGLE_RECORD",
        }
    }

    pub(crate) fn answer(&self, given: Form, body: &[u8], wanted: Form) -> Result<Answer, Refusal> {
        match self {
            Self::Xgboost(booster) => {
                let body = answer_rows(booster, given, body, wanted)?;
                Ok(Answer { body, notes: Vec::new() })
            }
            Self::Bundled(bundled) => bundled.answer(given, body, wanted),
        }
    }
}

/// Bare features in, bare numbers out: what the built-in container answers.
fn answer_rows(
    booster: &Booster,
    given: Form,
    body: &[u8],
    wanted: Form,
) -> Result<Vec<u8>, Refusal> {
    let columns = match given {
        Form::Csv => read_rows(body, booster.width())?,
        Form::Json => columns_of(body, booster.width())?,
    };
    let predictions = booster.predict(columns)?;
    Ok(match wanted {
        Form::Csv => {
            let mut text = String::new();
            for row in predictions.rows() {
                let values: Vec<String> = row.iter().map(ToString::to_string).collect();
                text.push_str(&values.join(","));
                text.push('\n');
            }
            text.into_bytes()
        }
        Form::Json => {
            let scores = predictions.rows().map(|row| match row {
                [score] => json!({"score": score}),
                scores => json!({"score": scores}),
            });
            json!({"predictions": scores.collect::<Vec<_>>()}).to_string().into_bytes()
        }
    })
}

/// `{"instances": [[1, null, 3], {"features": [4, 5, 6]}]}`.
fn columns_of(body: &[u8], width: usize) -> Result<Vec<Vec<f32>>, Refusal> {
    let value: Value = serde_json::from_slice(body).map_err(Refusal::NotJson)?;
    let instances = value.get("instances").and_then(Value::as_array);
    let shape = || Refusal::Shape("send {\"instances\": [[feature, ..], ..]}".to_owned());
    let mut columns = vec![Vec::new(); width];
    for (index, instance) in instances.ok_or_else(shape)?.iter().enumerate() {
        let features = instance.get("features").unwrap_or(instance).as_array().ok_or_else(shape)?;
        let row = index + 1;
        if features.len() != width {
            return Err(XgboostError::Width { row, found: features.len(), wanted: width }.into());
        }
        for (place, (column, value)) in columns.iter_mut().zip(features).enumerate() {
            column.push(number(value).ok_or_else(|| XgboostError::NotANumber {
                row,
                column: place + 1,
                value: value.to_string().chars().take(40).collect(),
            })?);
        }
    }
    Ok(columns)
}

#[expect(clippy::cast_possible_truncation, reason = "models of XGBoost calculate in f32")]
fn number(value: &Value) -> Option<f32> {
    match value {
        Value::Null => Some(f32::NAN),
        value => value.as_f64().map(|number| number as f32).filter(|number| number.is_finite()),
    }
}
