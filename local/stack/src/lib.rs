//! What template.yaml deploys: functions, rules, queues and roles; policies and event patterns.
//!
//! The local engine takes all of this from the template that goes to AWS, so that there is one
//! description of the system and a mistake in it shows on a laptop. Pure: text in, answers out.

mod conditions;
mod deployed;
mod error;
mod glob;
mod intrinsics;
mod naming;
mod parameters;
mod pattern;
mod policies;
mod properties;
mod settings;
mod template;
mod yaml;

pub use deployed::{
    Bucket, Function, Permission, Queue, Role, Rule, Stack, Subscription, Target, Topic,
};
pub use error::StackError;
pub use pattern::{Pattern, PatternError};
pub use policies::{Decision, Policies, PolicyDocument, Statement, assumed};
pub use settings::Settings;
