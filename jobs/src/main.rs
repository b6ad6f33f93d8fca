//! The binary of the container: a job, or the server of a model.

use std::process::ExitCode;

use jobs::environment::Environment;

fn main() -> ExitCode {
    jobs::main(std::env::args_os(), &Environment::of_process())
}
