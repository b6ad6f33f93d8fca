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
