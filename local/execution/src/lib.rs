//! How a pipeline definition is executed: references, conditions, order, caching. Pure.
//!
//! The driver owns state and time; here is only what follows from them. A driver
//! 1. reads the definition with [`Plan::read`] and the given parameters with [`Plan::bind`];
//! 2. asks [`Plan::next`] what to start and skip, given the [`State`] of each step;
//! 3. before starting a step, puts the files that [`Plan::unread_files`] names into [`Facts`],
//!    until there are none left (a location may itself stand in a file), and then calls
//!    [`Plan::resolve`] with the step's arguments, or [`Plan::evaluate`] for a Condition;
//! 4. asks [`Step::cache_key`] for a step that may be taken from the cache, and [`retry`] after a
//!    failure of a job;
//! 5. ends when [`Next::done`] says how.
//!
//! A selective execution starts from the states of [`Plan::select`] instead of none.
//!
//! # Properties
//!
//! What [`Facts::properties`] must hold for a step that succeeded, because references ask for it:
//!
//! | kind | properties |
//! |---|---|
//! | Processing | the answer of `DescribeProcessingJob` |
//! | Training | the answer of `DescribeTrainingJob` |
//! | Transform | the answer of `DescribeTransformJob` |
//! | Model | the answer of `DescribeModel` |
//! | RegisterModel | the answer of `DescribeModelPackage` |
//! | Lambda, Callback | what [`Step::output_properties`] makes: `{"OutputParameters": [{"Name", "Value"}]}` |
//! | Condition | `{"Outcome": "True"}` or `"False"`, see [`Side::outcome`] |
//! | Fail | none: nothing can refer to it |
//!
//! In lists of such an answer an element is found by its name too: `Outputs['x']` is the one whose
//! `OutputName` is `x`.

mod cache;
mod condition;
mod order;
mod output;
mod parameter;
mod path;
mod plan;
mod reference;
mod resolve;
mod retry;
mod selection;
mod step;
mod value;

pub use crate::cache::CacheConfig;
pub use crate::condition::ConditionError;
pub use crate::order::{Ending, Next, STEP_FAILURE, State, States};
pub use crate::output::OutputError;
pub use crate::parameter::{BindError, Parameter};
pub use crate::plan::{Plan, PlanError};
pub use crate::resolve::{Facts, ResolveError};
pub use crate::retry::{Failure, RetryPolicy, Until, retry};
pub use crate::selection::{Selection, SelectionError};
pub use crate::step::{Branch, Kind, OutputParameter, PropertyFile, Side, Step};
pub use crate::value::Type;
