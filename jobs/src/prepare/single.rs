//! Rows that stand alone: filtered, drawn by chance, and balanced for a trainer without weights.

use scenario::model::Trainer;
use series::features::{FeatureTable, class_weights};
use series::read::Source;
use series::schema::{Purpose, Schema};
use series::split::{Cut, Part, cut};
use series::table::{Table as Rows, TableColumn, table};

use super::features::write_bare;
use super::{ABOUT_HOLDOUT, Counts, FEATURES, HOLDOUT, TEST, TEST_ROWS, Work};
use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::history::code;
use crate::retailer::rows_of;
use crate::table::{Column, Table, write_json};
use series::grid::Moment;

pub(super) fn prepare(work: &Work<'_>) -> Result<Counts, Failure> {
    let schema = Schema::of(work.scenario);
    let place = work.places.input("training")?;
    let rows = table(Source::path(&place)?, &schema)?;
    let mine = rows_of(work.retailer, work.scenario, &rows)?;
    let usable: Vec<usize> = mine.iter().copied().filter(|&row| usable(work, &rows, row)).collect();
    let nothing = (Moment(i64::MIN), Moment(i64::MAX));
    let cut = cut(work.scenario.split(), None, nothing)?;
    let of = |part: Part| -> Vec<usize> {
        usable.iter().copied().filter(|&row| drawn(&rows, row, &cut) == part).collect()
    };
    let (train, validation, test) = (of(Part::Train), of(Part::Validation), of(Part::Test));
    let output = |name: &str| work.places.output(name);
    readable(&rows, &test, work).write_csv(&output("holdout")?.join(HOLDOUT))?;
    write_json(&output("holdout")?.join(ABOUT_HOLDOUT), &work.about_holdout(None))?;
    if work.trainer == Trainer::Xgboost {
        let features = rows.features(work.scenario.features().negative_target);
        bare(work, &features, (&balanced(work, &features, &train), &validation, &test))?;
        readable(&rows, &test, work).write_csv(&output("test")?.join(TEST_ROWS))?;
    } else {
        readable(&rows, &train, work).write_csv(&output("train")?.join("train.csv"))?;
        readable(&rows, &validation, work)
            .write_csv(&output("validation")?.join("validation.csv"))?;
    }
    Ok(Counts {
        train: train.len() as u64,
        validation: validation.len() as u64,
        holdout: test.len() as u64,
        left_out: (mine.len() - usable.len()) as u64,
    })
}

/// A row teaches if its target is known and nothing in it is impossible.
fn usable(work: &Work<'_>, rows: &Rows, row: usize) -> bool {
    let ranges = &work.scenario.quality().ranges;
    let target = work.scenario.data().target.as_str();
    let of_columns = rows.columns.iter().map(|column| (column.name.as_str(), &column.values));
    let mut values = of_columns.chain([(target, &rows.target)]);
    let is_known = rows.target.get(row).is_some_and(|target| !target.is_nan());
    is_known
        && values.all(|(name, values)| {
            let Some((range, &value)) = ranges.get(name).zip(values.get(row)) else { return true };
            !(range.min.is_some_and(|min| value < min) || range.max.is_some_and(|max| value > max))
        })
}

/// By its identifiers, so that a product is in the same part whatever else is in the file.
fn drawn(rows: &Rows, row: usize, cut: &Cut) -> Part {
    let identifiers = rows.columns.iter().filter(|it| it.purpose == Purpose::Identifier);
    let texts: Vec<&str> = identifiers.filter_map(|column| text(column, row)).collect();
    cut.part_of_row(texts.into_iter().map(str::as_bytes))
}

fn text(column: &TableColumn, row: usize) -> Option<&str> {
    let value = column.values.get(row).copied()?;
    column.levels.as_ref()?.get(code(value) as usize).map(String::as_str)
}

/// Rows of rare classes as often as it takes for all classes to be learned from alike: the built-in
/// container is told of no weights.
fn balanced(work: &Work<'_>, features: &FeatureTable, train: &[usize]) -> Vec<usize> {
    let bounds = &work.scenario.features().rebalance;
    if bounds.is_empty() {
        return train.to_vec();
    }
    let targets: Vec<f64> =
        train.iter().filter_map(|&row| features.target.get(row).copied()).collect();
    let weights = class_weights(&targets, bounds);
    let least =
        weights.iter().copied().filter(|&weight| weight > 0.0).fold(f32::INFINITY, f32::min);
    let mut balanced = Vec::new();
    let mut owed = 0.0;
    for (&row, weight) in train.iter().zip(weights) {
        // What is left of a row's share goes to the next of its kind, so that the sum is right.
        owed += (weight / least).min(20.0);
        while owed >= 0.5 {
            balanced.push(row);
            owed -= 1.0;
        }
    }
    balanced
}

fn bare(
    work: &Work<'_>,
    features: &FeatureTable,
    (train, validation, test): (&[usize], &[usize], &[usize]),
) -> Result<(), Failure> {
    let output = |name: &str| work.places.output(name);
    let target = &features.target;
    write_bare(&output("train")?.join("train.csv"), features, train, target)?;
    write_bare(&output("validation")?.join("validation.csv"), features, validation, target)?;
    write_bare(&output("test")?.join(TEST), features, test, target)?;
    write_json(&output("test")?.join(FEATURES), &FeatureList::of(features))
}

/// Rows with header, texts for categories, and the target last.
fn readable(rows: &Rows, chosen: &[usize], work: &Work<'_>) -> Table {
    let of = |values: &[f64]| -> Vec<f64> {
        chosen.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect()
    };
    let mut readable = Table::new();
    for column in &rows.columns {
        let values = of(&column.values);
        let values = match &column.levels {
            Some(levels) => Column::Category {
                codes: values.into_iter().map(code).collect(),
                levels: levels.as_slice().into(),
            },
            None => Column::Number(values),
        };
        readable = readable.with(&column.name, values);
    }
    readable.with(work.scenario.data().target.as_str(), Column::Number(of(&rows.target)))
}
