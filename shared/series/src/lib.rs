//! Sales history: reading, quality, split, features.
//!
//! A [`schema::Schema`] says what the columns are. [`read`] makes a [`panel::Panel`] or a table of
//! files that fit it, [`quality`] says whether they can be trusted, [`split`] cuts them by time and
//! [`features`] derives what tree models learn from.

pub mod assemble;
pub mod clean;
pub mod features;
pub mod frequency;
pub mod grid;
pub mod panel;
pub mod quality;
pub mod read;
pub mod rhythm;
pub mod schema;
pub mod split;
pub mod table;
