//! The jobs in SageMaker's folders: what a container is given, and what it must leave.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in a test, a panic is how to fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A stand-in for /opt/ml.
struct Container(TempDir);

impl Container {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn folder(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almanac-jobs"));
        command.env("SAGEMAKER_BASE_DIR", self.0.path()).current_dir("/");
        command.env("TRAINING_JOB_NAME", "acme-train-1").args(arguments).output().unwrap()
    }

    fn job(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// A processing job's container with a generated history as its input.
fn processing(scenario: &str) -> Container {
    let container = Container::new();
    let input = container.folder("processing/input/training");
    container.job(&["generate", scenario, "-o", input.to_str().unwrap()]);
    container
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn a_processing_job_takes_its_inputs_and_leaves_its_outputs_by_name() {
    let container = processing("turnover");

    container.job(&["check-quality", "--scenario", "turnover", "--retailer", "acme"]);
    let prepare = ["prepare", "--scenario", "turnover", "--retailer", "acme", "--trainer"];
    container.job(&[&prepare[..], &["xgboost"]].concat());

    let quality: Value =
        serde_json::from_str(&container.text("processing/output/quality/quality.json")).unwrap();
    assert_eq!(quality["passed"], true);
    for name in ["train/train.csv", "validation/validation.csv", "test/test.csv"] {
        let text = container.text(&format!("processing/output/{name}"));
        assert!(text.lines().count() > 100, "{name}");
    }
    let train = fs::read_dir(container.path("processing/output/train")).unwrap().count();
    assert_eq!(train, 1, "the built-in container reads every file of its channel");
}

#[test]
fn data_that_do_not_pass_end_the_check_well_so_that_the_report_is_uploaded() {
    let container = processing("turnover");
    let file = container.path("processing/input/training/turnover.csv");
    let few: Vec<String> =
        fs::read_to_string(&file).unwrap().lines().take(50).map(str::to_owned).collect();
    fs::write(&file, few.join("\n")).unwrap();

    container.job(&["check-quality", "--scenario", "turnover", "--retailer", "acme"]);
    copy(&container.path("processing/output/quality"), &container.path("processing/input/quality"));
    let prepare = container.run(&["prepare", "--scenario", "turnover", "--retailer", "acme"]);

    let quality: Value =
        serde_json::from_str(&container.text("processing/output/quality/quality.json")).unwrap();
    assert_eq!(quality["passed"], false);
    assert_eq!(prepare.status.code(), Some(1));
    let message = container.text("output/message");
    let of_acme = few.iter().filter(|line| line.contains("acme")).count();
    assert!(message.contains(&format!("rows: {of_acme} rows")), "{message}");
    assert!(!container.path("processing/output/train").exists());
}

#[test]
fn a_training_job_is_told_by_hyperparameters_and_leaves_a_model() {
    let data = processing("turnover");
    let prepare = ["prepare", "--scenario", "turnover", "--retailer", "acme", "--trainer"];
    data.job(&[&prepare[..], &["almanac"]].concat());
    let container = Container::new();
    for channel in ["train", "validation"] {
        let from = data.path(&format!("processing/output/{channel}"));
        copy(&from, &container.path(&format!("input/data/{channel}")));
    }
    container.folder("input/config");
    let told = json!({"scenario": "turnover", "retailer": "acme"}).to_string();
    fs::write(container.path("input/config/hyperparameters.json"), told).unwrap();

    container.job(&["train"]);

    let bundle: Value = serde_json::from_str(&container.text("model/bundle.json")).unwrap();
    assert_eq!(bundle["trained"]["job"], "acme-train-1");
    assert_eq!(bundle["retailer"], "acme");
    assert_eq!(bundle["features"].as_array().unwrap().len(), 9);
    assert!(container.text("output/data/model_comparison.csv").contains("boosted_trees"));
}

#[test]
fn a_history_is_cut_where_the_last_horizon_begins() {
    let container = Container::new();
    let (history, parts) = (container.path("sales.csv"), container.folder("parts"));
    container.job(&["generate", "store-item", "--part", "whole", "-o", history.to_str().unwrap()]);
    let named = |name: &str, path: &Path| format!("{name}={}", path.display());

    container.job(&[
        "hold-out",
        "--scenario",
        "store-item",
        "--input",
        &named("history", &history),
        "--output",
        &named("training", &parts.join("training")),
        "--output",
        &named("given-holdout", &parts.join("holdout")),
    ]);

    let rows = |path: &Path| fs::read_to_string(path).unwrap().lines().count() - 1;
    let held_out = rows(&parts.join("holdout/holdout.csv"));
    assert!(held_out > 0 && held_out % 90 == 0, "90 days of every series: {held_out}");
    let kept = rows(&parts.join("training/train.csv"));
    assert_eq!(kept + held_out, rows(&history));
    assert_eq!(fs::read_dir(parts.join("training")).unwrap().count(), 1);
}

#[test]
fn hyperparameters_of_xgboost_train_as_the_built_in_container_does() {
    let (container, hyperparameters) = (
        Container::new(),
        json!({
            "objective": "reg:squarederror", "num_round": "60", "max_depth": "4", "eta": "0.2",
            "early_stopping_rounds": "10", "eval_metric": "rmse", "subsample": "0.9",
        }),
    );
    container.folder("input/config");
    let config = container.path("input/config/hyperparameters.json");
    fs::write(&config, hyperparameters.to_string()).unwrap();
    for channel in ["train", "validation"] {
        let rows = (0..400).map(|row| format!("{},{},{}\n", row % 20, row % 20, row % 7));
        let folder = container.folder(&format!("input/data/{channel}"));
        fs::write(folder.join("part-0.csv"), rows.collect::<String>()).unwrap();
    }

    let said = container.run(&["train"]);

    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let rmse = said.trim().rsplit_once("validation-rmse:").unwrap().1.parse::<f64>().unwrap();
    assert!(said.starts_with("[60]\ttrain-rmse:") && rmse < 0.1, "{said}");
    let model = fs::read(container.path("model/xgboost-model")).unwrap();
    assert_eq!(trees::Model::from_bytes(&model).unwrap().feature_names().count(), 2);

    fs::write(&config, json!({"num_round": "60", "rate_drop": "0.1"}).to_string()).unwrap();
    assert_eq!(container.run(&["train"]).status.code(), Some(1));
    assert!(container.text("output/failure").contains("hyperparameter `rate_drop` is `0.1`"));
}

#[test]
fn a_training_job_that_fails_says_why_where_sagemaker_looks() {
    let container = Container::new();
    container.folder("input/config");
    fs::write(container.path("input/config/hyperparameters.json"), "{}").unwrap();

    let output = container.run(&["train"]);

    assert_eq!(output.status.code(), Some(2));
    assert!(container.text("output/failure").starts_with("which scenario?"));
}

#[test]
fn a_scenario_of_the_users_comes_as_a_file() {
    let container = processing("turnover");
    let own = include_str!("../../scenarios/turnover.toml")
        .replace("name = \"turnover\"", "name = \"mine\"");
    fs::write(container.folder("processing/input/scenario").join("mine.toml"), own).unwrap();
    let file = container.path("processing/input/scenario");

    let scenario = ["--scenario", file.to_str().unwrap()];
    container.job(&[&["check-quality"], &scenario[..], &["--retailer", "acme"]].concat());

    assert!(container.text("processing/output/quality/quality.json").contains("\"passed\": true"));
}
