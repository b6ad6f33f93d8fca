//! Event patterns: every operator, our rules on our sample events, and what is refused.

use std::fmt::Write;

use expect_test::expect_file;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};
use stack::Pattern;

use super::{ours, root};

/// The same file is judged by moto's event patterns in tests/peers/stack.
#[test]
fn every_operator_matches_what_it_should_and_nothing_else() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../cases/patterns.json")).unwrap();
    assert!(cases.len() > 40);
    for case in &cases {
        let title = &case["title"];
        let pattern = Pattern::read(&case["pattern"]).unwrap_or_else(|it| panic!("{title}: {it}"));
        for (key, expected) in [("matches", true), ("misses", false)] {
            let events = case[key].as_array().unwrap();
            assert!(!events.is_empty(), "{title}");
            for event in events {
                assert_eq!(pattern.matches(event), expected, "{title}: {event}");
            }
        }
    }
}

/// moto does otherwise: this is what event-ruler, the matcher behind EventBridge, does.
#[test]
fn lists_of_objects_match_within_one_and_the_same_item() {
    let pattern = Pattern::read(&json!({"a": {"b": [1], "c": [2]}})).unwrap();
    assert!(pattern.matches(&json!({"a": [{"b": 0}, {"b": 1, "c": 2}]})));
    assert!(!pattern.matches(&json!({"a": [{"b": 1, "c": 0}, {"b": 0, "c": 2}]})));
    assert!(!pattern.matches(&json!({"a": []})));
    let nested = Pattern::read(&json!({"a": ["x"]})).unwrap();
    assert!(nested.matches(&json!({"a": [["w"], ["x"]]})));
}

#[test]
fn existence_is_asked_of_leaves_only() {
    let there = Pattern::read(&json!({"a": [{"exists": true}]})).unwrap();
    let missing = Pattern::read(&json!({"a": [{"exists": false}]})).unwrap();
    for event in [json!({"a": {"b": 1}}), json!({"a": []})] {
        assert!(!there.matches(&event), "{event}");
        assert!(missing.matches(&event), "{event}");
    }
}

#[test]
fn one_differing_item_of_a_list_is_anything_but() {
    let pattern = Pattern::read(&json!({"a": [{"anything-but": "x"}]})).unwrap();
    assert!(pattern.matches(&json!({"a": ["x", "y"]})));
    assert!(!pattern.matches(&json!({"a": ["x", "x"]})));
}

#[test]
fn a_backslash_makes_a_star_ordinary() {
    let pattern = Pattern::read(&json!({"a": [{"wildcard": r"5\*3=*"}]})).unwrap();
    assert!(pattern.matches(&json!({"a": "5*3=15"})));
    assert!(!pattern.matches(&json!({"a": "5x3=15"})));
}

#[test]
fn numbers_beyond_the_limits_of_eventbridge_are_no_numbers() {
    let pattern = Pattern::read(&json!({"a": [{"numeric": [">", 0]}]})).unwrap();
    assert!(pattern.matches(&json!({"a": 5.0e9})));
    assert!(!pattern.matches(&json!({"a": 5.1e9})));
}

#[test]
fn what_eventbridge_refuses_is_refused_with_the_path_to_it() {
    let cases = [
        (json!([]), "$: must be an object"),
        (json!({}), "$: an empty object asks for nothing"),
        (json!({"a": "x"}), "$.a: must be a list of values or an object"),
        (json!({"a": []}), "$.a: an empty list would match nothing"),
        (json!({"a": {"b": {}}}), "$.a.b: an empty object asks for nothing"),
        (json!({"a": [["x"]]}), "$.a.0: a list within a list is no matcher"),
        (json!({"a": ["x", {}]}), "$.a.1: must have exactly one matcher"),
        (json!({"a": [{"prefix": "x", "suffix": "y"}]}), "$.a.0: must have exactly one matcher"),
        (json!({"a": [{"prefixx": "x"}]}), "$.a.0.prefixx: is no matcher of event patterns"),
        (json!({"a": [{"prefix": 1}]}), "$.a.0.prefix: must be a text"),
        (json!({"a": [{"prefix": {"suffix": "x"}}]}), "$.a.0.prefix: suffix cannot stand here"),
        (json!({"a": [{"exists": "yes"}]}), "$.a.0.exists: must be true or false"),
        (json!({"a": [{"anything-but": []}]}), "$.a.0.anything-but: must not be an empty list"),
        (
            json!({"a": [{"anything-but": ["x", 1]}]}),
            "$.a.0.anything-but: must be texts only or numbers only",
        ),
        (
            json!({"a": [{"anything-but": {"numeric": [">", 1]}}]}),
            "$.a.0.anything-but.numeric: cannot stand in anything-but",
        ),
        (
            json!({"a": [{"anything-but": {"prefix": ""}}]}),
            "$.a.0.anything-but.prefix: must not be empty",
        ),
        (
            json!({"a": [{"numeric": [">", 5, "<", 5]}]}),
            "$.a.0.numeric: the lower bound must be less than the upper one",
        ),
        (
            json!({"a": [{"numeric": ["<", 5, ">", 1]}]}),
            "$.a.0.numeric: the lower bound must be less than the upper one",
        ),
        (
            json!({"a": [{"numeric": ["!=", 5]}]}),
            "$.a.0.numeric: != is not the comparison that stands here",
        ),
        (
            json!({"a": [{"numeric": [">", 6.0e9]}]}),
            "$.a.0.numeric: must compare with numbers from -5.0e9 to 5.0e9",
        ),
        (
            json!({"a": [{"cidr": "10.0.0.0/33"}]}),
            "$.a.0.cidr: must be an address and a length, like 10.0.0.0/24",
        ),
        (
            json!({"a": [{"wildcard": "a**"}]}),
            "$.a.0.wildcard: two wildcards in a row say no more than one",
        ),
        (json!({"$or": [{"a": [1]}]}), "$.$or: needs two alternatives or more"),
        (json!({"$or": {"a": [1]}}), "$.$or: must be a list of objects"),
        (json!({"$or": [{"a": [1]}, 1]}), "$.$or.1: must be an object"),
    ];
    for (pattern, expected) in cases {
        assert_eq!(Pattern::read(&pattern).unwrap_err().to_string(), expected, "{pattern}");
    }
}

/// Which of our rules wants which of our sample events.
#[test]
fn the_sample_events_reach_the_functions_they_are_samples_for() {
    let stack = ours(&[]);
    let mut text = String::new();
    for function in ["notify-approver", "deploy-approved"] {
        let folder = root().join("events").join(function);
        let mut files: Vec<_> =
            folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap().to_owned();
            if ["expected.json", "world.json"].contains(&name.as_str()) {
                continue;
            }
            let event = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            let wanting = stack.rules.iter().filter(|rule| rule.pattern.matches(&event));
            let wanting: Vec<&str> = wanting.map(|rule| rule.name.as_str()).collect();
            writeln!(text, "{function}/{name}: {}", wanting.join(" ")).unwrap();
        }
    }
    expect_file!["../golden/events.txt"].assert_eq(&text);
}

/// The same questions that tests/peers/rules.py asks moto.
#[test]
fn only_finished_steps_of_our_own_models_reach_a_function() {
    let stack = ours(&[]);
    let reached = |event: &Value| {
        let wanting = stack.rules.iter().filter(|rule| rule.pattern.matches(event));
        let targets = wanting.flat_map(|rule| &rule.targets).map(|target| target.id.as_str());
        targets.collect::<Vec<_>>().join(" ")
    };
    let package = |group: Value, approval: &str, status: &str| {
        json!({"source": "aws.sagemaker", "detail-type": "SageMaker Model Package State Change",
            "detail": {"ModelPackageGroupName": group, "ModelApprovalStatus": approval,
                "ModelPackageStatus": status}})
    };
    let endpoint = |name: &str, status: &str| {
        json!({"source": "aws.sagemaker", "detail-type": "SageMaker Endpoint State Change",
            "detail": {"EndpointName": name, "EndpointStatus": status}})
    };
    let waiting = "PendingManualApproval";
    let cases = [
        (package(json!("retail-x"), waiting, "Completed"), "notify-approver"),
        (package(json!("retail-x"), waiting, "InProgress"), ""),
        (package(json!("churn-x"), waiting, "Completed"), ""),
        (package(json!("old-retail-x"), "Approved", "Completed"), ""),
        (package(Value::Null, waiting, "Completed"), ""),
        (package(json!("retail-x"), "Approved", "Completed"), "deploy-approved"),
        (package(json!("retail-x"), "Rejected", "Completed"), "deploy-approved"),
        (endpoint("retail-x-serverless-prod", "IN_SERVICE"), "deploy-approved"),
        (endpoint("retail-x-serverless-prod", "UPDATING"), ""),
        (endpoint("churn", "IN_SERVICE"), ""),
    ];
    for (event, expected) in cases {
        assert_eq!(reached(&event), expected, "{event}");
    }
}

/// The documented shapes of events: of a package, of a pipeline, and of an endpoint with its
/// states in capitals and times in milliseconds.
#[test]
fn documented_events_reach_the_functions_they_concern() {
    let stack = ours(&[("ModelGroupPrefix", "demand-"), ("EndpointSuffix", "-live")]);
    let wanting = |event: &Value| {
        let wanting = stack.rules.iter().filter(|rule| rule.pattern.matches(event));
        wanting.map(|rule| rule.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let arn = "arn:aws:sagemaker:eu-west-1:111122223333:";
    let event = |kind: &str, detail: Value| {
        json!({"version": "0", "id": "0b7f6c1e", "detail-type": kind, "source": "aws.sagemaker",
            "account": "111122223333", "time": "2026-02-24T09:41:07Z", "region": "eu-west-1",
            "resources": [format!("{arn}model-package/demand-acme/7")], "detail": detail})
    };
    let package = json!({"ModelPackageGroupName": "demand-acme", "ModelPackageVersion": 7,
        "ModelPackageArn": format!("{arn}model-package/demand-acme/7"),
        "ModelPackageStatus": "Completed", "CertifyForMarketplace": false,
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "ModelApprovalStatus": "Approved",
        "UpdatedModelPackageFields": ["ModelApprovalStatus", "ApprovalDescription"]});
    let pipeline = json!({"currentPipelineExecutionStatus": "Failed",
        "pipelineArn": format!("{arn}pipeline/demand-acme")});
    let endpoint = json!({"EndpointName": "demand-acme-live", "EndpointStatus": "IN_SERVICE",
        "CreationTime": 1_771_926_067_000_i64, "LastModifiedTime": 1.771_926_067e12});
    let cases = [
        (event("SageMaker Model Package State Change", package), "almanac-package-decided"),
        (event("SageMaker Model Building Pipeline Execution Status Change", pipeline), ""),
        (event("SageMaker Endpoint State Change", endpoint), "almanac-endpoint-at-rest"),
    ];
    for (event, expected) in cases {
        assert_eq!(wanting(&event), expected, "{event}");
    }
}

fn anything() -> impl Strategy<Value = Value> {
    const WORDS: [&str; 8] =
        ["prefix", "anything-but", "numeric", "cidr", "wildcard", "exists", "$or", "a"];
    let word = || proptest::sample::select(&WORDS[..]).prop_map(str::to_owned);
    let word = move || prop_oneof![word(), "[a<>=*\\\\.:/0-9ß]{0,6}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(word(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reading_and_matching_never_panic(pattern in anything(), event in anything()) {
        let pattern = json!({"a": [pattern.clone()], "b": {"a": [pattern]}});
        if let Ok(pattern) = Pattern::read(&pattern) {
            pattern.matches(&event);
            pattern.matches(&json!({"a": event.clone(), "b": [event]}));
        }
    }

    #[test]
    fn a_value_matches_itself_and_is_never_anything_but_itself(text in "\\PC{0,8}") {
        let event = json!({"a": text});
        let reads = |matcher: Value| Pattern::read(&json!({"a": [matcher]})).unwrap();
        assert!(reads(json!(text)).matches(&event));
        assert!(reads(json!({"equals-ignore-case": text})).matches(&event));
        assert!(reads(json!({"prefix": text})).matches(&event));
        assert!(reads(json!({"suffix": text})).matches(&event));
        assert!(!reads(json!({"anything-but": text})).matches(&event));
    }
}
