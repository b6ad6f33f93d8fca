//! A transform job.

use std::collections::BTreeMap;

use machine::Refusal;
use serde::Deserialize;
use serde_json::Value;

use super::model::ModelSpec;
use super::{Gzip, Source, SourceKind, check_name, read, without};
use crate::transform::Reshaping;

/// A transform job that can be run.
#[derive(Debug, Clone)]
pub struct TransformJob {
    pub(crate) name: String,
    pub(crate) model: ModelSpec,
    pub(crate) request: Request,
    pub(crate) source: Source,
    pub(crate) reshaping: Option<Reshaping>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    transform_input: Input,
    pub(crate) transform_output: Output,
    transform_resources: Resources,
    pub(crate) batch_strategy: Option<BatchStrategy>,
    #[serde(rename = "MaxPayloadInMB")]
    pub(crate) max_payload: Option<u64>,
    pub(crate) max_concurrent_transforms: Option<usize>,
    #[serde(default)]
    pub(crate) model_client_config: ModelClient,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    data_processing: Option<DataProcessing>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    data_source: DataSource,
    content_type: Option<String>,
    #[serde(default)]
    compression_type: Gzip,
    #[serde(default)]
    split_type: SplitType,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataSource {
    s3_data_source: S3DataSource,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3DataSource {
    s3_uri: String,
    #[serde(default, rename = "S3DataType")]
    kind: SourceKind,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Output {
    pub(crate) s3_output_path: String,
    pub(crate) accept: Option<String>,
    #[serde(default)]
    pub(crate) assemble_with: Assembly,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Resources {
    instance_count: usize,
}

/// What an object is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum SplitType {
    /// Nothing: it is sent whole.
    #[default]
    None,
    /// Its lines.
    Line,
}

/// How answers are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Assembly {
    /// One right after the other.
    #[default]
    None,
    /// Each ends its line.
    Line,
}

/// How many records a request has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum BatchStrategy {
    /// As many as fit.
    #[default]
    MultiRecord,
    /// One.
    SingleRecord,
}

/// How patient the job is with its model.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ModelClient {
    pub(crate) invocations_timeout_in_seconds: Option<u64>,
    pub(crate) invocations_max_retries: Option<u32>,
}

/// What is done to records on their way in and out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct DataProcessing {
    pub(crate) input_filter: Option<String>,
    pub(crate) output_filter: Option<String>,
    #[serde(default)]
    pub(crate) join_source: JoinSource,
}

/// What the answer to a record is joined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum JoinSource {
    /// Nothing.
    #[default]
    None,
    /// The record.
    Input,
}

impl TransformJob {
    /// Reads a `CreateTransformJob` request, whose model the caller found; refuses what this
    /// machine cannot do.
    pub fn new(name: &str, request: &Value, model: ModelSpec) -> Result<Self, Refusal> {
        check_name(name)?;
        without(request, &["DataCaptureConfig"])?;
        let read: Request = read(request)?;
        if read.transform_resources.instance_count == 0 {
            return Err(Refusal::invalid("InstanceCount must be at least 1"));
        }
        let input = &read.transform_input;
        let s3 = &input.data_source.s3_data_source;
        let source = Source {
            uri: s3.s3_uri.clone(),
            kind: s3.kind,
            sharing: super::Sharing::ShardedByS3Key,
            gzip: input.compression_type,
        };
        let content_type = input.content_type.as_deref();
        let reshaping = read.data_processing.as_ref();
        let reshaping = reshaping.map(|asked| Reshaping::read(asked, content_type)).transpose()?;
        Ok(Self {
            name: name.to_owned(),
            model,
            source,
            reshaping: reshaping.flatten(),
            request: read,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn content_type(&self) -> Option<&str> {
        self.request.transform_input.content_type.as_deref()
    }

    pub(crate) fn split(&self) -> SplitType {
        self.request.transform_input.split_type
    }

    pub(crate) fn instances(&self) -> usize {
        self.request.transform_resources.instance_count
    }
}
