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

/// The first times of a forecast of a panel whose times are written so.
fn forecast_times(project: &Project, times: &[String], more: &[&str]) -> String {
    let rows = times.iter().enumerate();
    let rows: Vec<String> = rows.map(|(row, time)| format!("{time},{}", 5 + row % 3)).collect();
    fs::write(project.path("sold.csv"), format!("when,sold\n{}\n", rows.join("\n"))).unwrap();
    let words = ["forecast", "--data", "sold.csv", "--time", "when", "--target", "sold"];
    let told = project.job(&[&words[..], &["--horizon", "2"], more].concat());
    let times = told.lines().skip(1).filter_map(|line| line.split(',').next());
    times.collect::<Vec<_>>().join(" ")
}

#[test]
fn times_of_a_forecast_are_written_as_those_of_the_history() {
    let project = Project::new("store-item");
    let days = |form: fn(i64) -> String| (1..=28).map(form).collect::<Vec<String>>();
    let months = (2012..=2014).flat_map(|year| (1..=12).map(move |it| format!("{year}-{it:02}")));
    let years = (1990..=2014).map(|year| year.to_string()).collect::<Vec<_>>();

    let slashes = forecast_times(&project, &days(|day| format!("2024/02/{day:02}")), &[]);
    let dots = forecast_times(&project, &days(|day| format!("{day}.2.2024")), &[]);
    let stamps = forecast_times(&project, &days(|day| format!("2024-02-{day:02}T00:00:00Z")), &[]);
    let months = forecast_times(&project, &months.collect::<Vec<_>>(), &[]);
    let years = forecast_times(&project, &years, &["--freq", "1Y"]);

    assert_eq!(slashes, "2024/02/29 2024/03/01");
    assert_eq!(dots, "29.2.2024 1.3.2024");
    assert_eq!(stamps, "2024-02-29T00:00:00Z 2024-03-01T00:00:00Z");
    assert_eq!(months, "2015-01 2015-02");
    assert_eq!(years, "2015 2016");
}

#[test]
fn a_model_writes_times_as_its_history_does() {
    let project = Project::new("store-item");
    project.job(&["generate", "store-item"]);
    for file in ["data/raw/store-item.csv", "data/raw-holdout/store-item.csv"] {
        let text = project.text(file);
        let rows = text.lines().map(|line| match line.split_once(',') {
            Some((date, rest)) => format!("{},{rest}", date.replace('-', "/")),
            None => line.to_owned(),
        });
        fs::write(project.path(file), rows.collect::<Vec<_>>().join("\n")).unwrap();
    }
    project.of_scenario("prepare", &["--trainer", "almanac"]);
    let scenario = include_str!("../../../scenarios/store-item.toml")
        .replace("[\"multiplicative\", \"ets\", \"theta\", \"boosted-trees\"]", "[\"theta\"]");
    fs::write(project.path("mine.toml"), scenario).unwrap();
    project.job(&["train", "--scenario", "mine.toml"]);

    let known = project.job(&["forecast"]);
    let sent = "date,store,item,sales\n2017-10-03,1,1,4\n";
    fs::write(project.path("sent.csv"), sent).unwrap();
    let sent = project.job(&["forecast", "--data", "sent.csv"]);

    assert!(known.lines().nth(1).unwrap().starts_with("1,1,2017/10/03,"), "{known}");
    assert!(sent.lines().nth(1).unwrap().starts_with("1,1,2017-10-04,"), "{sent}");
}

#[test]
fn business_days_are_forecast_on_business_days() {
    let project = Project::new("store-item");
    let mut text = "day,sold\n".to_owned();
    for day in (0..200_i64).filter(|day| !matches!(day % 7, 2 | 3)) {
        writeln!(text, "{},{}", series::grid::Moment(day * 86_400), 5 + day % 7).unwrap();
    }
    fs::write(project.path("sold.csv"), text).unwrap();

    let words = ["forecast", "--data", "sold.csv", "--time", "day", "--target", "sold"];
    let run = project.run(&[&words[..], &["--horizon", "6"]].concat());

    let table = String::from_utf8_lossy(&run.stdout);
    let days: Vec<_> = table.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("every 1D on 5 of 7 points a week"), "{said}");
    let [friday, monday] = ["1970-07-24", "1970-07-27"];
    assert_eq!(days[..3], ["1970-07-20", "1970-07-21", "1970-07-22"], "{table}");
    assert_eq!(days[4..], [friday, monday], "{table}");
}
