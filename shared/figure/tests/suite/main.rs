//! Are figures and pages what a reader, a browser and a reviewer need?

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod drawn;
mod examples;
mod golden;
mod pages;
mod ticks;
