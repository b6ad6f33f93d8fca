//! Typed builder and lint of SageMaker pipeline definitions.
