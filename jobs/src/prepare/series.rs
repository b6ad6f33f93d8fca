//! Series, cut by time.

use std::fs;
use std::path::{Path, PathBuf};

use scenario::data::Series as Description;
use scenario::model::Trainer;
use series::assemble::{Assembled, Duplicates, lay_grid, panel};
use series::features::{FeatureTable, Recipe, ahead, high_demand, training};
use series::grid::Moment;
use series::panel::Panel;
use series::quality::{Overlap, overlap};
use series::read::{Source, Sources, TimeForm};
use series::schema::Schema;
use series::split::{Cut, Written, cut, extent, likely_extent, write};

use super::features::{readable, write_bare};
use super::rows::write_whole_series;
use super::{ABOUT_HOLDOUT, Counts, FEATURES, HISTORY, HOLDOUT, TEST, TEST_ROWS, Work};
use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::history::{Span, cleaned, prepared_schema, rows};
use crate::table::{Column, Table, write_json};

pub(super) fn prepare(work: &Work<'_>, description: &Description) -> Result<Counts, Failure> {
    let schema = Schema::of(work.scenario);
    let training = work.places.input("training")?;
    let own_holdout = work.scenario.split().has_own_holdout();
    let given = own_holdout.then(|| work.places.input("given-holdout")).transpose()?;
    let split = work.scenario.split();
    let streams = work.trainer == Trainer::Almanac && schema.files.len() < 2;
    let (counts, cut, extent) = if streams {
        stream(work, (&training, given.as_deref()), &schema)?
    } else {
        let extent = whole_extent(&training, &schema)?;
        let cut = cut(split, schema.frequency, extent)?;
        let from = holdout_from(&cut, description, extent.1)?;
        if let Some(given) = &given {
            must_be_apart(&training, given, &schema, extent.1)?;
        }
        let mut sources = Sources::path(&training, &schema)?;
        if let Some(given) = &given {
            sources.first = sources.first.and(Sources::path(given, &schema)?.first);
        }
        let Assembled { panel, notes } = panel(sources, &schema, Duplicates::Refuse)?;
        let times = TimeForm::alike(&notes.formats);
        (whole(work, (&panel, times.as_ref()), &cut, from)?, cut, extent)
    };
    let from = holdout_from(&cut, description, extent.1)?;
    let about = work.about_holdout(Some(from.0));
    write_json(&work.places.output("holdout")?.join(ABOUT_HOLDOUT), &about)?;
    Ok(counts)
}

/// The first moment of the hold-out: of one that is given, the point after the history.
fn holdout_from(cut: &Cut, series: &Description, last: Moment) -> Result<Moment, Failure> {
    if let Cut::Time { test_from: Some(from), .. } = cut {
        return Ok(*from);
    }
    let frequency = series.frequency.as_str().parse().ok();
    let grid = frequency.and_then(|frequency| lay_grid(&[last.0], frequency));
    grid.map(|grid| grid.moment(1)).ok_or(Failure::Split(series::split::SplitError::NoFrequency))
}

/// The first and last moment that have a target.
type Extent = (Moment, Moment);

fn whole_extent(place: &Path, schema: &Schema) -> Result<Extent, Failure> {
    let found = extent(Sources::path(place, schema)?.first, schema)?;
    found.ok_or_else(|| Failure::NoRows { path: place.to_owned() })
}

/// No row of a hold-out that is given may be in the training, which ends here.
fn must_be_apart(
    training: &Path,
    given: &Path,
    schema: &Schema,
    end: Moment,
) -> Result<(), Failure> {
    let source = |place| Sources::path(place, schema).map(|sources| sources.first);
    if extent(source(given)?, schema)?.is_none_or(|(first, _)| first > end) {
        return Ok(());
    }
    let Overlap { count, first, .. } = overlap(source(training)?, source(given)?, schema)?;
    match first.into_iter().next() {
        Some(first) => Err(Failure::Overlap { first: Box::new(first), count }),
        None => Ok(()),
    }
}

/// Rows go to their part as they stand, in memory that does not grow with them.
fn stream(
    work: &Work<'_>,
    (training, given): (&Path, Option<&Path>),
    schema: &Schema,
) -> Result<(Counts, Cut, Extent), Failure> {
    let output = |name: &str| work.places.output(name);
    let staging = Staging::in_folder(&output("train")?);
    let (written, cut, extent) = match cut_at_once(work, training, schema, &staging)? {
        Some(done) => done,
        None => cut_in_two_readings(work, training, schema, &staging)?,
    };
    if let Some(given) = given {
        must_be_apart(training, given, schema, extent.1)?;
    }
    staging.give("train.csv", &output("train")?.join("train.csv"))?;
    staging.give("validation.csv", &output("validation")?.join("validation.csv"))?;
    let holdout = output("holdout")?.join(HOLDOUT);
    let held_out = match given {
        None => {
            staging.give("test.csv", &holdout)?;
            written.test
        }
        Some(given) => {
            let all = Cut::Time { validation_from: Moment(i64::MAX), test_from: None };
            let copied = write(Source::path(given)?, schema, &all, &staging.0)?;
            staging.give("train.csv", &holdout)?;
            copied.train
        }
    };
    let counts = Counts {
        train: written.train,
        validation: written.validation,
        holdout: held_out,
        left_out: written.left_out,
    };
    Ok((counts, cut, extent))
}

/// Cuts where the history probably ends. Nothing if it turns out to end elsewhere, or if anything
/// is wrong, which the longer way will say.
fn cut_at_once(
    work: &Work<'_>,
    training: &Path,
    schema: &Schema,
    staging: &Staging,
) -> Result<Option<(Written, Cut, Extent)>, Failure> {
    let at = |extent| cut(work.scenario.split(), schema.frequency, extent).ok();
    let likely = likely_extent(Source::path(training)?, schema).and_then(at);
    let Some(likely) = likely else { return Ok(None) };
    let Ok(written) = write(Source::path(training)?, schema, &likely, &staging.0) else {
        return Ok(None);
    };
    let is_right = |extent: &Extent| at(*extent) == Some(likely);
    Ok(written.extent.filter(is_right).map(|extent| (written, likely, extent)))
}

fn cut_in_two_readings(
    work: &Work<'_>,
    training: &Path,
    schema: &Schema,
    staging: &Staging,
) -> Result<(Written, Cut, Extent), Failure> {
    let extent = whole_extent(training, schema)?;
    let cut = cut(work.scenario.split(), schema.frequency, extent)?;
    Ok((write(Source::path(training)?, schema, &cut, &staging.0)?, cut, extent))
}

/// A folder for files that are not whole yet. It goes away with its contents.
struct Staging(PathBuf);

impl Staging {
    fn in_folder(folder: &Path) -> Self {
        Self(folder.join(".unfinished"))
    }

    fn give(&self, name: &str, to: &Path) -> Result<(), Failure> {
        let from = self.0.join(name);
        // Outputs may lie on different disks.
        let moved = fs::rename(&from, to).or_else(|_| fs::copy(&from, to).map(|_| ()));
        moved.map_err(Failure::write(to))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // What stays behind is hidden and read by nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Files that must be joined, or features: all of it in memory.
fn whole(
    work: &Work<'_>,
    (panel, times): (&Panel, Option<&TimeForm>),
    cut: &Cut,
    from: Moment,
) -> Result<Counts, Failure> {
    let schema = prepared_schema(work.scenario);
    let Cut::Time { validation_from, .. } = *cut else { return Err(Failure::NotByTime) };
    let part = |from, before| rows(panel, &schema, Span { from, before });
    let output = |name: &str| work.places.output(name);
    let holdout = part(Some(from), None);
    let history = part(None, Some(from));
    holdout.write_csv(&output("holdout")?.join(HOLDOUT))?;
    let count = |table: &Table| table.rows() as u64;
    let mut counts = Counts { train: 0, validation: 0, holdout: count(&holdout), left_out: 0 };
    match work.trainer {
        Trainer::Almanac => {
            let train = part(None, Some(validation_from)).written_as(times);
            let validation = part(Some(validation_from), Some(from)).written_as(times);
            train.write_csv(&output("train")?.join("train.csv"))?;
            validation.write_csv(&output("validation")?.join("validation.csv"))?;
            (counts.train, counts.validation) = (count(&train), count(&validation));
        }
        Trainer::Automl => {
            history.write_parquet(&output("holdout")?.join(HISTORY))?;
            history.write_csv(&output("train")?.join("train.csv"))?;
            write_whole_series(&history, work.scenario, &output("test")?)?;
            counts.train = count(&history);
        }
        Trainer::Xgboost => {
            history.write_parquet(&output("holdout")?.join(HISTORY))?;
            let panel = cleaned(panel.clone(), work.scenario);
            (counts.train, counts.validation) = features(work, &panel, cut)?;
        }
    }
    Ok(counts)
}

/// The features of all parts: bare ones for the trainer, readable ones for people.
fn features(work: &Work<'_>, panel: &Panel, cut: &Cut) -> Result<(u64, u64), Failure> {
    let recipe = Recipe::of(work.scenario).ok_or(Failure::NotByTime)?;
    let origins = cut.origins(&panel.grid).ok_or(Failure::NotByTime)?;
    let last = match origins.test {
        Some(origin) => origin,
        None => last_before_holdout(work, panel)?,
    };
    let known = training(panel, &recipe, last);
    let target = known.target.clone();
    let (train, validation): (Vec<usize>, Vec<usize>) = (0..known.len())
        .partition(|&row| known.rows.get(row).is_some_and(|row| row.point <= origins.validation));
    let output = |name: &str| work.places.output(name);
    write_bare(&output("train")?.join("train.csv"), &known, &train, &target)?;
    write_bare(&output("validation")?.join("validation.csv"), &known, &validation, &target)?;
    let held_out = ahead(panel, &recipe, last);
    let actual = series::features::actuals(panel, &held_out.rows);
    let scored: Vec<usize> = (0..held_out.len())
        .filter(|&row| actual.get(row).is_some_and(|actual| !actual.is_nan()))
        .collect();
    let test = output("test")?;
    write_bare(&test.join(TEST), &held_out, &scored, &actual)?;
    write_json(&test.join(FEATURES), &FeatureList::of(&held_out))?;
    whose(panel, &held_out, &scored, work).write_csv(&test.join(TEST_ROWS))?;
    let share = work.scenario.features().high_demand_quantile;
    let learned: Vec<f64> = train.iter().filter_map(|&row| target.get(row).copied()).collect();
    let high = share.and_then(|share| high_demand(&learned, share)).map(|high| high.threshold);
    let folder = test.join("features");
    fs::create_dir_all(&folder).map_err(Failure::write(&folder))?;
    let name = work.scenario.data().target.as_str();
    let tables = [
        ("train_features.csv", &known, &train, &target),
        ("validation_features.csv", &known, &validation, &target),
        ("test_features.csv", &held_out, &scored, &actual),
    ];
    for (file, table, rows, target) in tables {
        readable(table, rows, (target, name), high).write_csv(&folder.join(file))?;
    }
    Ok((train.len() as u64, validation.len() as u64))
}

/// Of a hold-out that is given, the point before it.
fn last_before_holdout(work: &Work<'_>, panel: &Panel) -> Result<i64, Failure> {
    let training = work.places.input("training")?;
    let schema = Schema::of(work.scenario);
    Ok(panel.grid.last_point(whole_extent(&training, &schema)?.1))
}

/// Series, moment and step of each row of the features.
fn whose(panel: &Panel, table: &FeatureTable, rows: &[usize], work: &Work<'_>) -> Table {
    let rows: Vec<_> = rows.iter().filter_map(|&row| table.rows.get(row)).collect();
    let mut whose = Table::new();
    for (part, key) in panel.keys.iter().enumerate() {
        let text = |row: &&series::features::Row| {
            let series = panel.series.get(row.series as usize);
            series.and_then(|series| series.id.get(part)).cloned().unwrap_or_default()
        };
        whose = whose.with(key, Column::Text(rows.iter().map(text).collect()));
    }
    let moments = rows.iter().map(|row| panel.grid.moment(row.point)).collect();
    let time = work.scenario.series().map_or("time", |series| series.time.as_str());
    whose.with(time, Column::moments(moments))
}
