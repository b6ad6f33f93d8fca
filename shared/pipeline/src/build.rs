//! What a pipeline definition of version 2020-12-01 can say, as Rust types.
//!
//! A reference is only ever made by the handle of what it refers to: a [`parameter::Parameter`] is
//! returned by the pipeline that declares it, an output by the step that declares it, and both
//! carry the lifetime of the pipeline or branch they live in. So these mistakes, which SageMaker
//! reports at upload or only when the step is reached, do not compile here: a misspelt output, a
//! reference to a step that is not there, a reference from outside into a branch, a nested
//! condition, a dependency on a Fail step, a number in a place for text, and a retry policy or
//! cache on a step that admits none.
//!
//! What stays a run-time check, reported as [`error::BuildError`]: names and their uniqueness, the
//! limits on numbers, and the size of the whole. Roles, images, functions and queues are literals
//! (the service refuses references there) and therefore types of [`literal`].
//!
//! ```
//! use pipeline::build::call::LambdaDraft;
//! use pipeline::build::condition::{Rule, Test};
//! use pipeline::build::define;
//! use pipeline::build::draft::Draft;
//! use pipeline::build::literal::FunctionArn;
//! use pipeline::build::parameter::Declaration;
//! use pipeline::build::scope::StepScope;
//! use pipeline::build::value::Text;
//!
//! let judge = FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge")?;
//! let definition = define(|pipeline| {
//!     let limit = pipeline.parameter(Declaration::float("MaxWape").default(0.25));
//!     let judged = pipeline.lambda("Judge", &judge, |step| {
//!         step.argument("limit", &limit);
//!         step.output::<Text>("promote")
//!     });
//!     let rule = Rule::all([Test::equals(&judged.outputs, "true")]);
//!     pipeline.condition("Gate", rule, |_| {}, |otherwise| otherwise.fail("Refused", "too bad"));
//! })?;
//! assert!(definition.to_json().contains("Steps.Judge.OutputParameters['promote']"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An output that the step did not declare has no handle, hence no spelling:
//!
//! ```compile_fail,E0609
//! # use pipeline::build::{define, scope::StepScope, literal::FunctionArn, value::Text};
//! # let judge = FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge").unwrap();
//! struct Verdict<'s> { promote: pipeline::build::call::StepOutput<'s, Text> }
//! define(|pipeline| {
//!     let judged = pipeline.lambda("Judge", &judge, |step| Verdict { promote: step.output("promote") });
//!     pipeline.fail("Refused", &judged.outputs.promoted); // no field `promoted`
//! });
//! ```
//!
//! A step of a branch cannot be referred to from outside the branch:
//!
//! ```compile_fail,E0521
//! # use pipeline::build::{define, scope::StepScope, literal::FunctionArn, value::Text};
//! # use pipeline::build::condition::{Rule, Test};
//! # let judge = FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge").unwrap();
//! define(|pipeline| {
//!     let mut leaked = None;
//!     let rule = Rule::all([Test::equals("a", "a")]);
//!     pipeline.condition("Gate", rule, |then| {
//!         leaked = Some(then.lambda("Inner", &judge, |step| step.output::<Text>("x")));
//!     }, |_| {});
//!     pipeline.fail("Refused", &leaked.unwrap().outputs);
//! });
//! ```
//!
//! Nor can a step of another pipeline be referred to:
//!
//! ```compile_fail
//! # use pipeline::build::{define, scope::{Pipeline, StepScope}, literal::FunctionArn, value::Text};
//! # let judge = FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge").unwrap();
//! define(|outer: &mut Pipeline<'_>| {
//!     let judged = outer.lambda("Judge", &judge, |step| step.output::<Text>("promote"));
//!     define(|inner: &mut Pipeline<'_>| inner.fail("Refused", &judged.outputs));
//! });
//! ```
//!
//! A Lambda step admits no retry policy and no cache, so its draft has no such method:
//!
//! ```compile_fail,E0599
//! # use pipeline::build::{define, scope::StepScope, literal::FunctionArn};
//! # use pipeline::build::draft::{CacheWindow, JobDraft};
//! # let judge = FunctionArn::new("arn:aws:lambda:eu-west-1:111122223333:function:judge").unwrap();
//! define(|pipeline| {
//!     pipeline.lambda("Judge", &judge, |step| { step.cache(CacheWindow::days(30)); });
//! });
//! ```

pub mod call;
pub mod condition;
pub mod definition;
pub mod draft;
pub mod error;
pub mod literal;
pub mod model;
pub mod parameter;
pub mod processing;
pub mod register;
pub mod scope;
#[cfg(test)]
mod tests;
pub mod training;
pub mod transform;
pub mod value;

use crate::build::definition::Definition;
use crate::build::error::BuildError;
use crate::build::scope::Pipeline;

/// Writes a definition.
///
/// The pipeline exists only inside `write`; that is what keeps its handles from being used in
/// another pipeline.
pub fn define(write: impl for<'p> FnOnce(&mut Pipeline<'p>)) -> Result<Definition, BuildError> {
    let mut pipeline = Pipeline::empty();
    write(&mut pipeline);
    pipeline.finish()
}
