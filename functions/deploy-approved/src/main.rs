//! Deploys what people approved: see the README beside.

use deploy_approved::{DeploySettings, handle};
use invocation::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let environment = Settings::from_env();
    invocation::start_logs(&environment);
    let settings = DeploySettings::read(&environment)?;
    let aws = cloud::sdk::Aws::connect().await;

    invocation::serve(|event| handle(&aws, &settings, event)).await
}
