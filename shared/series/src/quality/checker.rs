//! What is wrong with these rows, one batch after the other?

use std::collections::{BTreeSet, HashSet};

use scenario::data::Range;

use crate::assemble::infer_frequency;
use crate::assemble::join::Joined;
use crate::frequency::{Frequency, Unit};
use crate::grid::Moment;
use crate::quality::Rules;
use crate::quality::cadence::Cadence;
use crate::quality::report::Example;
use crate::quality::state::{Seen, State};
use crate::quality::tally::Tally;
use crate::read::{Batch, Fault, Reader};
use crate::schema::{Purpose, Schema};

/// Checks a history batch by batch.
#[derive(Debug)]
pub struct Checker {
    pub(super) schema: Schema,
    pub(super) rules: Rules,
    pub(super) cadence: Option<Cadence>,
    pub(super) states: Vec<State>,
    pub(super) rows: u64,
    /// The first moment and the last one that has a target.
    pub(super) extent: Option<(i64, i64)>,
    pub(super) found: Found,
    pub(super) ranges: Vec<Ranged>,
    pub(super) partners: Vec<Partners>,
    /// The identifiers of rows that stand alone.
    seen: HashSet<Vec<u32>>,
}

/// What was found to be wrong.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) values: Tally,
    pub(super) missing: Tally,
    pub(super) duplicates: Tally,
    pub(super) off_grid: Tally,
    pub(super) negative: Tally,
    pub(super) outliers: Tally,
}

/// A column whose values have limits.
#[derive(Debug)]
pub(super) struct Ranged {
    pub(super) name: String,
    place: usize,
    pub(super) range: Range,
    pub(super) outside: Tally,
}

/// A joined file in which each row should have a partner.
#[derive(Debug)]
pub(super) struct Partners {
    pub(super) file: Joined,
    /// For each series its number in the file, if the file knows it.
    numbers: Vec<Option<u32>>,
    pub(super) without: Tally,
}

impl Checker {
    /// A check of rows that the schema describes.
    pub fn of(schema: &Schema, rules: &Rules) -> Self {
        let ranges = rules.ranges.iter().filter_map(|(name, range)| {
            let (place, outside) = (schema.place(name)?, Tally::default());
            Some(Ranged { name: name.clone(), place, range: *range, outside })
        });
        Self {
            ranges: ranges.collect(),
            cadence: schema.frequency.map(Cadence::of),
            schema: schema.clone(),
            rules: rules.clone(),
            states: Vec::new(),
            rows: 0,
            extent: None,
            found: Found::default(),
            partners: Vec::new(),
            seen: HashSet::new(),
        }
    }

    /// Rows should have partners in these files as well.
    pub(super) fn join(&mut self, files: Vec<Joined>) {
        let partners = |file| Partners { file, numbers: Vec::new(), without: Tally::default() };
        self.partners = files.into_iter().map(partners).collect();
    }

    /// Checks some rows that the reader read.
    pub fn take(&mut self, batch: &Batch, reader: &Reader) {
        self.rows += batch.rows() as u64;
        for fault in batch.faults() {
            self.found.values.add(|| of_fault(fault));
        }
        let at = At { batch, reader, schema: &self.schema };
        for ranged in &mut self.ranges {
            ranged.take(&at);
        }
        if self.schema.time.is_none() {
            self.take_single(batch, reader);
            return;
        }
        let frequency = || infer_frequency(batch.series(), batch.time());
        let cadence = self.cadence.get_or_insert_with(|| {
            Cadence::of(frequency().unwrap_or_else(|| Frequency::every(Unit::Day)))
        });
        self.states.resize_with(reader.series().len(), State::default);
        let mut extent = self.extent.unwrap_or((i64::MAX, i64::MIN));
        for (&time, target) in batch.time().iter().zip(at.targets()) {
            if time != Batch::NO_TIME && !target.is_nan() {
                extent = (extent.0.min(time), extent.1.max(time));
            }
        }
        self.extent = Some(extent).filter(|(first, last)| first <= last);
        take_series(&mut self.states, cadence, &mut self.found, &at);
        for partners in &mut self.partners {
            partners.take(&at);
        }
    }

    /// Checks rows that stand alone.
    fn take_single(&mut self, batch: &Batch, reader: &Reader) {
        let at = At { batch, reader, schema: &self.schema };
        let faulty = at.faulty();
        for (row, value) in at.targets().iter().enumerate() {
            if value.is_nan() && !faulty.contains(&batch.place(row).row.get()) {
                self.found.missing.add(|| at.example(row, Some("no target")));
            }
            if *value < 0.0 {
                self.found.negative.add(|| at.target_example(row));
            }
        }
        let fields = self.schema.columns.iter().enumerate();
        let ids = fields.filter(|(_, field)| field.purpose == Purpose::Identifier);
        let ids: Vec<&[u32]> = ids.map(|(place, _)| batch.categories(place)).collect();
        if ids.is_empty() {
            return;
        }
        for row in 0..batch.rows() {
            let id: Vec<u32> = ids.iter().filter_map(|column| column.get(row).copied()).collect();
            if !self.seen.insert(id) {
                self.found.duplicates.add(|| at.example(row, None));
            }
        }
    }
}

/// The hot loop: one row after the other of all series.
fn take_series(states: &mut [State], cadence: &mut Cadence, found: &mut Found, at: &At<'_>) {
    let batch = at.batch;
    let faulty = at.faulty();
    let rows = batch.series().iter().zip(batch.time()).zip(at.targets()).enumerate();
    for (row, ((&series, &time), &value)) in rows {
        let Some(state) = states.get_mut(series as usize).filter(|_| time != Batch::NO_TIME) else {
            if !faulty.contains(&batch.place(row).row.get()) {
                found.missing.add(|| at.example(row, Some("no key or time")));
            }
            continue;
        };
        let seen = cadence.point(time).map(|point| state.mark(point));
        match seen {
            Some(Seen::First) => {}
            Some(Seen::Again) => found.duplicates.add(|| at.example(row, None)),
            Some(Seen::TooFar) => found.off_grid.add(|| at.example(row, Some("far from the rest"))),
            None => found.off_grid.add(|| at.example(row, None)),
        }
        if state.target(value) {
            found.outliers.add(|| at.target_example(row));
        }
        if value < 0.0 {
            found.negative.add(|| at.target_example(row));
        }
        if value.is_nan() && !faulty.contains(&batch.place(row).row.get()) {
            found.missing.add(|| at.example(row, Some("no target")));
        }
    }
}

impl Ranged {
    fn take(&mut self, at: &At<'_>) {
        let least = self.range.min.unwrap_or(f64::NEG_INFINITY);
        let most = self.range.max.unwrap_or(f64::INFINITY);
        for (row, &value) in at.batch.numbers(self.place).iter().enumerate() {
            if value < least || value > most {
                self.outside.add(|| Example {
                    column: Some(self.name.clone()),
                    value: Some(value.to_string()),
                    ..at.example(row, None)
                });
            }
        }
    }
}

impl Partners {
    fn take(&mut self, at: &At<'_>) {
        let series = at.reader.series();
        for number in (0..).take(series.len()).skip(self.numbers.len()) {
            self.numbers.push(self.file.number(series.get(number)));
        }
        for (row, (&series, &time)) in at.batch.series().iter().zip(at.batch.time()).enumerate() {
            let Some(number) = self.numbers.get(series as usize) else { continue };
            let has = number.is_some_and(|number| self.file.has(number, time));
            if time != Batch::NO_TIME && !has {
                self.without.add(|| at.example(row, None));
            }
        }
    }
}

/// Rows that are being checked.
#[derive(Clone, Copy)]
struct At<'b> {
    batch: &'b Batch,
    reader: &'b Reader,
    schema: &'b Schema,
}

impl At<'_> {
    fn targets(&self) -> &[f64] {
        self.schema.target_place().map_or(&[], |place| self.batch.numbers(place))
    }

    /// The rows of which a value could not be read; it was counted there.
    fn faulty(&self) -> BTreeSet<u64> {
        self.batch.faults().iter().map(|fault| fault.place.row.get()).collect()
    }

    fn example(&self, row: usize, why: Option<&str>) -> Example {
        let place = self.batch.place(row);
        let series = self.batch.series().get(row).copied().unwrap_or(Batch::MISSING);
        let time = self.batch.time().get(row).copied().filter(|&time| time != Batch::NO_TIME);
        Example {
            file: Some(place.file.to_string()),
            row: Some(place.row.get()),
            series: named(&self.schema.keys, self.reader.series().get(series)),
            moment: time.map(|time| Moment(time).to_string()),
            why: why.map(str::to_owned),
            ..Example::default()
        }
    }

    fn target_example(&self, row: usize) -> Example {
        Example {
            column: Some(self.schema.target.clone()),
            value: self.targets().get(row).map(ToString::to_string),
            ..self.example(row, None)
        }
    }
}

/// A series as examples name it, `store 1, item 7`; nothing if it has no key.
pub(super) fn named(keys: &[String], id: &[Box<str>]) -> Option<String> {
    let parts = keys.iter().zip(id).map(|(key, text)| format!("{key} {text}"));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn of_fault(fault: &Fault) -> Example {
    Example {
        file: Some(fault.place.file.to_string()),
        row: Some(fault.place.row.get()),
        column: Some(fault.column.clone()).filter(|column| !column.is_empty()),
        value: Some(fault.value.clone()),
        why: Some(fault.what.to_string()),
        ..Example::default()
    }
}
