//! The Lambda function `record-metrics`.

use cloud::sdk::Aws;
use invocation::{Settings, clock, serve, start_logs};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_logs(&Settings::from_env());
    let aws = Aws::connect().await;

    serve(|event| record_metrics::handle(&aws, clock::now(), event)).await
}
