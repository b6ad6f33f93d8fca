//! The rendered definitions, as reviewed files, and what each of them must say.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what the tests share may fail them too"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::expect_file;
use pipeline::build::definition::Definition;
use pipeline::render::deployment::Deployment;
use pipeline::render::{Kind, render, trainers};
use scenario::model::Trainer;
use scenario::{BUILT_IN, Scenario};
use serde_json::{Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn scenario(name: &str) -> Scenario {
    Scenario::built_in(name).unwrap().unwrap_or_else(|error| panic!("{error}"))
}

fn rendered(name: &str, kind: Kind, trainer: Trainer) -> Definition {
    render(&scenario(name), kind, trainer, &Deployment::sample().unwrap()).unwrap()
}

/// File name and definition of everything that can be rendered.
fn all() -> Vec<(String, Definition)> {
    let mut all = Vec::new();
    for (name, _) in BUILT_IN {
        for kind in Kind::ALL {
            for trainer in trainers(&scenario(name)) {
                let file = format!("{name}.{}.{trainer}.json", kind.name());
                all.push((file, rendered(name, kind, trainer)));
            }
        }
    }
    all
}

/// Every step, those of branches included.
fn steps(definition: &Definition) -> Vec<&Value> {
    let mut all = Vec::new();
    for step in definition.as_value()["Steps"].as_array().unwrap() {
        all.push(step);
        for branch in ["IfSteps", "ElseSteps"] {
            all.extend(step["Arguments"][branch].as_array().into_iter().flatten());
        }
    }
    all
}

fn step<'d>(definition: &'d Definition, name: &str) -> &'d Value {
    let found = steps(definition).into_iter().find(|step| step["Name"] == name);
    found.unwrap_or_else(|| panic!("no step {name}"))
}

fn names(definition: &Definition) -> BTreeSet<&str> {
    steps(definition).into_iter().map(|step| step["Name"].as_str().unwrap()).collect()
}

fn parameters(definition: &Definition) -> BTreeSet<&str> {
    let parameters = definition.as_value()["Parameters"].as_array().unwrap();
    parameters.iter().map(|parameter| parameter["Name"].as_str().unwrap()).collect()
}

#[test]
fn the_definitions_are_the_reviewed_ones() {
    for (file, definition) in all() {
        let path = root().join("pipelines").join(file);
        expect_file![path].assert_eq(&format!("{definition}\n"));
    }
}

#[test]
fn every_reviewed_file_can_still_be_rendered() {
    let rendered: BTreeSet<String> = all().into_iter().map(|(file, _)| file).collect();

    let entries = std::fs::read_dir(root().join("pipelines")).unwrap();
    let kept: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();

    assert_eq!(kept, rendered);
}

#[test]
fn rendering_twice_gives_equal_bytes() {
    for ((_, first), (_, second)) in all().iter().zip(&all()) {
        assert_eq!(first.to_json(), second.to_json());
    }
}

#[test]
fn automl_is_rendered_for_time_series_and_xgboost_where_numbers_are_enough() {
    let files: Vec<String> = all().into_iter().map(|(file, _)| file).collect();

    assert!(!files.contains(&"turnover.train.automl.json".to_owned()));
    assert!(!files.contains(&"capacity.train.xgboost.json".to_owned()));
    assert_eq!(files.len(), 26);
}

#[test]
fn store_item_has_the_parameters_of_its_system() {
    let definition = rendered("store-item", Kind::Train, Trainer::Automl);

    let parameters = parameters(&definition);
    for name in ["TrainingDataS3", "ValidationDataS3", "OutputS3", "ModelPackageGroup"] {
        assert!(parameters.contains(name), "{name}");
    }
    assert!(parameters.contains("MinImprovement") && parameters.contains("MASEThreshold"));
}

#[test]
fn store_item_has_the_steps_of_its_system_in_order() {
    let definition = rendered("store-item", Kind::Train, Trainer::Automl);

    let top = definition.as_value()["Steps"].as_array().unwrap();
    let order: Vec<(&str, &str)> = top
        .iter()
        .map(|step| (step["Name"].as_str().unwrap(), step["Type"].as_str().unwrap()))
        .collect();
    assert_eq!(
        order,
        [
            ("DataQuality", "Processing"),
            ("QualityGate", "Condition"),
            ("Prepare", "Processing"),
            ("StartAutoML", "Lambda"),
            ("WaitAutoML", "Callback"),
            ("ForecastHoldout", "Transform"),
            ("Evaluate", "Processing"),
            ("RecordMetrics", "Lambda"),
            ("IngestEvaluation", "Lambda"),
            ("CompareModels", "Lambda"),
            ("PromoteGate", "Condition"),
        ]
    );
    assert_eq!(step(&definition, "RegisterAutoML")["Type"], "Lambda");
}

#[test]
fn the_quality_check_is_cheap_and_ends_the_execution_when_it_fails() {
    for (file, definition) in all().iter().filter(|(file, _)| file.contains(".train.")) {
        let quality = step(definition, "DataQuality");
        let cluster = &quality["Arguments"]["ProcessingResources"]["ClusterConfig"];
        assert_eq!(cluster["InstanceType"], "ml.t3.medium", "{file}");
        assert_eq!(quality["PropertyFiles"][0]["FilePath"], "quality.json");

        let gate = step(definition, "QualityGate");
        let flag = &gate["Arguments"]["Conditions"][0];
        assert_eq!(flag["LeftValue"]["Std:JsonGet"]["Path"], "passed");
        assert_eq!(flag["RightValue"], true);
        assert_eq!(gate["Arguments"]["ElseSteps"][0]["Type"], "Fail");

        let prepare = &definition.as_value()["Steps"][2];
        assert_eq!(prepare["DependsOn"], json!(["QualityGate"]));
        let inputs = prepare["Arguments"]["ProcessingInputs"].as_array().unwrap();
        assert!(inputs.iter().any(|input| input["InputName"] == "quality"), "{file}");
    }
}

#[test]
fn automl_is_started_in_the_services_own_words() {
    let definition = rendered("store-item", Kind::Train, Trainer::Automl);

    let arguments = &step(&definition, "StartAutoML")["Arguments"];
    assert_eq!(arguments["frequency"], "1D");
    assert_eq!(arguments["horizon"], 90);
    assert_eq!(arguments["quantiles"], "p10,p50,p90");
    assert_eq!(arguments["target_column"], "sales");
    assert_eq!(arguments["time_column"], "date");
    assert_eq!(
        (&arguments["item_column"], &arguments["group_columns"]),
        (&json!("item"), &json!("store"))
    );
    assert_eq!(arguments["max_candidates"], 1);
}

#[test]
fn retail_demand_has_the_step_names_of_its_system() {
    let definition = rendered("retail-demand", Kind::Train, Trainer::Xgboost);

    let names = names(&definition);
    for name in [
        "PreprocessRetailDemand",
        "TrainXGBRetailDemand",
        "EvaluateModel",
        "IngestEvalToAthena",
        "CheckMetricsAndRegister",
        "RegisterRetailDemandModel-RegisterModel",
    ] {
        assert!(names.contains(name), "{name}");
    }
}

#[test]
fn retail_demand_is_gated_by_thresholds_and_verdict() {
    let definition = rendered("retail-demand", Kind::Train, Trainer::Xgboost);

    let value = |metric: &str| {
        json!({"Std:JsonGet": {
            "PropertyFile": {"Get": "Steps.EvaluateModel.PropertyFiles.Evaluation"},
            "Path": format!("metrics.{metric}.value"),
        }})
    };
    assert_eq!(
        step(&definition, "CheckMetricsAndRegister")["Arguments"]["Conditions"],
        json!([
            {"Type": "Equals",
             "LeftValue": {"Get": "Steps.CompareModels.OutputParameters['promote']"},
             "RightValue": "true"},
            {"Type": "LessThanOrEqualTo", "LeftValue": value("rmse"),
             "RightValue": {"Get": "Parameters.RMSEThreshold"}},
            {"Type": "GreaterThanOrEqualTo", "LeftValue": value("r2"),
             "RightValue": {"Get": "Parameters.R2Threshold"}},
        ])
    );
    assert_eq!(step(&definition, "CheckMetricsAndRegister")["Arguments"]["ElseSteps"], json!([]));
}

#[test]
fn ingestion_waits_for_nothing_but_the_evaluation() {
    for (file, definition) in all().iter().filter(|(file, _)| file.contains(".train.")) {
        let ingests = steps(definition).into_iter().find(|step| {
            step["FunctionArn"].as_str().is_some_and(|arn| arn.ends_with("ingest-evaluation"))
        });
        let text = ingests.unwrap().to_string();

        assert!(!text.contains("DependsOn"), "{file}");
        assert_eq!(text.matches("Steps.Evaluate").count(), 1, "{file}");
    }
}

#[test]
fn a_version_waits_for_a_person_and_carries_what_the_next_comparison_reads() {
    let definition = rendered("retail-demand", Kind::Train, Trainer::Xgboost);

    let arguments = &step(&definition, "RegisterRetailDemandModel-RegisterModel")["Arguments"];
    assert_eq!(arguments["ModelApprovalStatus"], "PendingManualApproval");
    let statistics = &arguments["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"];
    assert!(statistics.to_string().contains("regression_metrics.json"));
    let metadata = arguments["CustomerMetadataProperties"].as_object().unwrap();
    let keys: Vec<&str> = metadata.keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "retailer",
            "scenario",
            "trainer",
            "metric",
            "execution_id",
            "evaluation_s3_uri",
            "holdout_fingerprint",
            "r2",
            "rmse",
        ]
    );
}

#[test]
fn walmart_explores_measures_baselines_and_reuses_equal_stages() {
    let definition = rendered("walmart", Kind::Train, Trainer::Almanac);

    assert!(names(&definition).is_superset(&BTreeSet::from(["Explore", "Baselines"])));
    assert_eq!(step(&definition, "CompareModels")["Arguments"]["beat_baseline_on"], "rmse,wmae");
    for name in ["DataQuality", "Prepare", "Explore", "Baselines", "Train"] {
        assert_eq!(step(&definition, name)["CacheConfig"]["ExpireAfter"], "P30D", "{name}");
    }
    for name in ["Evaluate", "RecordMetrics", "CompareModels"] {
        assert_eq!(step(&definition, name).get("CacheConfig"), None, "{name}");
    }
}

#[test]
fn a_forecast_of_series_does_not_cut_them() {
    let definition = rendered("store-item", Kind::Forecast, Trainer::Automl);

    let arguments = &step(&definition, "BatchForecast")["Arguments"];
    assert_eq!(arguments["TransformInput"]["SplitType"], "None");
    assert_eq!(arguments["TransformOutput"]["AssembleWith"], "Line");
    assert_eq!(arguments["MaxPayloadInMB"], 100);
    assert_eq!(arguments["ModelClientConfig"]["InvocationsTimeoutInSeconds"], 3600);
}

#[test]
fn a_prediction_of_rows_keeps_their_keys() {
    let definition = rendered("retail-demand", Kind::Forecast, Trainer::Xgboost);

    let processing = &step(&definition, "BatchForecast")["Arguments"]["DataProcessing"];
    let expected =
        json!({"InputFilter": "$[3:]", "JoinSource": "Input", "OutputFilter": "$[0,1,2,-1]"});
    assert_eq!(*processing, expected);
}

#[test]
fn the_lint_knows_nothing_against_them() {
    for (file, definition) in all() {
        let findings = pipeline::lint::lint(definition.as_value());

        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{file}: {told:#?}");
    }
}

#[test]
fn they_keep_to_the_schema() {
    let text = std::fs::read_to_string(root().join("schema-pipeline.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let schema =
        jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(&schema).unwrap();

    for (file, definition) in all() {
        let errors: Vec<String> = schema
            .iter_errors(definition.as_value())
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();

        assert!(errors.is_empty(), "{file}: {errors:#?}");
    }
}
