//! What `explore` leaves behind, for each scenario.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::path::Path;

use clap::Parser;
use jobs::arguments::Arguments;
use jobs::environment::Environment;

fn run(words: &[&str]) -> Result<String, jobs::Failure> {
    let arguments =
        Arguments::try_parse_from(std::iter::once("almanac-jobs").chain(words.iter().copied()));
    let mut out = Vec::new();
    let environment = Environment::of([("SAGEMAKER_BASE_DIR", "/nowhere")]);
    jobs::run(arguments.unwrap().job, &environment, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// Explores the synthetic history of a scenario; answers what was told and the page.
fn explored(folder: &Path, scenario: &str, parts: &[&str]) -> (String, String) {
    let path = |name: &str| folder.join(name).display().to_string();
    run(&["generate", scenario, "--rows", "6000", "-o", &path("raw")]).unwrap();
    let mut words = vec!["explore", "--scenario", scenario];
    let train = format!("train={}", path("raw"));
    let output = format!("exploration={}", path("eda"));
    words.extend(["--input", &train, "--output", &output]);
    words.extend(parts);
    let told = run(&words).unwrap();
    (told, fs::read_to_string(folder.join("eda/report.html")).unwrap())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn series_get_tables_figures_and_a_page() {
    let folder = tempfile::tempdir().unwrap();

    let (told, page) = explored(folder.path(), "retail-demand", &[]);

    let tables = names(&folder.path().join("eda/tables"));
    for wanted in [
        "by_category.csv",
        "by_promotion.csv",
        "by_store_id.csv",
        "by_time.csv",
        "by_weekday.csv",
        "columns.csv",
        "correlations.csv",
        "effects.csv",
        "holiday.csv",
        "overview.csv",
        "series.csv",
    ] {
        assert!(tables.iter().any(|name| name == wanted), "{wanted} in {tables:?}");
    }
    let figures = names(&folder.path().join("eda/figures"));
    assert!(figures.contains(&"total.svg".to_owned()) && figures.len() > 10, "{figures:?}");
    assert!(told.contains("Saturday has") && page.contains("Saturday has"), "{told}");
    assert!(!page.contains("NaN"));
}

#[test]
fn a_history_of_several_files_is_joined_first() {
    let folder = tempfile::tempdir().unwrap();

    let (_, page) = explored(folder.path(), "walmart", &[]);

    assert!(page.contains("MarkDown1") && page.contains("holidays have"));
}

#[test]
fn rows_that_stand_alone_have_no_time_but_segments() {
    let folder = tempfile::tempdir().unwrap();

    let (_, page) = explored(folder.path(), "turnover", &[]);

    let tables = names(&folder.path().join("eda/tables"));
    assert!(tables.contains(&"by_brand.csv".to_owned()));
    assert!(!tables.contains(&"by_time.csv".to_owned()) && page.contains("stand alone"));
}

#[test]
fn a_hold_out_of_the_same_rows_is_distributed_alike() {
    let folder = tempfile::tempdir().unwrap();
    let holdout = format!("holdout={}", folder.path().join("raw").display());

    let (told, _) = explored(folder.path(), "store-item", &["--input", &holdout]);

    assert!(told.contains("The hold-out is distributed like the training rows."), "{told}");
    let drift = fs::read_to_string(folder.path().join("eda/tables/drift.csv")).unwrap();
    assert!(drift.lines().any(|line| line.starts_with("sales,0,alike")), "{drift}");
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());

    let first = explored(one.path(), "capacity", &[]).1;
    let second = explored(other.path(), "capacity", &[]).1;

    assert!(first == second);
}

#[test]
fn a_history_that_is_not_there_is_asked_for() {
    let error = run(&["explore", "--scenario", "store-item", "--input", "train=/nowhere/train"]);

    let text = error.unwrap_err().chain();
    assert!(text.contains("say where with --input train=PATH"), "{text}");
}
