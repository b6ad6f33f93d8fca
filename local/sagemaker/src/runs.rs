//! Who really runs jobs and servers: [`containers`] in an engine, a double in tests.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use containers::{
    Containers, InvokeAnswer, InvokeError, InvokeRequest, JobEnd, ModelSpec, ProcessingJob, Server,
    Stop, TrainingJob, TransformJob,
};
use machine::Refusal;
use objects::Objects;

/// The answer to something that takes a while.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A job that was accepted.
#[derive(Debug, Clone)]
pub enum Job {
    /// A processing job.
    Processing(ProcessingJob),
    /// A training job.
    Training(TrainingJob),
    /// A transform job.
    Transform(TransformJob),
}

impl Job {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Processing(job) => job.name(),
            Self::Training(job) => job.name(),
            Self::Transform(job) => job.name(),
        }
    }
}

/// Runs jobs and servers, and knows which objects there are.
pub trait Runs: fmt::Debug + Send + Sync {
    /// Runs a job to its end.
    fn run<'a>(&'a self, job: &'a Job, stop: &'a Stop) -> Later<'a, JobEnd>;

    /// Starts a server and waits until it answers; or says why it cannot.
    fn serve<'a>(
        &'a self,
        model: &'a ModelSpec,
        name: &'a str,
    ) -> Later<'a, Result<Arc<dyn Served>, String>>;

    /// Whether there is an object.
    fn has_object(&self, bucket: &str, key: &str) -> Result<bool, Refusal>;
}

/// A server that answers.
pub trait Served: fmt::Debug + Send + Sync {
    /// Asks the model.
    fn invoke(&self, request: InvokeRequest) -> Later<'_, Result<InvokeAnswer, InvokeError>>;

    /// Whether it ended by itself.
    fn died(&self) -> bool;

    /// Ends it.
    fn stop(&self) -> Later<'_, ()>;
}

/// What an engine runs things with.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    pub(crate) containers: Containers,
    pub(crate) objects: Objects,
}

impl Runs for Engine {
    fn run<'a>(&'a self, job: &'a Job, stop: &'a Stop) -> Later<'a, JobEnd> {
        Box::pin(async move {
            match job {
                Job::Processing(job) => self.containers.process(job, stop).await,
                Job::Training(job) => self.containers.train(job, stop).await,
                Job::Transform(job) => self.containers.transform(job, stop).await,
            }
        })
    }

    fn serve<'a>(
        &'a self,
        model: &'a ModelSpec,
        name: &'a str,
    ) -> Later<'a, Result<Arc<dyn Served>, String>> {
        Box::pin(async move {
            let server = self.containers.serve(model, name).await;
            let server = server.map_err(|error| error.reason())?;
            Ok(Arc::new(Held(Mutex::new(Some(Arc::new(server))))) as Arc<dyn Served>)
        })
    }

    fn has_object(&self, bucket: &str, key: &str) -> Result<bool, Refusal> {
        Ok(self.objects.find(bucket, key)?.is_some())
    }
}

/// A server, until it is told to end: then those who still wait for an answer keep it.
#[derive(Debug)]
struct Held(Mutex<Option<Arc<Server>>>);

impl Held {
    fn get(&self) -> Option<Arc<Server>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Served for Held {
    fn invoke(&self, request: InvokeRequest) -> Later<'_, Result<InvokeAnswer, InvokeError>> {
        Box::pin(async move {
            match self.get() {
                Some(server) => server.invoke(request).await,
                None => Err(InvokeError::Broken("it was told to end".to_owned())),
            }
        })
    }

    fn died(&self) -> bool {
        self.get().is_none_or(|server| server.died())
    }

    fn stop(&self) -> Later<'_, ()> {
        let server = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Box::pin(async move {
            // Dropped by the last who waits, it ends as well.
            if let Some(server) = server.and_then(Arc::into_inner) {
                server.stop().await;
            }
        })
    }
}
