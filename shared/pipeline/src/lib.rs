//! Typed builder and lint of SageMaker pipeline definitions.

pub mod build;
pub mod render;
pub mod scenario;
pub mod compatibility;
pub mod lint;
