//! Results of earlier executions, by content.
//!
//! A job's trace says what went in and came out. The result of an earlier job is taken over if the
//! same went in, and what came out is still there as it was.

use execution::{CacheConfig, Step};
use serde_json::Value;

use super::Run;
use super::step::{Done, Trouble};
use crate::record::{Cached, Trace};
use crate::services::{Job, Services};

impl<S: Services> Run<S> {
    /// What goes into a job. All jobs have a trace, for the lock file; the cache is asked only for
    /// those that say so.
    pub(super) fn trace_inputs(&self, step: &Step, arguments: &Value) -> Trace {
        let mut traced = step.clone();
        traced.cache.get_or_insert(CacheConfig { expire_after: None });
        let mut trace = Trace::default();
        for uri in traced.cache_inputs(arguments) {
            // What cannot be read has no digest, so there is no key; the job will say why.
            if let Ok(digest) = self.shared.digest(&uri) {
                trace.inputs.insert(uri, digest);
            }
        }
        let image = ["/AppSpecification/ImageUri", "/AlgorithmSpecification/TrainingImage"];
        let image = image.iter().find_map(|path| arguments.pointer(path)?.as_str());
        let tool = image.map(|image| self.shared.services.tool_version(image));
        trace.key = traced.cache_key(arguments, &trace.inputs, &tool.unwrap_or_default());
        trace
    }

    /// The result of an earlier job that had the same inputs.
    pub(super) fn cached(&self, step: &Step, trace: &Trace) -> Result<Option<Done>, Trouble> {
        let (Some(config), Some(key)) = (&step.cache, &trace.key) else { return Ok(None) };
        let ledger = &self.shared.ledger;
        let found = ledger.cached(&self.execution.pipeline, &step.name, key)?;
        let now = ledger.machine.clock.now();
        let is_fresh = |it: &Cached| config.expire_after.is_none_or(|age| now.since(it.at) <= age);
        let found = found.filter(is_fresh).filter(|it| self.is_there(&it.trace));
        Ok(found.map(|cached| Done {
            properties: cached.properties,
            metadata: cached.metadata,
            trace: Some(cached.trace),
            cache_source: Some(cached.execution),
        }))
    }

    /// Whether all outputs are as they were.
    fn is_there(&self, trace: &Trace) -> bool {
        let same = |uri: &str, then: &String| self.shared.digest(uri).is_ok_and(|now| now == *then);
        trace.outputs.iter().all(|(uri, digest)| same(uri, digest))
    }

    /// What came out of a job. A result that cannot be read again is not filed.
    pub(super) fn trace_outputs(&self, trace: &mut Trace, job: Job, described: &Value) {
        for uri in output_uris(job, described) {
            match self.shared.digest(uri) {
                Ok(digest) => drop(trace.outputs.insert(uri.to_owned(), digest)),
                Err(_) => trace.key = None,
            }
        }
    }
}

fn output_uris(job: Job, described: &Value) -> Vec<&str> {
    let at = |path: &str| described.pointer(path).and_then(Value::as_str).into_iter().collect();
    match job {
        Job::Training => at("/ModelArtifacts/S3ModelArtifacts"),
        Job::Transform => at("/TransformOutput/S3OutputPath"),
        Job::Processing => {
            let outputs = described.pointer("/ProcessingOutputConfig/Outputs");
            let outputs = outputs.and_then(Value::as_array).into_iter().flatten();
            outputs.filter_map(|output| output.pointer("/S3Output/S3Uri")?.as_str()).collect()
        }
    }
}
