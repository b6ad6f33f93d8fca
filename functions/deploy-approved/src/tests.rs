//! The specification, against the account in memory.

mod group;
mod lag;
mod naming;
mod orderings;
mod properties;
mod rows;
mod setting;
mod tidying;
mod trouble;
