//! Model and RegisterModel steps.

use std::time::Duration;

use execution::Step;
use machine::Refusal;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Run;
use super::step::{Done, Trouble};
use crate::api::metadata;
use crate::request::hex;
use crate::services::Services;

/// How often a package that is being checked is looked at.
const LOOK: Duration = Duration::from_millis(200);

impl<S: Services> Run<S> {
    pub(super) async fn create_model(&self, step: &Step) -> Result<Done, Trouble> {
        let name = self.new_name(step);
        let mut request = self.members(step).await?;
        request.insert("ModelName".to_owned(), Value::from(name.as_str()));
        let created = self.ask("CreateModel", Value::Object(request)).await?;
        let properties = self.ask("DescribeModel", json!({"ModelName": name})).await?;
        let arn = created.get("ModelArn").cloned().unwrap_or_default();
        let metadata = metadata("Model", json!({"Arn": arn}));
        Ok(Done { properties, metadata, ..Done::default() })
    }

    pub(super) async fn register_model(&self, step: &Step) -> Result<Done, Trouble> {
        let mut request = self.members(step).await?;
        let tags = request.remove("Tags");
        if let Some(group) = request.get("ModelPackageGroupName").cloned() {
            self.make_group(group, tags).await?;
        }
        let origin = request.entry("MetadataProperties").or_insert_with(|| json!({}));
        if let Some(origin) = origin.as_object_mut() {
            origin.insert("GeneratedBy".to_owned(), Value::from(self.execution.arn.as_str()));
        }
        // A step that begins again after the engine was killed must not register twice.
        request.insert("ClientToken".to_owned(), Value::from(self.token(step)));
        let created = self.ask("CreateModelPackage", Value::Object(request)).await?;
        let arn = created.get("ModelPackageArn").cloned().unwrap_or_default();
        let properties = self.finished_package(&arn).await?;
        let metadata = metadata("RegisterModel", json!({"Arn": arn}));
        Ok(Done { properties, metadata, ..Done::default() })
    }

    /// Makes the group if there is none, as the service does. Tags belong to it, not to versions.
    async fn make_group(&self, group: Value, tags: Option<Value>) -> Result<(), Trouble> {
        let name = json!({"ModelPackageGroupName": group});
        if self.ask("DescribeModelPackageGroup", name.clone()).await.is_ok() {
            return Ok(());
        }
        let mut request = name;
        if let (Some(members), Some(tags)) = (request.as_object_mut(), tags) {
            members.insert("Tags".to_owned(), tags);
        }
        match self.ask("CreateModelPackageGroup", request).await {
            Err(refusal) if !refusal.message.contains("already exist") => Err(refusal.into()),
            _ => Ok(()),
        }
    }

    /// Waits until a package was checked; the answer is what describes it.
    async fn finished_package(&self, arn: &Value) -> Result<Value, Trouble> {
        loop {
            let name = json!({"ModelPackageName": arn});
            let described = self.ask("DescribeModelPackage", name).await?;
            match described.get("ModelPackageStatus").and_then(Value::as_str) {
                Some("Completed") => return Ok(described),
                Some("Pending" | "InProgress") => {
                    self.shared.ledger.machine.clock.sleep(LOOK).await;
                }
                other => {
                    let reason = format!(
                        "The model package {arn} is {}.",
                        other.unwrap_or("in no known state")
                    );
                    return Err(Trouble::Failed { reason, failure: None });
                }
            }
        }
    }

    /// One and the same for each attempt that goes on from an interrupted one.
    fn token(&self, step: &Step) -> String {
        let hash = Sha256::digest(format!("{}/{}", self.execution.arn, step.name));
        hex(hash.get(..16).unwrap_or_default())
    }

    async fn members(&self, step: &Step) -> Result<Map<String, Value>, Trouble> {
        let arguments = self.arguments(step, None).await.map_err(Trouble::failed)?;
        match arguments {
            Value::Object(members) => Ok(members),
            _ => Err(Trouble::failed("ClientError: Arguments are no object")),
        }
    }

    async fn ask(&self, operation: &str, request: Value) -> Result<Value, Refusal> {
        self.shared.services.call(&self.caller, operation, request).await
    }
}
