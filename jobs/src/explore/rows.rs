//! Which rows are explored, column by column, wherever they come from?
//!
//! A prepared history is one file with all columns of the scenario; a raw one may be several. Both
//! are read, and so are rows that stand alone. Rows that come twice are no reason to see nothing:
//! the last one counts, and they are reported.

use std::path::Path;

use scenario::Scenario;
use scenario::data::ColumnKind;
use series::assemble::{Duplicates, Notes, panel};
use series::grid::Moment;
use series::panel::{Known, Panel};
use series::read::{Source, Sources};
use series::schema::{Purpose, Schema};
use series::table::{Table, table};

use crate::failure::Failure;
use crate::history::prepared_schema;

/// A history as it is explored.
#[derive(Debug)]
pub(crate) struct History {
    /// What is explored, for people.
    pub(crate) target_name: String,
    /// The target of each row; `NaN` only where rows stand alone.
    pub(crate) target: Vec<f64>,
    /// The keys, then the other columns in the order of the schema.
    pub(crate) columns: Vec<Attribute>,
    /// The series, unless rows stand alone.
    pub(crate) panel: Option<Panel>,
    /// The number of the series of each row, and its point; empty where rows stand alone.
    pub(crate) of_series: Vec<(u32, i64)>,
    /// What was noticed while reading.
    pub(crate) notes: Notes,
}

/// A column beside the target.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attribute {
    /// Its name in the header.
    pub(crate) name: String,
    /// What its values are.
    pub(crate) values: Kind,
    /// For each row a number, 0 or 1, or the place of a level; `NaN` where there is none.
    pub(crate) numbers: Vec<f64>,
    /// What it is to the series.
    pub(crate) part: Role,
}

/// What a column is to the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It names them.
    Key,
    /// It is the same at all times.
    Static,
    /// It changes.
    Changing,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// Numbers.
    Number,
    /// Yes or no.
    Flag,
    /// Texts of which there are few.
    Category(Vec<String>),
}

impl Attribute {
    /// The text of a place among the levels, or of a flag.
    pub(crate) fn level(&self, place: usize) -> String {
        match &self.values {
            Kind::Category(levels) => levels.get(place).cloned().unwrap_or_default(),
            Kind::Flag => ["no", "yes"].get(place).map_or("", |word| *word).to_owned(),
            Kind::Number => place.to_string(),
        }
    }

    /// How many levels there are; none for a number.
    pub(crate) fn levels(&self) -> usize {
        match &self.values {
            Kind::Category(levels) => levels.len(),
            Kind::Flag => 2,
            Kind::Number => 0,
        }
    }
}

impl History {
    /// Reads the rows at a place.
    pub(crate) fn read(place: &Path, scenario: &Scenario, retailer: &str) -> Result<Self, Failure> {
        let raw = Schema::of(scenario);
        let is_raw = place.is_dir() && raw.files.len() > 1 && has_files(place, &raw);
        let schema = if is_raw { raw } else { prepared_schema(scenario) };
        if schema.time.is_none() {
            let rows = table(Source::path(place)?, &schema)?;
            let chosen = of_retailer(&rows, scenario, retailer)?;
            return Ok(Self::alone(&rows, &schema, &chosen));
        }
        let sources = Sources::path(place, &schema)?;
        let assembled = panel(sources, &schema, Duplicates::Last)?;
        Ok(Self::in_series(assembled.panel, assembled.notes, &schema))
    }

    fn in_series(panel: Panel, notes: Notes, schema: &Schema) -> Self {
        let mut of_series = Vec::new();
        let mut target = Vec::new();
        for (number, series) in (0..).zip(&panel.series) {
            for (point, value) in (series.start..).zip(&series.target) {
                if !value.is_nan() {
                    of_series.push((number, point));
                    target.push(*value);
                }
            }
        }
        let keys = (0..panel.keys.len()).map(|key| key_attribute(&panel, key, &of_series));
        let others = (0..panel.columns.len())
            .filter_map(|column| attribute(&panel, column, schema, &of_series));
        let columns = keys.chain(others).collect();
        let target_name = schema.target.clone();
        Self { target_name, target, columns, panel: Some(panel), of_series, notes }
    }

    fn alone(rows: &Table, schema: &Schema, chosen: &[usize]) -> Self {
        let pick = |values: &[f64]| -> Vec<f64> {
            chosen.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect()
        };
        let features = rows.columns.iter();
        let features = features.filter(|it| matches!(it.purpose, Purpose::Feature(_)));
        let columns = features.map(|column| Attribute {
            name: column.name.clone(),
            values: kind(column.levels.as_ref(), &column.name, schema),
            numbers: pick(&column.values),
            part: Role::Changing,
        });
        Self {
            target_name: schema.target.clone(),
            target: pick(&rows.target),
            columns: columns.collect(),
            panel: None,
            of_series: Vec::new(),
            notes: Notes {
                rows: chosen.len() as u64,
                formats: rows.formats.clone(),
                ..Notes::default()
            },
        }
    }

    /// How many series there are.
    pub(crate) fn series(&self) -> usize {
        self.panel.as_ref().map_or(0, |panel| panel.series.len())
    }

    /// The first and the last moment.
    pub(crate) fn span(&self) -> Option<(Moment, Moment)> {
        let panel = self.panel.as_ref()?;
        let (first, last) = panel.extent()?;
        Some((panel.grid.moment(first), panel.grid.moment(last)))
    }

    /// A column by its name.
    pub(crate) fn column(&self, name: &str) -> Option<&Attribute> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Whether a folder holds all files of the schema, whatever their endings are.
fn has_files(folder: &Path, schema: &Schema) -> bool {
    schema.files.iter().all(|file| {
        let one = Schema { files: vec![file.clone(), file.clone()], ..schema.clone() };
        Sources::path(folder, &one).is_ok()
    })
}

fn of_retailer(rows: &Table, scenario: &Scenario, retailer: &str) -> Result<Vec<usize>, Failure> {
    let all = 0..rows.target.len();
    let name = scenario.data().retailer.as_ref();
    let column = name.and_then(|name| rows.columns.iter().find(|it| it.name == name.as_str()));
    let Some(column) = column.filter(|_| retailer != "default") else { return Ok(all.collect()) };
    let levels = column.levels.as_deref().unwrap_or_default();
    let wanted = (0_u32..).zip(levels).find(|(_, level)| *level == retailer);
    let (wanted, _) = wanted.ok_or_else(|| Failure::NoSuchRetailer {
        retailer: retailer.to_owned(),
        known: levels.iter().take(20).cloned().collect::<Vec<_>>().join(", "),
    })?;
    let of_row = |row: usize| column.values.get(row).copied().unwrap_or(f64::NAN);
    Ok(all.filter(|&row| (of_row(row) - f64::from(wanted)).abs() < 0.5).collect())
}

fn kind(levels: Option<&Vec<String>>, name: &str, schema: &Schema) -> Kind {
    let declared = schema.columns.iter().find(|field| field.name == name);
    match levels {
        Some(levels) => Kind::Category(levels.clone()),
        None if declared.is_some_and(|field| field.kind == ColumnKind::Flag) => Kind::Flag,
        None => Kind::Number,
    }
}

fn key_attribute(panel: &Panel, key: usize, rows: &[(u32, i64)]) -> Attribute {
    let text = |series: &series::panel::Series| series.id.get(key).cloned().unwrap_or_default();
    let mut levels: Vec<String> = panel.series.iter().map(text).collect();
    levels.sort_by(|a, b| by_number(a, b));
    levels.dedup();
    let places: std::collections::BTreeMap<&str, f64> =
        levels.iter().map(String::as_str).zip((0_u32..).map(f64::from)).collect();
    let of_series: Vec<f64> = panel
        .series
        .iter()
        .map(|series| places.get(text(series).as_str()).copied().unwrap_or(f64::NAN))
        .collect();
    let number = |(series, _): &(u32, i64)| of_series.get(*series as usize).copied();
    Attribute {
        name: panel.keys.get(key).cloned().unwrap_or_default(),
        numbers: rows.iter().map(|row| number(row).unwrap_or(f64::NAN)).collect(),
        values: Kind::Category(levels),
        part: Role::Key,
    }
}

fn attribute(
    panel: &Panel,
    column: usize,
    schema: &Schema,
    rows: &[(u32, i64)],
) -> Option<Attribute> {
    let about = panel.columns.get(column)?;
    let value = |(series, point): &(u32, i64)| {
        let series = panel.series.get(*series as usize)?;
        match about.known {
            Known::Always => series.values.get(column)?.first().copied(),
            Known::Ahead | Known::Afterwards => Some(series.value_at(column, *point)),
        }
    };
    Some(Attribute {
        name: about.name.clone(),
        values: kind(about.levels.as_ref(), &about.name, schema),
        numbers: rows.iter().map(|row| value(row).unwrap_or(f64::NAN)).collect(),
        part: if about.known == Known::Always { Role::Static } else { Role::Changing },
    })
}

/// Numbers by size and before texts, so that store 2 stands before store 10.
pub(crate) fn by_number(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(one), Ok(other)) => one.total_cmp(&other).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::by_number;

    #[test]
    fn store_2_stands_before_store_10_and_numbers_before_texts() {
        let mut names = ["b", "10", "2", "a"];
        names.sort_by(|a, b| by_number(a, b));

        assert_eq!(names, ["2", "10", "a", "b"]);
    }
}
