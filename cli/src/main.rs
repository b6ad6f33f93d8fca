//! The command line of Almanac.

mod arguments;
mod failure;
mod lint;
mod overview;
mod render;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use jobs::arguments::Job;
use jobs::environment::Environment;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let command = match Arguments::parse().command {
        Some(Command::Generate(arguments)) => return start(Job::Generate(arguments)),
        Some(Command::Forecast(arguments)) => return start(Job::Forecast(arguments)),
        Some(Command::Evaluate(arguments)) => return start(Job::Measure(arguments)),
        Some(Command::Job { job }) => return start(job),
        command => command,
    };
    let mut out = io::stdout().lock();
    let outcome = match command {
        Some(Command::Render(arguments)) => render::run(&arguments, &mut out),
        Some(Command::Lint(arguments)) => lint::run(&arguments, &mut out),
        _ => overview::run(&mut out),
    };
    outcome.and_then(|code| out.flush().map(|()| code).map_err(Into::into)).unwrap_or_else(
        |failure| {
            // There is nobody left to tell when standard error is closed as well.
            let _ = failure.tell(&mut io::stderr().lock());
            failure.exit_code()
        },
    )
}

fn start(job: Job) -> ExitCode {
    jobs::start(job, &Environment::of_process())
}
