//! The Lambda function `compare-models`.

use cloud::sdk::Aws;
use invocation::{Settings, serve, start_logs};
use lambda_runtime::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_logs(&Settings::from_env());
    let aws = Aws::connect().await;

    serve(|event| compare_models::handle(&aws, event)).await
}
