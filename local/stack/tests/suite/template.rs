//! template.yaml itself: reviewed golden files of what it deploys, and what its parameters change.

use expect_test::expect_file;
use serde_json::{Map, Value, json};
use stack::{Decision, Policies, PolicyDocument, Stack, StackError};

use super::{ours, root, settings};

/// All but patterns and statements, which are judged by what they let through. The form is
/// that of tests/peers/stack/deployed.py, which compares it with what SAM and moto deploy.
fn written(stack: &Stack) -> String {
    let functions = stack.functions.iter().map(|it| {
        let asynchronous = json!({"retries": it.retries, "age": it.max_event_age_seconds,
            "on_failure": it.on_failure});
        let function = json!({"arn": it.arn, "binary": it.binary, "role": it.role_arn,
            "timeout": it.timeout_seconds, "memory": it.memory_mb,
            "reserved": it.reserved_concurrency, "environment": it.environment,
            "asynchronous": asynchronous, "log": [it.log_level, it.log_group]});
        (it.name.clone(), function)
    });
    let queues = stack.queues.iter().map(|it| {
        let times = [it.retention_seconds, it.visibility_timeout_seconds];
        (it.name.clone(), json!({"arn": it.arn, "url": it.url, "times": times}))
    });
    let topics = stack.topics.iter().map(|it| {
        let readers = it.subscriptions.iter().map(|it| format!("{} {}", it.protocol, it.endpoint));
        let readers: Vec<String> = readers.collect();
        (it.name.clone(), json!({"arn": it.arn, "title": it.display_name, "readers": readers}))
    });
    let buckets =
        stack.buckets.iter().map(|it| (it.name.clone(), json!({"versioned": it.versioned})));
    let permissions = stack.permissions.iter();
    let permissions: Vec<Value> =
        permissions.map(|it| json!([it.function_arn, it.principal, it.source_arn])).collect();
    let all = json!({
        "functions": Value::Object(functions.collect()),
        "rules": rules(stack),
        "roles": roles(stack),
        "queues": Value::Object(queues.collect()),
        "topics": Value::Object(topics.collect()),
        "buckets": Value::Object(buckets.collect()),
        "permissions": permissions,
        "log_groups": stack.log_groups,
        "outputs": stack.outputs,
    });
    serde_json::to_string_pretty(&by_name(all)).unwrap() + "\n"
}

/// The members of all objects by name, whether or not serde_json keeps the order of a document.
fn by_name(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, value)| (name, by_name(value))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(by_name).collect()),
        other => other,
    }
}

fn rules(stack: &Stack) -> Value {
    let all = stack.rules.iter().map(|it| {
        let targets = it.targets.iter().map(|target| {
            json!({"id": target.id, "arn": target.arn, "retries": target.retry_attempts,
                "age": target.max_event_age_seconds, "dead_letter": target.dead_letter})
        });
        let targets: Vec<Value> = targets.collect();
        (it.name.clone(), json!({"arn": it.arn, "enabled": it.enabled, "targets": targets}))
    });
    Value::Object(all.collect())
}

fn roles(stack: &Stack) -> Value {
    let all = stack.roles.iter().map(|it| {
        let sids = |policy: &PolicyDocument| {
            let sids: Vec<_> = policy.statements.iter().map(|it| it.sid.clone()).collect();
            (policy.name.clone(), json!(sids))
        };
        let policies: Map<String, Value> = it.policies.iter().map(sids).collect();
        (it.name.clone(), json!({"arn": it.arn, "for": it.trusted_services, "policies": policies}))
    });
    Value::Object(all.collect())
}

#[test]
fn the_template_as_it_comes() {
    expect_file!["../golden/defaults.json"].assert_eq(&written(&ours(&[])));
}

#[test]
fn the_template_with_every_choice_made_otherwise() {
    let stack = ours(&[
        ("Prefix", "acme"),
        ("ApproverEmail", "ann@example.com"),
        ("AlarmEmail", "ops@example.com"),
        ("ArtefactBucketName", "acme-data"),
        ("ArtefactPrefix", "forecasts/"),
        ("KmsKeyArn", "arn:aws:kms:eu-west-1:111122223333:key/1a2b"),
        ("PipelineRoleArn", "arn:aws:iam::111122223333:role/pipelines"),
        ("JobRoleArn", "arn:aws:iam::111122223333:role/jobs"),
        ("ModelRoleArn", "arn:aws:iam::111122223333:role/models"),
        ("EndpointProvisionedConcurrency", "2"),
        ("DeployReservedConcurrency", "0"),
        ("JobsImageUri", "jobs:1"),
    ]);
    expect_file!["../golden/choices.json"].assert_eq(&written(&stack));
}

#[test]
fn other_partitions_have_their_own_names() {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let mut settings = settings(&[]);
    settings.region = "cn-north-1".into();
    let stack = Stack::read(&text, &settings).unwrap();
    let function = "arn:aws-cn:lambda:cn-north-1:111122223333:function:almanac-compare-models";
    assert_eq!(stack.functions[0].arn, function);
    let image = "450853457545.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-xgboost:1.7-1";
    assert_eq!(stack.outputs["XgboostImageUri"], image);
}

#[test]
fn a_region_without_the_image_is_told_from_which_mapping_it_is_missing() {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let mut settings = settings(&[]);
    settings.region = "eu-north-9".into();
    let error = Stack::read(&text, &settings).unwrap_err().to_string();
    assert!(error.starts_with("Outputs.XgboostImageUri.Value"), "{error}");
    assert!(error.contains("Xgboost.eu-north-9.Account"), "{error}");
}

#[test]
fn parameters_are_held_to_what_the_template_allows() {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let cases = [
        ("Prefxi", "x", "the template has no such parameter"),
        ("Prefix", "Almanac", "2 to 32 lower-case letters"),
        ("Prefix", "almanac-", "2 to 32 lower-case letters"),
        ("ApproverEmail", "nobody", "a mail address, or empty"),
        ("LogLevel", "LOUD", "must be one of TRACE, DEBUG"),
        ("LogRetentionDays", "2", "must be one of 1, 3, 5"),
        ("EndpointMaxConcurrency", "0", "0 is less than 1"),
        ("EndpointMaxConcurrency", "201", "201 is more than 200"),
        ("EndpointMaxConcurrency", "many", "must be a number"),
    ];
    for (name, value, reason) in cases {
        match Stack::read(&text, &settings(&[(name, value)])).unwrap_err() {
            StackError::Parameter { name: named, reason: told } => {
                assert_eq!(named, name);
                assert!(told.contains(reason), "{told}");
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_templates_own_rules_are_asserted() {
    let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
    let given = [("EndpointInstanceType", "ml.m5.large"), ("EndpointProvisionedConcurrency", "1")];
    let error = Stack::read(&text, &settings(&given)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule ProvisionedConcurrencyNeedsServerless: provisioned concurrency is for serverless \
         endpoints, which an instance type turns off"
    );
    Stack::read(&text, &settings(&given[..1])).unwrap();
}

#[test]
fn roles_may_do_what_their_functions_need_and_no_more() {
    let policies = Policies::new(&ours(&[]).roles);
    let sagemaker = "arn:aws:sagemaker:eu-west-1:111122223333:";
    let (allowed, denied) = (Decision::Allowed, Decision::DeniedImplicitly);
    let cases = [
        ("deploy-approved", "sagemaker:CreateModel", "model/retail-x-1", &allowed),
        ("deploy-approved", "sagemaker:CreateModel", "model/churn-1", &denied),
        (
            "deploy-approved",
            "sagemaker:UpdateEndpoint",
            "endpoint/retail-x-serverless-prod",
            &allowed,
        ),
        ("deploy-approved", "sagemaker:UpdateEndpoint", "endpoint/retail-x", &denied),
        ("notify-approver", "sagemaker:DescribeModelPackage", "model-package/retail-x/3", &allowed),
        ("notify-approver", "sagemaker:UpdateModelPackage", "model-package/retail-x/3", &denied),
        ("record-metrics", "sagemaker:BatchPutMetrics", "experiment-trial-component/x", &allowed),
        ("compare-models", "sagemaker:BatchPutMetrics", "experiment-trial-component/x", &denied),
        ("pipeline", "sagemaker:CreateTrainingJob", "training-job/x", &allowed),
        ("job", "sagemaker:CreateTrainingJob", "training-job/x", &denied),
    ];
    for (role, action, resource, expected) in cases {
        let role = format!("arn:aws:iam::111122223333:role/almanac-{role}-eu-west-1");
        let resource = format!("{sagemaker}{resource}");
        let decision = policies.decide(&role, action, &resource, &[].into());
        assert_eq!(&decision, expected, "{role} {action} {resource}");
    }
}

#[test]
fn the_pipelines_role_calls_functions_by_the_attached_policy_and_passes_the_job_role_only() {
    let policies = Policies::new(&ours(&[]).roles);
    let role = "arn:aws:iam::111122223333:role/almanac-pipeline-eu-west-1";
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:almanac-";
    let calls = |name| {
        policies.decide(role, "lambda:InvokeFunction", &format!("{function}{name}"), &[].into())
    };
    assert_eq!(calls("record-metrics"), Decision::Allowed);
    assert_eq!(calls("deploy-approved"), Decision::DeniedImplicitly);
    let passes = |name, service: &str| {
        let passed = format!("arn:aws:iam::111122223333:role/almanac-{name}-eu-west-1");
        let context = [("iam:PassedToService".to_owned(), service.to_owned())].into();
        policies.decide(role, "iam:PassRole", &passed, &context)
    };
    assert_eq!(passes("job", "sagemaker.amazonaws.com"), Decision::Allowed);
    assert_eq!(passes("job", "lambda.amazonaws.com"), Decision::DeniedImplicitly);
    assert_eq!(passes("model", "sagemaker.amazonaws.com"), Decision::DeniedImplicitly);
}
