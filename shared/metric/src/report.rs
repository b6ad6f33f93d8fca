//! What does one evaluation say, in a form that every reader shares?
//!
//! `evaluation.json` is read by JsonGet, record-metrics, compare-models, the registry, Athena and
//! the console; these types are its one definition. Reading and writing go through checks, so that
//! `NaN` can neither enter nor leave. Where the bytes come from is left out.

mod decode;
mod error;
mod non_finite;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

pub use self::error::ReportError;

/// Numbers by metric name, such as `rmse` -> 7.4; a metric that is undefined has no entry.
pub type Figures = BTreeMap<String, f64>;

/// The version of the report's shape that this crate reads and writes.
///
/// A type of its own, so that no value of [`Report`] can claim another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SchemaVersion;

impl SchemaVersion {
    /// The number that stands in the file.
    pub const NUMBER: u64 = 1;
}

impl Serialize for SchemaVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(Self::NUMBER)
    }
}

/// One evaluation of one model on one holdout: the contents of `evaluation.json`.
///
/// Only `schema_version` and `metrics` are required of a file, so that reports of older writers
/// stay readable; unknown fields are passed over, so that those of newer writers do too.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// Always 1.
    pub schema_version: SchemaVersion,
    /// The scenario that was run, such as `store-item`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// Whose data it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retailer: Option<String>,
    /// The pipeline execution that wrote the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<String>,
    /// What was evaluated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// What it was evaluated on.
    pub holdout: Holdout,
    /// The headline numbers by name.
    pub metrics: BTreeMap<String, MetricValue>,
    /// By quantile name (`p10`): `wql` and `coverage`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub quantiles: BTreeMap<String, Figures>,
    /// By horizon step, counted from 1: the pooled metrics at that distance.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<u32, Figures>,
    /// By grouping column, then by its value: `store` -> `1` -> figures.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<String, BTreeMap<String, Figures>>,
    /// By the baseline's name: its figures on the same holdout.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub baselines: BTreeMap<String, Figures>,
    /// The baseline with the least RMSE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub best_baseline: Option<BestBaseline>,
    /// Everything that could not be computed, or only after a repair, and why.
    pub undefined: Vec<Undefined>,
}

/// What was evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Model {
    /// The model's name, as the tournament or the trainer gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which trainer made it: `automl`, `xgboost` or `almanac`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trainer: Option<String>,
}

/// The data that was held out of training.
///
/// Two models are comparable only when this is the same data, which is what `fingerprint` proves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Holdout {
    /// First time stamp, as written in the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Last time stamp, included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// Steps ahead that were forecast.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub horizon: Option<u64>,
    /// Number of series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<u64>,
    /// Number of scored points, missing actuals not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points: Option<u64>,
    /// Digest of the held-out rows, `sha256:` and hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// A headline number; `value` is absent when it is undefined, and `undefined` then says why.
///
/// An object rather than a bare number because JsonGet of a pipeline and ModelMetrics of the
/// registry both address `metrics.<name>.value`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct MetricValue {
    /// The number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// The baseline to beat.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct BestBaseline {
    /// Its name, a key of `baselines`.
    pub name: String,
    /// Its figures, written beside the name.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Something that was not computed, or was repaired first, and the reason.
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord, Serialize)]
pub struct Undefined {
    /// The metric's name; `points` for rows left out and `quantiles` for repaired ones.
    pub metric: String,
    /// The series it concerns; absent when it concerns the whole panel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The reason, in words.
    pub why: String,
}

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// [`ReportError`] keeps apart what must be repaired in different places: text that is not
    /// JSON, another version, a literal such as `NaN` that Python writes, and a wrong shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReportError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let value = serde_json::from_slice::<Value>(bytes).map_err(|error| {
            let position = (error.line(), error.column());
            non_finite::first(bytes)
                .filter(|literal| literal.position <= position)
                .map_or_else(|| ReportError::not_json(&error), non_finite::Literal::into_error)
        })?;
        decode::report(&value)
    }

    /// The report as indented JSON.
    ///
    /// # Errors
    /// [`ReportError::NonFinite`] when a number is `NaN` or infinite, which JSON cannot say.
    pub fn to_json(&self) -> Result<String, ReportError> {
        if let Some(entry) = self.entries().into_iter().find(|entry| !entry.value.is_finite()) {
            return Err(ReportError::NonFinite {
                pointer: entry.pointer,
                literal: entry.value.to_string(),
                metric: entry.name,
            });
        }
        serde_json::to_string_pretty(self).map_err(|error| ReportError::not_json(&error))
    }

    /// One number by its name: `rmse`, or dotted as in [`Report::numbers`]: `p10.wql`.
    ///
    /// `None` when it is absent, undefined or (in a report built by hand) not finite.
    pub fn metric(&self, name: &str) -> Option<f64> {
        match self.metrics.get(name) {
            Some(metric) => metric.value.filter(|value| value.is_finite()),
            None if name.contains('.') => self.numbers().remove(name),
            None => None,
        }
    }

    /// Every number of the report under one flat name, for recording.
    ///
    /// `rmse`, `p10.wql`, `step.3.mae`, `store.1.rmse`, `baseline.seasonal_naive.rmse` and
    /// `best_baseline.rmse`; sorted by name, so that two recordings of a report are equal.
    pub fn numbers(&self) -> BTreeMap<String, f64> {
        let entries = self.entries().into_iter();
        let finite = entries.filter(|entry| entry.value.is_finite());
        finite.map(|entry| (entry.name, entry.value)).collect()
    }

    /// Why `metric` has no value: the entry of the whole panel first, else of the first series.
    pub fn why_undefined(&self, metric: &str) -> Option<&str> {
        let of_metric = || self.undefined.iter().filter(|entry| entry.metric == metric);
        let entry = of_metric().find(|entry| entry.series.is_none()).or_else(|| of_metric().next());
        entry.map(|entry| entry.why.as_str())
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (name, metric) in &self.metrics {
            if let Some(value) = metric.value {
                entries.push(Entry::new(name.clone(), &["metrics", name, "value"], value));
            }
        }
        for (name, figures) in &self.quantiles {
            entries.extend(Entry::all(name, &["quantiles", name], figures));
        }
        for (step, figures) in &self.steps {
            let text = step.to_string();
            entries.extend(Entry::all(&format!("step.{step}"), &["steps", &text], figures));
        }
        for (column, values) in &self.groups {
            for (value, figures) in values {
                let name = format!("{column}.{value}");
                entries.extend(Entry::all(&name, &["groups", column, value], figures));
            }
        }
        for (name, figures) in &self.baselines {
            entries.extend(Entry::all(&format!("baseline.{name}"), &["baselines", name], figures));
        }
        if let Some(best) = &self.best_baseline {
            entries.extend(Entry::all("best_baseline", &["best_baseline"], &best.figures));
        }
        entries
    }
}

impl<'de> Deserialize<'de> for Report {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        decode::report(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// One number of a report with its flat name and its place in the file.
struct Entry {
    name: String,
    pointer: String,
    value: f64,
}

impl Entry {
    fn new(name: String, path: &[&str], value: f64) -> Self {
        let pointer = path.iter().map(|segment| pointer_segment(segment)).collect();
        Self { name, pointer, value }
    }

    fn all(prefix: &str, path: &[&str], figures: &Figures) -> Vec<Self> {
        let place: String = path.iter().map(|segment| pointer_segment(segment)).collect();
        let entry = |(metric, value): (&String, &f64)| Self {
            name: format!("{prefix}.{metric}"),
            pointer: format!("{place}{}", pointer_segment(metric)),
            value: *value,
        };
        figures.iter().map(entry).collect()
    }
}

/// One segment of a JSON pointer with its slash, escaped as RFC 6901 section 3 asks.
fn pointer_segment(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}
