//! What the adapters put on the wire, and how they read what comes back.
//!
//! Each case replays one answer of AWS to the official SDK and keeps the exchange in
//! `kept/<case>.json`. `tests/peers/wire` holds every request and every answer against botocore's
//! service model: this is the outside judge for what no stand-in of AWS offers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "in a test, a panic is how to fail"
)]

mod exchange;
mod experiments;
mod hosting;
mod pipelines;
mod registry;
