//! What a person is told of, or refused, on the way.

use std::fmt::Write as _;
use std::fs;

use crate::project::Project;

#[test]
fn only_rows_of_the_retailer_are_checked() {
    let project = Project::new("turnover");
    project.job(&["generate", "turnover"]);
    let raw = project.path("data/raw/turnover.csv");
    let text = fs::read_to_string(&raw).unwrap();
    let own = text.lines().filter(|line| line.starts_with("acme,")).count();
    let mut spoilt = text.clone();
    for line in text.lines().skip(1).filter(|line| line.starts_with("acme,")).take(50) {
        spoilt.push_str(&line.replacen("acme,", "other,", 1).replacen(",c", ",\u{fffd}", 1));
        spoilt.push_str("x\n");
    }
    fs::write(&raw, spoilt).unwrap();

    let said = project.of_scenario("check-quality", &[]);
    let other = ["check-quality", "--scenario", "turnover", "--retailer", "other"];
    let nobody = ["check-quality", "--scenario", "turnover", "--retailer", "nobody"];
    let (other, nobody) = (project.run(&other), project.run(&nobody));

    assert!(said.contains(&format!(": {own} rows")), "{said}");
    assert_eq!((other.status.code(), nobody.status.code()), (Some(1), Some(1)));
    let words = String::from_utf8_lossy(&nobody.stdout);
    assert!(words.contains("no row is of retailer `nobody`; there are acme"), "{words}");
}

#[test]
fn only_rows_of_the_retailer_are_answered_in_a_batch() {
    let project = Project::new("turnover");
    project.job(&["generate", "turnover"]);
    project.of_scenario("prepare", &["--trainer", "xgboost"]);
    let text = project.text("data/raw/turnover.csv");
    let own = text.lines().filter(|line| line.starts_with("acme,"));
    let others = text.lines().filter(|line| line.starts_with("acme,")).take(3);
    let others: Vec<String> = others.map(|line| line.replacen("acme,", "other,", 1)).collect();
    let rows: Vec<&str> =
        text.lines().take(1).chain(others.iter().map(String::as_str)).chain(own.take(5)).collect();
    fs::write(project.path("rows.csv"), rows.join("\n")).unwrap();
    fs::create_dir_all(project.path("features")).unwrap();
    let places = ["rows=rows.csv", "trained-features=data/splits/test"];
    let job = |retailer: &'static str| {
        let [rows, trained] = places;
        let places = ["--input", rows, "--input", trained, "--output", "features=features"];
        let subject = ["prepare-forecast", "--scenario", "turnover", "--retailer", retailer];
        project.run(&[&subject[..], &places].concat())
    };

    let (own, nobody) = (job("acme"), job("nobody"));

    assert!(own.status.success(), "{}", String::from_utf8_lossy(&own.stderr));
    let features = project.text("features/features.csv");
    assert_eq!(features.lines().count(), 5, "{features}");
    let first = rows[4].split(',').nth(1).unwrap();
    assert!(features.starts_with(&format!("{first},")), "{features}");
    let error = String::from_utf8_lossy(&nobody.stderr);
    assert!(error.contains("no row is of retailer `nobody`; there are acme, other"), "{error}");
}

#[test]
fn a_series_that_ended_long_ago_is_told_of_and_forecast() {
    let project = Project::new("store-item");
    let mut text = "day,shop,sold\n".to_owned();
    for day in 0..200_i64 {
        let date = series::grid::Moment(day * 86_400);
        writeln!(text, "{date},a,{}", 5 + day % 7).unwrap();
        if day < 100 {
            writeln!(text, "{date},b,{}", 3 + day % 7).unwrap();
        }
    }
    fs::write(project.path("sold.csv"), text).unwrap();

    let words = ["--data", "sold.csv", "--time", "day", "--target", "sold", "--id", "shop"];
    let run = project.run(&[&["forecast", "--horizon", "7"], &words[..]].concat());

    let error = String::from_utf8_lossy(&run.stderr);
    let warned = "warning: 1 of 2 series ended more than 7 points before the last of all, such as b on 1970-04-10";
    assert!(error.contains(warned), "{error}");
    assert_eq!(String::from_utf8_lossy(&run.stdout).lines().count(), 15);
}

#[test]
fn a_hold_out_that_is_in_the_training_is_found_before_anything_is_trained() {
    let project = Project::new("store-item");
    project.job(&["generate", "store-item"]);
    let file = project.path("data/raw/store-item.csv");
    let training = fs::read_to_string(&file).unwrap();
    let place = training.lines().position(|line| line.starts_with("2017-10-02,1,2,")).unwrap();
    let line = training.lines().nth(place).unwrap();
    let given = project.path("data/raw-holdout/store-item.csv");
    let holdout = fs::read_to_string(&given).unwrap();
    let apart = project.run(&["check-quality", "--scenario", "store-item"]);
    fs::write(&given, format!("{}\n{line}\n", holdout.trim_end())).unwrap();

    let almanac = project.run(&["prepare", "--scenario", "store-item", "--trainer", "almanac"]);
    let automl = project.run(&["prepare", "--scenario", "store-item"]);
    let checked = project.run(&["check-quality", "--scenario", "store-item"]);

    assert_eq!(apart.status.code(), Some(0), "{}", String::from_utf8_lossy(&apart.stdout));
    let said = String::from_utf8_lossy(&checked.stdout);
    let failed =
        "failed  holdout.overlap: 1 of 4501 rows of the hold-out are in the training as well";
    assert_eq!((checked.status.code(), said.contains(failed)), (Some(1), true), "{said}");
    for refused in [almanac, automl] {
        let error = String::from_utf8_lossy(&refused.stderr);
        let words = format!(
            "store-item.csv:4502: store 1, item 2 at 2017-10-02 is in the training as well, at \
             data/raw/store-item.csv:{},",
            place + 1
        );
        assert_eq!((refused.status.code(), error.contains(&words)), (Some(1), true), "{error}");
    }
    assert!(!project.path("data/splits/train/train.csv").exists());
}
