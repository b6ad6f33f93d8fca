//! The whole loop on this machine, as it is typed.

#![expect(clippy::unwrap_used, reason = "what the tests share may fail them too")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A home folder, and commands that use it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("home")
    }

    fn almanac(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
        command.current_dir(self.0.path()).args(arguments).arg("--home").arg(self.path());
        command.output().unwrap()
    }

    /// What a run says of itself in JSON.
    fn run(&self, arguments: &[&str]) -> Value {
        let output = self.almanac(&[&["run"], arguments, &["--json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn up(&self) -> Up {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
        command.args(["up", "--port", "0", "--home"]).arg(self.path()).current_dir(self.0.path());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("Stop with") {
            line.clear();
            assert!(told.read_line(&mut line).unwrap() > 0, "it ended before it was up");
        }
        Up(child)
    }
}

/// A running `almanac up`.
struct Up(Child);

impl Up {
    /// Asks it to end, as Ctrl-C and systemd do, and waits until it has.
    fn stop(mut self) -> bool {
        Command::new("kill").arg(self.0.id().to_string()).status().unwrap();
        self.0.wait().unwrap().success()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        // It has ended already where the test came to its end.
        let _ = self.0.kill();
    }
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn step<'a>(run: &'a Value, name: &str) -> &'a Value {
    run["steps"].as_array().unwrap().iter().find(|step| step["name"] == name).unwrap()
}

#[test]
fn without_a_command_the_whole_loop_ends_with_a_forecast_of_the_live_endpoint() {
    let folder = TempDir::new().unwrap();

    let output =
        Command::new(env!("CARGO_BIN_EXE_almanac")).current_dir(folder.path()).output().unwrap();

    assert!(output.status.success(), "{}", err(&output));
    let said = String::from_utf8(output.stdout).unwrap();
    for words in [
        "data        synthetic, seed 1: 50250 rows of history, 4500 rows held out\n",
        "registered  version 1 of retail-store-item",
        "approved    version 1",
        "endpoint    retail-store-item-serverless-prod InService",
        "forecast    from the live endpoint\n  store,item,date,mean,p10,p50,p90\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(folder.path().join(".almanac/state.db").exists());
}

#[test]
fn a_run_that_is_no_better_is_not_registered_and_the_champion_serves_on() {
    let home = Home::new();
    let first = home.run(&["turnover"]);
    let config = first["endpoint"]["config"].clone();

    let second = home.run(&["turnover"]);

    assert_eq!(first["verdict"]["promote"], true);
    assert_eq!(first["package"]["approval"], "Approved");
    assert_eq!(first["mails"].as_array().unwrap().len(), 1);
    assert_eq!(second["status"], "Succeeded");
    assert_eq!(second["verdict"]["promote"], false);
    assert_eq!(second["package"], Value::Null);
    let champion = second["metrics"].as_array().unwrap().iter().find(|it| it["metric"] == "rmse");
    assert_eq!(champion.unwrap()["champion"], champion.unwrap()["candidate"]);
    assert_eq!(second["endpoint"]["config"], config);
    assert_eq!(second["endpoint"]["status"], "InService");
    assert!(Path::new(second["report"].as_str().unwrap()).is_file());
}

#[test]
fn a_rejected_version_never_serves_and_a_batch_needs_an_approved_one() {
    let home = Home::new();

    let rejected = home.run(&["turnover", "--reject"]);
    let batch = home.almanac(&["run", "turnover", "--pipeline", "forecast"]);

    assert_eq!(rejected["package"]["approval"], "Rejected");
    assert_eq!(rejected["endpoint"], Value::Null);
    assert_eq!(batch.status.code(), Some(1));
    assert!(err(&batch).contains("nothing is approved in retail-turnover-acme"), "{}", err(&batch));
}

#[test]
fn a_decision_that_is_left_to_a_person_is_made_with_the_same_verbs_as_in_aws() {
    let home = Home::new();
    let run = home.run(&["turnover", "--no-approve"]);
    assert_eq!(run["package"]["approval"], "PendingManualApproval");
    assert_eq!(run["endpoint"], Value::Null);
    let up = home.up();

    let approved = home.almanac(&["approve", "retail-turnover-acme", "--note", "looks right"]);
    let again = home.almanac(&["approve", "retail-turnover-acme"]);
    let status = home.almanac(&["status", run["execution_arn"].as_str().unwrap(), "--json"]);

    assert!(approved.status.success(), "{}", err(&approved));
    assert!(err(&again).contains("no version of retail-turnover-acme waits"), "{}", err(&again));
    let status: Value = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["status"], "Succeeded");
    assert_eq!(status["steps"].as_array().unwrap().len(), run["steps"].as_array().unwrap().len());
    assert!(up.stop());
    let batch = home.run(&["turnover", "--pipeline", "forecast"]);
    assert!(batch["forecast"].as_array().unwrap().len() > 3);
}

#[test]
fn what_a_run_left_is_found_by_pipeline_execution_group_and_version() {
    let home = Home::new();
    let run = home.run(&["turnover", "--no-approve"]);
    let id = run["execution_arn"].as_str().unwrap().rsplit('/').next().unwrap();
    let up = home.up();

    let executions = out(&home.almanac(&["status"]));
    let latest = out(&home.almanac(&["status", "turnover"]));
    let by_id = out(&home.almanac(&["status", id]));
    let unknown = err(&home.almanac(&["status", "turnovr"]));
    let waiting = out(&home.almanac(&["versions"]));
    let unknown_group = err(&home.almanac(&["versions", "retail-turnover-acm"]));
    let no_version = err(&home.almanac(&["approve", "retail-turnover-acme/2"]));

    assert!(executions.starts_with("pipeline  execution     state      started (UTC)"));
    assert!(executions.contains(&format!("turnover  {id}  succeeded")), "{executions}");
    assert!(latest.starts_with(&format!("turnover, execution {id}: succeeded\nstarted 20")));
    assert!(latest.contains(" s  promoted: rmse "), "the verdict has its reason: {latest}");
    assert!(latest.contains(" s  the condition is true\n"), "{latest}");
    assert_eq!(by_id, latest);
    assert!(unknown.contains("an execution `turnovr`; did you mean `turnover`?"), "{unknown}");
    assert!(waiting.contains("retail-turnover-acme  1        pending"), "{waiting}");
    assert!(unknown_group.contains("did you mean `retail-turnover-acme`?"), "{unknown_group}");
    assert!(no_version.contains("retail-turnover-acme has no version 2"), "{no_version}");
    assert!(up.stop());
}

#[test]
fn a_decision_says_what_serves_from_now_on() {
    let home = Home::new();
    home.run(&["turnover"]);
    let up = home.up();

    let versions = home.almanac(&["versions", "retail-turnover-acme", "--json"]);
    let again = out(&home.almanac(&["approve", "retail-turnover-acme/1"]));
    let rejected = out(&home.almanac(&["reject", "retail-turnover-acme/1"]));

    let versions: Value = serde_json::from_slice(&versions.stdout).unwrap();
    let endpoint = "retail-turnover-acme-serverless-prod";
    assert_eq!(
        (&versions[0]["metric"], &versions[0]["endpoint"]),
        (&"rmse".into(), &endpoint.into())
    );
    assert!(again.ends_with(&format!("it goes on serving at {endpoint}\n")), "{again}");
    let gone = format!("no version is approved any more: {endpoint} is deleted\n");
    assert!(rejected.ends_with(&gone), "{rejected}");
    assert!(up.stop());
}

#[test]
fn a_parameter_that_a_pipeline_does_not_have_starts_nothing() {
    let home = Home::new();
    let up = home.up();
    let upserted = home.almanac(&["upsert", "turnover"]);

    let start = home.almanac(&["start", "turnover", "--set", "Retailr=acme"]);
    let executions = home.almanac(&["status"]);
    let never = home.almanac(&["status", "turnover"]);

    assert!(upserted.status.success(), "{}", err(&upserted));
    assert_eq!(start.status.code(), Some(2));
    let said = err(&start);
    assert!(said.contains("no parameter `Retailr`; did you mean `Retailer`?\nIts"), "{said}");
    assert!(said.contains("\n  MinImprovement          Float, default 0.01\n"), "{said}");
    assert!(out(&executions).starts_with("no execution yet"), "{}", out(&executions));
    assert!(err(&never).contains("pipeline turnover was never started"), "{}", err(&never));
    assert!(up.stop());
}

#[test]
fn a_file_that_takes_the_place_of_a_scenario_is_told() {
    let home = Home::new();
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/turnover.toml"),
    );
    let mine = home.0.path().join("mine.toml");
    std::fs::write(&mine, text.unwrap()).unwrap();

    let run = home.almanac(&["run", mine.to_str().unwrap(), "--json"]);

    assert!(run.status.success(), "{}", err(&run));
    let said = err(&run);
    assert!(said.contains("mine.toml has names of the scenario `turnover`"), "{said}");
    assert!(said.contains("change `name` and `model_package_group`"), "{said}");
}

#[test]
fn a_run_tells_its_data_and_which_way_each_metric_is_better() {
    let home = Home::new();

    let said = out(&home.almanac(&["run", "turnover", "--rows", "6000"]));

    for words in [
        "data        synthetic, seed 1: 6000 rows\n",
        "  metric  unit           better  candidate  champion  baseline  gate\n",
        "  r2                     higher ",
        "  rmse    turnover_days  lower ",
        "must beat the champion, must beat the baseline\n",
        "  mase                   lower   undefined         -         -\n",
        "  the baseline is the best of them, median\n",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_run_may_begin_in_the_middle_of_the_one_before() {
    let home = Home::new();
    let unready = home.almanac(&["run", "turnover", "--from", "Evaluate"]);
    home.run(&["turnover"]);

    let again = home.run(&["turnover", "--from", "Evaluate"]);
    let unknown = home.almanac(&["run", "turnover", "--from", "Evaluat"]);

    assert_eq!(unready.status.code(), Some(2), "{}", err(&unready));
    assert!(step(&again, "Evaluate")["seconds"].as_f64().unwrap() > 0.0);
    assert!(again["steps"].as_array().unwrap().iter().all(|step| step["name"] != "DataQuality"));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        err(&unknown).contains("no step `Evaluat`; there are DataQuality"),
        "{}",
        err(&unknown)
    );
}

#[test]
fn bad_data_fail_the_run_and_the_reason_is_told() {
    let home = Home::new();
    let data = home.0.path().join("products.csv");
    let header = "retailer,product_id,category,price,weight_kg,shelf_life_days,turnover_days\n";
    std::fs::write(&data, header).unwrap();

    let data = data.to_str().unwrap();
    let output = home.almanac(&["run", "turnover", "--data", data, "--retailer", "acme"]);
    let whose = home.almanac(&["run", "turnover", "--data", data]);
    let missing = home.almanac(&["run", "turnover", "--data", "no-such.csv", "--retailer", "acme"]);

    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("DataQuality              FAILED"), "{said}");
    assert!(said.contains("there is no column `brand`"), "{said}");
    assert!(said.contains(".log\n"), "the log is named: {said}");
    assert!(err(&whose).contains("name the one whose model it is with --retailer"));
    assert_eq!(missing.status.code(), Some(2));
    assert!(err(&missing).contains("there is nothing at no-such.csv"), "{}", err(&missing));
}

#[test]
fn a_home_that_another_process_holds_is_refused_with_its_number() {
    let home = Home::new();
    let up = home.up();

    let second = home.almanac(&["run", "turnover"]);

    assert_eq!(second.status.code(), Some(1));
    let expected = format!("in use by another almanac process (process {})", up.0.id());
    assert!(err(&second).contains(&expected), "{}", err(&second));
    assert!(up.stop());
}

#[test]
fn an_engine_that_is_stopped_leaves_no_process_behind() {
    let home = Home::new();
    home.run(&["turnover"]);
    let up = home.up();

    assert!(up.stop());

    let listing = Command::new("ps").args(["-eo", "args"]).output().unwrap();
    let left = String::from_utf8_lossy(&listing.stdout).into_owned();
    let ours = home.path().display().to_string();
    let left: Vec<&str> = left.lines().filter(|line| line.contains(&ours)).collect();
    assert_eq!(left, Vec::<&str>::new());
}
