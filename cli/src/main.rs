//! The command line of Almanac.

mod arguments;
mod decide;
mod failure;
mod function;
mod group;
mod lint;
mod local;
mod moment;
mod overview;
mod place;
mod render;
mod run;
mod selection;
mod settings;
mod status;
mod table;
mod verbs;
mod versions;

use std::future::Future;
use std::io::{self, StdoutLock, Write};
use std::process::ExitCode;

use clap::Parser;
use cloud::registry::Approval;
use jobs::arguments::Job;
use jobs::environment::Environment;

use crate::arguments::{Arguments, Command, Place};
use crate::failure::Failure;

fn main() -> ExitCode {
    let command = Arguments::parse().command.unwrap_or_else(arguments::whole_loop);
    carried_out(command).unwrap_or_else(|failure| {
        // There is nobody left to tell when standard error is closed as well.
        let _ = failure.tell(&mut io::stderr().lock());
        failure.exit_code()
    })
}

fn carried_out(command: Command) -> Result<ExitCode, Failure> {
    match command {
        // These have threads that write to standard output themselves: it must not be held here.
        Command::Generate(arguments) => Ok(start(Job::Generate(arguments))),
        Command::Forecast(arguments) => Ok(start(Job::Forecast(arguments))),
        Command::Evaluate(arguments) => Ok(start(Job::Measure(arguments))),
        Command::Job { job } => Ok(start(job)),
        Command::Function { name } => Ok(function::run(&name)),
        Command::Contain { words } => Ok(containers::launcher::main(words)),
        Command::Render(arguments) => telling(|out| render::run(&arguments, out)),
        Command::Lint(arguments) => telling(|out| lint::run(&arguments, out)),
        Command::Overview => telling(|out| overview::run(out)),
        Command::Run(arguments) => telling(|out| block_on(run::run(&arguments, out))),
        Command::Up(arguments) => {
            telling(|out| block_on(local::up(&arguments.machine, arguments.port, out)))
        }
        Command::Upsert(it) => asking(&it.place, async |out| verbs::upsert(&it, out).await),
        Command::Start(it) => asking(&it.place, async |out| verbs::start(&it, out).await),
        Command::Status(it) => asking(&it.place, async |out| status::status(&it, out).await),
        Command::Versions(it) => asking(&it.place, async |out| versions::versions(&it, out).await),
        Command::Approve(it) => {
            asking(&it.place, async |out| decide::decide(&it, Approval::Approved, out).await)
        }
        Command::Reject(it) => {
            asking(&it.place, async |out| decide::decide(&it, Approval::Rejected, out).await)
        }
    }
}

/// Does something that tells on standard output.
fn telling(
    work: impl FnOnce(&mut StdoutLock<'_>) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    let code = work(&mut out)?;
    out.flush()?;
    Ok(code)
}

/// Does something that asks AWS, or what stands for it.
fn asking(
    place: &Place,
    work: impl AsyncFnOnce(&mut StdoutLock<'_>) -> Result<ExitCode, Failure>,
) -> Result<ExitCode, Failure> {
    telling(|out| block_on(place::asking(place, work(out))))
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Begin)?
        .block_on(work)
}

fn start(job: Job) -> ExitCode {
    jobs::start(job, &Environment::of_process())
}
