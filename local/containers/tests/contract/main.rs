//! The contract of SageMaker's containers, with `/opt/ml` mounted and with `SAGEMAKER_BASE_DIR`.
//! Where this system lets nobody mount, both are the latter.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod bench;
mod launching;
mod processing;
mod serving;
mod training;
mod transforming;
