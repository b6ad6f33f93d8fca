//! One object on its way through the model.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::payloads::{Cutting, Payload, Payloads};
use crate::error::ContainerError;
use crate::inputs::Found;
use crate::job::transform::{Assembly, TransformJob};
use crate::server::{InvokeAnswer, InvokeError, InvokeRequest, Server};
use crate::storage::{Storage, Uri};

/// How long a request may take, and how often it is sent again, unless the job says.
const USUAL_TIMEOUT: u64 = 600;
const USUAL_RETRIES: u32 = 3;

/// How long a model that answered badly is left alone.
const PAUSE: Duration = Duration::from_millis(500);

/// How much of a bad answer is told.
const TOLD: usize = 300;

/// What an instance of a transform job does to each of its objects.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) server: Arc<Server>,
    pub(super) storage: Arc<dyn Storage>,
    pub(super) folder: PathBuf,
    pub(super) target: Uri,
    pub(super) job: TransformJob,
    pub(super) cutting: Cutting,
    pub(super) at_once: usize,
}

/// A request that is under way. It is given up when nobody waits for it any more.
struct UnderWay(JoinHandle<Result<Vec<u8>, ContainerError>>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Work {
    /// Sends it, and puts the answers beside it as `NAME.out`.
    pub(super) async fn transform(&self, found: &Found) -> Result<(), ContainerError> {
        let file = tempfile::NamedTempFile::new_in(&self.folder)
            .map_err(ContainerError::written(&self.folder))?;
        let mut out = BufWriter::new(file.reopen().map_err(ContainerError::written(file.path()))?);
        let cutting = self.cutting.clone();
        let mut payloads = Payloads::open(&found.stored.path, self.job.source.gzip, cutting)
            .map_err(ContainerError::read(&found.stored.path))?;
        let of = |why: String| ContainerError::Client(format!("{}: {why}", found.name));
        let mut under_way = VecDeque::new();
        while let Some(payload) = payloads.next().map_err(of)? {
            let (work, name) = (self.clone(), found.name.clone());
            let sent = tokio::spawn(async move { work.send(payload, &name).await });
            under_way.push_back(UnderWay(sent));
            if under_way.len() >= self.at_once {
                self.take(&mut under_way, &mut out, file.path()).await?;
            }
        }
        while !under_way.is_empty() {
            self.take(&mut under_way, &mut out, file.path()).await?;
        }
        out.flush().map_err(ContainerError::written(file.path()))?;
        let key = self.target.below(&format!("{}.out", found.name));
        Ok(self.storage.put_file(&self.target.bucket, &key, file.path()).await?)
    }

    /// Waits for the oldest request and writes its answer.
    async fn take(
        &self,
        under_way: &mut VecDeque<UnderWay>,
        out: &mut BufWriter<File>,
        path: &std::path::Path,
    ) -> Result<(), ContainerError> {
        let Some(mut oldest) = under_way.pop_front() else { return Ok(()) };
        let mut answer = (&mut oldest.0).await.unwrap_or(Err(ContainerError::Ending))?;
        let line = self.job.request.transform_output.assemble_with == Assembly::Line;
        if line && !answer.is_empty() && !answer.ends_with(b"\n") {
            answer.push(b'\n');
        }
        out.write_all(&answer).map_err(ContainerError::written(path))
    }

    async fn send(&self, payload: Payload, name: &str) -> Result<Vec<u8>, ContainerError> {
        let Payload { body, records } = payload;
        let answer = self.answer(body, name).await?;
        let Some(reshaping) = &self.cutting.reshaping else { return Ok(answer.body.to_vec()) };
        let text = String::from_utf8_lossy(&answer.body);
        let kept = reshaping.outward(&records, &text, answer.content_type.as_deref());
        let kept = kept.map_err(|why| ContainerError::Client(format!("{name}: {why}")))?;
        Ok(kept.into_bytes())
    }

    /// Asks the model, and again if it may do better.
    async fn answer(&self, body: Vec<u8>, name: &str) -> Result<InvokeAnswer, ContainerError> {
        let patience = &self.job.request.model_client_config;
        let retries = patience.invocations_max_retries.unwrap_or(USUAL_RETRIES);
        let seconds = patience.invocations_timeout_in_seconds.unwrap_or(USUAL_TIMEOUT);
        let accept = self.job.request.transform_output.accept.as_deref();
        let mut request = InvokeRequest::new(body).in_forms(self.job.content_type(), accept);
        request.timeout = Duration::from_secs(seconds);
        let mut tried = 0;
        loop {
            let error = match self.server.invoke(request.clone()).await {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => refused(&answer, name),
                Err(error @ InvokeError::Died { .. }) => return Err(broken(&error, name)),
                Err(error) => broken(&error, name),
            };
            if tried >= retries || matches!(error, ContainerError::Client(_)) {
                return Err(error);
            }
            tried += 1;
            self.server.clock.sleep(PAUSE).await;
        }
    }
}

/// A bad answer: one that a better request would not have had, or a failure of the model.
fn refused(answer: &InvokeAnswer, name: &str) -> ContainerError {
    let text = String::from_utf8_lossy(&answer.body);
    let text: String = text.trim().chars().take(TOLD).collect();
    let detail = format!("{name}: the model answered {}: {text}", answer.status);
    match answer.status {
        429 | 500.. => ContainerError::Algorithm { detail, exit_code: None },
        _ => ContainerError::Client(detail),
    }
}

fn broken(error: &InvokeError, name: &str) -> ContainerError {
    let exit_code = match error {
        InvokeError::Died { exit_code, .. } => Some(*exit_code),
        _ => None,
    };
    ContainerError::Algorithm { detail: format!("{name}: {error}"), exit_code }
}
