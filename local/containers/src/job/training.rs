//! A training job.

use std::collections::BTreeMap;

use machine::Refusal;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Gzip, Sharing, Source, SourceKind, StoppingCondition, check_distinct, check_mode, check_name,
    read, without,
};
use crate::metrics::Metrics;

/// A training job that can be run.
#[derive(Debug, Clone)]
pub struct TrainingJob {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) request: Request,
    pub(crate) channels: Vec<Channel>,
    pub(crate) metrics: Metrics,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    pub(crate) algorithm_specification: Algorithm,
    #[serde(default)]
    pub(crate) hyper_parameters: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    input_data_config: Vec<GivenChannel>,
    pub(crate) output_data_config: OutputData,
    pub(crate) resource_config: Resources,
    pub(crate) stopping_condition: Option<StoppingCondition>,
    pub(crate) role_arn: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Algorithm {
    pub(crate) training_image: String,
    training_input_mode: Option<String>,
    #[serde(default)]
    pub(crate) container_entrypoint: Vec<String>,
    #[serde(default)]
    pub(crate) container_arguments: Vec<String>,
    #[serde(default)]
    metric_definitions: Vec<Definition>,
}

/// A metric that is read from what the job prints.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) regex: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OutputData {
    pub(crate) s3_output_path: String,
    #[serde(default)]
    pub(crate) compression_type: Packing,
}

/// In what form a model is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Packing {
    /// As `model.tar.gz`.
    #[default]
    Gzip,
    /// As its files.
    None,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Resources {
    pub(crate) instance_count: usize,
    pub(crate) instance_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenChannel {
    channel_name: String,
    content_type: Option<String>,
    input_mode: Option<String>,
    #[serde(default)]
    compression_type: Gzip,
    data_source: DataSource,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DataSource {
    s3_data_source: Option<S3DataSource>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3DataSource {
    s3_uri: String,
    #[serde(default, rename = "S3DataType")]
    kind: SourceKind,
    #[serde(default, rename = "S3DataDistributionType")]
    sharing: Sharing,
}

/// An input by its name.
#[derive(Debug, Clone)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) source: Source,
}

impl TrainingJob {
    /// Reads a `CreateTrainingJob` request; refuses what this machine cannot do.
    pub fn new(name: &str, arn: &str, request: &Value) -> Result<Self, Refusal> {
        check_name(name)?;
        without(request, &["CheckpointConfig", "DebugRuleConfigurations"])?;
        let read: Request = read(request)?;
        if read.resource_config.instance_count == 0 {
            return Err(Refusal::invalid("InstanceCount must be at least 1"));
        }
        check_mode(read.algorithm_specification.training_input_mode.as_deref(), "the algorithm")?;
        let names = read.input_data_config.iter().map(|given| &given.channel_name);
        check_distinct("channel", names)?;
        let channels =
            read.input_data_config.iter().map(Channel::read).collect::<Result<_, _>>()?;
        let metrics = Metrics::read(&read.algorithm_specification.metric_definitions)?;
        let (name, arn) = (name.to_owned(), arn.to_owned());
        Ok(Self { name, arn, request: read, channels, metrics })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Channel {
    fn read(given: &GivenChannel) -> Result<Self, Refusal> {
        let name = &given.channel_name;
        let fits = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(fits) {
            return Err(Refusal::invalid(format!("`{name}` is no name of a channel")));
        }
        check_mode(given.input_mode.as_deref(), &format!("channel {name}"))?;
        let s3 = given.data_source.s3_data_source.as_ref().ok_or_else(|| {
            let words = "only S3DataSource is available in the local engine";
            Refusal::invalid(format!("channel {name}: {words}"))
        })?;
        Ok(Self {
            name: name.clone(),
            content_type: given.content_type.clone(),
            source: Source {
                uri: s3.s3_uri.clone(),
                kind: s3.kind,
                sharing: s3.sharing,
                gzip: given.compression_type,
            },
        })
    }
}
