//! The launcher by itself: what `almanac contain` is, for the tests of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    containers::launcher::main(std::env::args_os().skip(1))
}
