//! Deploys what people approved: see the README beside.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    deploy_approved::run().await
}
