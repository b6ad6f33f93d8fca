//! Seeded sales histories of every scenario.
//!
//! [`generate`] writes the files that a scenario's history consists of, as CSV, to whatever the
//! caller opens: the five built-in scenarios as their data are, one of the user's as its columns
//! are declared. [`panel`] makes panels of any frequency together with the truth behind them. The
//! same plan gives the same bytes on every platform: randomness comes from the plan's seed alone,
//! and logarithms from a library of our own choosing.
//!
//! Rows are written as they are drawn, so memory does not grow with them.
//!
//! Left out: reading data, and any claim that these numbers are like those of a particular shop.
//! The shapes follow public data sets where there is one, as each module says; none of their rows
//! is here.

mod calendar;
mod capacity;
mod declared;
mod defect;
mod generate;
mod number;
pub mod panel;
mod plan;
mod random;
mod retail_demand;
mod sheet;
mod store_item;
mod turnover;
mod walmart;
mod window;

pub use crate::defect::{Defect, DefectError, Share};
pub use crate::generate::{Written, file_names, generate, generate_in_memory};
pub use crate::plan::{Clarity, Future, Part, Plan, SyntheticError};
pub use crate::random::Random;
