//! A model server: one process, or several of which each takes what the one before answered.

mod client;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use machine::Clock;

use crate::environment::RoleKey;
use crate::folder::Folder;
use crate::log::Log;
use crate::process::Process;

/// How long an answer may take, as endpoints have it.
const LONGEST_ANSWER: Duration = Duration::from_mins(1);

/// How long `/ping` may take.
const LONGEST_PING: Duration = Duration::from_secs(2);

/// How long a server has to end by itself.
const GRACE: Duration = Duration::from_secs(30);

/// A running model. Its processes are killed when it is dropped.
#[derive(Debug)]
pub struct Server {
    pub(crate) members: Vec<Member>,
    pub(crate) clock: Clock,
    pub(crate) folder: Folder,
    pub(crate) log: Arc<Log>,
    pub(crate) _key: RoleKey,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) process: Process,
    pub(crate) port: u16,
}

/// A request to a model.
#[derive(Debug, Clone)]
pub struct InvokeRequest {
    /// What is asked.
    pub body: Bytes,
    /// Its form, such as `text/csv`.
    pub content_type: Option<String>,
    /// The form that is wanted.
    pub accept: Option<String>,
    /// Further headers, such as `X-Amzn-SageMaker-Custom-Attributes`.
    pub headers: Vec<(String, String)>,
    /// How long the answer may take.
    pub timeout: Duration,
    /// How many bytes it may have.
    pub largest_answer: Option<usize>,
}

impl InvokeRequest {
    /// A request that says nothing of forms; the answer has a minute.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            content_type: None,
            accept: None,
            headers: Vec::new(),
            timeout: LONGEST_ANSWER,
            largest_answer: None,
        }
    }

    /// The same with the form of what is asked, and the form that is wanted.
    #[must_use]
    pub fn in_forms(mut self, content_type: Option<&str>, accept: Option<&str>) -> Self {
        self.content_type = content_type.map(str::to_owned);
        self.accept = accept.map(str::to_owned);
        self
    }
}

/// What a model answered, well or badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvokeAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The form of the answer.
    pub content_type: Option<String>,
    /// `X-Amzn-SageMaker-Custom-Attributes`, if the model says some.
    pub custom_attributes: Option<String>,
    /// The answer.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// It took too long.
    #[error("the model did not answer within {seconds} s")]
    TimedOut {
        /// How long it had.
        seconds: u64,
    },
    /// The server has ended, by itself or because it crashed.
    #[error("the model server has ended with exit code {exit_code}: {last_words}")]
    Died {
        /// Its exit code.
        exit_code: i32,
        /// The last line that it wrote to standard error.
        last_words: String,
    },
    /// The answer is larger than it may be.
    #[error("the model's answer is larger than {most} bytes")]
    TooLarge {
        /// How large it may be.
        most: usize,
    },
    /// The server does not speak HTTP as it should.
    #[error("the model server cannot be spoken to: {0}")]
    Broken(String),
}

impl Server {
    /// Whether all its processes answer `/ping` with 200 within two seconds.
    pub async fn ping(&self) -> bool {
        for member in &self.members {
            if !member.ping(&self.clock).await {
                return false;
            }
        }
        true
    }

    /// Whether one of its processes has ended.
    pub fn died(&self) -> bool {
        self.members.iter().any(|member| member.process.exit_code().is_some())
    }

    /// Returns when one of its processes has ended, with its exit code.
    pub async fn dies(&self) -> i32 {
        let mut waiting = tokio::task::JoinSet::new();
        for member in &self.members {
            let mut ended = member.process.watch();
            waiting.spawn(
                async move { ended.wait_for(Option::is_some).await.ok().and_then(|it| *it) },
            );
        }
        waiting.join_next().await.and_then(Result::ok).flatten().unwrap_or(-1)
    }

    /// Asks the model.
    pub async fn invoke(&self, request: InvokeRequest) -> Result<InvokeAnswer, InvokeError> {
        let mut request = request;
        let mut answer = None;
        let seconds = request.timeout.as_secs();
        let within = self.clock.sleep(request.timeout);
        let asked = async {
            for member in &self.members {
                let answered = self.ask(member, &request).await?;
                if answered.status >= 300 {
                    return Ok(Some(answered));
                }
                request.body = answered.body.clone();
                request.content_type.clone_from(&answered.content_type);
                answer = Some(answered);
            }
            Ok(answer)
        };
        let answered = tokio::select! {
            answered = asked => answered?,
            () = within => return Err(InvokeError::TimedOut { seconds }),
        };
        answered.ok_or_else(|| InvokeError::Broken("the model has no container".to_owned()))
    }

    async fn ask(
        &self,
        member: &Member,
        request: &InvokeRequest,
    ) -> Result<InvokeAnswer, InvokeError> {
        let died = |exit_code| InvokeError::Died { exit_code, last_words: self.log.last_error() };
        let error = tokio::select! {
            answer = client::post(member.port, request) => match answer {
                Err(error @ InvokeError::Broken(_)) => error,
                other => return other,
            },
            code = member.process.ended() => return Err(died(code)),
        };
        // A server that crashes breaks its connections a moment before it has ended.
        tokio::select! {
            code = member.process.ended() => Err(died(code)),
            () = self.clock.sleep(Duration::from_millis(100)) => Err(error),
        }
    }

    /// What a transform job may do with it, if it says so.
    pub(crate) async fn execution_parameters(&self) -> Option<serde_json::Value> {
        let first = self.members.first()?;
        let answer = tokio::select! {
            answer = client::get(first.port, "/execution-parameters") => answer.ok()?,
            () = self.clock.sleep(LONGEST_PING) => return None,
        };
        let good = answer.status == 200;
        good.then(|| serde_json::from_slice(&answer.body).ok()).flatten()
    }

    /// Asks it to end, and ends it after 30 seconds if it has not.
    pub async fn stop(self) {
        self.end().await;
    }

    pub(crate) async fn end(&self) {
        self.members.iter().for_each(|member| member.process.terminate());
        let ended = async {
            for member in &self.members {
                member.process.ended().await;
            }
        };
        tokio::pin!(ended);
        tokio::select! {
            () = &mut ended => {}
            () = self.clock.sleep(GRACE) => {
                self.members.iter().for_each(|member| member.process.kill());
                ended.await;
            }
        }
        self.log.close();
        self.folder.close();
    }

    /// Where what it prints is.
    pub fn log(&self) -> &Path {
        self.log.path()
    }
}

impl Member {
    pub(crate) async fn ping(&self, clock: &Clock) -> bool {
        tokio::select! {
            answer = client::get(self.port, "/ping") => answer.is_ok_and(|it| it.status == 200),
            () = clock.sleep(LONGEST_PING) => false,
        }
    }
}
