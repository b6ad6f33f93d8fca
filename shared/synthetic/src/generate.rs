//! Which generator writes which file of a scenario?

use std::collections::BTreeMap;
use std::io::{self, Write};

use scenario::Scenario;

use crate::defect::{Defect, Spoiler};
use crate::plan::{Plan, SyntheticError};
use crate::sheet::Sheet;
use crate::window::Window;
use crate::{capacity, declared, retail_demand, store_item, turnover, walmart};

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file, as the caller was asked to open it.
    pub file: String,
    /// Its records, without the header.
    pub rows: u64,
}

/// What a generator is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) plan: &'a Plan,
    pub(crate) window: Window,
}

impl Order<'_> {
    /// The rows that were asked for, or those of the demonstration.
    pub(crate) fn rows(&self, usual: u64) -> u64 {
        self.plan.rows.map_or(usual, std::num::NonZeroU64::get)
    }
}

/// One file of a generator: its name in the scenario's list, or `None` where there is only one,
/// its columns and what writes it.
pub(crate) struct Draft {
    pub(crate) name: Option<&'static str>,
    pub(crate) columns: &'static [&'static str],
    pub(crate) write: fn(&Order<'_>, &mut Sheet<'_>) -> io::Result<()>,
}

const GENERATORS: [&[Draft]; 5] = [
    &store_item::FILES,
    &walmart::FILES,
    &turnover::FILES,
    &retail_demand::FILES,
    &capacity::FILES,
];

/// The files of a scenario's history, the one with the target first.
pub fn file_names(scenario: &Scenario) -> Vec<String> {
    let files = &scenario.data().files;
    if files.is_empty() {
        return vec![format!("{}.csv", scenario.name())];
    }
    files.iter().map(|file| file.name.clone()).collect()
}

/// One file to be written.
struct Job<'a> {
    file: String,
    columns: Vec<&'a str>,
    write: fn(&Order<'_>, &mut Sheet<'_>) -> io::Result<()>,
}

/// Writes the history of a scenario, one file after the other, each to what `open` answers for its
/// name. A scenario of the user's gets the generator whose columns are its own, or else columns as
/// they are declared.
pub fn generate<W: Write>(
    scenario: &Scenario,
    plan: &Plan,
    mut open: impl FnMut(&str) -> io::Result<W>,
) -> Result<Vec<Written>, SyntheticError> {
    let jobs = jobs_of(scenario)?;
    every_missing_column_exists(scenario, plan, &jobs)?;
    let order = Order { scenario, plan, window: Window::of(scenario, plan) };
    let mut written = Vec::new();
    for Job { file, columns, write } in jobs {
        let target = scenario.data().target.as_str();
        let spoiler = Spoiler::new(plan.seed, &plan.defects, &columns, target);
        let outcome = open(&file).and_then(|mut sink| {
            let mut sheet = Sheet::new(&mut sink, &columns, spoiler);
            write(&order, &mut sheet)?;
            sheet.finish()
        });
        match outcome {
            Ok(rows) => written.push(Written { file, rows }),
            Err(source) => return Err(SyntheticError::Write { file, source }),
        }
    }
    Ok(written)
}

/// As [`generate`], into memory: the files by name.
pub fn generate_in_memory(
    scenario: &Scenario,
    plan: &Plan,
) -> Result<BTreeMap<String, Vec<u8>>, SyntheticError> {
    let shared = std::cell::RefCell::new(BTreeMap::<String, Vec<u8>>::new());
    generate(scenario, plan, |name| Ok(Memory { name: name.to_owned(), files: &shared }))?;
    Ok(shared.into_inner())
}

/// A file in memory.
struct Memory<'a> {
    name: String,
    files: &'a std::cell::RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Write for Memory<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.files.borrow_mut().entry(self.name.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn jobs_of(scenario: &Scenario) -> Result<Vec<Job<'_>>, SyntheticError> {
    let columns: Vec<&str> =
        scenario.data().columns.iter().map(|column| column.name.as_str()).collect();
    let mut files = file_names(scenario).into_iter();
    if let Some(drafts) = drafts_of(scenario, &columns) {
        let job = |draft: &Draft| Job {
            file: draft.name.map_or_else(|| format!("{}.csv", scenario.name()), str::to_owned),
            columns: draft.columns.to_vec(),
            write: draft.write,
        };
        return Ok(drafts.iter().map(job).collect());
    }
    match (files.next(), files.next()) {
        (Some(file), None) => Ok(vec![Job { file, columns, write: declared::write }]),
        _ => Err(SyntheticError::UnknownFiles(scenario.name().to_string())),
    }
}

/// The generator that writes just these columns, and into the files of the scenario.
fn drafts_of(scenario: &Scenario, columns: &[&str]) -> Option<&'static [Draft]> {
    let mut wanted = columns.to_vec();
    wanted.sort_unstable();
    let names = file_names(scenario);
    let fits = |drafts: &&[Draft]| {
        let mut columns: Vec<&str> =
            drafts.iter().flat_map(|draft| draft.columns).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let mut files = drafts.iter().filter_map(|draft| draft.name);
        columns == wanted && files.all(|name| names.iter().any(|known| known == name))
    };
    GENERATORS.into_iter().find(fits)
}

fn every_missing_column_exists(
    scenario: &Scenario,
    plan: &Plan,
    jobs: &[Job<'_>],
) -> Result<(), SyntheticError> {
    for defect in &plan.defects {
        if let Defect::MissingColumn(column) = defect
            && !jobs.iter().any(|job| job.columns.contains(&column.as_str()))
        {
            let scenario = scenario.name().to_string();
            return Err(SyntheticError::NoSuchColumn { column: column.clone(), scenario });
        }
    }
    Ok(())
}
