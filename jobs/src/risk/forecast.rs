//! What does a forecast say of each series, step by step?
//!
//! A forecast is CSV or Parquet with header: the id columns, the time column, `mean` and quantiles
//! such as `p10`. Where there is no `mean`, as AutoML may leave it out, the median stands for it.
//! A folder is read file by file.

use std::collections::BTreeMap;
use std::path::Path;

use scenario::Scenario;
use scenario::data::ColumnKind;
use series::grid::Moment;
use series::panel::Known;
use series::read::{Batch, Place, ReadError, Reader, Source};
use series::schema::{Field, MISSING, Presence, Purpose, Schema};

use super::RiskError;

/// The forecast of all series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Forecast {
    /// The names of the id columns.
    pub(crate) keys: Vec<String>,
    /// The name of the time column.
    pub(crate) time: String,
    /// The levels of the quantiles, ascending; at least two.
    pub(crate) levels: Vec<f64>,
    /// The series, by their ids.
    pub(crate) series: Vec<OfSeries>,
}

/// The forecast of one series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OfSeries {
    /// The values of the id columns.
    pub(crate) id: Vec<String>,
    /// In the order of time.
    pub(crate) steps: Vec<Step>,
}

/// The forecast of one series and moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) moment: Moment,
    pub(crate) mean: f64,
    /// Ascending, `NaN` where there is none.
    pub(crate) quantiles: Vec<f64>,
}

const MEAN: &str = "mean";

impl Forecast {
    /// Reads the forecast of a scenario.
    pub(crate) fn read(place: &Path, scenario: &Scenario) -> Result<Self, RiskError> {
        let series = scenario.series();
        let series = series.ok_or_else(|| RiskError::NoSeries(scenario.name().to_string()))?;
        let keys = series.key.iter().map(ToString::to_string).collect();
        let bare = schema(keys, series.time.as_str(), scenario.data().missing.clone());
        let names = names(place, &bare)?;
        let mut levels: Vec<(f64, String)> =
            names.iter().filter_map(|name| Some((level(name)?, name.clone()))).collect();
        levels.sort_by(|a, b| a.0.total_cmp(&b.0));
        if levels.len() < 2 {
            let place = place.display().to_string();
            return Err(RiskError::TooFewQuantiles { place, found: names.join(", ") });
        }
        let mut whole = bare;
        let numbers = levels.iter().map(|(_, name)| name.as_str());
        for name in numbers.chain(names.iter().map(String::as_str).filter(|name| *name == MEAN)) {
            whole.columns.push(number(name));
        }
        let levels: Vec<f64> = levels.into_iter().map(|(level, _)| level).collect();
        let rows = rows(place, &whole, &levels)?;
        Ok(Self { keys: whole.keys, time: series.time.to_string(), levels, series: rows })
    }

    /// The largest number of steps of any series.
    pub(crate) fn horizon(&self) -> usize {
        self.series.iter().map(|series| series.steps.len()).max().unwrap_or(0)
    }

    /// The name of a series for people.
    pub(crate) fn name(&self, id: &[String]) -> String {
        let parts = self.keys.iter().zip(id).map(|(key, text)| format!("{key} {text}"));
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// Keys and time, as a schema; more columns can be added.
pub(super) fn schema(keys: Vec<String>, time: &str, mut missing: Vec<String>) -> Schema {
    missing.extend(MISSING.map(str::to_owned));
    let mut columns: Vec<Field> =
        keys.iter().map(|key| field(key, ColumnKind::Category, Purpose::Key)).collect();
    if !time.is_empty() {
        columns.push(field(time, ColumnKind::Timestamp, Purpose::Time));
    }
    Schema {
        columns,
        keys,
        time: (!time.is_empty()).then(|| time.to_owned()),
        target: String::new(),
        frequency: None,
        ahead: 0,
        missing,
        files: Vec::new(),
    }
}

/// A column of numbers.
pub(super) fn number(name: &str) -> Field {
    field(name, ColumnKind::Number, Purpose::Feature(Known::Afterwards))
}

fn field(name: &str, kind: ColumnKind, purpose: Purpose) -> Field {
    Field { name: name.to_owned(), kind, purpose, presence: Presence::Required }
}

/// The columns of the first file.
fn names(place: &Path, schema: &Schema) -> Result<Vec<String>, ReadError> {
    let reader = Reader::open(Source::path(place)?, schema)?;
    Ok(reader.formats().first().map(|format| format.names.clone()).unwrap_or_default())
}

/// 0.1 for `p10`, 0.025 for `p2.5`.
fn level(name: &str) -> Option<f64> {
    let percent = name.strip_prefix('p')?;
    let is_plain = percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let level = percent.parse::<f64>().ok().filter(|_| is_plain)? / 100.0;
    (level > 0.0 && level < 1.0).then_some(level)
}

fn rows(place: &Path, schema: &Schema, levels: &[f64]) -> Result<Vec<OfSeries>, RiskError> {
    let columns = schema.keys.len() + 1..schema.keys.len() + 1 + levels.len();
    let mut reader = Reader::open(Source::path(place)?, schema)?;
    let mut batch = Batch::default();
    let mut found: BTreeMap<(u32, Moment), (Place, Step)> = BTreeMap::new();
    while reader.read(&mut batch)? {
        if let Some(fault) = batch.faults().first() {
            return Err(ReadError::Fault(fault.clone()).into());
        }
        for row in 0..batch.rows() {
            let place = batch.place(row);
            let (series, moment) = named(&batch, row).ok_or_else(|| RiskError::Nameless {
                place: place.clone(),
                columns: schema
                    .keys
                    .iter()
                    .chain(&schema.time)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", "),
            })?;
            let value = |column: usize| batch.numbers(column).get(row).copied().unwrap_or(f64::NAN);
            let mut quantiles: Vec<f64> = columns.clone().map(value).collect();
            // Quantiles that cross are put in order; where one is missing, their places must hold.
            if quantiles.iter().all(|value| value.is_finite()) {
                quantiles.sort_by(f64::total_cmp);
            }
            let mean = Some(value(columns.end)).filter(|mean| mean.is_finite());
            let mean = mean.unwrap_or_else(|| median(levels, &quantiles));
            let step = Step { moment, mean, quantiles };
            if let Some((before, _)) = found.insert((series, moment), (place.clone(), step)) {
                let series = reader.series().get(series).join(", ");
                return Err(RiskError::Repeated { place, before, series, moment });
            }
        }
    }
    Ok(in_series(found, &reader))
}

/// The median, or the middle of the two quantiles around it.
fn median(levels: &[f64], quantiles: &[f64]) -> f64 {
    let at = levels.partition_point(|level| *level < 0.5 - 1e-9);
    let value = |at: usize| quantiles.get(at).copied().unwrap_or(f64::NAN);
    let is_median = levels.get(at).is_some_and(|level| (level - 0.5).abs() < 1e-9);
    match at.checked_sub(1) {
        Some(before) if !is_median => f64::midpoint(value(before), value(at)),
        _ => value(at),
    }
}

fn named(batch: &Batch, row: usize) -> Option<(u32, Moment)> {
    let series = *batch.series().get(row).filter(|series| **series != Batch::MISSING)?;
    let moment = *batch.time().get(row).filter(|moment| **moment != Batch::NO_TIME)?;
    Some((series, Moment(moment)))
}

fn in_series(found: BTreeMap<(u32, Moment), (Place, Step)>, reader: &Reader) -> Vec<OfSeries> {
    let mut all: BTreeMap<u32, Vec<Step>> = BTreeMap::new();
    for ((series, _), (_, step)) in found {
        all.entry(series).or_default().push(step);
    }
    let id = |series: u32| reader.series().get(series).iter().map(ToString::to_string).collect();
    let of_series = all.into_iter().map(|(series, steps)| OfSeries { id: id(series), steps });
    let mut sorted: Vec<OfSeries> = of_series.collect();
    sorted.sort_by(|a, b| by_id(&a.id, &b.id));
    sorted
}

fn by_id(a: &[String], b: &[String]) -> std::cmp::Ordering {
    let parts = a.iter().zip(b).map(|(one, other)| crate::explore::rows::by_number(one, other));
    parts.into_iter().find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

#[cfg(test)]
mod tests {
    use super::{level, median};

    #[test]
    fn the_median_stands_for_a_mean_that_is_missing() {
        assert!((median(&[0.1, 0.5, 0.9], &[1.0, 2.0, 9.0]) - 2.0).abs() < 1e-12);
        assert!((median(&[0.1, 0.9], &[1.0, 9.0]) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_are_told_by_their_names() {
        let levels = ["p10", "p2.5", "p0", "p100", "price", "p1e1", "mean", "p"].map(level);

        assert_eq!(levels, [Some(0.1), Some(0.025), None, None, None, None, None, None]);
    }
}
