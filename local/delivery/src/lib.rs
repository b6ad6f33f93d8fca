//! Lambda functions and what reaches them: EventBridge rules, queues, topics and direct calls.
//!
//! Functions are processes that speak the Runtime API with us, so the programs that go to AWS run
//! here unchanged. Everything that is promised to happen later (an event, an asynchronous call, a
//! message) is in the store first, and happens at least once whatever becomes of the engine.

mod asynchronous;
mod base64;
mod catalog;
mod delivery;
mod error;
mod events;
mod host;
mod lambda;
mod mail;
mod mappings;
mod query;
mod rules;
mod settings;
mod sns;
mod sqs;
mod sts;
mod wire;

pub use delivery::Delivery;
pub use error::DeliveryError;
pub use host::{Invoked, PREFIX as RUNTIME_API_PREFIX};
pub use mail::Mail;
pub use mappings::Mapping;
pub use settings::{Hosting, Programs};
