//! Functions, events, queues and topics from outside: by the wire, with real processes.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod asynchronous;
mod fake;
mod functions;
mod queues;
mod rules;
mod topics;
mod world;

/// The process of a function: this very program, started again by the host.
#[test]
fn fake_function_main() {
    fake::run_if_started_as_a_function();
}
