//! Is something in the training and in the hold-out?

use std::collections::HashMap;

use scenario::data::ColumnKind;

use crate::assemble::{Rows, first_schema};
use crate::grid::Moment;
use crate::quality::report::{Check, Example, Outcome};
use crate::read::{Batch, Place, ReadError, Reader, Source, Texts};
use crate::schema::{Field, Presence, Purpose, Schema};

/// So many shared rows are named.
const NAMED: usize = 5;

/// The rows of a hold-out whose series and time are in the training as well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overlap {
    /// How many there are.
    pub count: u64,
    /// How many rows the hold-out has.
    pub of: u64,
    /// The first of them, in the order of the training.
    pub first: Vec<Shared>,
}

/// A series and time that is in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The series, as `store 1, item 7`.
    pub series: String,
    /// When.
    pub moment: Moment,
    /// Where it stands in the training.
    pub training: Place,
    /// Where it stands in the hold-out.
    pub holdout: Place,
}

/// Looks for rows of the hold-out that are in the training. Memory grows with the hold-out only.
pub fn overlap(training: Source, holdout: Source, schema: &Schema) -> Result<Overlap, ReadError> {
    let schema = names_and_times(schema);
    let held = Rows::read(holdout, &schema)?;
    let mut rows = HashMap::new();
    for (place, row) in held.iter().enumerate() {
        rows.entry((row.series, row.moment.0)).or_insert(place);
    }
    let series: HashMap<Vec<String>, u32> =
        (0..held.count()).map(|number| (held.id(number), number)).collect();
    let mut found = Overlap { of: held.iter().count() as u64, ..Overlap::default() };
    let mut reader = Reader::open(training, &schema)?;
    let mut batch = Batch::default();
    let mut numbers: Vec<Option<u32>> = Vec::new();
    while reader.read(&mut batch)? {
        for number in numbers.len()..reader.series().len() {
            numbers.push(series.get(&id(reader.series(), number)).copied());
        }
        for (row, (&number, &time)) in batch.series().iter().zip(batch.time()).enumerate() {
            let Some(&Some(number)) = numbers.get(number as usize) else { continue };
            let Some(place) = rows.remove(&(number, time)) else { continue };
            found.count += 1;
            if found.first.len() < NAMED {
                found.first.push(Shared {
                    series: held.name(&schema.keys, number),
                    moment: Moment(time),
                    training: batch.place(row),
                    holdout: held.place(place),
                });
            }
        }
    }
    Ok(found)
}

fn id(texts: &Texts, number: usize) -> Vec<String> {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    texts.get(number).iter().map(ToString::to_string).collect()
}

/// The schema of rows that say whose and when; whatever their targets are.
fn names_and_times(schema: &Schema) -> Schema {
    let mut short = first_schema(schema);
    short.columns.retain(|field| matches!(field.purpose, Purpose::Key | Purpose::Time));
    short.columns.push(Field {
        name: schema.target.clone(),
        kind: ColumnKind::Number,
        purpose: Purpose::Target,
        presence: Presence::Optional,
    });
    short
}

impl Overlap {
    /// As a check of a report, which fails if there is such a row.
    pub fn check(&self) -> Check {
        let example = |shared: &Shared| Example {
            file: Some(shared.holdout.file.to_string()),
            row: Some(shared.holdout.row.get()),
            series: Some(shared.series.clone()),
            moment: Some(shared.moment.to_string()),
            why: Some(format!("it is in the training at {}", shared.training)),
            ..Example::default()
        };
        let Self { count, of, .. } = self;
        let message = if *count == 0 {
            "no row of the hold-out is in the training".to_owned()
        } else {
            format!(
                "{count} of {of} rows of the hold-out are in the training as well; end the \
                 training before the hold-out begins"
            )
        };
        Check {
            name: "overlap".to_owned(),
            outcome: if *count == 0 { Outcome::Passed } else { Outcome::Failed },
            count: *count,
            of: *of,
            limit: None,
            message,
            examples: self.first.iter().map(example).collect(),
        }
    }
}
