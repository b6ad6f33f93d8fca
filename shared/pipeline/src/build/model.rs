//! Model steps: what a Transform step applies.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Draft, EntityDraft, Envelope, Step};
use crate::build::error::BuildError;
use crate::build::literal::{ImageUri, RoleArn};
use crate::build::value::{Expression, Text};

/// Where a model comes from, and the role it serves as.
#[derive(Debug, Clone)]
pub struct ModelSource<'s> {
    role: String,
    container: Value,
    scope: PhantomData<&'s ()>,
}

impl<'s> ModelSource<'s> {
    /// A version in the registry.
    pub fn package(role: &RoleArn, arn: impl Into<Expression<'s, Text>>) -> Self {
        Self::new(role, json!({ "ModelPackageName": arn.into().into_json() }))
    }

    /// An image and the artefact of a training job.
    pub fn artifacts(
        role: &RoleArn,
        image: &ImageUri,
        data: impl Into<Expression<'s, Text>>,
    ) -> Self {
        let data = data.into().into_json();
        Self::new(role, json!({ "Image": image.as_str(), "ModelDataUrl": data }))
    }

    fn new(role: &RoleArn, container: Value) -> Self {
        Self { role: role.to_string(), container, scope: PhantomData }
    }
}

/// A Model step that is being written.
#[derive(Debug)]
pub struct ModelDraft<'s> {
    envelope: Envelope<'s>,
    source: ModelSource<'s>,
}

impl<'s> ModelDraft<'s> {
    pub(crate) fn new(name: &str, source: ModelSource<'s>) -> Self {
        Self { envelope: Envelope::new(name, "Model"), source }
    }

    pub(crate) fn into_step(mut self) -> (Value, Vec<BuildError>) {
        let faults = std::mem::take(&mut self.envelope.faults);
        let mut arguments = Map::new();
        arguments.insert("ExecutionRoleArn".into(), self.source.role.into());
        arguments.insert("PrimaryContainer".into(), self.source.container);
        (self.envelope.into_json(None, arguments, Map::new()), faults)
    }
}

impl<'s> Draft<'s> for ModelDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.envelope
    }
}

impl<'s> EntityDraft<'s> for ModelDraft<'s> {}

/// A Model step of the scope `'s`.
#[derive(Debug, Clone)]
pub struct Model<'s> {
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> Model<'s> {
    pub(crate) fn added(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// The name the service gave the model.
    pub fn model_name(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "ModelName")
    }
}

impl<'s> Step<'s> for Model<'s> {
    fn name(&self) -> &str {
        &self.name
    }
}
