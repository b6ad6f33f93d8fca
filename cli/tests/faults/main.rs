//! What goes wrong, on purpose: whole processes are killed, starved, throttled and lied to.
//!
//! The engine is the real binary with the real functions; jobs are a line of shell, so that there
//! is time for many faults. Every test prints its seed, which is a constant: the same faults can
//! be had again, as far as two runs of a machine are alike.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "what the tests share may fail them too, and they tell their seeds"
)]

mod calls;
mod disk;
mod engine;
mod hostile;
mod kills;
mod model;
mod pipeline;
mod promises;
mod random;
mod slow;
mod victims;
mod wire;
