//! The Lambda function `record-metrics`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    record_metrics::run().await
}
