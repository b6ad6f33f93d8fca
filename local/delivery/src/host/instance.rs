//! One process of a function, as the host and the Runtime API see it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use machine::Time;
use tokio::sync::{Notify, watch};

/// What a process is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not asked for work yet.
    Starting,
    /// It waits for work.
    Waiting,
    /// It works.
    Working,
    /// It has answered and not asked for more yet.
    Answered,
    /// It is no more; how it ended.
    Ended(Ending),
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// It could not be started.
    NotStarted(String),
    /// By itself: `exit status 1` or `signal: killed`; nothing if it said that all is well.
    Exited(Option<String>),
}

/// Work for a process.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) deadline: Time,
    pub(super) function_arn: String,
    pub(super) client_context: Option<String>,
}

/// What a process answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The result.
    Result(Bytes),
    /// An error of its own.
    Error(Bytes),
    /// More than Lambda passes on.
    TooLarge,
}

#[derive(Debug, Default)]
struct Slot {
    /// Work that was not fetched yet.
    work: Option<Work>,
    /// The request that an answer is awaited of.
    awaited: Option<String>,
    answer: Option<Answer>,
    init_error: Option<Bytes>,
}

/// One process.
#[derive(Debug)]
pub(super) struct Instance {
    /// Random: who does not know it cannot answer for it.
    pub(super) id: String,
    /// The function's name.
    pub(super) function: String,
    /// Of its credentials.
    pub(super) access_key: String,
    pub(super) phase: watch::Sender<Phase>,
    slot: Mutex<Slot>,
    posted: Notify,
    killed: Notify,
    /// The end of what it wrote since its work began.
    pub(super) tail: Mutex<Vec<u8>>,
}

impl Instance {
    pub(super) fn new(id: String, function: &str, access_key: &str) -> Self {
        Self {
            id,
            function: function.to_owned(),
            access_key: access_key.to_owned(),
            phase: watch::channel(Phase::Starting).0,
            slot: Mutex::default(),
            posted: Notify::new(),
            killed: Notify::new(),
            tail: Mutex::default(),
        }
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the phase, unless the process has ended.
    fn enter(&self, next: Phase) {
        self.phase.send_if_modified(|phase| {
            let changes = !matches!(phase, Phase::Ended(_)) && *phase != next;
            if changes {
                *phase = next;
            }
            changes
        });
    }

    /// Gives it work.
    pub(super) fn post(&self, work: Work) {
        let mut slot = self.slot();
        slot.awaited = Some(work.request_id.clone());
        slot.answer = None;
        slot.work = Some(work);
        // Phase and slot change together, or a process that asks meanwhile would seem to be free.
        self.enter(Phase::Working);
        drop(slot);
        self.posted.notify_one();
    }

    /// The process asks for work, and gets it once there is some.
    pub(super) async fn next(&self) -> Work {
        loop {
            {
                let mut slot = self.slot();
                if let Some(work) = slot.work.take() {
                    return work;
                }
                if slot.awaited.is_none() {
                    self.enter(Phase::Waiting);
                }
            }
            self.posted.notified().await;
        }
    }

    /// The process answers; tells whether it was asked.
    pub(super) fn answer(&self, request_id: &str, answer: Answer) -> bool {
        let mut slot = self.slot();
        if slot.awaited.as_deref() != Some(request_id) {
            return false;
        }
        slot.awaited = None;
        slot.answer = Some(answer);
        self.enter(Phase::Answered);
        true
    }

    /// The answer, if there was one.
    pub(super) fn take_answer(&self) -> Option<Answer> {
        self.slot().answer.take()
    }

    /// The process says why it cannot begin.
    pub(super) fn fail_init(&self, error: Bytes) {
        self.slot().init_error = Some(error);
    }

    /// What it said of its beginning.
    pub(super) fn init_error(&self) -> Option<Bytes> {
        self.slot().init_error.clone()
    }

    /// Asks for the end of the process.
    pub(super) fn kill(&self) {
        self.killed.notify_one();
    }

    /// Waits until its end is asked for.
    pub(super) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// Waits for a phase, or for the end.
    pub(super) async fn reach(&self, wanted: impl Fn(&Phase) -> bool) -> Phase {
        let mut phases = self.phase.subscribe();
        let reached =
            phases.wait_for(|phase| wanted(phase) || matches!(phase, Phase::Ended(_))).await;
        // The sender lives in self, so waiting cannot fail.
        reached.map_or(Phase::Ended(Ending::Exited(None)), |phase| phase.clone())
    }

    /// Whether it can be given work.
    pub(super) fn waits(&self) -> bool {
        *self.phase.borrow() == Phase::Waiting
    }
}
