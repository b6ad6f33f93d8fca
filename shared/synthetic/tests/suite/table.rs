//! A CSV file read back, as plainly as can be.

use std::collections::BTreeMap;

use scenario::{BUILT_IN, Scenario};
use synthetic::{Plan, generate_in_memory};

/// The scenarios that come with Almanac.
pub(crate) fn scenarios() -> Vec<Scenario> {
    BUILT_IN.iter().map(|(name, _)| scenario(name)).collect()
}

pub(crate) fn scenario(name: &str) -> Scenario {
    Scenario::built_in(name).unwrap().unwrap()
}

pub(crate) fn plan(rows: u64, seed: u64) -> Plan {
    Plan { rows: std::num::NonZeroU64::new(rows), seed, ..Plan::default() }
}

/// Header and records.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).unwrap();
        assert!(text.ends_with('\n'), "the last record has no end");
        let fields = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut lines = text.lines().map(fields);
        let columns = lines.next().unwrap();
        let rows: Vec<_> = lines.collect();
        assert!(rows.iter().all(|row| row.len() == columns.len()), "a record of another length");
        Self { columns, rows }
    }

    /// All files of a scenario.
    pub(crate) fn all(scenario: &Scenario, plan: &Plan) -> BTreeMap<String, Self> {
        let files = generate_in_memory(scenario, plan).unwrap();
        files.iter().map(|(name, bytes)| (name.clone(), Self::read(bytes))).collect()
    }

    /// The file with the target.
    pub(crate) fn of(scenario: &Scenario, plan: &Plan) -> Self {
        let name = &synthetic::file_names(scenario)[0];
        Self::all(scenario, plan)[name].clone()
    }

    pub(crate) fn at(&self, column: &str) -> usize {
        self.columns.iter().position(|name| name == column).unwrap()
    }

    pub(crate) fn texts(&self, column: &str) -> Vec<&str> {
        let at = self.at(column);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// The numbers of a column, without what is missing.
    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        self.texts(column).iter().filter_map(|text| text.parse().ok()).collect()
    }

    /// The records of each series, by key.
    pub(crate) fn series(&self, keys: &[&str]) -> BTreeMap<Vec<String>, Vec<Vec<String>>> {
        let places: Vec<usize> = keys.iter().map(|key| self.at(key)).collect();
        let mut series = BTreeMap::<_, Vec<_>>::new();
        for row in &self.rows {
            let key: Vec<String> = places.iter().map(|&at| row[at].clone()).collect();
            series.entry(key).or_default().push(row.clone());
        }
        series
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values)
}

pub(crate) fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count(values)
}

/// The share of the values of which something holds.
pub(crate) fn share<T>(values: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    let there = values.iter().filter(|value| holds(value));
    f64::from(u32::try_from(there.count()).unwrap()) / count(values)
}

fn count<T>(values: &[T]) -> f64 {
    f64::from(u32::try_from(values.len()).unwrap())
}
