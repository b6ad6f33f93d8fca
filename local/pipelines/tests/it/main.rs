//! Pipelines, run against a double of the services that their steps call.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]
#![expect(clippy::needless_pass_by_value, reason = "requests are built where they are used")]

mod caching;
mod callbacks;
mod contents;
mod definitions;
mod double;
mod executions;
mod golden;
mod random;
mod restart;
mod retries;
mod selection;
mod steps;
mod stopping;
mod world;
