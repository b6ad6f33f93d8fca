//! How does a JSON value become a report, and which field is to blame when it does not?
//!
//! Written by hand rather than derived, because a writer of reports needs the pointer of the wrong
//! field, and because a derived reader would drop a `null` where this one lists it as undefined.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::report::{
    BestBaseline, Figures, Holdout, MetricValue, Model, Report, ReportError, SchemaVersion,
    Undefined, non_finite, pointer_segment,
};

/// Reads the whole report.
pub(super) fn report(value: &Value) -> Result<Report, ReportError> {
    let root = Field { path: Vec::new(), value };
    let version = root.required("schema_version")?.count()?;
    if version != SchemaVersion::NUMBER {
        return Err(ReportError::UnsupportedVersion { found: version });
    }
    let mut nulls = Vec::new();
    let mut report = Report {
        schema_version: SchemaVersion,
        scenario: root.text("scenario")?,
        retailer: root.text("retailer")?,
        execution_id: root.text("execution_id")?,
        model: root.optional("model")?.map(|field| model(&field)).transpose()?,
        holdout: root
            .optional("holdout")?
            .map_or(Ok(Holdout::default()), |field| holdout(&field))?,
        metrics: root.required("metrics")?.entries(metric)?,
        quantiles: root.map("quantiles", |field| field.figures(&mut nulls))?,
        steps: steps(&root, &mut nulls)?,
        groups: root.map("groups", |column| column.entries(|field| field.figures(&mut nulls)))?,
        baselines: root.map("baselines", |field| field.figures(&mut nulls))?,
        best_baseline: root
            .optional("best_baseline")?
            .map(|field| best_baseline(&field, &mut nulls))
            .transpose()?,
        undefined: undefined(&root)?,
    };
    for metric in nulls {
        if report.why_undefined(&metric).is_none() {
            let why = "the report holds null and gives no reason".to_owned();
            report.undefined.push(Undefined { metric, series: None, why });
        }
    }
    Ok(report)
}

fn model(field: &Field<'_>) -> Result<Model, ReportError> {
    Ok(Model { name: field.text("name")?, trainer: field.text("trainer")? })
}

fn holdout(field: &Field<'_>) -> Result<Holdout, ReportError> {
    let count = |name| field.optional(name)?.map(|field| field.count()).transpose();
    Ok(Holdout {
        start: field.text("start")?,
        end: field.text("end")?,
        horizon: count("horizon")?,
        series: count("series")?,
        points: count("points")?,
        fingerprint: field.text("fingerprint")?,
    })
}

fn metric(field: &Field<'_>) -> Result<MetricValue, ReportError> {
    let value = field.optional("value")?.map(|field| field.number()).transpose()?;
    Ok(MetricValue { value })
}

fn steps(root: &Field<'_>, nulls: &mut Vec<String>) -> Result<BTreeMap<u32, Figures>, ReportError> {
    let mut steps = BTreeMap::new();
    let Some(field) = root.optional("steps")? else { return Ok(steps) };
    for name in field.object()?.keys() {
        let step = field.required(name)?;
        let number = name.parse().map_err(|_| step.wrong("must be named by a whole number"))?;
        steps.insert(number, step.figures(nulls)?);
    }
    Ok(steps)
}

fn best_baseline(field: &Field<'_>, nulls: &mut Vec<String>) -> Result<BestBaseline, ReportError> {
    let name = field.required("name")?.string()?;
    let mut figures = Figures::new();
    for metric in field.object()?.keys().filter(|key| *key != "name") {
        let Some(figure) = field.optional(metric)? else {
            nulls.push(format!("best_baseline.{metric}"));
            continue;
        };
        // A number is a figure of the baseline; anything else is an unknown field.
        if figure.value.is_number() {
            figures.insert(metric.clone(), figure.number()?);
        }
    }
    Ok(BestBaseline { name, figures })
}

fn undefined(root: &Field<'_>) -> Result<Vec<Undefined>, ReportError> {
    let Some(field) = root.optional("undefined")? else { return Ok(Vec::new()) };
    let Value::Array(items) = field.value else {
        return Err(field.expected("a list"));
    };
    let read = |(index, value): (usize, &Value)| {
        let item = field.child(&index.to_string(), value);
        Ok(Undefined {
            metric: item.required("metric")?.string()?,
            series: item.text("series")?,
            why: item.text("why")?.unwrap_or_default(),
        })
    };
    items.iter().enumerate().map(read).collect()
}

/// A value and where it stands.
struct Field<'a> {
    path: Vec<String>,
    value: &'a Value,
}

impl<'a> Field<'a> {
    fn child(&self, name: &str, value: &'a Value) -> Self {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Field { path, value }
    }

    fn pointer(&self) -> String {
        self.path.iter().map(|segment| pointer_segment(segment)).collect()
    }

    fn wrong(&self, message: &str) -> ReportError {
        ReportError::Shape { pointer: self.pointer(), message: message.to_owned() }
    }

    fn expected(&self, what: &str) -> ReportError {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a truth value",
            Value::Number(_) => "a number",
            Value::String(_) => "text",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        };
        self.wrong(&format!("must be {what}, found {found}"))
    }

    fn object(&self) -> Result<&'a Map<String, Value>, ReportError> {
        self.value.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// The field of that name; `null` counts as absent.
    fn optional(&self, name: &str) -> Result<Option<Field<'a>>, ReportError> {
        let value = self.object()?.get(name).filter(|value| !value.is_null());
        Ok(value.map(|value| self.child(name, value)))
    }

    fn required(&self, name: &str) -> Result<Field<'a>, ReportError> {
        let value = self.object()?.get(name);
        value
            .map(|value| self.child(name, value))
            .ok_or_else(|| self.child(name, &Value::Null).wrong("is missing"))
    }

    fn string(&self) -> Result<String, ReportError> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.expected("text"))
    }

    fn text(&self, name: &str) -> Result<Option<String>, ReportError> {
        self.optional(name)?.map(|field| field.string()).transpose()
    }

    fn number(&self) -> Result<f64, ReportError> {
        let Value::Number(number) = self.value else {
            return Err(self.expected("a number"));
        };
        // Only reached with a build of serde_json that keeps 1e999 as text.
        let finite = number.as_f64().filter(|number| number.is_finite());
        finite.ok_or_else(|| ReportError::NonFinite {
            pointer: self.pointer(),
            literal: number.to_string(),
            metric: non_finite::metric_of(&self.path),
        })
    }

    /// A whole number; `90.0` is one, because some writers know no integers.
    fn count(&self) -> Result<u64, ReportError> {
        let number = self.value.as_number().and_then(|number| {
            let text = number.to_string();
            text.strip_suffix(".0").unwrap_or(&text).parse().ok()
        });
        number.ok_or_else(|| self.expected("a whole number of at least 0"))
    }

    fn figures(&self, nulls: &mut Vec<String>) -> Result<Figures, ReportError> {
        let mut figures = Figures::new();
        for name in self.object()?.keys() {
            if let Some(figure) = self.optional(name)? {
                figures.insert(name.clone(), figure.number()?);
            } else {
                let path = self.child(name, &Value::Null).path;
                nulls.push(non_finite::metric_of(&path));
            }
        }
        Ok(figures)
    }

    fn entries<T>(
        &self,
        mut read: impl FnMut(&Field<'a>) -> Result<T, ReportError>,
    ) -> Result<BTreeMap<String, T>, ReportError> {
        let entry = |(name, value): (&String, &'a Value)| {
            Ok((name.clone(), read(&self.child(name, value))?))
        };
        self.object()?.iter().map(entry).collect()
    }

    fn map<T>(
        &self,
        name: &str,
        read: impl FnMut(&Field<'a>) -> Result<T, ReportError>,
    ) -> Result<BTreeMap<String, T>, ReportError> {
        self.optional(name)?.map_or(Ok(BTreeMap::new()), |field| field.entries(read))
    }
}
