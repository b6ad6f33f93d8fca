//! One small trait per AWS capability, its SDK adapter and its in-memory double.
//!
//! A function asks for the traits that its role grants and for nothing else, so the signature of a
//! handler can be read beside its policy in `template.yaml`. [`sdk::Aws`] implements every trait
//! over the network; [`double::Account`] implements them in memory, with faults to order.
//!
//! This is the only crate that names an AWS SDK: its long build happens once.

pub mod double;
pub mod experiments;
pub mod failure;
pub mod hosting;
pub mod inference;
pub mod mail;
pub mod objects;
pub mod pipelines;
pub mod registry;
pub mod reports;
pub mod sdk;

pub use failure::{CallError, Reason};
pub use objects::S3Uri;
