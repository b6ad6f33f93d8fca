//! A project's folder, the jobs in it, and what they must leave behind.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use metric::Report;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with the project's usual layout.
pub(crate) struct Project {
    pub(crate) folder: TempDir,
    pub(crate) scenario: &'static str,
    pub(crate) retailer: &'static str,
}

impl Project {
    pub(crate) fn new(scenario: &'static str) -> Self {
        let retailer = if scenario == "turnover" { "acme" } else { "default" };
        Self { folder: TempDir::new().unwrap(), scenario, retailer }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almanac-jobs"));
        for name in ["DATA_DIR", "SPLITS_DIR", "MODELS_DIR", "REPORTS_DIR", "SAGEMAKER_BASE_DIR"] {
            command.env_remove(name);
        }
        command.env("SAGEMAKER_BASE_DIR", self.folder.path().join("nowhere"));
        command.args(arguments).current_dir(self.folder.path()).output().unwrap()
    }

    /// Runs a job that must end well, and answers what it said.
    pub(crate) fn job(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}\n{said}");
        said
    }

    /// Runs a job on the project's scenario.
    pub(crate) fn of_scenario(&self, job: &str, more: &[&str]) -> String {
        let common = [job, "--scenario", self.scenario, "--retailer", self.retailer];
        self.job(&[&common, more].concat())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.text(name)).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> String {
        self.text(name).lines().next().unwrap().to_owned()
    }

    pub(crate) fn rows(&self, name: &str) -> usize {
        self.text(name).lines().count() - 1
    }

    pub(crate) fn report(&self) -> Report {
        Report::parse(self.text("reports/evaluation/evaluation.json").as_bytes()).unwrap()
    }

    pub(crate) fn up_to_evaluation(&self) {
        self.job(&["generate", self.scenario]);
        assert!(self.of_scenario("check-quality", &[]).contains("checks passed"));
        self.of_scenario("prepare", &["--trainer", "almanac"]);
        self.of_scenario("explore", &[]);
        self.job(&["train", "--scenario", self.scenario, "--retailer", self.retailer]);
        let run = ["--trainer", "almanac", "--execution-id", "run-1"];
        self.of_scenario("evaluate", &run);
    }
}

/// What every evaluation leaves behind, with content that belongs together.
pub(crate) fn assert_evaluated(project: &Project) {
    let report = project.report();
    let points = report.holdout.points.unwrap();
    assert_eq!(report.scenario.as_deref(), Some(project.scenario));
    assert_eq!(report.execution_id.as_deref(), Some("run-1"));
    assert!(report.holdout.fingerprint.as_deref().unwrap().starts_with("sha256:"));
    let (own, best) = (report.metric("rmse").unwrap(), report.best_baseline.clone().unwrap());
    assert!(own < best.figures["rmse"], "{own} against {best:?}");

    let at = |name: &str| format!("reports/evaluation/{name}");
    assert_eq!(project.rows(&at("test_predictions.csv")) as u64, points);
    assert!(project.rows(&at("shap_feature_importance.csv")) > 0);
    assert_eq!(project.header(&at("shap_feature_importance.csv")), "feature,mean_abs_shap,share");
    assert!(project.rows(&at("model_evaluation_report.csv")) > report.baselines.len());
    assert!(project.rows(&at("evaluation_segments.csv")) > 1);
    assert!(project.rows(&at("bias.csv")) > 0);
    assert!(project.rows(&at("model_comparison.csv")) > 0);
    for name in ["evaluation_summary.json", "final_test_results.json"] {
        assert_eq!(project.json(&at(name))["rmse"], own);
    }
    assert!(project.text(&at("evaluation_summary.csv")).contains("rmse"));
    for name in ["regression_metrics.json", "evaluation_regression_metrics.json"] {
        assert_eq!(project.json(&at(name))["regression_metrics"]["rmse"]["value"], own);
    }
    let profile = project.json(&at("data_profile.json"));
    assert_eq!(profile["holdout"]["rows"].as_u64().unwrap(), points);
    for name in ["losses.parquet", "predictions.parquet"] {
        assert!(fs::read(project.path(&at(name))).unwrap().starts_with(b"PAR1"), "{name}");
    }
    assert!(project.text(&at("report.html")).contains("<svg"));
    assert!(fs::read_dir(project.path(&at("figures"))).unwrap().count() > 2);
    for folder in ["reports/eda/figures", "reports/eda/tables"] {
        assert!(fs::read_dir(project.path(folder)).unwrap().count() > 3, "{folder}");
    }
    let all = fs::read_dir(project.path(&at("test_predictions_all"))).unwrap().count();
    assert_eq!(all, report.baselines.len() + 1);
}

/// The parts of each explained row add up to its forecast.
pub(crate) fn assert_explained(project: &Project) {
    let text = project.text("reports/explanation/explanation.csv");
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let place = |name: &str| names.iter().position(|it| it == name).unwrap();
    let mut sums = std::collections::BTreeMap::<String, (f64, f64)>::new();
    for record in rows.records() {
        let record = record.unwrap();
        let whose: Vec<&str> = record.iter().take(place("mean")).collect();
        let sum = sums.entry(whose.join("|")).or_default();
        sum.0 = record[place("mean")].parse().unwrap();
        sum.1 += record[place("adds")].parse::<f64>().unwrap();
    }
    assert!(!sums.is_empty());
    for (whose, (mean, sum)) in sums {
        assert!((mean - sum).abs() < 1e-3 * mean.abs().max(1.0), "{whose}: {mean} is not {sum}");
    }
}

pub(crate) fn assert_forecast(project: &Project, header: &str) {
    let said = project.job(&["forecast", "-o", "data/forecast.csv"]);
    assert!(said.contains("data/forecast.csv"), "{said}");
    assert_eq!(project.header("data/forecast.csv"), header);
    for line in project.text("data/forecast.csv").lines().skip(1) {
        let numbers: Vec<f64> = line.split(',').filter_map(|it| it.parse().ok()).collect();
        let quantiles = &numbers[numbers.len() - 3..];
        assert!(quantiles.windows(2).all(|pair| pair[0] <= pair[1]), "{line}");
        assert!(quantiles[0] >= 0.0, "{line}");
    }
}
