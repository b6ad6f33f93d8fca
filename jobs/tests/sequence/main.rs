//! Each scenario from generated data to an explained forecast, one job after the other, as a person
//! would type them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

mod project;
mod told;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, assert_evaluated, assert_explained, assert_forecast};

#[test]
fn store_item_goes_from_data_to_an_explained_forecast() {
    let project = Project::new("store-item");

    project.up_to_evaluation();
    assert_evaluated(&project);
    let coverage = project.report().metric("coverage_80").unwrap();
    assert!((0.75..0.85).contains(&coverage), "{coverage}");
    assert_forecast(&project, "store,item,date,mean,p10,p50,p90");
    project.job(&["explain", "--where", "store=1", "--horizon", "14"]);
    assert_explained(&project);
    let said = project.job(&["explain", "--series", "2", "--horizon", "2"]);
    assert!(said.contains("of the first 2 of "), "{said}");
    let nobody = project.run(&["explain", "--where", "store=no such"]);
    let error = String::from_utf8_lossy(&nobody.stderr);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(error.contains("no series has store=no such; `store` may be 1, "), "{error}");
}

#[test]
fn walmart_goes_from_three_files_to_a_model_that_beats_every_baseline() {
    let project = Project::new("walmart");

    project.up_to_evaluation();
    project.of_scenario("baselines", &["--output", "baselines=data"]);

    assert_evaluated(&project);
    let report = project.report();
    let own = report.metric("wmae").unwrap();
    for (name, baseline) in &report.baselines {
        assert!(own < baseline["wmae"], "{name}: {} against {own}", baseline["wmae"]);
    }
    assert_eq!(project.rows("data/baseline_results.csv"), 5);
    assert!(project.rows("data/baseline_segments_all.csv") > 5);
    for part in ["train", "validation"] {
        let file = format!("data/splits/{part}/{part}.csv");
        assert!(project.header(&file).starts_with("Store,Dept,Date,Weekly_Sales,IsHoliday"));
    }
    assert_forecast(&project, "Store,Dept,Date,mean,p10,p50,p90");
}

#[test]
fn turnover_goes_from_rows_of_a_retailer_to_explained_predictions() {
    let project = Project::new("turnover");

    project.up_to_evaluation();
    let rows = ["explain", "--input", "rows=data/splits/holdout/holdout.csv"];
    project.job(&rows);

    assert_evaluated(&project);
    assert!(project.report().metric("r2").unwrap() > 0.5);
    assert_explained(&project);
    let train = project.text("data/splits/train/train.csv");
    assert!(train.lines().skip(1).all(|line| line.starts_with("acme,")));
}

/// What is sent of a known series continues what the model knows: the last day again changes
/// nothing, and the plan of the days to come changes the forecast.
fn assert_known_rows_count(project: &Project) {
    let history = project.text("data/splits/validation/validation.csv");
    let mut lines = history.lines();
    let header = lines.next().unwrap();
    let last = lines.rfind(|line| line.contains(",S001,P0001,")).unwrap();
    fs::write(project.path("last.csv"), format!("{header}\n{last}\n")).unwrap();
    let holdout = project.text("data/splits/holdout/holdout.csv");
    let plan = holdout.lines().skip(1).filter(|line| line.contains(",S001,P0001,"));
    let plan: Vec<String> =
        plan.map(|line| line.rsplit_once(',').unwrap().0.to_owned() + ",").collect();
    fs::write(project.path("plan.csv"), format!("{header}\n{}\n", plan.join("\n"))).unwrap();
    let forecast = |arguments: &[&str]| {
        let said = project.job(&[&["forecast"][..], arguments].concat());
        said.lines()
            .filter(|it| it.starts_with("S001,P0001,"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };

    let alone = forecast(&[]);
    let again = forecast(&["--data", "last.csv"]);
    let planned = forecast(&["--data", "plan.csv"]);

    assert_eq!(alone, again);
    assert_eq!(planned.len(), alone.len());
    assert_ne!(planned, alone);
    let told = project.text("reports/evaluation/test_predictions.csv");
    let evaluated = told.lines().find(|line| line.starts_with("S001,P0001,")).unwrap();
    let mean =
        |line: &str, place: usize| line.split(',').nth(place).unwrap().parse::<f64>().unwrap();
    assert!((mean(&planned[0], 3) - mean(evaluated, 5)).abs() < 1e-6, "{evaluated} {}", planned[0]);
}

#[test]
fn retail_demand_goes_from_data_to_an_explained_forecast() {
    let project = Project::new("retail-demand");

    project.up_to_evaluation();
    assert_evaluated(&project);
    assert_forecast(&project, "store_id,product_id,date,mean,p10,p50,p90");
    project.job(&["explain", "--series", "3", "--horizon", "7"]);
    assert_explained(&project);
    assert_known_rows_count(&project);
    let said = project.job(&[
        "inspect",
        "--input",
        "predictions=reports/evaluation/predictions.parquet",
        "--top",
        "2",
    ]);
    assert!(said.lines().count() > 2, "{said}");
}

#[test]
fn retail_demand_is_prepared_and_judged_for_the_built_in_xgboost() {
    let project = Project::new("retail-demand");
    project.job(&["generate", project.scenario]);
    project.of_scenario("check-quality", &[]);
    let said = project.of_scenario("prepare", &["--trainer", "xgboost"]);
    assert!(said.contains("held out"), "{said}");

    train_as_the_container_does(&project);
    project.of_scenario("evaluate", &["--trainer", "xgboost", "--execution-id", "run-1"]);

    let report = project.report();
    assert!(report.metric("r2").unwrap() > 0.6);
    assert!(project.rows("reports/evaluation/shap_feature_importance.csv") >= 20);
    assert_eq!(project.header("reports/evaluation/bias.csv"), "column,value,bias,difference");
    let features = "data/splits/test/features/train_features.csv";
    assert!(project.header(features).ends_with(",units_sold,high_demand"));
    let list = project.json("data/splits/test/features.json");
    let width = project.header("data/splits/train/train.csv").split(',').count();
    assert_eq!(list["features"].as_array().unwrap().len() + 1, width);
}

/// Leaves `xgboost-model` where the built-in container would.
fn train_as_the_container_does(project: &Project) {
    let text = project.text("data/splits/train/train.csv");
    let mut columns: Vec<Vec<f32>> = Vec::new();
    for line in text.lines() {
        for (place, value) in line.split(',').enumerate() {
            if columns.len() <= place {
                columns.push(Vec::new());
            }
            columns[place].push(value.parse().unwrap_or(f32::NAN));
        }
    }
    let target = trees::Target::new(columns.remove(0));
    let named = columns.into_iter().enumerate();
    let columns = named.map(|(place, values)| trees::Column::numbers(format!("f{place}"), values));
    let table = trees::Table::new(columns.collect()).unwrap();
    let settings = trees::Settings { rounds: 80, ..trees::Settings::default() };
    let model = trees::Model::train(&table, &target, None, &settings).unwrap();
    fs::create_dir_all(project.path("models")).unwrap();
    fs::write(project.path("models/xgboost-model"), model.to_json().unwrap()).unwrap();
}

#[test]
fn capacity_tells_when_which_limit_will_be_passed() {
    let project = Project::new("capacity");

    project.up_to_evaluation();
    assert_evaluated(&project);
    project.job(&["forecast", "-o", "data/forecast.csv"]);
    project.of_scenario("risk", &["--input", "forecast=data/forecast.csv"]);

    assert_eq!(project.header("data/forecast.csv"), "server,timestamp,mean,p10,p50,p90,p95,p99");
    let risk = project.text("reports/risk/risk.csv");
    assert!(risk.lines().count() > 12, "{risk}");
    assert!(project.json("reports/risk/risk.json").is_object());
    assert!(project.text("reports/risk/risk.html").contains("<svg"));
    let comparison = project.text("reports/evaluation/model_comparison.csv");
    let finished = comparison.lines().skip(1).filter(|line| !line.contains(",screened,"));
    let losses: Vec<f64> =
        finished.clone().map(|line| line.rsplit_once(',').unwrap().1.parse().unwrap()).collect();
    assert!(finished.clone().all(|line| line.contains(",mean_wql,")), "{comparison}");
    assert!(losses.len() > 1 && losses.is_sorted(), "{comparison}");
}

#[test]
fn a_forecast_that_automl_made_is_judged_like_any_other() {
    let project = Project::new("capacity");
    project.up_to_evaluation();
    let own = project.report();
    let predictions = project.text("reports/evaluation/test_predictions.csv");

    project.of_scenario("prepare", &["--trainer", "automl"]);
    let without = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        [&cells[..2], &cells[5..]].concat().join(",")
    };
    let text: Vec<String> = predictions.lines().map(without).collect();
    fs::create_dir_all(project.path("data/forecast")).unwrap();
    fs::write(project.path("data/forecast/history-000.csv.out"), text.join("\n")).unwrap();
    project.of_scenario("evaluate", &["--trainer", "automl"]);

    let judged = project.report();
    assert_eq!(judged.holdout.points, own.holdout.points);
    assert_eq!(judged.holdout.fingerprint, own.holdout.fingerprint);
    assert_eq!(judged.quantiles, own.quantiles);
}

#[test]
fn data_that_did_not_pass_are_prepared_for_nobody() {
    let project = Project::new("capacity");
    project.job(&["generate", project.scenario]);
    let raw = project.path("data/raw/capacity.csv");
    let text = fs::read_to_string(&raw).unwrap();
    let spoilt: Vec<String> = text
        .lines()
        .map(|line| line.replace(",2025-11-1", ",2025-13-1"))
        .map(|line| line.replacen("2025-11-2", "2025-13-2", 1))
        .collect();
    fs::write(&raw, spoilt.join("\n")).unwrap();

    let check = project.run(&["check-quality", "--scenario", "capacity"]);
    let prepare =
        project.run(&["prepare", "--scenario", "capacity", "--input", "quality=reports/quality"]);

    assert_eq!(check.status.code(), Some(1));
    assert_eq!(project.json("reports/quality/quality.json")["passed"], false);
    let error = String::from_utf8_lossy(&check.stderr).into_owned();
    assert!(error.contains("capacity.csv") && error.contains("2025-13-2"), "{error}");
    assert_eq!(prepare.status.code(), Some(1));
    assert!(!project.path("data/splits/train/train.csv").exists());
}

#[test]
fn a_bundle_that_was_changed_or_does_not_fit_is_refused() {
    let project = Project::new("turnover");
    project.up_to_evaluation();
    let refused = |project: &Project| {
        let run = project.run(&["evaluate", "--scenario", "turnover", "--trainer", "almanac"]);
        assert_eq!(run.status.code(), Some(1));
        String::from_utf8_lossy(&run.stderr).into_owned()
    };

    let manifest = project.path("models/bundle.json");
    let good = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, good.replace("\"format\": 1", "\"format\": 7")).unwrap();
    assert!(refused(&project).contains("format 7"));
    fs::write(&manifest, good.replace("\"schema\": \"sha256:", "\"schema\": \"sha256:0")).unwrap();
    assert!(refused(&project).contains("was trained with columns"));
    fs::write(&manifest, &good).unwrap();
    let model = project.path("models/model.json");
    fs::write(&model, fs::read_to_string(&model).unwrap().replace('1', "2")).unwrap();
    assert!(refused(&project).contains("model.json is not the file that was written"));
    fs::remove_file(project.path("models/model.json")).unwrap();
    assert!(refused(&project).contains("cannot read models/model.json"));
}

#[test]
fn the_variables_of_the_project_say_where_everything_is() {
    let project = Project::new("turnover");
    let folder = |name: &str| project.path(name).to_str().unwrap().to_owned();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_almanac-jobs"))
            .args(arguments)
            .env("DATA_DIR", folder("d"))
            .env("SPLITS_DIR", folder("s"))
            .env("MODELS_DIR", folder("m"))
            .env("REPORTS_DIR", folder("r"))
            .env("SAGEMAKER_BASE_DIR", folder("nowhere"))
            .current_dir(project.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };

    run(&["generate", "turnover", "-o", &folder("d/raw")]);
    run(&["check-quality", "--scenario", "turnover", "--retailer", "acme"]);
    run(&["prepare", "--scenario", "turnover", "--retailer", "acme", "--trainer", "almanac"]);
    run(&["train", "--scenario", "turnover", "--retailer", "acme"]);

    for file in ["r/quality/quality.json", "s/train/train.csv", "m/bundle.json"] {
        assert!(Path::new(&folder(file)).exists(), "{file}");
    }
}
