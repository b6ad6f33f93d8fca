//! `almanac function NAME`: a Lambda function in its own process, asking a Runtime API for events.
//!
//! The local engine starts itself like this, so that the code which answers is the code that is
//! deployed: the same handlers in the same runtime.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::failure::{FAILED, USAGE};

pub(crate) const NAMES: [&str; 4] =
    ["record-metrics", "compare-models", "notify-approver", "deploy-approved"];

pub(crate) fn run(name: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(serve(name)),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(code) => code,
        Err(error) => {
            // There is nobody left to tell when standard error is closed as well.
            let _ = writeln!(io::stderr(), "almanac function {name}: {error}");
            ExitCode::from(FAILED)
        }
    }
}

async fn serve(name: &str) -> Result<ExitCode, lambda_runtime::Error> {
    match name {
        "record-metrics" => record_metrics::run().await?,
        "compare-models" => compare_models::run().await?,
        "notify-approver" => notify_approver::run().await?,
        "deploy-approved" => deploy_approved::run().await?,
        _ => {
            let known = NAMES.join(", ");
            writeln!(io::stderr(), "almanac: there is no function `{name}`; there are {known}")?;
            return Ok(ExitCode::from(USAGE));
        }
    }
    Ok(ExitCode::SUCCESS)
}
