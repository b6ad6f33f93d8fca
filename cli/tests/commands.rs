//! The commands as they are typed.

#![expect(clippy::unwrap_used, reason = "what the tests share may fail them too")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn almanac(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_almanac")).args(arguments).output().unwrap()
}

fn with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_almanac"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn temporary(name: &str, text: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn rendering_writes_the_reviewed_definition() {
    for (arguments, file) in [
        (vec!["render", "store-item"], "store-item.train.automl.json"),
        (vec!["render", "store-item", "--pipeline", "forecast"], "store-item.forecast.automl.json"),
        (vec!["render", "walmart", "--trainer", "xgboost"], "walmart.train.xgboost.json"),
    ] {
        let output = almanac(&arguments);

        assert!(output.status.success(), "{}", err(&output));
        let reviewed = std::fs::read_to_string(root().join("pipelines").join(file)).unwrap();
        assert_eq!(out(&output), reviewed);
    }
}

#[test]
fn rendering_writes_into_a_file() {
    let path = temporary("rendered.json", "");

    let output = almanac(&["render", "turnover", "-o", &path]);

    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(out(&output), "");
    let reviewed = root().join("pipelines/turnover.train.xgboost.json");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    assert_eq!(read(Path::new(&path)), read(&reviewed));
}

#[test]
fn rendering_takes_a_scenario_of_ones_own() {
    let text = std::fs::read_to_string(root().join("scenarios/capacity.toml")).unwrap();
    let path = temporary("own.toml", &text.replace("\"capacity\"", "\"load\""));

    let output = almanac(&["render", &path]);

    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("ScenarioS3"));
}

#[test]
fn a_mistake_in_a_scenario_is_told_with_file_line_key_and_remedy() {
    let text = std::fs::read_to_string(root().join("scenarios/capacity.toml")).unwrap();
    let path = temporary("mistaken.toml", &text.replace("horizon = 168", "horizon = 1000"));
    let line = text.lines().position(|line| line.starts_with("horizon")).unwrap() + 1;

    let output = almanac(&["render", &path]);

    assert_eq!(output.status.code(), Some(1));
    let expected = format!(
        "almanac: {path}:{line}: `series.horizon`: 1000 is not between 1 and 500; choose a number \
         between the two\n"
    );
    assert_eq!(err(&output), expected);
}

#[test]
fn a_deployment_that_lacks_an_output_is_told() {
    let path = temporary("outputs.json", "[]");

    let output = almanac(&["render", "walmart", "--deployment", &path]);

    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("the stack has no output `"), "{}", err(&output));
}

#[test]
fn wrong_usage_exits_with_2() {
    let cases: &[(&[&str], &str)] = &[
        (&["render", "store-itm"], "there is no scenario `store-itm`"),
        (&["render", "no/such.toml"], "cannot read no/such.toml"),
        (&["render", "turnover", "--trainer", "automl"], "automl cannot train `turnover`"),
        (&["render", "turnover", "--trainer", "prophet"], "`prophet` is no trainer"),
        (&["render"], "required"),
        (&["lint"], "required"),
        (&["lint", "no-such.json"], "cannot read no-such.json"),
        (&["explode"], "unrecognized subcommand"),
        (&["run", "store-item", "--set", "Retailer"], "`Retailer` is not KEY=VALUE"),
        (&["run", "--set", "MinImprovment=1", "--home", "no/such"], "mean `MinImprovement`?"),
        (&["run", "--set", "MinImprovement=much", "--home", "no/such"], "`much` is no Float"),
        (&["run", "--set", "OnDifferentHoldout=no", "--home", "no/such"], "one of refuse, compare"),
        (&["run", "--approve", "--reject"], "cannot be used with"),
        (&["status", "walmart", "--home", "no/such"], "does not say where an engine is"),
        (&["function", "forget-metrics"], "there is no function `forget-metrics`"),
    ];

    for (arguments, said) in cases {
        let output = almanac(arguments);

        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(said), "{arguments:?}: {}", err(&output));
    }
    assert!(!Path::new("no").exists(), "what is refused at once starts no engine");
}

#[test]
fn who_cannot_reach_aws_is_told_of_the_engine() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", "/no/such/home");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"] {
        command.env_remove(name);
    }

    let output = command.args(["status", "--region", "eu-west-1"]).output().unwrap();

    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    assert!(said.contains("AWS was not reached") && said.contains("--home .almanac"), "{said}");
}

#[test]
fn the_help_shows_what_is_done_first_first_and_examples() {
    let help = out(&almanac(&["--help"]));

    let places: Vec<_> =
        ["run", "up", "status", "versions", "approve", "upsert", "forecast", "render", "job"]
            .map(|name| help.find(&format!("\n  {name} ")))
            .into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{help}");
    for command in ["run", "status", "versions", "approve", "reject", "upsert", "start"] {
        let help = out(&almanac(&[command, "--help"]));
        assert!(help.contains(&format!("Examples:\n  almanac {command}")), "{help}");
    }
}

#[test]
fn the_rendered_definitions_lint_clean() {
    let entries = std::fs::read_dir(root().join("pipelines")).unwrap();
    let files: Vec<String> =
        entries.map(|entry| entry.unwrap().path().to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["lint"];
    arguments.extend(files.iter().map(String::as_str));

    let output = almanac(&arguments);

    assert!(output.status.success(), "{}", out(&output));
    assert_eq!(out(&output), format!("{} files, 0 errors, 0 warnings\n", files.len()));
}

#[test]
fn findings_have_place_pointer_and_remedy_and_exit_with_1() {
    let definition = std::fs::read_to_string(root().join("pipelines/walmart.train.almanac.json"));
    let broken = definition.unwrap().replacen("Steps.Train.", "Steps.Trian.", 1);
    let path = temporary("broken.json", &broken);
    // The place is that of the value, the object around the reference.
    let line = broken.lines().position(|line| line.contains("Steps.Trian.")).unwrap();

    let output = almanac(&["lint", &path]);

    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    assert!(text.starts_with(&format!("{path}:{line}:")), "{text}");
    assert!(text.contains(" /Steps/6/") && text.contains("did you mean `Train`?"), "{text}");
}

#[test]
fn lint_writes_one_json_object_when_asked() {
    let output =
        with_input(&["lint", "--json", "--published", "-"], r#"{"Steps": [{"Nam": "A"}]}"#);

    assert_eq!(output.status.code(), Some(1));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["errors"].as_u64().unwrap() > 0);
    let finding = &json["files"][0]["findings"][0];
    for key in ["severity", "rule", "pointer", "message", "remedy"] {
        assert!(finding[key].is_string(), "{key}: {finding}");
    }
    assert!(finding["line"].is_u64());
    assert!(json["files"][0]["published"].is_array());
}

#[test]
fn text_that_is_no_json_is_a_finding() {
    let output = with_input(&["lint", "--published", "-"], "{");

    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("1 file, 1 error"), "{}", out(&output));
}

#[test]
fn the_overview_renders_and_examines_every_scenario() {
    let output = almanac(&["overview"]);

    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let told = out(&output);
    for scenario in ["store-item", "walmart", "turnover", "retail-demand", "capacity"] {
        assert!(told.contains(scenario), "{told}");
    }
    assert!(told.contains("26 definitions rendered, 0 errors"), "{told}");
}
