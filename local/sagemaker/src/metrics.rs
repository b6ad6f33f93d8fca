//! The metrics of trial components: points, written by `BatchPutMetrics` and by training jobs.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::{Batch, Caller, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::call::Handler;
use crate::entity::{Body, required, text, word};
use crate::experiments::COMPONENT;
use crate::plane::{Answer, Plane};

const DOCUMENTS: &str = "sagemaker.metric";

/// One value, as requests and training jobs give it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    metric_name: String,
    timestamp: f64,
    #[serde(default)]
    step: Option<i64>,
    value: f64,
}

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "BatchPutMetrics" => batch_put,
        "BatchGetMetrics" => batch_get,
        _ => return None,
    })
}

/// Answers success even if some points were not taken: those are listed.
fn batch_put(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let named = plane.named(&COMPONENT, request)?;
    plane.allow(caller, "BatchPutMetrics", &named.arn)?;
    let points = request.get("MetricData").and_then(Value::as_array).cloned().unwrap_or_default();
    let errors = plane.change(|batch| {
        let found: Option<Body> = batch.read(COMPONENT.documents, &named.key())?;
        let mut errors = Vec::new();
        for (index, point) in points.iter().enumerate() {
            let code = match found {
                None => Some("VALIDATION_ERROR"),
                Some(_) if put(batch, &named.key(), point)? => None,
                Some(_) => Some("CONFLICT_ERROR"),
            };
            errors.extend(code.map(|code| json!({"Code": code, "MetricIndex": index})));
        }
        Ok::<_, Refusal>(errors)
    })?;
    Ok(if errors.is_empty() { json!({}) } else { json!({"Errors": errors}) })
}

/// Writes a point of a component; tells whether there was none of the same name, time and step.
pub(crate) fn put(batch: &Batch<'_>, component: &str, point: &Value) -> Result<bool, Refusal> {
    let point = Point::deserialize(point).map_err(Refusal::internal)?;
    let step = point.step.map(|step| step.to_string()).unwrap_or_default();
    let parts = [component, &point.metric_name, &point.timestamp.to_string(), &step];
    // No name can have this separator.
    let key = parts.join("\u{1f}");
    if batch.read::<Point>(DOCUMENTS, &key)?.is_some() {
        return Ok(false);
    }
    batch.put(DOCUMENTS, &key, &point)?;
    Ok(true)
}

/// Forgets the points of a component that is deleted.
pub(crate) fn forget(batch: &Batch<'_>, component: &str) -> Result<(), Refusal> {
    for (key, _) in batch.with_prefix::<Point>(DOCUMENTS, &format!("{component}\u{1f}"))? {
        batch.remove(DOCUMENTS, &key)?;
    }
    Ok(())
}

/// The points of a component by metric, each in order of time and step.
fn of_component(plane: &Plane, key: &str) -> Result<BTreeMap<String, Vec<Point>>, Refusal> {
    let prefix = format!("{key}\u{1f}");
    let mut metrics: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for (_, point) in plane.machine.store.with_prefix::<Point>(DOCUMENTS, &prefix)? {
        metrics.entry(point.metric_name.clone()).or_default().push(point);
    }
    for points in metrics.values_mut() {
        points.sort_by(|one, other| {
            one.timestamp.total_cmp(&other.timestamp).then(one.step.cmp(&other.step))
        });
    }
    Ok(metrics)
}

/// What Describe shows of the metrics of a component.
pub(crate) fn summaries(plane: &Plane, component: &Body) -> Result<Vec<Value>, Refusal> {
    let key = word(component, "TrialComponentName").to_lowercase();
    let arn = word(component, "TrialComponentArn");
    let metrics = of_component(plane, &key)?;
    let summary = |(name, points): (&String, &Vec<Point>)| {
        let numbers = Numbers::of(points.iter().map(|point| point.value));
        json!({
            "MetricName": name,
            "SourceArn": arn,
            "TimeStamp": points.last().map(|point| point.timestamp),
            "Max": numbers.max,
            "Min": numbers.min,
            "Last": numbers.last,
            "Count": numbers.count,
            "Avg": numbers.mean,
            "StdDev": numbers.deviation,
        })
    };
    Ok(metrics.iter().map(summary).collect())
}

/// What summaries and queries say of several values.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Numbers {
    count: u32,
    min: f64,
    max: f64,
    mean: f64,
    last: f64,
    deviation: f64,
}

impl Numbers {
    /// Welford's method; the deviation is that of the whole population.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
        let none = Self { count: 0, min, max, mean: 0.0, last: 0.0, deviation: 0.0 };
        let mut squares = 0.0;
        let mut all = values.fold(none, |so_far, value| {
            let count = so_far.count.saturating_add(1);
            let off = value - so_far.mean;
            let mean = so_far.mean + off / f64::from(count);
            squares += off * (value - mean);
            let (min, max) = (so_far.min.min(value), so_far.max.max(value));
            Self { count, min, max, mean, last: value, deviation: 0.0 }
        });
        if all.count > 0 {
            all.deviation = (squares / f64::from(all.count)).sqrt();
        }
        all
    }

    fn statistic(&self, name: &str) -> f64 {
        match name {
            "Min" => self.min,
            "Max" => self.max,
            "Avg" => self.mean,
            "Count" => f64::from(self.count),
            "StdDev" => self.deviation,
            _ => self.last,
        }
    }
}

fn batch_get(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let queries = request.get("MetricQueries").and_then(Value::as_array);
    let queries = queries.into_iter().flatten();
    let results: Result<Vec<_>, _> = queries.map(|query| result(plane, caller, query)).collect();
    Ok(json!({"MetricQueryResults": results?}))
}

fn result(plane: &Plane, caller: &Caller, query: &Value) -> Result<Value, Refusal> {
    let arn = required(query, "ResourceArn")?;
    plane.allow(caller, "BatchGetMetrics", arn)?;
    let named = plane.name(&COMPONENT, arn);
    let found: Option<Body> = plane.machine.store.read(COMPONENT.documents, &named.key())?;
    if found.is_none() || named.arn != arn {
        let message = format!("{arn} is no trial component.");
        let none: [i64; 0] = [];
        return Ok(json!({
            "Status": "ValidationError", "Message": message,
            "XAxisValues": none, "MetricValues": none,
        }));
    }
    let mut metrics = of_component(plane, &named.key())?;
    let points = metrics.remove(required(query, "MetricName")?).unwrap_or_default();
    let limit = |name: &str| query.get(name).and_then(Value::as_i64);
    let mut groups: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for point in &points {
        let Some(at) = place(query, point) else { continue };
        let is_early = limit("Start").is_some_and(|start| at < start);
        let is_late = limit("End").is_some_and(|end| at > end);
        if !is_early && !is_late {
            groups.entry(at).or_default().push(point.value);
        }
    }
    let statistic = text(query, "MetricStat").unwrap_or("Last");
    let value = |values: &Vec<f64>| Numbers::of(values.iter().copied()).statistic(statistic);
    Ok(json!({
        "Status": "Complete",
        "XAxisValues": groups.keys().collect::<Vec<_>>(),
        "MetricValues": groups.values().map(value).collect::<Vec<_>>(),
    }))
}

/// Where a point is on the axis that a query asks for: its step, or the second in which the period
/// begins that it is in.
#[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 are small")]
fn place(query: &Value, point: &Point) -> Option<i64> {
    if text(query, "XAxisType") == Some("IterationNumber") {
        return point.step;
    }
    let second = point.timestamp.floor() as i64;
    let period = match text(query, "Period") {
        Some("OneMinute") => 60,
        Some("FiveMinute") => 300,
        Some("OneHour") => 3600,
        _ => 1,
    };
    Some(second - second.rem_euclid(period))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_values_are_those_of_a_text_book() {
        let numbers = Numbers::of([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0].into_iter());

        assert_eq!(
            numbers,
            Numbers { count: 8, min: 2.0, max: 9.0, mean: 5.0, last: 9.0, deviation: 2.0 }
        );
    }
}
