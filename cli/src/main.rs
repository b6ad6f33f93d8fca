//! The command line of Almanac.

mod arguments;
mod failure;
mod function;
mod lint;
mod local;
mod overview;
mod render;
mod run;
mod selection;
mod verbs;

use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use jobs::arguments::Job;
use jobs::environment::Environment;

use crate::arguments::{Arguments, Command};
use crate::failure::Failure;

fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or_else(arguments::whole_loop);
    let command = match command {
        Command::Generate(arguments) => return start(Job::Generate(arguments)),
        Command::Forecast(arguments) => return start(Job::Forecast(arguments)),
        Command::Evaluate(arguments) => return start(Job::Measure(arguments)),
        Command::Job { job } => return start(job),
        Command::Function { name } => return function::run(&name),
        Command::Contain { words } => return containers::launcher::main(words),
        command => command,
    };
    let mut out = io::stdout().lock();
    let outcome = carried_out(command, &mut out);
    outcome.and_then(|code| out.flush().map(|()| code).map_err(Into::into)).unwrap_or_else(
        |failure| {
            // There is nobody left to tell when standard error is closed as well.
            let _ = failure.tell(&mut io::stderr().lock());
            failure.exit_code()
        },
    )
}

fn carried_out(command: Command, out: &mut impl Write) -> Result<ExitCode, Failure> {
    match command {
        Command::Render(arguments) => render::run(&arguments, out),
        Command::Lint(arguments) => lint::run(&arguments, out),
        Command::Overview => overview::run(out),
        Command::Run(arguments) => block_on(run::run(&arguments, out)),
        Command::Up(arguments) => {
            block_on(local::up(&arguments.machine, arguments.port, out)).map(|()| ExitCode::SUCCESS)
        }
        Command::Upsert(arguments) => block_on(verbs::upsert(&arguments, out)),
        Command::Start(arguments) => block_on(verbs::start(&arguments, out)),
        Command::Status(arguments) => block_on(verbs::status(&arguments, out)),
        Command::Approve(arguments) => {
            block_on(verbs::decide(&arguments, cloud::registry::Approval::Approved, out))
        }
        Command::Reject(arguments) => {
            block_on(verbs::decide(&arguments, cloud::registry::Approval::Rejected, out))
        }
        // The others have been carried out before.
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn start(job: Job) -> ExitCode {
    jobs::start(job, &Environment::of_process())
}
