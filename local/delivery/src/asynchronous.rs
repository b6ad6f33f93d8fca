//! Asynchronous invocations: a queue that outlives the engine.
//!
//! Each runs at least once. One that fails is tried again as the function says, and then goes to
//! the function's queue for failures. One that was running when the engine was killed runs again.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use machine::{Batch, Machine, Permissions, Refusal, StoreError, Time, ids};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::catalog::Catalog;
use crate::host::{Host, Invocation, Invoked};
use crate::sqs::{Outgoing, Queues};

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS invocations(
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, due INTEGER NOT NULL,
        running INTEGER NOT NULL DEFAULT 0, document TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS invocations_due ON invocations(running, due);
    UPDATE invocations SET running = 0;";

/// Asynchronous invocations at a time: a machine has fewer processors than Lambda.
const AT_ONCE: usize = 8;

/// The longest wait of one that was throttled, in waits before a retry: five minutes in Lambda.
const LONGEST_WAIT: u32 = 5;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Queued {
    request_id: String,
    /// The function's name.
    function: String,
    payload: String,
    accepted: Time,
    /// How often it ran and failed.
    attempts: u32,
    /// How often it could not run.
    throttles: u32,
}

/// The queue. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Invocations {
    machine: Machine,
    catalog: Catalog,
    host: Host,
    queues: Queues,
    permissions: Arc<dyn Permissions>,
    retry_wait: Duration,
}

/// What invocations need of the other services.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) catalog: Catalog,
    pub(crate) host: Host,
    pub(crate) queues: Queues,
    pub(crate) permissions: Arc<dyn Permissions>,
    pub(crate) retry_wait: Duration,
}

impl Invocations {
    /// Opens the queue; what was running begins again.
    pub(crate) fn open(machine: &Machine, parts: Parts) -> Result<Self, StoreError> {
        machine.store.prepare(TABLE)?;
        let Parts { catalog, host, queues, permissions, retry_wait } = parts;
        let machine = machine.clone();
        Ok(Self { machine, catalog, host, queues, permissions, retry_wait })
    }

    /// Queues an invocation, in a transaction of the caller.
    pub(crate) fn enqueue_in(
        &self,
        batch: &Batch<'_>,
        function: &str,
        payload: &str,
    ) -> Result<String, Refusal> {
        let now = self.machine.clock.now();
        let queued = Queued {
            request_id: ids::uuid(),
            function: function.to_owned(),
            payload: payload.to_owned(),
            accepted: now,
            attempts: 0,
            throttles: 0,
        };
        let document = serde_json::to_string(&queued).map_err(Refusal::internal)?;
        batch
            .connection()
            .execute(
                "INSERT INTO invocations(due, document) VALUES(?1, ?2)",
                params![now.0, document],
            )
            .map_err(StoreError::from)?;
        Ok(queued.request_id)
    }

    /// Whether none is queued or running.
    pub(crate) fn is_empty(&self) -> Result<bool, StoreError> {
        self.machine.store.look(|connection| {
            connection
                .query_row("SELECT NOT EXISTS(SELECT 1 FROM invocations)", [], |row| row.get(0))
        })
    }

    /// Runs what is due, for ever.
    pub(crate) async fn run(&self) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        let mut attempts = JoinSet::new();
        let mut changes = self.machine.store.changes();
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            while attempts.try_join_next().is_some() {}
            changes.borrow_and_update();
            match self.claim() {
                Ok(Some((sequence, queued))) => {
                    let own = self.clone();
                    attempts.spawn(async move {
                        let _slot = slot;
                        if let Err(refusal) = own.attempt(sequence, queued).await {
                            tracing::error!(%refusal, "an asynchronous invocation cannot be settled; it runs again when the engine starts again");
                        }
                    });
                    continue;
                }
                Ok(None) => drop(slot),
                Err(refusal) => {
                    tracing::error!(%refusal, "asynchronous invocations cannot be read");
                }
            }
            tokio::select! {
                _ = changes.changed() => {}
                () = self.next_due() => {}
            }
        }
    }

    async fn next_due(&self) {
        let next: Result<Option<i64>, StoreError> = self.machine.store.look(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT min(due) FROM invocations WHERE running = 0")?;
            statement.query_row([], |row| row.get(0))
        });
        match next {
            Ok(Some(due)) => self.machine.clock.sleep_until(Time(due)).await,
            // The next change wakes us.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Takes the next one that is due.
    fn claim(&self) -> Result<Option<(i64, Queued)>, Refusal> {
        let now = self.machine.clock.now().0;
        let found: Option<(i64, String)> = self.machine.store.look(|connection| {
            connection
                .prepare_cached(
                    "SELECT sequence, document FROM invocations
                     WHERE running = 0 AND due <= ?1 ORDER BY due, sequence LIMIT 1",
                )?
                .query_row([now], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })?;
        let Some((sequence, document)) = found else { return Ok(None) };
        let queued = serde_json::from_str(&document).map_err(Refusal::internal)?;
        let taken = self.machine.store.write(|batch| {
            let sql = "UPDATE invocations SET running = 1 WHERE sequence = ?1 AND running = 0";
            batch.connection().execute(sql, [sequence]).map_err(StoreError::from)
        })?;
        Ok((taken == 1).then_some((sequence, queued)))
    }

    fn change(&self, statement: &str, sequence: i64) -> Result<(), Refusal> {
        self.machine.store.write(|batch| {
            batch.connection().execute(statement, [sequence]).map_err(StoreError::from)?;
            Ok(())
        })
    }

    async fn attempt(&self, sequence: i64, mut queued: Queued) -> Result<(), Refusal> {
        let Ok(function) = self.catalog.function(&queued.function) else {
            tracing::error!(
                function = queued.function,
                "an event is dropped: the stack has the function no more"
            );
            return self.change("DELETE FROM invocations WHERE sequence = ?1", sequence);
        };
        let now = self.machine.clock.now();
        let most_age = Duration::from_secs(function.max_event_age_seconds.into());
        // One that was never tried is not too old: a clock that jumped must not lose it.
        if queued.attempts > 0 && now.since(queued.accepted) > most_age {
            return self.give_up(function, sequence, (&queued, "EventAgeExceeded", None));
        }
        let invocation = Invocation {
            request_id: queued.request_id.clone(),
            payload: Bytes::from(queued.payload.clone()),
            client_context: None,
        };
        let wait = match self.host.run(function, invocation).await {
            Err(refusal) => {
                queued.throttles += 1;
                tracing::debug!(%refusal, function = function.name, "an event waits for its function");
                let doubled = Duration::from_secs(1 << queued.throttles.min(9).saturating_sub(1));
                doubled.min(self.retry_wait * LONGEST_WAIT)
            }
            Ok(Invoked { function_error: None, .. }) => {
                return self.change("DELETE FROM invocations WHERE sequence = ?1", sequence);
            }
            Ok(invoked) => {
                queued.attempts += 1;
                if queued.attempts > u32::from(function.retries) {
                    let why = (&queued, "RetriesExhausted", Some(&invoked));
                    return self.give_up(function, sequence, why);
                }
                self.retry_wait * queued.attempts
            }
        };
        let due = self.machine.clock.now().after(wait);
        let document = serde_json::to_string(&queued).map_err(Refusal::internal)?;
        self.machine.store.write(|batch| {
            let sql =
                "UPDATE invocations SET running = 0, due = ?2, document = ?3 WHERE sequence = ?1";
            let changed = batch.connection().execute(sql, params![sequence, due.0, document]);
            changed.map_err(StoreError::from)?;
            Ok(())
        })
    }

    /// Puts an event where the function says that lost ones go.
    fn give_up(
        &self,
        function: &stack::Function,
        sequence: i64,
        (queued, condition, last): (&Queued, &str, Option<&Invoked>),
    ) -> Result<(), Refusal> {
        let told = self.told(function, (queued, condition, last));
        self.machine.store.write(|batch| {
            batch
                .connection()
                .execute("DELETE FROM invocations WHERE sequence = ?1", [sequence])
                .map_err(StoreError::from)?;
            let Some(queue_arn) = &function.on_failure else {
                tracing::error!(function = function.name, condition, "an event is dropped: the function has no destination for failures");
                return Ok(());
            };
            let role = self.machine.credentials.assumed(&function.role_arn, &function.name);
            let queue = queue_arn.rsplit(':').next().unwrap_or_default();
            let sent = self.permissions.check(&role, "sqs:SendMessage", queue_arn).and_then(|()| {
                let outgoing = Outgoing { body: told.to_string(), sender: role.arn.clone(), ..Outgoing::default() };
                self.queues.send_in(batch, queue, outgoing)
            });
            match sent {
                Err(refusal) if refusal.status < 500 => {
                    tracing::error!(%refusal, function = function.name, "an event is dropped: its destination does not take it");
                    Ok(())
                }
                sent => sent.map(|_| ()),
            }
        })
    }

    /// A record as Lambda sends it to destinations.
    fn told(
        &self,
        function: &stack::Function,
        (queued, condition, last): (&Queued, &str, Option<&Invoked>),
    ) -> Value {
        let parsed = |text: &[u8]| {
            serde_json::from_slice(text).unwrap_or_else(|_| json!(String::from_utf8_lossy(text)))
        };
        let mut record = json!({
            "version": "1.0",
            "timestamp": self.machine.clock.now().iso(),
            "requestContext": {
                "requestId": queued.request_id,
                "functionArn": format!("{}:$LATEST", function.arn),
                "condition": condition,
                "approximateInvokeCount": queued.attempts,
            },
            "requestPayload": parsed(queued.payload.as_bytes()),
        });
        if let (Some(last), Some(object)) = (last, record.as_object_mut()) {
            let context = json!({
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": last.function_error,
            });
            object.insert("responseContext".to_owned(), context);
            object.insert("responsePayload".to_owned(), parsed(&last.payload));
        }
        record
    }
}
