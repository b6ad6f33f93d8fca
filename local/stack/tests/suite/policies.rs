//! Policies: every operator, what is refused at reading, and that a denial never widens.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Strategy, proptest};
use serde_json::{Value, json};
use stack::{Decision, Policies, PolicyDocument, Role, assumed};

const ROLE: &str = "arn:aws:iam::111122223333:role/almanac-x";

fn role(statements: &[Value]) -> Policies {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let policies = vec![PolicyDocument::read("x", &document).unwrap()];
    let (name, arn) = ("almanac-x".to_owned(), ROLE.to_owned());
    Policies::new(&[Role { name, arn, trusted_services: BTreeSet::new(), policies }])
}

/// Those without conditions are judged by moto too, in tests/peers/stack.
#[test]
fn every_operator_decides_as_iam_documents_it() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../cases/policies.json")).unwrap();
    assert!(cases.len() > 25);
    for case in &cases {
        let policies = role(case["statements"].as_array().unwrap());
        for asked in case["asked"].as_array().unwrap() {
            let text = |key: &str| asked[key].as_str().unwrap();
            let context = serde_json::from_value(asked["context"].clone()).unwrap();
            let decision = policies.decide(ROLE, text("action"), text("resource"), &context);
            let named = match decision {
                Decision::Allowed => "Allowed",
                Decision::DeniedImplicitly => "DeniedImplicitly",
                Decision::DeniedExplicitly { sid } => {
                    assert_eq!(sid.as_deref(), Some("D"));
                    "DeniedExplicitly"
                }
                Decision::UnknownRole => "UnknownRole",
            };
            assert_eq!(named, text("decision"), "{}: {asked}", case["title"]);
        }
    }
}

#[test]
fn denials_are_worded_as_aws_words_them() {
    let nothing = BTreeMap::new();
    let denial = |statements: &[Value], role_arn: &str| {
        let (action, resource) = ("sagemaker:CreateModel", "arn:aws:sagemaker:r:a:model/x");
        let decision = role(statements).decide(role_arn, action, resource, &nothing);
        decision.denial(role_arn, "s-1", action, resource)
    };
    let start = "User: arn:aws:sts::111122223333:assumed-role/almanac-x/s-1 is not authorized to \
                 perform: sagemaker:CreateModel on resource: arn:aws:sagemaker:r:a:model/x";
    let every = |effect: &str| json!({"Effect": effect, "Action": "*", "Resource": "*"});
    assert_eq!(
        denial(&[], ROLE).unwrap(),
        format!("{start} because no identity-based policy allows the sagemaker:CreateModel action")
    );
    assert_eq!(
        denial(&[every("Allow"), every("Deny")], ROLE).unwrap(),
        format!("{start} with an explicit deny in an identity-based policy")
    );
    assert_eq!(denial(&[every("Allow")], ROLE), None);
    let other = "arn:aws:iam::111122223333:role/path/other";
    assert!(denial(&[], other).unwrap().ends_with(&format!("the stack has no role {other}")));
    assert_eq!(assumed(other, "s"), "arn:aws:sts::111122223333:assumed-role/other/s");
}

#[test]
fn what_is_not_understood_is_refused_at_reading() {
    let read = |statement: Value| {
        let document = json!({"Version": "2012-10-17", "Statement": statement});
        PolicyDocument::read("x", &document).unwrap_err().to_string()
    };
    let with = |key: &str, value: Value| {
        let mut statement = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        statement[key] = value;
        read(statement)
    };
    let condition = |condition| with("Condition", condition);
    let cases = [
        (with("Principal", json!("*")), "Statement.Principal: is not known"),
        (with("Effect", json!("Maybe")), "Statement.Effect: must be one of Allow, Deny"),
        (with("NotAction", json!("s3:*")), "Statement: needs either Action or NotAction"),
        (with("Resource", json!([])), "Statement: needs either Resource or NotResource"),
        (with("Action", json!("GetObject")), "Statement.Action: GetObject must be service:Action"),
        (with("Resource", json!("bucket")), "Statement.Resource: bucket must be * or an ARN"),
        (with("Resource", json!("arn:aws:s3:::${aws:username}")), "policy variables are not known"),
        (condition(json!({"DateLessThan": {"k:a": "x"}})), "DateLessThan.k:a: this operator"),
        (condition(json!({"ForAnyValue:StringLike": {"k:a": "x"}})), "this operator is not known"),
        (condition(json!({"NullIfExists": {"k:a": "true"}})), "this operator is not known"),
        (condition(json!({"Bool": {"k:a": "maybe"}})), "maybe must be true or false"),
        (condition(json!({"ArnLike": {"k:a": "rule/x"}})), "rule/x is no ARN"),
        (condition(json!({"NumericEquals": {"k:a": "x"}})), "x is no number"),
        (condition(json!({"StringEquals": {"k:a": []}})), "needs a value"),
        (condition(json!({"StringEquals": "x"})), "must be an object"),
        (read(json!("x")), "must be an object"),
    ];
    for (told, expected) in cases {
        assert!(told.contains(expected), "{told} / {expected}");
    }
    let old = json!({"Version": "2008-10-17", "Statement": []});
    assert!(PolicyDocument::read("x", &old).unwrap_err().to_string().starts_with("Version"));
}

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let actions = ["*", "s3:*", "s3:Get*", "s3:GetObject", "sns:Publish"];
    let resources = ["*", "arn:aws:s3:::a/*", "arn:aws:s3:::?/x", "arn:aws:s3:::b/x"];
    let keys = (
        proptest::sample::select(&["Action", "NotAction"][..]),
        proptest::sample::select(&["Resource", "NotResource"][..]),
        proptest::sample::select(&["StringEquals", "StringNotEquals", "Null"][..]),
    );
    let values =
        (proptest::sample::select(actions.to_vec()), proptest::sample::select(resources.to_vec()));
    (keys, values).prop_map(move |((action_key, resource_key, operator), (action, resource))| {
        json!({"Effect": effect, action_key: action, resource_key: resource,
            "Condition": {operator: {"k:a": "true"}}})
    })
}

proptest! {
    #[test]
    fn a_denial_never_widens(
        allowed in proptest::collection::vec(statement("Allow"), 0..4),
        denied in statement("Deny"),
        action in proptest::sample::select(&["s3:GetObject", "s3:PutObject", "sns:Publish"][..]),
        resource in proptest::sample::select(&["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "*"][..]),
        value in proptest::option::of(proptest::sample::select(&["true", "false"][..])),
    ) {
        let context = value.map(|value| ("k:a".to_owned(), value.to_owned())).into_iter().collect();
        let decide = |statements: &[Value]| role(statements).decide(ROLE, action, resource, &context);
        let before = decide(&allowed);
        let after = decide(&[allowed, vec![denied]].concat());
        assert!(after == before || matches!(after, Decision::DeniedExplicitly { .. }));
    }

    #[test]
    fn a_policy_without_statements_allows_nothing(
        action in "[a-z]{1,5}:[A-Za-z*]{0,8}",
        resource in "\\PC{0,12}",
    ) {
        let decision = role(&[]).decide(ROLE, &action, &resource, &[].into());
        assert_eq!(decision, Decision::DeniedImplicitly);
        let stranger = Policies::default().decide(ROLE, &action, &resource, &[].into());
        assert_eq!(stranger, Decision::UnknownRole);
    }
}
