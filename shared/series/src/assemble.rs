//! How do rows in any order become a panel?
//!
//! The first file is read as a stream and kept as columns of numbers, about twenty bytes a row;
//! files that are joined to it are held whole, they are small. Then the grid is laid through the
//! moments, and each series gets a place for every period from its first target to its last.
//!
//! Rows whose target is missing behind the last target of their series say what is known ahead, and
//! so do joined files: both extend the columns known ahead, by at most [`Schema::ahead`] points.
//! Where a column stands in two files, the first one that has a value decides.

mod anchor;
pub(crate) mod collect;
pub(crate) mod join;
pub(crate) mod levels;
mod place;
mod rows;

use crate::grid::Grid;
use crate::panel::{Column, Panel, Series};
use crate::read::{Format, ReadError, Sources};
use crate::schema::{Purpose, Schema};

pub use crate::assemble::anchor::{infer_frequency, lay_grid};
pub use crate::assemble::join::first_schema;
pub use crate::assemble::rows::{HeldRow, Rows};

use crate::assemble::collect::Collected;
use crate::assemble::join::Joined;
use crate::assemble::place::Placed;

/// What becomes of two rows of one series and point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Duplicates {
    /// They are refused, and both are named.
    #[default]
    Refuse,
    /// Their targets are added; of other columns the last value counts.
    Sum,
    /// The row that comes last counts.
    Last,
}

/// A panel, and what was noticed while it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembled {
    /// The panel.
    pub panel: Panel,
    /// What was noticed.
    pub notes: Notes,
}

/// What was noticed while a panel was made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Rows of the first file.
    pub rows: u64,
    /// Rows without key or time, which were left out.
    pub nameless_rows: u64,
    /// Rows that were merged with another of the same series and point.
    pub merged_rows: u64,
    /// Rows that lie before the first target of their series or too far behind the last.
    pub unused_rows: u64,
    /// Series without any target, which are not in the panel.
    pub without_target: u64,
    /// For each joined file its name and the points that it knows nothing of.
    pub unmatched: Vec<(String, u64)>,
    /// What the files turned out to be, the first one and its parts before the joined ones.
    pub formats: Vec<Format>,
}

/// Reads the files of a history into a panel.
pub fn panel(
    sources: Sources,
    schema: &Schema,
    duplicates: Duplicates,
) -> Result<Assembled, ReadError> {
    let name = sources.first.name().to_owned();
    let first = collect::collect(sources.first, &join::first_schema(schema))?;
    let mut formats = first.formats.clone();
    let files = schema.files.iter().skip(1).zip(sources.joined);
    let joined = files.map(|(file, source)| Joined::read(source, file, schema));
    let joined = joined.collect::<Result<Vec<_>, _>>()?;
    formats.extend(joined.iter().flat_map(|joined| joined.rows.formats.clone()));
    join::all_there(schema, &formats)?;
    assembled((&name, &first), (&joined, formats), schema, duplicates)
}

/// Makes a panel of rows that are held; the name appears in messages.
pub fn panel_of(
    name: &str,
    rows: &Rows,
    schema: &Schema,
    duplicates: Duplicates,
) -> Result<Assembled, ReadError> {
    assembled((name, &rows.0), (&[], rows.0.formats.clone()), schema, duplicates)
}

fn assembled(
    (name, first): (&str, &Collected),
    (joined, formats): (&[Joined], Vec<Format>),
    schema: &Schema,
    duplicates: Duplicates,
) -> Result<Assembled, ReadError> {
    let grid = grid_of(name, schema, first)?;
    let placed = place::place(first, schema, grid, duplicates)?;
    let notes = Notes { rows: first.rows, nameless_rows: first.nameless, formats, ..placed.notes };
    if placed.series.is_empty() {
        return Err(ReadError::NoRows { file: name.to_owned(), rows: first.rows });
    }
    Ok(finish(schema, (first, joined), Placed { notes, ..placed }, grid))
}

fn grid_of(file: &str, schema: &Schema, first: &Collected) -> Result<Grid, ReadError> {
    let no_frequency = || ReadError::NoFrequency { file: file.to_owned() };
    let frequency = match schema.frequency {
        Some(frequency) => frequency,
        None => infer_frequency(&first.series, &first.time).ok_or_else(no_frequency)?,
    };
    let no_rows = || ReadError::NoRows { file: file.to_owned(), rows: first.rows };
    lay_grid(&first.time, frequency).ok_or_else(no_rows)
}

/// Joins, sorts the levels and gives the panel its form.
fn finish(
    schema: &Schema,
    (first, joined): (&Collected, &[Joined]),
    placed: Placed,
    grid: Grid,
) -> Assembled {
    let Placed { mut series, mut notes } = placed;
    let mut columns = Vec::new();
    let mut kept = 0;
    for (place, field) in schema.columns.iter().enumerate() {
        let Purpose::Feature(known) = field.purpose else { continue };
        let files = std::iter::once(first).chain(joined.iter().map(|joined| &joined.rows));
        let levels = levels::of_column(place, files);
        if let Some(levels) = &levels {
            levels.translate(0, kept, &mut series);
        }
        for (file, joined) in joined.iter().enumerate() {
            let codes = levels.as_ref().map(|levels| levels.of_file(file + 1));
            joined.fill(&mut series, (place, kept), known, (&grid, codes));
        }
        let levels = levels.map(levels::Levels::into_texts);
        columns.push(Column { name: field.name.clone(), known, levels });
        kept += 1;
    }
    join::trim(&mut series, &columns);
    notes.unmatched = joined
        .iter()
        .map(|joined| (joined.name.clone(), joined.unmatched(&series, &grid)))
        .collect();
    let panel = Panel { grid, keys: schema.keys.clone(), columns, series };
    Assembled { panel, notes }
}

/// Whether a series has nothing beside its id.
fn is_bare(series: &Series) -> bool {
    series.target.is_empty()
}
