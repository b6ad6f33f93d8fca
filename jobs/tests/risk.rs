//! What `risk` says of a forecast.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use jobs::arguments::Arguments;
use jobs::environment::Environment;
use serde_json::Value;

const FORECAST: &str = "server,timestamp,mean,p10,p50,p90,p95,p99\n\
    a,2024-03-01 00:00:00,60,50,60,70,73,78\n\
    a,2024-03-01 01:00:00,70,60,70,80,83,88\n\
    b,2024-03-01 00:00:00,40,30,40,50,53,58\n\
    b,2024-03-01 01:00:00,40,30,40,50,53,58\n";

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(name: &str, text: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write(name, text);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn risk(&self, words: &[&str]) -> Result<Value, String> {
        let named = |name: &str, path: &Path| format!("{name}={}", path.display());
        let (input, output) =
            (named("forecast", &self.path("forecast.csv")), named("risk", &self.path("risk")));
        let fixed = ["almanac-jobs", "risk", "--input", &input, "--output", &output];
        let arguments = Arguments::try_parse_from(fixed.iter().chain(words)).unwrap();
        let environment = Environment::of([("SAGEMAKER_BASE_DIR", "/nowhere")]);
        jobs::run(arguments.job, &environment, &mut Vec::new()).map_err(|error| error.chain())?;
        Ok(serde_json::from_str(&self.read("risk/risk.json")).unwrap())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }
}

#[test]
fn a_breach_has_a_probability_and_a_date() {
    let folder = Folder::with("forecast.csv", FORECAST);

    let summary = folder.risk(&["--scenario", "capacity"]).unwrap();

    assert_eq!(summary["any_breach"], true);
    assert_eq!(summary["limits"][0]["limit"], 70.0);
    assert_eq!(summary["limits"][0]["series_at_risk"], 1);
    assert_eq!(summary["limits"][0]["first_at"], "2024-03-01");
    assert_eq!(summary["limits"][1]["series_at_risk"], 0);
    assert_eq!(summary["worst"][0]["series"], "server a");
    let table = folder.read("risk/risk.csv");
    let first = table.lines().nth(1).unwrap();
    assert!(first.starts_with("a,70,0.5,2024-03-01 01:00:00,2024-03-01,2,70"), "{table}");
    assert!(folder.read("risk/risk.html").contains("server a"));
}

#[test]
fn limits_and_probability_can_be_given() {
    let folder = Folder::with("forecast.csv", FORECAST);

    let words = ["--scenario", "capacity", "--limit", "90", "--probability", "0.5"];
    let summary = folder.risk(&words).unwrap();

    assert_eq!(summary["any_breach"], false);
    assert_eq!(summary["limits"].as_array().unwrap().len(), 1);
}

#[test]
fn stock_runs_out_with_a_date() {
    let folder = Folder::with("forecast.csv", FORECAST);
    folder.write("stock.csv", "server,stock\na,100\nb,500\nnowhere,3\n");
    let stock = folder.path("stock.csv").display().to_string();

    let words = ["--scenario", "capacity", "--stock", &stock, "--lead-time", "2"];
    let summary = folder.risk(&words).unwrap();

    assert_eq!(summary["stock"]["series_at_risk"], 1);
    assert_eq!(summary["stock"]["orders_due"], 1);
    assert_eq!(summary["stock"]["stock_without_series"], 1);
    assert_eq!(summary["stock"]["for_example"], "server nowhere");
    assert_eq!(summary["stock"]["first_at"], "2024-03-01 01:00:00");
    assert!(folder.read("risk/stock.csv").starts_with("server,stock,expected_demand"));
}

#[test]
fn a_forecast_without_mean_goes_by_its_quantiles() {
    let text = "server,timestamp,p10,p90\na,2024-03-01 00:00:00,50,70\n";
    let folder = Folder::with("forecast.csv", text);

    let summary = folder.risk(&["--scenario", "capacity", "--limit", "70"]).unwrap();

    assert_eq!(summary["limits"][0]["series_at_risk"], 1);
}

#[test]
fn what_cannot_be_read_is_named() {
    let refused = |text: &str, words: &[&str]| {
        let folder = Folder::with("forecast.csv", text);
        folder.risk(&[&["--scenario", "capacity"], words].concat()).unwrap_err()
    };

    let value = refused(&FORECAST.replace(",60,50,", ",60,x,"), &[]);
    assert!(value.contains("forecast.csv:2: column `p10`: `x` is no number"), "{value}");
    let twice = refused(&FORECAST.replace("01:00:00", "00:00:00"), &[]);
    assert!(twice.contains("stands at") && twice.contains("remove one of the two"), "{twice}");
    let few = refused("server,timestamp,mean\na,2024-03-01,1\n", &[]);
    assert!(few.contains("needs two quantile columns"), "{few}");
    let probability = refused(FORECAST, &["--probability", "10"]);
    assert!(probability.contains("--probability 10 is not between 0 and 1"), "{probability}");
}

#[test]
fn a_scenario_without_limits_needs_some() {
    let folder = Folder::with("forecast.csv", FORECAST);

    let text = folder.risk(&["--scenario", "store-item"]).unwrap_err();

    assert!(text.contains("give --limit N, or --stock FILE"), "{text}");
}
