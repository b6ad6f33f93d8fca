//! The Lambda function `compare-models`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    compare_models::run().await
}
