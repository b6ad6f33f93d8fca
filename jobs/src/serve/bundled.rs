//! A bundle of ours, asked for forecasts.
//!
//! | request | answer |
//! |---|---|
//! | CSV with header, the scenario's columns | the series in it, from where they end; of those that the model knows only what is new need be sent |
//! | `{"instances": [{"store": "1", "date": "2018-01-01", "sales": 12}, ..]}` | the same |
//! | `{"ids": [{"store": "1", "item": "2"}], "horizon": 7}` | these series, from where the training ended; all of them without `ids` |
//!
//! Rows without a target say what is known ahead; one that the forecast does not reach is refused.
//! What is unusual about the series, such as that the model has not seen them, is said in `notes`
//! of a JSON answer and in the header `X-Amzn-SageMaker-Custom-Attributes` of any. Of a model of
//! rows that stand alone every row is answered with its prediction.

use std::io::Cursor;
use std::sync::OnceLock;

use forecast::{Fitted, PanelForecast, SeriesForecast};
use metric::QuantileLevels;
use serde_json::{Map, Value, json};
use series::panel::Panel;
use series::read::{ReadError, Source};
use series::schema::{Presence, Purpose, Schema};
use series::table::table;

use crate::bundle::{Bundle, Kind, RowsModel};
use crate::continued::{Continued, continued};
use crate::failure::Failure;
use crate::forecast_file;
use crate::history::prepared_schema;
use crate::notes;
use crate::serve::answer::{Answer, Refusal};
use crate::serve::wire::Form;
use crate::table::Table;

/// The longest forecast that is answered at once.
const LONGEST: u64 = 5000;

/// A bundle that is ready to answer.
#[derive(Debug)]
pub(crate) struct Bundled {
    bundle: Bundle,
    schema: Schema,
    /// What comes after the training, made when it is first asked for.
    next: OnceLock<PanelForecast>,
}

impl Bundled {
    pub(crate) fn new(bundle: Bundle) -> Self {
        let mut schema = prepared_schema(&bundle.scenario).of_rows_ahead();
        // Who asks knows whose rows these are; a feature that lacks may be a misspelt one.
        for field in schema.columns.iter_mut().filter(|it| it.purpose == Purpose::Identifier) {
            field.presence = Presence::Optional;
        }
        Self { bundle, schema, next: OnceLock::new() }
    }

    pub(crate) fn title(&self) -> String {
        let manifest = &self.bundle.manifest;
        format!("{} of {} by {}", manifest.scenario, manifest.retailer, manifest.model)
    }

    pub(crate) fn answer(&self, given: Form, body: &[u8], wanted: Form) -> Result<Answer, Refusal> {
        let asked = match given {
            Form::Csv => Asked { rows: Some(body.to_vec()), ..Asked::default() },
            Form::Json => Asked::read(body, &self.schema)?,
        };
        let (answer, notes) = match &self.bundle.kind {
            Kind::Series { fitted, history } => self.series(fitted, history, asked)?,
            Kind::Rows(model) => (self.rows(model, asked)?, Vec::new()),
        };
        let body = match wanted {
            Form::Csv => {
                let mut text = Vec::new();
                answer.csv(&mut text).map_err(|_| Refusal::Defect)?;
                text
            }
            Form::Json => {
                let mut members = Map::from_iter([("predictions".to_owned(), objects(&answer))]);
                if !notes.is_empty() {
                    members.insert("notes".to_owned(), json!(notes));
                }
                Value::Object(members).to_string().into_bytes()
            }
        };
        Ok(Answer { body, notes })
    }

    fn series(
        &self,
        fitted: &Fitted,
        history: &Panel,
        asked: Asked,
    ) -> Result<(Table, Vec<String>), Refusal> {
        let usual = fitted.task.horizon as u64;
        let horizon = asked.horizon.unwrap_or(usual);
        if horizon == 0 || horizon > LONGEST {
            return Err(Refusal::Shape(format!(
                "`horizon` is {horizon}: ask for 1 to {LONGEST} points"
            )));
        }
        let steps = usize::try_from(horizon).map_err(|_| Refusal::Defect)?;
        let Some(rows) = asked.rows else {
            let chosen = chosen(history, asked.ids.as_deref())?;
            let notes = notes::ended_early(history, &chosen, steps).into_iter().collect();
            let next = self.next(fitted, history, steps, &chosen)?;
            let times = self.bundle.manifest.times.as_ref();
            return Ok((self.laid_out(&next, history).written_as(times), notes));
        };
        let of = (&self.bundle, fitted, history);
        let Continued { panel, places, notes, times } =
            continued(of, ("the request", rows), &self.schema, steps)?;
        let forecast = fitted.forecast_some(&panel, steps, &places)?;
        Ok((self.laid_out(&forecast, &panel).written_as(times.as_ref()), notes))
    }

    /// The forecast of known series from where the training ended. Up to the horizon of the model it
    /// is the beginning of one forecast, which is made once.
    fn next(
        &self,
        fitted: &Fitted,
        history: &Panel,
        steps: usize,
        chosen: &[usize],
    ) -> Result<PanelForecast, Refusal> {
        if steps > fitted.task.horizon {
            return Ok(fitted.forecast_some(history, steps, chosen)?);
        }
        if let Some(known) = self.next.get() {
            return Ok(part(known, chosen, steps));
        }
        let made = fitted.forecast(history, fitted.task.horizon)?;
        Ok(part(self.next.get_or_init(|| made), chosen, steps))
    }

    fn laid_out(&self, forecast: &PanelForecast, panel: &Panel) -> Table {
        let time = self.bundle.scenario.series().map_or("time", |series| series.time.as_str());
        forecast_file::table(forecast, &panel.keys, time, panel.grid)
    }

    fn rows(&self, model: &RowsModel, asked: Asked) -> Result<Table, Refusal> {
        let Some(rows) = asked.rows else {
            return Err(Refusal::Shape("send rows: {\"instances\": [{..}]}".to_owned()));
        };
        let read = table(Source::stream("the request", Cursor::new(rows)), &self.schema)?;
        let features = model.features.table(&read).map_err(|it| Refusal::Shape(it.to_string()))?;
        let predicted = model.model.predict(&features)?;
        let mut answer = Table::new().number("mean", predicted.iter().map(|it| it.mean));
        for (place, level) in model.model.task.quantiles.iter().enumerate() {
            let values = predicted.iter().map(|it| it.quantiles.get(place).copied());
            answer = answer
                .number(&QuantileLevels::name(*level), values.map(|it| it.unwrap_or(f64::NAN)));
        }
        Ok(answer)
    }
}

/// What a request asks for.
#[derive(Debug, Default)]
struct Asked {
    /// Rows as CSV with header.
    rows: Option<Vec<u8>>,
    ids: Option<Vec<Map<String, Value>>>,
    horizon: Option<u64>,
}

impl Asked {
    fn read(body: &[u8], schema: &Schema) -> Result<Self, Refusal> {
        let value: Value = serde_json::from_slice(body).map_err(Refusal::NotJson)?;
        let shape = |text: &str| Refusal::Shape(text.to_owned());
        let Value::Object(mut members) = value else {
            return Err(shape("send an object with `instances`, or with `ids` and `horizon`"));
        };
        let horizon = members.remove("horizon");
        let horizon =
            horizon.map(|it| it.as_u64().ok_or_else(|| shape("`horizon` is no whole number")));
        let objects = |value: Value, name: &str| match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    Value::Object(members) => Ok(members),
                    other => {
                        Err(Refusal::Shape(format!("`{name}` holds {other}, which is no object")))
                    }
                })
                .collect::<Result<Vec<_>, _>>(),
            _ => Err(Refusal::Shape(format!("`{name}` is no list"))),
        };
        let rows = members.remove("instances").map(|it| objects(it, "instances")).transpose()?;
        let ids = members.remove("ids").map(|it| objects(it, "ids")).transpose()?;
        if let Some(name) = members.keys().next() {
            return Err(Refusal::Shape(format!(
                "`{name}` is unknown; there are `instances`, `ids` and `horizon`"
            )));
        }
        let rows = rows.map(|rows| as_csv(&rows, schema)).transpose()?;
        Ok(Self { rows, ids, horizon: horizon.transpose()? })
    }
}

/// Objects as rows of the schema's columns.
fn as_csv(rows: &[Map<String, Value>], schema: &Schema) -> Result<Vec<u8>, Refusal> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let is_there = |name: &str| rows.iter().any(|row| row.contains_key(name));
    let columns: Vec<&str> =
        schema.columns.iter().map(|it| it.name.as_str()).filter(|it| is_there(it)).collect();
    let defect = |_| Refusal::Defect;
    writer.write_record(&columns).map_err(defect)?;
    for (number, row) in (1..).zip(rows) {
        if let Some(name) = row.keys().find(|name| !columns.contains(&name.as_str())) {
            let known: Vec<&str> = schema.columns.iter().map(|it| it.name.as_str()).collect();
            return Err(Refusal::Shape(format!(
                "instance {number} has `{name}`, which the model does not know; it knows {}",
                known.join(", ")
            )));
        }
        let text = |name: &&str| match row.get(*name) {
            None | Some(Value::Null) => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
            Some(other) => {
                Err(Refusal::Shape(format!("instance {number}, `{name}`: {other} is no value")))
            }
        };
        let record = columns.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        writer.write_record(&record).map_err(defect)?;
    }
    writer.into_inner().map_err(|_| Refusal::Defect)
}

/// The places of the series that are asked for; all of them if none is named.
fn chosen(history: &Panel, ids: Option<&[Map<String, Value>]>) -> Result<Vec<usize>, Refusal> {
    let Some(ids) = ids else {
        return Ok((0..history.series.len()).collect());
    };
    let place = |members: &Map<String, Value>| {
        let part = |key: &String| match members.get(key) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None => Err(Refusal::Shape(format!("an id lacks `{key}`"))),
        };
        let id = history.keys.iter().map(part).collect::<Result<Vec<_>, _>>()?;
        // Series are in the order of their ids.
        let found = history.series.binary_search_by(|series| series.id.cmp(&id));
        found.map_err(|_| {
            Refusal::Shape(format!("series `{}` is unknown; send its history", id.join(", ")))
        })
    };
    ids.iter().map(place).collect()
}

/// Some series of a forecast, so many steps of each.
fn part(forecast: &PanelForecast, places: &[usize], steps: usize) -> PanelForecast {
    let series = places.iter().filter_map(|&place| forecast.series.get(place));
    let shorter = series.map(|it| SeriesForecast {
        id: it.id.clone(),
        start: it.start,
        mean: it.mean.iter().take(steps).copied().collect(),
        quantiles: it.quantiles.iter().take(steps).cloned().collect(),
    });
    PanelForecast { levels: forecast.levels.clone(), series: shorter.collect() }
}

/// Rows as objects; what is missing is null.
fn objects(table: &Table) -> Value {
    let rows = (0..table.rows()).map(|row| {
        let members =
            table.columns().iter().map(|(name, column)| (name.clone(), column.json_of(row)));
        Value::Object(members.collect())
    });
    Value::Array(rows.collect())
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Shape(failure.chain())
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Shape(error.to_string())
    }
}

impl From<forecast::Error> for Refusal {
    fn from(error: forecast::Error) -> Self {
        Self::Shape(error.to_string())
    }
}
