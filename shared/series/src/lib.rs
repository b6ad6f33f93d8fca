//! Sales history: reading, quality, split, features.

pub mod frequency;
pub mod grid;
pub mod panel;
