//! Processing, Training and Transform steps.

use execution::{Failure, Step};
use machine::ids;
use serde_json::{Value, json};

use super::Run;
use super::step::{Done, Trouble};
use crate::api::metadata;
use crate::services::{Job, Services};

/// The longest name of a job or model, in characters.
const LONGEST: usize = 63;

impl<S: Services> Run<S> {
    pub(super) async fn run_job(&self, step: &Step, job: Job) -> Result<Done, Trouble> {
        let name = self.new_name(step);
        let variable = (job.name_member(), name.clone());
        let arguments = self.arguments(step, Some(variable)).await.map_err(Trouble::failed)?;
        let mut trace = self.trace_inputs(step, &arguments);
        if let Some(hit) = self.cached(step, &trace)? {
            return Ok(hit);
        }
        let request = self.job_request(arguments.clone(), job, &name);
        self.show_job(step, job, Some(&name))?;
        let ended =
            self.shared.services.run_job(&self.caller, job, request, self.stop.clone()).await;
        let described = match ended {
            Ok(described) => described,
            Err(refusal) => {
                self.show_job(step, job, None)?;
                return Err(refusal.into());
            }
        };
        match described.get(job.status_member()).and_then(Value::as_str) {
            Some("Completed") => {}
            Some("Stopped") => return Err(Trouble::Stopped),
            _ => return Err(job_failure(&described)),
        }
        if self.trace_inputs(step, &arguments).key != trace.key {
            // Somebody changed an input meanwhile: nobody knows which of both the job read.
            trace.key = None;
        }
        self.trace_outputs(&mut trace, job, &described);
        Ok(Done {
            properties: described,
            metadata: self.job_metadata(job, &name),
            trace: Some(trace),
            cache_source: None,
        })
    }

    /// `pipelines-<execution>-<step>-<random>`, as the service names jobs and models.
    pub(super) fn new_name(&self, step: &Step) -> String {
        let start = format!("pipelines-{}-", self.execution.id);
        let room = LONGEST - 11 - start.len();
        let step: String = step.name.replace('_', "-").chars().take(room).collect();
        let step = step.trim_matches('-');
        format!("{start}{step}-{}", ids::alphanumeric(10)).replace("--", "-")
    }

    fn job_request(&self, arguments: Value, job: Job, name: &str) -> Value {
        let Value::Object(mut request) = arguments else { return arguments };
        request.insert(job.name_member(), Value::from(name));
        if !self.execution.experiment.is_empty() {
            // A step may name its trial component; experiment and trial are the execution's.
            let mut config = match request.remove("ExperimentConfig") {
                Some(Value::Object(config)) => config,
                _ => serde_json::Map::new(),
            };
            config.extend(self.execution.experiment.clone());
            request.insert("ExperimentConfig".to_owned(), Value::Object(config));
        }
        Value::Object(request)
    }

    fn job_metadata(&self, job: Job, name: &str) -> serde_json::Map<String, Value> {
        let resource = format!("{}/{name}", job.resource());
        let arn = self.shared.ledger.machine.identity.arn("sagemaker", &resource);
        metadata(&format!("{}Job", job.name()), json!({"Arn": arn}))
    }

    /// Shows the job of this attempt while it runs, or none if it was refused.
    fn show_job(&self, step: &Step, job: Job, name: Option<&str>) -> Result<(), Trouble> {
        let shown = name.map(|name| self.job_metadata(job, name)).unwrap_or_default();
        self.shared.ledger.change_step(&self.key, &step.name, |record| record.metadata = shown)?;
        Ok(())
    }
}

/// Whose fault it was stands at the beginning of the reason.
fn job_failure(described: &Value) -> Trouble {
    let reason = described.get("FailureReason").and_then(Value::as_str).unwrap_or_default();
    let failure = match reason.split(':').next().unwrap_or_default().trim() {
        "InternalServerError" => Some(Failure::JobInternalError),
        "CapacityError" => Some(Failure::CapacityError),
        "ResourceLimitExceeded" => Some(Failure::ResourceLimit),
        _ => None,
    };
    let reason = if reason.is_empty() { "The job failed without a reason." } else { reason };
    Trouble::Failed { reason: reason.to_owned(), failure }
}
