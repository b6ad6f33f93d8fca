//! Is `evaluation.json` read and written as the design says, and refused with the right words?

use std::num::NonZeroUsize;

use expect_test::expect_file;
use metric::{
    Day, Evaluation, HistoryScale, Holdout, Model, Observation, QuantileLevels, Report, ReportError,
};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, proptest};
use proptest::{prop_assert_eq, prop_oneof};
use serde_json::{Value, json};

fn parse(text: &str) -> Result<Report, ReportError> {
    Report::parse(text.as_bytes())
}

fn error(text: &str) -> String {
    parse(text).map_or_else(|error| error.to_string(), |report| format!("{report:?}"))
}

/// The example of the design document, with its dots filled in.
const DESIGN: &str = r#"
    {"schema_version":1,"scenario":"store-item","retailer":"acme","execution_id":"x1",
     "model":{"name":"ets","trainer":"almanac"},
     "holdout":{"start":"2017-10-03","end":"2017-12-31","horizon":90,"series":500,"points":45000,
                "fingerprint":"sha256:ab"},
     "metrics":{"rmse":{"value":7.4},"mae":{}},
     "quantiles":{"p10":{"wql":0.1,"coverage":0.11}},
     "groups":{"store":{"1":{"rmse":6.5}}},
     "baselines":{"seasonal_naive":{"rmse":9.5}},
     "best_baseline":{"name":"seasonal_naive","rmse":9.5},
     "undefined":[{"metric":"mae","series":"s1","why":"constant history"}]}"#;

#[test]
fn the_example_of_the_design_is_read() {
    let report = parse(DESIGN).unwrap();

    assert_eq!(report.metric("rmse"), Some(7.4));
    assert_eq!(report.metric("mae"), None);
    assert_eq!(report.why_undefined("mae"), Some("constant history"));
    assert_eq!(report.holdout.fingerprint.as_deref(), Some("sha256:ab"));
    let numbers: Vec<_> = report.numbers().into_iter().collect();
    let expected = [
        ("baseline.seasonal_naive.rmse", 9.5),
        ("best_baseline.rmse", 9.5),
        ("p10.coverage", 0.11),
        ("p10.wql", 0.1),
        ("rmse", 7.4),
        ("store.1.rmse", 6.5),
    ];
    assert_eq!(numbers, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn a_report_needs_its_version_and_metrics_only() {
    let report = parse(r#"{"schema_version":1,"metrics":{"rmse":{"value":1}}}"#).unwrap();

    assert_eq!(report.metric("rmse"), Some(1.0));
    assert_eq!(error(r#"{"metrics":{}}"#), "`/schema_version` is missing");
    assert_eq!(error(r#"{"schema_version":1}"#), "`/metrics` is missing");
}

#[test]
fn unknown_fields_are_passed_over() {
    let text = r#"{"schema_version":1.0,"shiny":[1],"metrics":{"rmse":{"value":1,"deviation":2}},
        "best_baseline":{"name":"n","rmse":2,"note":"x"},"holdout":{"horizon":90.0,"moon":"full"}}"#;

    let report = parse(text).unwrap();

    assert_eq!(report.holdout.horizon, Some(90));
    assert_eq!(report.metric("best_baseline.rmse"), Some(2.0));
}

#[test]
fn another_version_is_refused_by_number() {
    let found = parse(r#"{"schema_version":2}"#);

    assert_eq!(found, Err(ReportError::UnsupportedVersion { found: 2 }));
    let text = "`/schema_version` must be a whole number of at least 0, found text";
    assert_eq!(error(r#"{"schema_version":"1"}"#), text);
}

#[test]
fn text_that_is_no_json_is_refused_by_line_and_column() {
    let text = "the report is not JSON at line 2, column 9: expected `,` or `}`";
    assert_eq!(error("{\"a\": 1\n        \"b\": NaN}"), text);
    let text = "the report is not JSON at line 1, column 0: EOF while parsing a value";
    assert_eq!(error(""), text);
}

#[test]
fn the_literals_of_python_are_named_with_their_remedy() {
    let literals = ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"];
    for literal in literals {
        let text =
            format!("{{\"schema_version\":1,\n\"metrics\":{{\"mase\":{{\"value\": {literal}}}}}}}");
        let metric = "mase".to_owned();
        let (pointer, literal) = ("/metrics/mase/value".to_owned(), literal.to_owned());
        assert_eq!(parse(&text), Err(ReportError::NonFinite { pointer, literal, metric }));
    }
    assert_eq!(
        error(r#"{"groups":{"a/b":{"1":{"rmse":[0,NaN]}}}}"#),
        "`/groups/a~1b/1/rmse/1` is NaN, which JSON cannot say: leave the value out and list \
         `a/b.1.rmse.1` with its reason under `undefined`"
    );
}

#[test]
fn the_word_nan_inside_text_is_no_number() {
    let text = r#"{"schema_version":1,"scenario":"\" NaN","metrics":{"NaN":{}}, oops"#;

    assert!(matches!(parse(text), Err(ReportError::NotJson { .. })));
}

#[test]
fn a_field_of_another_kind_is_refused_by_its_pointer() {
    let with = |field: &str| error(&format!(r#"{{"schema_version":1,"metrics":{{}},{field}}}"#));

    let cases = [
        (r#""metrics":{"rmse":7}"#, "`/metrics/rmse` must be an object, found a number"),
        (r#""metrics":{"a":{"value":"7"}}"#, "`/metrics/a/value` must be a number, found text"),
        (r#""retailer":7"#, "`/retailer` must be text, found a number"),
        (
            r#""holdout":{"points":-1}"#,
            "`/holdout/points` must be a whole number of at least 0, found a number",
        ),
        (r#""steps":{"one":{}}"#, "`/steps/one` must be named by a whole number"),
        (r#""undefined":{}"#, "`/undefined` must be a list, found an object"),
        (r#""undefined":[{"why":"x"}]"#, "`/undefined/0/metric` is missing"),
        (r#""best_baseline":{"rmse":1}"#, "`/best_baseline/name` is missing"),
    ];
    for (field, text) in cases {
        assert_eq!(with(field), text);
    }
    assert_eq!(error("[]"), "`` must be an object, found a list");
}

#[test]
fn a_null_figure_is_listed_as_undefined() {
    let text = r#"{"schema_version":1,"metrics":{"rmse":{"value":null}},
        "baselines":{"naive":{"rmse":null}},"groups":{"store":{"1":{"mase":null}}},
        "undefined":[{"metric":"store.1.mase","why":"constant history"}]}"#;

    let report = parse(text).unwrap();

    let why = report.why_undefined("baseline.naive.rmse");
    assert_eq!(why, Some("the report holds null and gives no reason"));
    assert_eq!(report.undefined.len(), 2);
}

#[test]
fn a_report_with_a_number_that_json_lacks_is_not_written() {
    let mut report = parse(DESIGN).unwrap();
    report.baselines.entry("a/b".to_owned()).or_default().insert("mae".to_owned(), f64::NAN);

    let error = report.to_json().unwrap_err();

    let (pointer, literal) = ("/baselines/a~1b/mae".to_owned(), "NaN".to_owned());
    let metric = "baseline.a/b.mae".to_owned();
    assert_eq!(error, ReportError::NonFinite { pointer, literal, metric });
    assert_eq!(report.metric("baseline.a/b.mae"), None);
}

#[test]
fn a_report_reads_back_as_it_was_written() {
    let report = parse(DESIGN).unwrap();

    assert_eq!(parse(&report.to_json().unwrap()), Ok(report.clone()));
    let value: Value = serde_json::to_value(&report).unwrap();
    assert_eq!(serde_json::from_value::<Report>(value).unwrap(), report);
}

#[test]
fn the_report_of_a_small_panel_is_the_golden_one() {
    let quantiles = QuantileLevels::new(vec![0.1, 0.5, 0.9]).unwrap();
    let mut evaluation = Evaluation::new(quantiles);
    let history = [4.0, 8.0, 6.0, 12.0].map(Some);
    let season = NonZeroUsize::new(2).unwrap();
    evaluation.history("store 1", HistoryScale::of(history, season)).unwrap();
    evaluation.history("store 2", HistoryScale::of([Some(3.0); 4], season)).unwrap();
    let rows = [
        ("store 1", "1", Some(10.0), 8.0, [6.0, 8.0, 12.0]),
        ("store 1", "1", Some(14.0), 15.0, [16.0, 15.0, 18.0]),
        ("store 2", "2", Some(0.0), 1.0, [0.0, 1.0, 2.0]),
        ("store 2", "2", None, 1.0, [0.0, 1.0, 2.0]),
    ];
    for (at, (series, store, actual, forecast, quantiles)) in (0..).zip(&rows) {
        let point = Observation {
            series,
            groups: &[("store", store)],
            step: at % 2 + 1,
            day: if at == 0 { Day::Holiday } else { Day::Ordinary },
            actual: *actual,
            forecast: *forecast,
            quantiles,
        };
        evaluation.add(&point).unwrap();
        evaluation.add_baseline("naive", &Observation { forecast: 12.0, ..point }).unwrap();
    }

    let report = evaluation.finish();
    let report = Report {
        scenario: Some("store-item".to_owned()),
        model: Some(Model { name: Some("ets".to_owned()), trainer: Some("almanac".to_owned()) }),
        holdout: Holdout { fingerprint: Some("sha256:ab".to_owned()), ..report.holdout },
        ..report
    };

    expect_file!["golden/evaluation.json"].assert_eq(&report.to_json().unwrap());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let name = prop_oneof![
            Just("metrics"),
            Just("quantiles"),
            Just("groups"),
            Just("steps"),
            Just("baselines"),
            Just("best_baseline"),
            Just("undefined"),
            Just("holdout"),
            Just("points"),
            Just("name"),
            Just("value"),
            Just("rmse"),
            Just("1"),
            Just("model"),
            Just("metric"),
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|fields| {
                fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        drop(Report::parse(&bytes));
    }

    #[test]
    fn no_almost_json_makes_the_reader_panic(
        text in r#"([{}\[\],:"\\ \n]|NaN|-Infinity|1e999|metrics|schema_version|[0-9.-]){0,60}"#,
    ) {
        drop(parse(&text));
    }

    #[test]
    fn what_is_read_of_any_json_is_written_and_read_again(value in any_json()) {
        let mut value = value;
        if let Value::Object(fields) = &mut value {
            fields.insert("schema_version".to_owned(), json!(1));
            fields.entry("metrics").or_insert(json!({}));
        }
        let Ok(report) = parse(&value.to_string()) else { return Ok(()) };

        let again = parse(&report.to_json().unwrap()).unwrap();

        prop_assert_eq!(again.numbers().len(), report.numbers().len());
        prop_assert_eq!(again.undefined, report.undefined);
        prop_assert_eq!(again.holdout, report.holdout);
    }
}
