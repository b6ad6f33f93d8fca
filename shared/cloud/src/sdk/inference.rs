//! Endpoints, over the runtime of SageMaker.

use aws_sdk_sagemakerruntime::primitives::Blob;

use super::{Aws, errors};
use crate::CallError;
use crate::inference::{Answer, InvokeEndpoint};

const INVOKE: &str = "sagemaker:InvokeEndpoint";

impl InvokeEndpoint for Aws {
    async fn invoke(
        &self,
        endpoint: &str,
        body: Vec<u8>,
        content_type: &str,
    ) -> Result<Answer, CallError> {
        let request = self.runtime().invoke_endpoint().endpoint_name(endpoint);
        let request = request.content_type(content_type).accept("text/csv").body(Blob::new(body));
        let answer =
            request.send().await.map_err(|error| errors::read(INVOKE, endpoint, &error))?;
        Ok(Answer {
            body: answer.body.map(Blob::into_inner).unwrap_or_default(),
            content_type: answer.content_type.unwrap_or_default(),
        })
    }
}
