//! Is every history what its scenario, its plan and its seed say?

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

mod defects;
mod draws;
mod histories;
mod own_scenarios;
mod panels;
mod shapes;
mod table;
