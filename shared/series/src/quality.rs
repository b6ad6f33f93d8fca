//! Can this history be trusted?
//!
//! The check reads the files as a stream and remembers of each series a few numbers and one bit for
//! each period, so that gaps and duplicates are exact in any order of rows and memory grows with
//! series and not with rows. Values that cannot be read are counted and do not stop it.
//!
//! | check | fails if |
//! |---|---|
//! | `readable` | a file cannot be opened, is cut off, or lacks a column |
//! | `rows` | there are fewer than `min_rows` |
//! | `values` | a value or row cannot be read as what the schema says |
//! | `missing` | more than the share `max_missing` of rows lack key, time or target |
//! | `duplicates` | more than the share `max_duplicates` of rows repeat a series and time |
//! | `cadence` | a row lies between the points of the frequency |
//! | `gaps` | more than the share `max_gaps` of points within series have no row |
//! | `history` | a series has fewer points than `min_history` |
//! | `range.COLUMN` | a value lies outside what `ranges` allows |
//! | `partners` | more than the share `max_missing` of rows have none in a joined file |
//!
//! and warns of what may be right: `negative_target`, `outliers`, `early_end` (series that end
//! before the last point of all), `calendar` (periods without a row of any series) and
//! `extra_columns`. Of a hold-out that is given beside the training [`overlap()`] says whether a row
//! of it is in both.
//!
//! An outlier is a target farther from the running level of its series than twenty running mean
//! deviations, both exponential with a memory of 64 rows in the order of the file and fed with
//! values cut at three deviations; a series of which more than one row in a hundred is one is
//! taken to be made of such jumps and has none.

mod cadence;
mod checker;
mod finish;
mod overlap;
mod report;
mod state;
mod tally;

use std::collections::BTreeMap;

use scenario::Scenario;
use scenario::data::{NegativeTarget, Range};

use crate::assemble::join::{self, Joined};
pub use crate::quality::checker::Checker;
pub use crate::quality::overlap::{Overlap, Shared, overlap};
pub use crate::quality::report::{Check, Example, Failed, Outcome, Report, SeriesSummary};
use crate::read::{Batch, ReadError, Reader, Sources};
use crate::schema::Schema;

/// What must hold of the data.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// The fewest rows.
    pub min_rows: u64,
    /// The fewest points of a series.
    pub min_history: u32,
    /// The largest share of rows without target, time or key.
    pub max_missing: f64,
    /// The largest share of points missing inside series.
    pub max_gaps: f64,
    /// The largest share of rows that repeat a key and time.
    pub max_duplicates: f64,
    /// What values of a column may be.
    pub ranges: BTreeMap<String, Range>,
    /// What becomes of targets below zero, for the message about them.
    pub negative_target: NegativeTarget,
    /// Only rows with this text in this column are looked at, where rows stand alone.
    pub only: Option<(String, String)>,
}

impl Rules {
    /// The rules of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let quality = scenario.quality();
        Self {
            min_rows: quality.min_rows,
            min_history: quality.min_history,
            max_missing: quality.max_missing,
            max_gaps: quality.max_gaps,
            max_duplicates: quality.max_duplicates,
            ranges: quality.ranges.clone(),
            negative_target: scenario.features().negative_target,
            only: None,
        }
    }

    /// The same for the rows of one retailer, where a column of the scenario says whose they are.
    #[must_use]
    pub fn of_retailer(self, scenario: &Scenario, retailer: &str) -> Self {
        let column = scenario.data().retailer.as_ref();
        Self { only: column.map(|column| (column.to_string(), retailer.to_owned())), ..self }
    }
}

/// Checks a history. Whatever is wrong with it stands in the report, also that it cannot be read.
pub fn check(sources: Sources, schema: &Schema, rules: &Rules) -> Report {
    let name = sources.first.name().to_owned();
    let mut checker = Checker::of(schema, rules);
    match read(sources, schema, &mut checker) {
        Ok(reader) => checker.finish(&name, Some(&reader), None),
        Err((reader, error)) => checker.finish(&name, reader.as_deref(), Some(&error)),
    }
}

/// What was opened before an error, and the error.
type Stopped = (Option<Box<Reader>>, ReadError);

fn read(sources: Sources, schema: &Schema, checker: &mut Checker) -> Result<Box<Reader>, Stopped> {
    let files = schema.files.iter().skip(1).zip(sources.joined);
    let joined = files.map(|(file, source)| Joined::read(source, file, schema));
    let joined = joined.collect::<Result<Vec<_>, _>>().map_err(|error| (None, error))?;
    let first = join::first_schema(schema);
    let reader = Reader::open(sources.first, &first).map_err(|error| (None, error))?;
    let mut reader = Box::new(reader);
    let others = joined.iter().flat_map(|joined| &joined.rows.formats);
    let formats: Vec<_> = reader.formats().iter().chain(others).cloned().collect();
    if let Err(error) = join::all_there(schema, &formats) {
        return Err((Some(reader), error));
    }
    checker.join(joined);
    let mut batch = Batch::default();
    loop {
        match reader.read(&mut batch) {
            Ok(true) => {
                if let Some((column, text)) = &checker.rules.only {
                    only(&mut batch, &reader, column, text);
                }
                checker.take(&batch, &reader);
            }
            Ok(false) => return Ok(reader),
            Err(error) => return Err((Some(reader), error)),
        }
    }
}

/// Leaves out rows whose column has another text. Rows without any are left out as well.
fn only(batch: &mut Batch, reader: &Reader, column: &str, wanted: &str) {
    let Some(place) = reader.schema().place(column) else { return };
    let Some(texts) = reader.texts(place) else { return };
    let is_wanted = |number: &u32| texts.get(*number).first().is_some_and(|it| **it == *wanted);
    let keep: Vec<bool> = batch.categories(place).iter().map(is_wanted).collect();
    batch.retain(&keep);
}
