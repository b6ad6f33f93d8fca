//! A model behind an endpoint, asked for an answer.

use std::future::Future;

use crate::CallError;

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The bytes.
    pub body: Vec<u8>,
    /// What they are.
    pub content_type: String,
}

/// Asks endpoints (`sagemaker:InvokeEndpoint`).
pub trait InvokeEndpoint {
    /// Sends a body of a type, and wants CSV back.
    fn invoke(
        &self,
        endpoint: &str,
        body: Vec<u8>,
        content_type: &str,
    ) -> impl Future<Output = Result<Answer, CallError>> + Send;
}
