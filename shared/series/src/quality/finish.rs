//! What follows from all that was counted?

use crate::frequency::Frequency;
use crate::grid::Moment;
use crate::quality::checker::{Checker, named};
use crate::quality::report::{Check, Example, Outcome, Report, SeriesSummary};
use crate::quality::state::State;
use crate::quality::tally::{KEPT, Tally};
use crate::read::{ReadError, Reader, Texts};

/// How many series the report describes.
const SUMMARIES: usize = 100;
/// The longest calendar that is looked through for empty periods.
const LONGEST: u64 = 1 << 22;

impl Checker {
    /// The report, after the last row or an error.
    pub fn finish(
        self,
        source: &str,
        reader: Option<&Reader>,
        error: Option<&ReadError>,
    ) -> Report {
        let none = Texts::default();
        let ids = reader.map_or(&none, Reader::series);
        let end = Ending { checker: &self, ids };
        let mut checks = vec![readable(error), end.rows(), end.values()];
        checks.push(end.shared("missing", &self.found.missing, self.rules.max_missing));
        checks.push(end.shared("duplicates", &self.found.duplicates, self.rules.max_duplicates));
        if self.schema.time.is_some() {
            checks.extend([end.cadence(), end.gaps(), end.history()]);
        }
        checks.extend(end.ranges());
        checks.extend(end.partners());
        checks.push(end.negative());
        if self.schema.time.is_some() {
            checks.extend([end.outliers(), end.early_end(), end.calendar()]);
        }
        checks.push(extra_columns(reader));
        let (first, last) = end.extent().unzip();
        let moment = |point: i64| end.moment(point);
        Report {
            schema_version: 1,
            passed: checks.iter().all(|check| check.outcome != Outcome::Failed),
            source: source.to_owned(),
            rows: self.rows,
            series: end.held().count() as u64,
            first: first.map(moment),
            last: last.map(moment),
            frequency: self.cadence.as_ref().map(|cadence| cadence.frequency().to_string()),
            extent: self.extent.map(|(first, last)| (Moment(first), Moment(last))),
            checks,
            series_summaries: end.summaries(),
        }
    }
}

/// A check that nothing is wrong with.
fn passed(name: &str, of: u64, message: String) -> Check {
    Check {
        name: name.to_owned(),
        outcome: Outcome::Passed,
        count: 0,
        of,
        limit: None,
        message,
        examples: Vec::new(),
    }
}

/// A check of which nothing may be counted, or which warns if something is.
fn counted(name: &str, tally: &Tally, (of, outcome): (u64, Outcome), message: String) -> Check {
    let outcome = if tally.count == 0 { Outcome::Passed } else { outcome };
    let (count, examples) = (tally.count, tally.examples.clone());
    Check { outcome, count, examples, ..passed(name, of, message) }
}

fn readable(error: Option<&ReadError>) -> Check {
    match error {
        None => passed("readable", 1, "all files were read to their end".to_owned()),
        Some(error) => {
            let tally = Tally { count: 1, examples: Vec::new() };
            counted("readable", &tally, (1, Outcome::Failed), error.to_string())
        }
    }
}

fn extra_columns(reader: Option<&Reader>) -> Check {
    let mut tally = Tally::default();
    for format in reader.map_or(&[][..], Reader::formats) {
        for column in &format.extra {
            tally.add(|| Example {
                file: Some(format.file.to_string()),
                column: Some(column.clone()),
                ..Example::default()
            });
        }
    }
    let message = match tally.count {
        0 => "all columns are in the schema".to_owned(),
        count => format!("{count} columns are not in the schema and were not read"),
    };
    counted("extra_columns", &tally, (tally.count, Outcome::Warning), message)
}

struct Ending<'c> {
    checker: &'c Checker,
    ids: &'c Texts,
}

#[expect(clippy::cast_precision_loss, reason = "shares need no more than sixteen digits")]
fn share(count: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}

fn percent(share: f64) -> String {
    format!("{:.4} %", share * 100.0)
}

impl Ending<'_> {
    /// The series that have a row.
    fn held(&self) -> impl Iterator<Item = (u32, &State)> {
        (0..).zip(&self.checker.states).filter(|(_, state)| state.first <= state.last)
    }

    fn extent(&self) -> Option<(i64, i64)> {
        let first = self.held().map(|(_, state)| state.first).min()?;
        let last = self.held().map(|(_, state)| state.last).max()?;
        Some((first, last))
    }

    fn moment(&self, point: i64) -> String {
        let cadence = self.checker.cadence.as_ref();
        cadence.map_or_else(String::new, |cadence| cadence.moment(point).to_string())
    }

    fn named(&self, series: u32) -> Option<String> {
        named(&self.checker.schema.keys, self.ids.get(series))
    }

    fn rows(&self) -> Check {
        let (rows, least) = (self.checker.rows, self.checker.rules.min_rows);
        let outcome = if rows < least { Outcome::Failed } else { Outcome::Passed };
        let message = format!("{rows} rows, at least {least} are needed");
        Check { outcome, count: rows, ..passed("rows", rows, message) }
    }

    fn values(&self) -> Check {
        let tally = &self.checker.found.values;
        let message = match tally.count {
            0 => "all values are of their kind".to_owned(),
            count => format!("{count} values or rows cannot be read"),
        };
        counted("values", tally, (self.checker.rows, Outcome::Failed), message)
    }

    /// A check of a share of all rows.
    fn shared(&self, name: &str, tally: &Tally, limit: f64) -> Check {
        let what = match name {
            "missing" => "lack key, time or target",
            "duplicates" if self.checker.schema.time.is_none() => "repeat an identifier",
            "duplicates" => "repeat a series and time",
            _ => "have no partner",
        };
        let rows = self.checker.rows;
        let share = share(tally.count, rows);
        let message = format!(
            "{} of {rows} rows {what}, {} where {} is allowed",
            tally.count,
            percent(share),
            percent(limit)
        );
        let outcome = if share > limit { Outcome::Failed } else { Outcome::Passed };
        let check = counted(name, tally, (rows, outcome), message);
        Check { limit: Some(limit), ..check }
    }

    fn cadence(&self) -> Check {
        let tally = &self.checker.found.off_grid;
        let frequency = self.checker.cadence.as_ref().map(super::cadence::Cadence::frequency);
        let frequency = frequency.map_or_else(|| "?".to_owned(), |it: Frequency| it.to_string());
        let message = match tally.count {
            0 => format!("all rows lie {frequency} apart"),
            count => format!("{count} rows are not a whole number of {frequency} from the first"),
        };
        counted("cadence", tally, (self.checker.rows, Outcome::Failed), message)
    }

    fn gaps(&self) -> Check {
        let mut tally = Tally::default();
        let mut points = 0;
        for (number, state) in self.held() {
            let span = state.span();
            let gaps = span.saturating_sub(state.points());
            points += span;
            tally.count += gaps;
            let room = KEPT.saturating_sub(tally.examples.len());
            if gaps > 0 && room > 0 {
                let moment = state.gaps().next().map(|point| self.moment(point));
                let why = Some(format!("{gaps} gaps"));
                let series = self.named(number);
                tally.examples.push(Example { series, moment, why, ..Example::default() });
            }
        }
        let limit = self.checker.rules.max_gaps;
        let share = share(tally.count, points);
        let message = format!(
            "{} of {points} points within series have no row, {} where {} is allowed",
            tally.count,
            percent(share),
            percent(limit)
        );
        let outcome = if share > limit { Outcome::Failed } else { Outcome::Passed };
        Check { limit: Some(limit), ..counted("gaps", &tally, (points, outcome), message) }
    }

    fn history(&self) -> Check {
        let least = self.checker.rules.min_history;
        let mut tally = Tally::default();
        let mut series = 0;
        for (number, state) in self.held() {
            series += 1;
            let points = state.span();
            if points < u64::from(least) {
                let why = Some(format!("{points} points"));
                let series = self.named(number);
                tally.add(|| Example { series, why, ..Example::default() });
            }
        }
        let message = format!("{} of {series} series have fewer than {least} points", tally.count);
        let check = counted("history", &tally, (series, Outcome::Failed), message);
        Check { limit: Some(f64::from(least)), ..check }
    }

    fn ranges(&self) -> Vec<Check> {
        let ranged = self.checker.ranges.iter().map(|ranged| {
            let bound = |bound: Option<f64>, word: &str| bound.map(|it| format!("{word} {it}"));
            let bounds = [bound(ranged.range.min, "at least"), bound(ranged.range.max, "at most")];
            let bounds: Vec<String> = bounds.into_iter().flatten().collect();
            let (count, bounds) = (ranged.outside.count, bounds.join(" and "));
            let message = format!("{count} values of `{}` are not {bounds}", ranged.name);
            let name = format!("range.{}", ranged.name);
            counted(&name, &ranged.outside, (self.checker.rows, Outcome::Failed), message)
        });
        ranged.collect()
    }

    fn partners(&self) -> Vec<Check> {
        let partners = self.checker.partners.iter().map(|partners| {
            let limit = self.checker.rules.max_missing;
            let check = self.shared("partners", &partners.without, limit);
            let file = &partners.file.name;
            Check { message: format!("{} in {file}", check.message), ..check }
        });
        partners.collect()
    }

    fn negative(&self) -> Check {
        use scenario::data::NegativeTarget;
        let tally = &self.checker.found.negative;
        let fate = match self.checker.rules.negative_target {
            NegativeTarget::Keep => "which stay",
            NegativeTarget::Clip => "which become zero",
            NegativeTarget::Drop => "whose rows go",
        };
        let message = format!("{} targets are below zero, {fate}", tally.count);
        counted("negative_target", tally, (self.checker.rows, Outcome::Warning), message)
    }

    fn outliers(&self) -> Check {
        // A series with many of them is made of jumps.
        let is_rare = |state: &State| state.outliers * 100 <= state.rows;
        let rare = self.held().filter(|(_, state)| is_rare(state));
        let count = rare.map(|(_, state)| state.outliers).sum();
        let found = &self.checker.found.outliers;
        let examples = if count == 0 { Vec::new() } else { found.examples.clone() };
        let message = format!("{count} targets are far from those before them");
        let tally = Tally { count, examples };
        counted("outliers", &tally, (self.checker.rows, Outcome::Warning), message)
    }

    fn early_end(&self) -> Check {
        let Some((_, last)) = self.extent() else {
            return passed("early_end", 0, "there is no series".to_owned());
        };
        let mut tally = Tally::default();
        for (number, state) in self.held().filter(|(_, state)| state.last < last) {
            tally.add(|| Example {
                series: self.named(number),
                moment: Some(self.moment(state.last)),
                why: Some("its last row".to_owned()),
                ..Example::default()
            });
        }
        let series = self.held().count() as u64;
        let (count, last) = (tally.count, self.moment(last));
        let message = format!("{count} of {series} series end before {last}");
        counted("early_end", &tally, (series, Outcome::Warning), message)
    }

    fn calendar(&self) -> Check {
        let span = self.extent().map_or(0, |(first, last)| last.abs_diff(first) + 1);
        let (Some((first, last)), true) = (self.extent(), span <= LONGEST) else {
            return passed("calendar", span, "there is no calendar".to_owned());
        };
        let base = first & !63;
        let words = usize::try_from((last - base) >> 6).unwrap_or_default() + 1;
        let mut union = vec![0_u64; words];
        for (_, state) in self.held() {
            let (from, marks) = state.marks();
            let skip = usize::try_from((base - from) >> 6).unwrap_or_default();
            let offset = usize::try_from((from - base) >> 6).unwrap_or_default();
            for (word, mark) in union.iter_mut().skip(offset).zip(marks.iter().skip(skip)) {
                *word |= mark;
            }
        }
        let mut tally = Tally::default();
        for point in first..=last {
            let word = usize::try_from((point - base) >> 6).ok().and_then(|word| union.get(word));
            if word.is_some_and(|word| word >> (point & 63) & 1 == 0) {
                let moment = Some(self.moment(point));
                tally.add(|| Example { moment, ..Example::default() });
            }
        }
        let message = format!("{} of {span} periods have no row of any series", tally.count);
        counted("calendar", &tally, (span, Outcome::Warning), message)
    }

    fn summaries(&self) -> Vec<SeriesSummary> {
        let mut worst: Vec<(u64, u32, &State)> = self
            .held()
            .map(|(number, state)| {
                let gaps = state.span().saturating_sub(state.points());
                (gaps + state.duplicates + state.missing, number, state)
            })
            .collect();
        worst.sort_by(|one, other| {
            other.0.cmp(&one.0).then_with(|| self.ids.get(one.1).cmp(self.ids.get(other.1)))
        });
        worst.truncate(SUMMARIES);
        worst.into_iter().map(|(_, number, state)| self.summary(number, state)).collect()
    }

    fn summary(&self, number: u32, state: &State) -> SeriesSummary {
        let known = state.rows - state.missing;
        let value = |value: f64| (known > 0 && value.is_finite()).then_some(value);
        SeriesSummary {
            id: self.ids.get(number).iter().map(ToString::to_string).collect(),
            rows: state.rows,
            first: self.moment(state.first),
            last: self.moment(state.last),
            gaps: state.span().saturating_sub(state.points()),
            duplicates: state.duplicates,
            missing: state.missing,
            min: value(state.min),
            mean: value(mean(state.sum, known)),
            max: value(state.max),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean of more rows would take years to read")]
fn mean(sum: f64, count: u64) -> f64 {
    sum / count as f64
}
