//! Pipelines themselves: create, update, delete, describe, list.

use execution::Plan;
use machine::{Refusal, Time};
use serde_json::{Value, json};

use super::{Asked, answer};
use crate::ledger::{PIPELINES, pipeline_key};
use crate::record::{Pipeline, Stamp};
use crate::request::{Listing, by_time};
use crate::services::Services;

impl<S: Services> Asked<'_, S> {
    pub(super) async fn create_pipeline(&self) -> Result<Value, Refusal> {
        let request = self.request;
        request.without(&["PipelineVersionAliases"])?;
        let name = request.required("PipelineName")?;
        let role = request.required("RoleArn")?;
        let token = request.required("ClientRequestToken")?;
        let ledger = &self.shared.ledger;
        let arn = ledger.pipeline_arn(name);
        self.check("CreatePipeline", &arn)?;
        self.check_role(role)?;
        let definition = self.definition().await?.ok_or_else(|| {
            Refusal::invalid(
                "One of PipelineDefinition and PipelineDefinitionS3Location is required.",
            )
        })?;
        let stamp = self.stamp();
        let pipeline = Pipeline {
            name: name.to_owned(),
            arn: arn.clone(),
            display_name: request.owned("PipelineDisplayName"),
            description: request.owned("PipelineDescription"),
            definition,
            role: role.to_owned(),
            parallel: request.parallel(),
            version: 1,
            token: token.to_owned(),
            created: stamp.clone(),
            modified: stamp,
            last_run: None,
        };
        let tags = self.tags(&arn)?;
        ledger.machine.store.write(|batch| {
            let key = pipeline_key(name);
            match batch.read::<Pipeline>(PIPELINES, &key)? {
                Some(same) if same.token == token && same.name == name => return Ok(()),
                Some(_) => {
                    return Err(Refusal::invalid(format!(
                        "Pipeline names must be unique within an AWS account and region. Pipeline with name ({name}) already exists."
                    )));
                }
                None => batch.put(PIPELINES, &key, &pipeline)?,
            }
            tags.map_or(Ok(()), |tags| self.shared.services.put_tags(batch, &arn, tags))
        })?;
        Ok(json!({"PipelineArn": arn}))
    }

    pub(super) async fn update_pipeline(&self) -> Result<Value, Refusal> {
        let request = self.request;
        request.without(&["PipelineVersionAliases"])?;
        let name = request.required("PipelineName")?;
        let ledger = &self.shared.ledger;
        self.check("UpdatePipeline", &ledger.pipeline_arn(name))?;
        if let Some(role) = request.text("RoleArn") {
            self.check_role(role)?;
        }
        ledger.pipeline(name)?;
        let definition = self.definition().await?;
        ledger.machine.store.write(|batch| {
            let key = pipeline_key(name);
            let found: Option<Pipeline> = batch.read(PIPELINES, &key)?;
            let mut pipeline = found.ok_or_else(|| ledger.no_pipeline(name))?;
            let replace = |member: &str, old: &mut Option<String>| {
                *old = request.owned(member).or(old.take());
            };
            replace("PipelineDisplayName", &mut pipeline.display_name);
            replace("PipelineDescription", &mut pipeline.description);
            pipeline.role = request.owned("RoleArn").unwrap_or(pipeline.role);
            pipeline.definition = definition.unwrap_or(pipeline.definition);
            pipeline.parallel = request.parallel().or(pipeline.parallel);
            pipeline.version += 1;
            pipeline.modified = self.stamp();
            batch.put(PIPELINES, &key, &pipeline)?;
            Ok(json!({"PipelineArn": pipeline.arn, "PipelineVersionId": pipeline.version}))
        })
    }

    pub(super) fn delete_pipeline(&self) -> Result<Value, Refusal> {
        let name = self.request.required("PipelineName")?;
        let ledger = &self.shared.ledger;
        self.check("DeletePipeline", &ledger.pipeline_arn(name))?;
        let pipeline = ledger.pipeline(name)?;
        ledger.remove_pipeline(name, |batch| {
            self.shared.services.forget_tags(batch, &pipeline.arn)
        })?;
        Ok(json!({"PipelineArn": pipeline.arn}))
    }

    pub(super) fn describe_pipeline(&self) -> Result<Value, Refusal> {
        self.request.without(&["PipelineVersionAlias"])?;
        let name = self.request.required("PipelineName")?;
        let ledger = &self.shared.ledger;
        self.check("DescribePipeline", &ledger.pipeline_arn(&pipeline_key(name)))?;
        let pipeline = ledger.pipeline(name)?;
        self.check_version(&pipeline)?;
        Ok(described(&pipeline))
    }

    pub(super) fn list_pipelines(&self) -> Result<Value, Refusal> {
        let request = self.request;
        self.check("ListPipelines", "*")?;
        let by_name = request.text("SortBy") == Some("Name");
        let prefix = request.text("PipelineNamePrefix").unwrap_or_default();
        let managed = request.text("ManagedBy").is_none_or(|by| by == "CUSTOMER");
        let found = self.shared.ledger.machine.store.all::<Pipeline>(PIPELINES)?.into_iter();
        let found = found.filter(|(_, it)| {
            managed && it.name.starts_with(prefix) && request.covers(it.created.at)
        });
        let items = found.map(|(key, pipeline)| {
            let sorted = if by_name { key } else { by_time(pipeline.created.at, &key) };
            (sorted, summary(&pipeline))
        });
        let listing = Listing {
            operation: "ListPipelines",
            member: "PipelineSummaries",
            order: "Descending",
            length: 10,
        };
        listing.page(request, items.collect())
    }

    /// The definition of the request, read from S3 if it is there, and checked.
    async fn definition(&self) -> Result<Option<String>, Refusal> {
        let inline = self.request.owned("PipelineDefinition");
        let place = self.request.0.get("PipelineDefinitionS3Location").filter(|it| !it.is_null());
        let definition = match (inline, place) {
            (Some(_), Some(_)) => {
                return Err(Refusal::invalid(
                    "Only one of PipelineDefinition and PipelineDefinitionS3Location can be given.",
                ));
            }
            (Some(inline), None) => inline,
            (None, Some(place)) => self.definition_at(place).await?,
            (None, None) => return Ok(None),
        };
        Plan::read(&definition).map_err(|error| Refusal::invalid(error.to_string()))?;
        Ok(Some(definition))
    }

    async fn definition_at(&self, place: &Value) -> Result<String, Refusal> {
        let place = crate::request::Request(place);
        place.without(&["VersionId"])?;
        let (bucket, key) = (place.required("Bucket")?, place.required("ObjectKey")?);
        let content = self.shared.read_object(self.caller, bucket, key).await?;
        String::from_utf8(content).map_err(|_| {
            Refusal::invalid(format!(
                "Unable to parse pipeline definition. s3://{bucket}/{key} is not UTF-8 text"
            ))
        })
    }

    /// The tags of the request, if there are any and the caller may set them.
    fn tags(&self, arn: &str) -> Result<Option<&Value>, Refusal> {
        let tags = self.request.0.get("Tags");
        let tags = tags.filter(|tags| tags.as_array().is_some_and(|tags| !tags.is_empty()));
        if tags.is_some() {
            self.check("AddTags", arn)?;
        }
        Ok(tags)
    }

    /// Only the current version of a pipeline is kept.
    pub(super) fn check_version(&self, pipeline: &Pipeline) -> Result<(), Refusal> {
        match self.request.0.get("PipelineVersionId").and_then(Value::as_u64) {
            Some(version) if version != pipeline.version => Err(Refusal::not_found(format!(
                "Pipeline '{}' does not have version {version}: the local engine keeps the current version only, which is {}.",
                pipeline.arn, pipeline.version
            ))),
            _ => Ok(()),
        }
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp { at: self.shared.ledger.machine.clock.now(), by: self.caller.arn.clone() }
    }
}

/// DescribePipeline.
pub(super) fn described(pipeline: &Pipeline) -> Value {
    answer([
        ("PipelineArn", json!(pipeline.arn)),
        ("PipelineName", json!(pipeline.name)),
        ("PipelineDisplayName", json!(pipeline.display_name)),
        ("PipelineDescription", json!(pipeline.description)),
        ("PipelineDefinition", json!(pipeline.definition)),
        ("RoleArn", json!(pipeline.role)),
        ("PipelineStatus", json!("Active")),
        ("CreationTime", json!(pipeline.created.at.seconds())),
        ("LastModifiedTime", json!(pipeline.modified.at.seconds())),
        ("LastRunTime", json!(pipeline.last_run.map(Time::seconds))),
        ("CreatedBy", by(&pipeline.created)),
        ("LastModifiedBy", by(&pipeline.modified)),
        ("ParallelismConfiguration", parallelism(pipeline.parallel)),
    ])
}

fn summary(pipeline: &Pipeline) -> Value {
    answer([
        ("PipelineArn", json!(pipeline.arn)),
        ("PipelineName", json!(pipeline.name)),
        ("PipelineDisplayName", json!(pipeline.display_name)),
        ("PipelineDescription", json!(pipeline.description)),
        ("RoleArn", json!(pipeline.role)),
        ("CreationTime", json!(pipeline.created.at.seconds())),
        ("LastModifiedTime", json!(pipeline.modified.at.seconds())),
        ("LastExecutionTime", json!(pipeline.last_run.map(Time::seconds))),
    ])
}

/// Who did it, as UserContext.
pub(super) fn by(stamp: &Stamp) -> Value {
    json!({"IamIdentity": {"Arn": stamp.by}})
}

/// ParallelismConfiguration, if there is one.
pub(super) fn parallelism(most: Option<u64>) -> Value {
    most.map_or(Value::Null, |most| json!({"MaxParallelExecutionSteps": most}))
}
