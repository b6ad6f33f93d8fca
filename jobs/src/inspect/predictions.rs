//! Which predictions are in a file, whatever its id columns are?
//!
//! The columns tell themselves by their names: numbers are `step`, `actual`, `mean` and quantiles;
//! what stands before `step` is the time, and whatever else there is names the row.

use std::path::Path;

use scenario::data::ColumnKind;
use series::grid::Moment;
use series::panel::Known;
use series::read::{Batch, ReadError, Reader, Source};
use series::schema::{Field, MISSING, Presence, Purpose, Schema};

use super::{Condition, InspectError};

/// The predictions of a file.
#[derive(Debug)]
pub(crate) struct Predictions {
    file: String,
    keys: Vec<String>,
    time: Option<String>,
    quantiles: Vec<String>,
    ids: Vec<Vec<String>>,
    rows: Vec<Row>,
}

/// One prediction.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The number of its series.
    pub(crate) series: u32,
    pub(crate) moment: Option<Moment>,
    pub(crate) step: Option<u32>,
    pub(crate) actual: f64,
    pub(crate) mean: f64,
    quantiles: Vec<f64>,
}

impl Row {
    /// The lowest and the highest quantile, where there are two.
    pub(crate) fn interval(&self) -> Option<(f64, f64)> {
        let (low, high) = (*self.quantiles.first()?, *self.quantiles.last()?);
        (self.quantiles.len() > 1 && low.is_finite() && high.is_finite()).then_some((low, high))
    }
}

/// What the columns of a file are.
struct Roles {
    keys: Vec<String>,
    time: Option<String>,
    has_step: bool,
    quantiles: Vec<String>,
}

fn level(name: &str) -> Option<f64> {
    let percent = name.strip_prefix('p')?;
    let is_plain = percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    percent.parse::<f64>().ok().filter(|level| is_plain && *level > 0.0 && *level < 100.0)
}

impl Roles {
    fn of(names: &[String]) -> Self {
        let step = names.iter().position(|name| name == "step");
        let time = step.and_then(|step| names.get(step.checked_sub(1)?)).cloned();
        let is_number = |name: &&String| {
            matches!(name.as_str(), "step" | "actual" | "mean") || level(name).is_some()
        };
        let mut quantiles: Vec<String> =
            names.iter().filter(|name| level(name).is_some()).cloned().collect();
        quantiles.sort_by(|a, b| level(a).unwrap_or(0.0).total_cmp(&level(b).unwrap_or(0.0)));
        let others = names.iter().filter(|name| !is_number(name) && Some(*name) != time.as_ref());
        Self { keys: others.cloned().collect(), time, has_step: step.is_some(), quantiles }
    }

    fn schema(&self) -> Schema {
        let field = |name: &str, kind, purpose| Field {
            name: name.to_owned(),
            kind,
            purpose,
            presence: Presence::Required,
        };
        let number =
            |name: &str| field(name, ColumnKind::Number, Purpose::Feature(Known::Afterwards));
        let mut columns = vec![number("actual"), number("mean")];
        columns.extend(self.has_step.then(|| number("step")));
        columns.extend(self.quantiles.iter().map(|name| number(name)));
        let keys = self.keys.iter();
        columns.extend(keys.map(|key| field(key, ColumnKind::Category, Purpose::Key)));
        columns
            .extend(self.time.iter().map(|time| field(time, ColumnKind::Timestamp, Purpose::Time)));
        Schema {
            columns,
            keys: self.keys.clone(),
            time: self.time.clone(),
            target: String::new(),
            frequency: None,
            ahead: 0,
            missing: MISSING.map(str::to_owned).to_vec(),
            files: Vec::new(),
        }
    }
}

impl Predictions {
    pub(crate) fn read(place: &Path) -> Result<Self, InspectError> {
        let bare = Roles { keys: Vec::new(), time: None, has_step: false, quantiles: Vec::new() };
        let header = Reader::open(Source::path(place)?, &bare.schema())?;
        let names = header.formats().first().map(|it| it.names.clone()).unwrap_or_default();
        let roles = Roles::of(&names);
        let mut reader = Reader::open(Source::path(place)?, &roles.schema())?;
        let mut rows = Vec::new();
        let mut batch = Batch::default();
        while reader.read(&mut batch)? {
            if let Some(fault) = batch.faults().first() {
                return Err(ReadError::Fault(fault.clone()).into());
            }
            rows.extend((0..batch.rows()).map(|row| roles.row(&batch, row)));
        }
        let texts = reader.series();
        let id = |series: u32| texts.get(series).iter().map(ToString::to_string).collect();
        let count = u32::try_from(texts.len()).unwrap_or(u32::MAX);
        Ok(Self {
            file: place.display().to_string(),
            keys: roles.keys,
            time: roles.time,
            quantiles: roles.quantiles,
            ids: (0..count).map(id).collect(),
            rows,
        })
    }

    /// How many quantiles there are.
    pub(crate) fn levels(&self) -> usize {
        self.quantiles.len()
    }

    /// The name of the interval, where there is one: `p10 to p90`.
    pub(crate) fn interval_name(&self) -> Option<String> {
        let (low, high) = (self.quantiles.first()?, self.quantiles.last()?);
        (low != high).then(|| format!("{low} to {high}"))
    }

    /// The name of a series for people.
    pub(crate) fn name(&self, series: u32) -> String {
        let id = self.ids.get(series as usize).map_or(&[][..], Vec::as_slice);
        let parts = self.keys.iter().zip(id).map(|(key, text)| format!("{key} {text}"));
        parts.collect::<Vec<_>>().join(", ")
    }

    /// The rows that meet all conditions.
    pub(crate) fn chosen(&self, conditions: &[Condition]) -> Result<Vec<&Row>, InspectError> {
        for condition in conditions {
            let column = &condition.column;
            if self.time.as_ref() != Some(column) && !self.keys.contains(column) {
                let known = self.keys.iter().chain(&self.time).cloned().collect::<Vec<_>>();
                return Err(InspectError::NoColumn {
                    file: self.file.clone(),
                    column: column.clone(),
                    known: known.join(", "),
                });
            }
        }
        let meets = |row: &&Row| conditions.iter().all(|condition| self.meets(row, condition));
        let found: Vec<&Row> = self.rows.iter().filter(meets).collect();
        if found.is_empty() {
            let wanted = conditions.iter().map(|it| format!("{} = {}", it.column, it.value));
            return Err(InspectError::NothingFound {
                file: self.file.clone(),
                wanted: wanted.collect::<Vec<_>>().join(" and "),
                remedy: self.remedy(conditions),
            });
        }
        Ok(found)
    }

    fn meets(&self, row: &Row, condition: &Condition) -> bool {
        if self.time.as_ref() == Some(&condition.column) {
            let wanted = condition.value.strip_suffix(" 00:00:00").unwrap_or(&condition.value);
            return row.moment.is_some_and(|moment| moment.to_string() == wanted);
        }
        let part = self.keys.iter().position(|key| *key == condition.column);
        let id = self.ids.get(row.series as usize);
        part.and_then(|part| id?.get(part)).is_some_and(|text| *text == condition.value)
    }

    /// What values the first column that leaves nothing has.
    fn remedy(&self, conditions: &[Condition]) -> String {
        let alone =
            |condition: &&Condition| !self.rows.iter().any(|row| self.meets(row, condition));
        let Some(condition) = conditions.iter().find(alone) else {
            return "each of these alone there is; ask for fewer at once".to_owned();
        };
        let part = self.keys.iter().position(|key| *key == condition.column);
        let mut known: Vec<&String> = part
            .map_or_else(Vec::new, |part| self.ids.iter().filter_map(|id| id.get(part)).collect());
        known.sort_by(|a, b| crate::explore::rows::by_number(a, b));
        known.dedup();
        let some: Vec<&str> = known.iter().take(20).map(|text| text.as_str()).collect();
        match (some.is_empty(), self.rows.first(), self.rows.last()) {
            (true, Some(Row { moment: Some(first), .. }), Some(Row { moment: Some(last), .. })) => {
                format!("`{}` goes from {first} to {last}", condition.column)
            }
            _ => format!("`{}` is one of {}", condition.column, some.join(", ")),
        }
    }
}

impl Roles {
    fn row(&self, batch: &Batch, row: usize) -> Row {
        let value = |column: usize| batch.numbers(column).get(row).copied().unwrap_or(f64::NAN);
        let first = 2 + usize::from(self.has_step);
        let step = if self.has_step { value(2) } else { f64::NAN };
        let moment = batch.time().get(row).filter(|time| **time != Batch::NO_TIME);
        Row {
            series: batch.series().get(row).copied().unwrap_or(Batch::MISSING),
            moment: moment.filter(|_| self.time.is_some()).map(|time| Moment(*time)),
            step: (step >= 0.0).then(|| whole(step)),
            actual: value(0),
            mean: value(1),
            quantiles: (first..first + self.quantiles.len()).map(value).collect(),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float saturates, and steps are small"
)]
fn whole(value: f64) -> u32 {
    value as u32
}
