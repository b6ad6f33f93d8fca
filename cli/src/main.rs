//! The command line of Almanac.

mod arguments;
mod failure;
mod lint;
mod overview;
mod render;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    let outcome = match Arguments::parse().command {
        None => overview::run(&mut out),
        Some(Command::Render(arguments)) => render::run(&arguments, &mut out),
        Some(Command::Lint(arguments)) => lint::run(&arguments, &mut out),
    };
    outcome.and_then(|code| out.flush().map(|()| code).map_err(Into::into)).unwrap_or_else(
        |failure| {
            // There is nobody left to tell when standard error is closed as well.
            let _ = failure.tell(&mut io::stderr().lock());
            failure.exit_code()
        },
    )
}
