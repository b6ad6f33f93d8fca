//! RegisterModel steps: a new version in the model registry.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Draft, EntityDraft, Envelope, Step};
use crate::build::error::BuildError;
use crate::build::literal::ImageUri;
use crate::build::value::{Expression, Text};

/// The longest key and the longest value of the registry's metadata.
const METADATA: (usize, usize) = (128, 256);

/// Whether a person still has to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// A person decides.
    Pending,
    /// The gate was enough.
    Approved,
}

/// A RegisterModel step that is being written.
#[derive(Debug)]
pub struct RegisterDraft<'s> {
    envelope: Envelope<'s>,
    group: Expression<'s, Text>,
    approval: Approval,
    container: Map<String, Value>,
    environment: Map<String, Value>,
    realtime: Vec<String>,
    batch: Vec<String>,
    model_quality: Option<Expression<'s, Text>>,
    metadata: Map<String, Value>,
}

impl<'s> RegisterDraft<'s> {
    pub(crate) fn new(name: &str, group: Expression<'s, Text>) -> Self {
        Self {
            envelope: Envelope::new(name, "RegisterModel"),
            group,
            approval: Approval::Pending,
            container: Map::new(),
            environment: Map::new(),
            realtime: Vec::new(),
            batch: Vec::new(),
            model_quality: None,
            metadata: Map::new(),
        }
    }

    /// The image that serves, and the artefact it serves.
    pub fn container(&mut self, image: &ImageUri, data: impl Into<Expression<'s, Text>>) {
        self.container.insert("Image".into(), image.as_str().into());
        self.container.insert("ModelDataUrl".into(), data.into().into_json());
    }

    /// A variable of the serving container's environment.
    pub fn environment(&mut self, name: &str, value: impl Into<Expression<'s, Text>>) {
        self.envelope.declare("environment", name);
        self.environment.insert(name.to_owned(), value.into().into_json());
    }

    /// Whether a person still has to look; one has to, otherwise.
    pub fn approval(&mut self, approval: Approval) {
        self.approval = approval;
    }

    /// The instance types on which the model may serve, and on which it may be applied to files.
    pub fn instances(&mut self, realtime: &[&str], batch: &[&str]) {
        self.realtime = realtime.iter().map(|&kind| kind.to_owned()).collect();
        self.batch = batch.iter().map(|&kind| kind.to_owned()).collect();
    }

    /// The JSON file with the metrics that the registry shows.
    pub fn model_quality(&mut self, uri: impl Into<Expression<'s, Text>>) {
        self.model_quality = Some(uri.into());
    }

    /// A fact that later comparisons read from the version itself.
    pub fn metadata(&mut self, key: &str, value: impl Into<Expression<'s, Text>>) {
        let value = value.into().into_json();
        self.check_metadata(key, key, METADATA.0);
        if let Some(text) = value.as_str() {
            self.check_metadata(key, text, METADATA.1);
        }
        self.envelope.declare("metadata", key);
        self.metadata.insert(key.to_owned(), value);
    }

    fn check_metadata(&mut self, key: &str, text: &str, limit: usize) {
        let accepted = |character: char| {
            character.is_alphanumeric() || character == ' ' || "_.:/=+-@".contains(character)
        };
        let length = text.chars().count();
        if length == 0 || length > limit || !text.chars().all(accepted) {
            self.envelope.faults.push(BuildError::InvalidMetadata {
                step: self.envelope.name.clone(),
                key: key.to_owned(),
                text: text.to_owned(),
                limit,
            });
        }
    }

    pub(crate) fn into_step(mut self) -> (Value, Vec<BuildError>) {
        let count = u64::try_from(self.metadata.len()).unwrap_or(u64::MAX);
        self.envelope.within("number of metadata entries", count, 0, 50);
        let faults = std::mem::take(&mut self.envelope.faults);
        if !self.environment.is_empty() {
            self.container.insert("Environment".into(), self.environment.into());
        }
        let status = match self.approval {
            Approval::Pending => "PendingManualApproval",
            Approval::Approved => "Approved",
        };
        let mut arguments = Map::new();
        arguments.insert("ModelPackageGroupName".into(), self.group.into_json());
        arguments.insert("ModelApprovalStatus".into(), status.into());
        let specification = json!({
            "Containers": [self.container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
            "SupportedRealtimeInferenceInstanceTypes": self.realtime,
            "SupportedTransformInstanceTypes": self.batch,
        });
        arguments.insert("InferenceSpecification".into(), specification);
        if let Some(uri) = self.model_quality {
            let uri = uri.into_json();
            let statistics = json!({ "ContentType": "application/json", "S3Uri": uri });
            let metrics = json!({ "ModelQuality": { "Statistics": statistics } });
            arguments.insert("ModelMetrics".into(), metrics);
        }
        if !self.metadata.is_empty() {
            arguments.insert("CustomerMetadataProperties".into(), self.metadata.into());
        }
        (self.envelope.into_json(None, arguments, Map::new()), faults)
    }
}

impl<'s> Draft<'s> for RegisterDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.envelope
    }
}

impl<'s> EntityDraft<'s> for RegisterDraft<'s> {}

/// A RegisterModel step of the scope `'s`.
#[derive(Debug, Clone)]
pub struct RegisterModel<'s> {
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> RegisterModel<'s> {
    pub(crate) fn added(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// The ARN of the new version.
    pub fn package_arn(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "ModelPackageArn")
    }
}

impl<'s> Step<'s> for RegisterModel<'s> {
    fn name(&self) -> &str {
        &self.name
    }
}
