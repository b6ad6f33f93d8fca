//! Which columns does a history have, and what is each of them for?
//!
//! A schema comes from a scenario, or is made by hand where somebody names a time, a target and
//! perhaps ids of any file. It says nothing of where the files are.

use scenario::Scenario;
use scenario::data::{ColumnKind, Role};

use crate::frequency::Frequency;
use crate::panel::Known;

/// What many tools write where there is no value; a scenario names its own.
pub const MISSING: [&str; 9] = ["NA", "N/A", "NaN", "nan", "null", "NULL", "None", "<NA>", "#N/A"];

/// The columns of a history and how its rows form series.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    /// The columns, in the order in which a table or panel has them. Others of a file are reported
    /// and not read.
    pub columns: Vec<Field>,
    /// The columns that together name a series; none where rows stand alone or are one series.
    pub keys: Vec<String>,
    /// The column that says when; none where rows stand alone.
    pub time: Option<String>,
    /// The column that is forecast or predicted.
    pub target: String,
    /// How far apart points are; inferred where it is not given.
    pub frequency: Option<Frequency>,
    /// How many points beyond the last target are kept of columns that are known ahead.
    pub ahead: u32,
    /// Texts that stand for "no value", beside the empty one.
    pub missing: Vec<String>,
    /// The files, the first of which holds the target; none where there is just one.
    pub files: Vec<JoinedFile>,
}

/// One column that is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name in the header.
    pub name: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether a file may lack it.
    pub presence: Presence,
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A part of the name of a series.
    Key,
    /// When.
    Time,
    /// What is forecast or predicted.
    Target,
    /// What a model may learn from.
    Feature(Known),
    /// Names the row, or whose it is: kept beside its prediction, never a feature.
    Identifier,
}

/// Whether a file may lack a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It must be in the file, or in one that is joined.
    Required,
    /// Without it, all its values are missing.
    Optional,
}

/// One file of a history of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinedFile {
    /// Its name below the data's folder.
    pub name: String,
    /// The columns by which it is joined to the first file; none for the first.
    pub join: Vec<String>,
}

/// What somebody says of a file for which there is no scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The column that says when.
    pub time: String,
    /// The column that is forecast.
    pub target: String,
    /// The columns that together name a series; none if the file is one series.
    pub keys: Vec<String>,
    /// How far apart points are; inferred if it is not given.
    pub frequency: Option<Frequency>,
    /// How many points will be forecast.
    pub horizon: u32,
}

impl Schema {
    /// The schema of a scenario's history.
    pub fn of(scenario: &Scenario) -> Self {
        let (data, series) = (scenario.data(), scenario.series());
        let keys: Vec<String> = series
            .map_or_else(Vec::new, |series| series.key.iter().map(ToString::to_string).collect());
        let time = series.map(|series| series.time.to_string());
        let target = data.target.to_string();
        let fields = data.columns.iter().filter_map(|column| {
            let name = column.name.to_string();
            let purpose = purpose_of(&name, column.role, &keys, time.as_deref(), &target)?;
            Some(Field { name, kind: column.kind, purpose, presence: Presence::Required })
        });
        let window = scenario.features().holiday_window;
        Self {
            columns: fields.collect(),
            frequency: series.and_then(|series| series.frequency.as_str().parse().ok()),
            ahead: series.map_or(0, |series| series.horizon.saturating_add(window)),
            missing: data.missing.clone(),
            files: data.files.iter().map(JoinedFile::of).collect(),
            keys,
            time,
            target,
        }
    }

    /// The schema of a file that is described in a few words. Times may be days or moments.
    pub fn by_hand(outline: Outline) -> Self {
        let field = |name: &str, kind, purpose| Field {
            name: name.to_owned(),
            kind,
            purpose,
            presence: Presence::Required,
        };
        let keys = outline.keys.iter().map(|key| field(key, ColumnKind::Category, Purpose::Key));
        let mut columns: Vec<Field> = keys.collect();
        columns.push(field(&outline.time, ColumnKind::Timestamp, Purpose::Time));
        columns.push(field(&outline.target, ColumnKind::Number, Purpose::Target));
        Self {
            columns,
            keys: outline.keys,
            time: Some(outline.time),
            target: outline.target,
            frequency: outline.frequency,
            ahead: outline.horizon,
            missing: MISSING.map(str::to_owned).to_vec(),
            files: Vec::new(),
        }
    }

    /// The same for rows whose outcome is not known yet: neither the target nor what is known only
    /// afterwards has to be there.
    #[must_use]
    pub fn of_rows_ahead(mut self) -> Self {
        for field in &mut self.columns {
            if matches!(field.purpose, Purpose::Target | Purpose::Feature(Known::Afterwards)) {
                field.presence = Presence::Optional;
            }
        }
        self
    }

    /// The place of a column among [`Schema::columns`].
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|field| field.name == name)
    }

    /// The place of the target among [`Schema::columns`].
    pub fn target_place(&self) -> Option<usize> {
        self.place(&self.target)
    }
}

impl JoinedFile {
    fn of(file: &scenario::data::File) -> Self {
        let join = file.join.iter().map(ToString::to_string).collect();
        Self { name: file.name.clone(), join }
    }
}

/// What a scenario's column is for; nothing if it is not to be read.
fn purpose_of(
    name: &str,
    role: Option<Role>,
    keys: &[String],
    time: Option<&str>,
    target: &str,
) -> Option<Purpose> {
    if name == target {
        return Some(Purpose::Target);
    }
    if time == Some(name) {
        return Some(Purpose::Time);
    }
    if keys.iter().any(|key| key == name) {
        return Some(Purpose::Key);
    }
    match role {
        Some(Role::Known) => Some(Purpose::Feature(Known::Ahead)),
        Some(Role::Past) => Some(Purpose::Feature(Known::Afterwards)),
        Some(Role::Static) => Some(Purpose::Feature(Known::Always)),
        // Without a role is the retailer only.
        Some(Role::Identifier) | None => Some(Purpose::Identifier),
        Some(Role::Ignored) => None,
    }
}
