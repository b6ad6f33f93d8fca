//! The Lambda function `notify-approver`.

use cloud::sdk::Aws;
use invocation::{Settings, clock, serve, start_logs};
use lambda_runtime::Error;
use notify_approver::NotifySettings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let environment = Settings::from_env();
    start_logs(&environment);
    let settings = NotifySettings::read(&environment)?;
    let aws = Aws::connect().await;

    serve(|event| notify_approver::handle(&aws, &settings, clock::now(), event)).await
}
