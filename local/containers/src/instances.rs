//! The processes of a job, one an instance, from their start to their common end.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Shared;
use crate::end::Cut;
use crate::error::ContainerError;
use crate::folder::make;
use crate::inputs::{Asker, copy, find, share};
use crate::job::{Source, StoppingCondition};
use crate::log::Log;
use crate::process::{Launch, Process};
use crate::stop::Stop;

/// How long a job that is asked to end may still take, as SageMaker has it.
const GRACE: Duration = Duration::from_mins(2);

/// What a job may take that says nothing of it.
const LONGEST: Duration = Duration::from_hours(24);

/// The longest text that a container has to say about its end.
const LONGEST_MESSAGE: usize = 1024;

/// How the processes ended: the first code that is not 0, unless they were cut short.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) cut: Option<Cut>,
}

/// The name of an instance.
pub(crate) fn host(number: usize) -> String {
    format!("algo-{}", number + 1)
}

/// The names of all.
pub(crate) fn hosts(count: usize) -> Vec<String> {
    (0..count).map(host).collect()
}

/// `resourceconfig.json`.
pub(crate) fn resources(current: &str, hosts: &[String], instance_type: &str) -> Value {
    json!({
        "current_host": current,
        "current_instance_type": instance_type,
        "current_group_name": "homogeneousCluster",
        "hosts": hosts,
        "instance_groups": [{
            "instance_group_name": "homogeneousCluster",
            "instance_type": instance_type,
            "hosts": hosts,
        }],
        "network_interface_name": "lo",
    })
}

/// Writes a document into the folder of an instance.
pub(crate) fn write_json(file: &Path, document: &Value) -> Result<(), ContainerError> {
    if let Some(folder) = file.parent() {
        make(folder)?;
    }
    fs::write(file, document.to_string()).map_err(ContainerError::written(file))
}

/// Copies an input into the folder that it has in each instance.
pub(crate) async fn fetch(
    asker: Asker<'_>,
    source: &Source,
    places: &[PathBuf],
) -> Result<(), ContainerError> {
    let found = find(asker, source)?;
    for (number, place) in places.iter().enumerate() {
        let own = share(&found, source.sharing, number, places.len());
        let (place, gzip) = (place.clone(), source.gzip);
        blocking(move || copy(&own, &place, gzip)).await?;
    }
    Ok(())
}

/// Does what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ContainerError> + Send + 'static,
) -> Result<T, ContainerError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(ContainerError::Ending))
}

impl Shared {
    /// Runs all to their end. If one fails the others are ended.
    pub(crate) async fn run(
        &self,
        launches: Vec<Launch>,
        stop: &Stop,
        condition: Option<&StoppingCondition>,
    ) -> Result<Ended, ContainerError> {
        if stop.is_stopped() {
            return Ok(Ended { code: 0, cut: Some(Cut::Stopped) });
        }
        let longest = condition.and_then(|condition| condition.max_runtime_in_seconds);
        let longest = longest.map_or(LONGEST, Duration::from_secs);
        let mut processes = Vec::new();
        for launch in launches {
            processes.push(self.launch(launch).await?);
        }
        let cut = tokio::select! {
            code = all(&processes) => return Ok(Ended { code, cut: None }),
            () = stop.stopped() => Cut::Stopped,
            () = self.machine.clock.sleep(longest) => Cut::TimedOut,
        };
        processes.iter().for_each(Process::terminate);
        let code = tokio::select! {
            code = every(&processes) => code,
            () = self.machine.clock.sleep(GRACE) => {
                processes.iter().for_each(Process::kill);
                every(&processes).await
            }
        };
        Ok(Ended { code, cut: Some(cut) })
    }
}

/// Waits until all have ended well or one has not; then there is none left.
async fn all(processes: &[Process]) -> i32 {
    let mut waiting = tokio::task::JoinSet::new();
    for process in processes {
        let mut ended = process.watch();
        waiting.spawn(async move { ended.wait_for(Option::is_some).await.ok().and_then(|it| *it) });
    }
    while let Some(code) = waiting.join_next().await {
        let code = code.ok().flatten().unwrap_or(-1);
        if code != 0 {
            processes.iter().for_each(Process::kill);
            every(processes).await;
            return code;
        }
    }
    0
}

/// Waits until all have ended, however.
async fn every(processes: &[Process]) -> i32 {
    let mut first = 0;
    for process in processes {
        let code = process.ended().await;
        if first == 0 {
            first = code;
        }
    }
    first
}

/// What a container said of its end in a file, if it said anything: its first 1024 bytes.
pub(crate) fn said(file: &Path) -> Result<Option<String>, ContainerError> {
    if !fs::symlink_metadata(file).is_ok_and(|kind| kind.is_file()) {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(ContainerError::read(file))?;
    let mut first = opened.take(LONGEST_MESSAGE as u64 + 1);
    first.read_to_end(&mut bytes).map_err(ContainerError::read(file))?;
    let cut = bytes.len() > LONGEST_MESSAGE;
    bytes.truncate(LONGEST_MESSAGE);
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        // The cut may have gone through a letter.
        Err(error) if cut && error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let words = format!("/opt/ml/output/{name} is not UTF-8");
            return Err(ContainerError::Client(words));
        }
    };
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// Why a job failed: what it said, or else the last that it printed.
pub(crate) fn failed(said: Option<String>, log: &Log, code: i32) -> ContainerError {
    let last = || Some(log.last_error()).filter(|line| !line.is_empty());
    let detail = said.or_else(last);
    ContainerError::Algorithm {
        detail: detail.unwrap_or_else(|| "See job logs for more information".to_owned()),
        exit_code: Some(code),
    }
}
