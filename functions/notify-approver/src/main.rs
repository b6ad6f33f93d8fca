//! The Lambda function `notify-approver`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    notify_approver::run().await
}
