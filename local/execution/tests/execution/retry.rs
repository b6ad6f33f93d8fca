//! When a failure is tried again.

use std::time::Duration;

use execution::{Failure, RetryPolicy, Until, retry};
use serde_json::{Value, json};

use crate::driver::plan;

fn policies(policies: &Value) -> Vec<RetryPolicy> {
    let plan = plan(&json!([{
        "Name": "Make",
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
            "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
            "ResourceConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 30,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            "RoleArn": "arn:aws:iam::111122223333:role/r",
        },
        "RetryPolicies": policies,
    }]));
    plan.step("Make").unwrap().retries.clone()
}

fn seconds(policies: &[RetryPolicy], failure: Failure, retries: u32, elapsed: u64) -> Option<u64> {
    let wait = retry(policies, failure, retries, Duration::from_secs(elapsed));
    wait.map(|wait| wait.as_secs())
}

#[test]
fn waits_grow_by_the_backoff_until_the_attempts_are_used() {
    let policies = policies(&json!([{
        "ExceptionType": ["SageMaker.CAPACITY_ERROR"],
        "IntervalSeconds": 30,
        "BackoffRate": 2.0,
        "MaxAttempts": 3,
    }]));
    let waits: Vec<Option<u64>> =
        (0..5).map(|retries| seconds(&policies, Failure::CapacityError, retries, 0)).collect();

    assert_eq!(waits, [Some(30), Some(60), Some(120), None, None]);
}

#[test]
fn a_policy_that_expires_retries_while_the_wait_ends_in_time() {
    let policies = policies(&json!([{
        "ExceptionType": "Step.SERVICE_FAULT",
        "IntervalSeconds": 60,
        "BackoffRate": 1.0,
        "ExpireAfterMin": 5,
    }]));

    assert_eq!(seconds(&policies, Failure::ServiceFault, 40, 240), Some(60));
    assert_eq!(seconds(&policies, Failure::ServiceFault, 40, 241), None);
}

#[test]
fn the_first_policy_that_names_the_failure_decides_and_others_are_not_retried() {
    let policies = policies(&json!([
        {"ExceptionType": ["Step.THROTTLING"], "IntervalSeconds": 7},
        {
            "ExceptionType": ["Step.THROTTLING", "SageMaker.JOB_INTERNAL_ERROR"],
            "IntervalSeconds": 9,
        },
    ]));

    assert_eq!(seconds(&policies, Failure::Throttling, 0, 0), Some(7));
    assert_eq!(seconds(&policies, Failure::JobInternalError, 0, 0), Some(9));
    assert_eq!(seconds(&policies, Failure::ResourceLimit, 0, 0), None);
}

#[test]
fn throttling_is_retried_without_a_policy_with_the_defaults() {
    assert_eq!(seconds(&[], Failure::Throttling, 0, 0), Some(1));
    assert_eq!(seconds(&[], Failure::Throttling, 4, 0), Some(16));
    assert_eq!(seconds(&[], Failure::Throttling, 5, 0), None);
    assert_eq!(seconds(&[], Failure::ServiceFault, 0, 0), None);
    let defaults = policies(&json!([{
        "ExceptionType": ["Step.SERVICE_FAULT"],
    }]));
    assert_eq!(defaults[0].until, Until::Attempts(5));
}

#[test]
fn a_wait_too_long_to_count_is_no_retry() {
    let policies = policies(&json!([{
        "ExceptionType": "Step.SERVICE_FAULT",
        "BackoffRate": 1e300,
        "MaxAttempts": 20,
    }]));

    assert_eq!(seconds(&policies, Failure::ServiceFault, 19, 0), None);
}
