//! One read from S3, one listing from SageMaker, and no thought given to either.

use aws_config::BehaviorVersion;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = aws_config::defaults(BehaviorVersion::latest()).load().await;
    let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let s3 = &aws_sdk_s3::Client::from_conf(s3);
    let sagemaker = &aws_sdk_sagemaker::Client::new(&config);

    run(service_fn(move |event: LambdaEvent<Value>| async move {
        let uri = event.payload["evaluation_s3_uri"].as_str().ok_or("no evaluation_s3_uri")?;
        let (bucket, key) =
            uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).ok_or("no address")?;
        let key = format!("{key}/evaluation.json");
        let report = s3.get_object().bucket(bucket).key(key).send().await?.body.collect().await?;
        let report: Value = serde_json::from_slice(&report.into_bytes())?;
        let group = event.payload["model_group"].as_str();
        let listed = sagemaker
            .list_model_packages()
            .set_model_package_group_name(group.map(str::to_owned))
            .send()
            .await?;
        let previous = listed.model_package_summary_list().len();
        Ok::<Value, Error>(json!({"candidate": report["metrics"]["rmse"]["value"], "previous": previous}))
    }))
    .await
}
