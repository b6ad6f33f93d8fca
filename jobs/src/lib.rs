//! What SageMaker runs in a container: one job a step, and the server of a model.
//!
//! The same jobs run on any machine with plain folders. A job finds its inputs and outputs by name
//! ([`place::Places`]): in SageMaker's folders where there are such, else where the environment or
//! the project's usual layout says, and wherever an argument says before all. What a job leaves
//! behind it writes whole or not at all.

pub mod arguments;
mod baselines;
mod bundle;
mod check_quality;
mod continued;
pub mod environment;
mod evaluate;
mod explain;
mod explore;
mod failure;
mod feature_list;
mod forecast;
mod forecast_file;
mod generate;
mod history;
mod hold_out;
mod inspect;
mod known_scenario;
mod measure;
mod notes;
mod page;
pub mod place;
mod prepare;
mod prepare_forecast;
mod retailer;
mod risk;
mod serve;
pub mod table;
mod train;
mod unpack;
mod xgboost;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::arguments::{Arguments, Job};
pub use crate::bundle::BundleError;
use crate::environment::Environment;
pub use crate::failure::Failure;
pub use crate::inspect::{Condition, InspectError};
pub use crate::risk::RiskError;
pub use crate::train::BuiltInError;
pub use crate::xgboost::XgboostError;

/// Runs the job that the arguments name, and tells of what kept it from ending well.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: &Environment) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // There is nobody left to tell when the standard streams are closed.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { ExitCode::SUCCESS } else { ExitCode::from(failure::USAGE) };
        }
    };
    start(arguments.job, environment)
}

/// Runs a job with the standard streams, and answers the exit code that it ended with.
pub fn start(job: Job, environment: &Environment) -> ExitCode {
    let mut out = io::stdout().lock();
    let outcome = run(job, environment, &mut out);
    match outcome.and_then(|()| out.flush().map_err(Failure::Tell)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read has read enough, as `head` does.
        Err(Failure::Tell(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "almanac: {}", failure.chain());
            failure.leave_for_sagemaker(environment);
            failure.exit_code()
        }
    }
}

/// Runs a job. What it has to tell a person goes to `out`.
pub fn run(job: Job, environment: &Environment, out: &mut impl Write) -> Result<(), Failure> {
    match job {
        Job::Generate(arguments) => generate::run(&arguments, out),
        Job::HoldOut(arguments) => hold_out::run(&arguments, environment, out),
        Job::CheckQuality(arguments) => check_quality::run(&arguments, environment, out),
        Job::Prepare(arguments) => prepare::run(&arguments, environment, out),
        Job::Train(arguments) => train::run(&arguments, environment, out),
        Job::Evaluate(arguments) => evaluate::run(&arguments, environment, out),
        Job::Baselines(arguments) => baselines::run(&arguments, environment, out),
        Job::Forecast(arguments) => forecast::run(&arguments, environment, out),
        Job::Measure(arguments) => measure::run(&arguments, out),
        Job::Explain(arguments) => explain::run(&arguments, environment, out),
        Job::PrepareForecast(arguments) => prepare_forecast::run(&arguments, environment, out),
        Job::Explore(arguments) => explore::run(&arguments, environment, out),
        Job::Risk(arguments) => risk::run(&arguments, environment, out),
        Job::Inspect(arguments) => inspect::run(&arguments, environment, out),
        Job::Serve(arguments) => serve::run(&arguments, environment, out),
    }
}
