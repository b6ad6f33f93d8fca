//! Typed builder and lint of SageMaker pipeline definitions.

pub mod build;
pub mod compatibility;
pub mod lint;
pub mod render;
