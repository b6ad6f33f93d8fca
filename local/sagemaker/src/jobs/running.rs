//! The jobs that run now: how to stop one, and how to learn that it has ended.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use containers::Stopper;
use tokio::sync::watch;

/// The jobs that run now, by ARN.
#[derive(Debug, Default)]
pub(crate) struct Running {
    jobs: Mutex<HashMap<String, Handle>>,
    closing: AtomicBool,
}

#[derive(Debug)]
struct Handle {
    stopper: Stopper,
    ended: watch::Sender<bool>,
}

impl Running {
    /// A job begins.
    pub(crate) fn begin(&self, arn: &str, stopper: Stopper) {
        let handle = Handle { stopper, ended: watch::channel(false).0 };
        self.lock().insert(arn.to_owned(), handle);
    }

    /// A job has ended, and that is written down.
    pub(crate) fn end(&self, arn: &str) {
        if let Some(handle) = self.lock().remove(arn) {
            handle.ended.send_replace(true);
        }
    }

    /// Tells a job to stop.
    pub(crate) fn stop(&self, arn: &str) {
        if let Some(handle) = self.lock().get(arn) {
            handle.stopper.stop();
        }
    }

    /// Waits until a job has ended.
    pub(crate) async fn ended(&self, arn: &str) {
        let ended = self.lock().get(arn).map(|handle| handle.ended.subscribe());
        if let Some(mut ended) = ended {
            // A sender that is gone has told it before.
            let _told = ended.wait_for(|ended| *ended).await;
        }
    }

    /// The engine stops: every job is told, and they are named.
    pub(crate) fn close(&self) -> Vec<String> {
        self.closing.store(true, Ordering::SeqCst);
        let jobs = self.lock();
        jobs.values().for_each(|handle| handle.stopper.stop());
        jobs.keys().cloned().collect()
    }

    /// Whether the engine stops.
    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Handle>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
