//! The control plane over a double of what runs jobs and servers. Every answer is checked against
//! the service's own model.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say so at once"
)]

mod endpoints;
mod experiments;
mod invocations;
mod jobs;
mod lists;
mod models;
mod points;
mod registry;
mod restart;
mod rights;
mod search;
mod tags;
mod world;
