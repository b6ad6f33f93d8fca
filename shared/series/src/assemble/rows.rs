//! Rows that are held, so that others can follow them time and again.
//!
//! What comes of it is what reading both one after the other would give.

use crate::assemble::collect::{Collected, Kept, collect};
use crate::grid::Moment;
use crate::read::{Format, Place, ReadError, Source};
use crate::schema::Schema;

/// The rows of a file that have key and time.
#[derive(Debug, Clone)]
pub struct Rows(pub(super) Collected);

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldRow {
    /// The number of its series, for [`Rows::id`].
    pub series: u32,
    /// When.
    pub moment: Moment,
    /// Its target, `NaN` where there is none.
    pub target: f64,
}

impl Rows {
    /// Reads all rows of one file or folder. The first fault is an error.
    pub fn read(source: Source, schema: &Schema) -> Result<Self, ReadError> {
        collect(source, schema).map(Self)
    }

    /// These rows, followed by others that were read by the same schema.
    #[must_use]
    pub fn and(&self, later: &Self) -> Self {
        let mut rows = self.0.clone();
        rows.append(&later.0);
        Self(rows)
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl Iterator<Item = HeldRow> {
        let rows = self.0.series.iter().zip(&self.0.time).zip(&self.0.target);
        rows.map(|((&series, &time), &target)| HeldRow { series, moment: Moment(time), target })
    }

    /// What the files turned out to be.
    pub fn formats(&self) -> &[Format] {
        &self.0.formats
    }

    /// Where a row stands.
    pub fn place(&self, row: usize) -> Place {
        self.0.place(row)
    }

    /// How many series there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.ids.len()).unwrap_or(u32::MAX)
    }

    /// The value of each key column of a series.
    pub fn id(&self, series: u32) -> Vec<String> {
        self.0.ids.get(series).iter().map(ToString::to_string).collect()
    }

    /// A series as messages name it, `store 1, item 7`.
    pub fn name(&self, keys: &[String], series: u32) -> String {
        self.0.name(keys, series)
    }
}

impl Collected {
    fn append(&mut self, later: &Self) {
        let begin = self.series.len();
        let series = self.ids.take_in(&later.ids);
        let number = |number: &u32| series.get(*number as usize).copied().unwrap_or(u32::MAX);
        self.series.extend(later.series.iter().map(number));
        self.time.extend(&later.time);
        self.target.extend(&later.target);
        let levels = self.levels.iter_mut().zip(&later.levels);
        let columns = self.columns.iter_mut().zip(&later.columns);
        for ((kept, others), (levels, other_levels)) in columns.zip(levels) {
            let codes = levels.as_mut().zip(other_levels.as_ref());
            let codes = codes.map(|(levels, others)| levels.take_in(others));
            append(kept, others, &series, codes.as_deref());
        }
        self.rows += later.rows;
        self.nameless += later.nameless;
        self.formats.extend(later.formats.iter().cloned());
        let trail = later.trail.iter();
        self.trail.extend(trail.map(|(from, file, row)| (begin + from, file.clone(), *row)));
    }
}

/// Adds the values of a column; codes say what the others' are here.
fn append(kept: &mut Kept, others: &Kept, series: &[u32], codes: Option<&[u32]>) {
    let here = |value: f64| code_here(codes, value);
    match (kept, others) {
        (Kept::Rows(values), Kept::Rows(others)) => {
            values.extend(others.iter().map(|&value| here(value)));
        }
        (Kept::Series(values), Kept::Series(others)) => {
            for (&number, &value) in series.iter().zip(others) {
                let place = number as usize;
                if values.len() <= place {
                    values.resize(place + 1, f64::NAN);
                }
                if let Some(value_here) = values.get_mut(place).filter(|it| it.is_nan()) {
                    *value_here = here(value);
                }
            }
        }
        _ => {}
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a code is a small whole number, and a missing one is asked for before"
)]
fn code_here(codes: Option<&[u32]>, value: f64) -> f64 {
    let Some(codes) = codes.filter(|_| !value.is_nan()) else { return value };
    codes.get(value as usize).copied().map_or(f64::NAN, f64::from)
}
