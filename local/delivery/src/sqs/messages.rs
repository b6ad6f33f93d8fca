//! The messages of all queues: one table, because a queue may be long.

use machine::{Batch, Refusal, Store, StoreError, Time, ids};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::attributes::Attributes;

/// What was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    /// The id that the sender was told.
    pub(crate) id: String,
    /// The text.
    pub(crate) body: String,
    /// What the sender put beside it.
    pub(crate) attributes: Attributes,
    /// When it was sent.
    pub(crate) sent: Time,
    /// Who sent it.
    pub(crate) sender: String,
    /// When it was received for the first time.
    pub(crate) first_received: Option<Time>,
    /// The queue that gave it up.
    pub(crate) dead_letter_source: Option<String>,
}

/// A message as its receiver gets it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// The message.
    pub(crate) message: Message,
    /// What it is deleted by.
    pub(crate) receipt: String,
    /// How often it was received, this time included.
    pub(crate) count: i64,
}

/// What is taken out of a queue at once.
#[derive(Debug, Clone)]
pub(super) struct Take {
    pub(super) queue: String,
    pub(super) count: usize,
    pub(super) now: Time,
    pub(super) hidden_until: Time,
    /// After how many receipts a message goes to which queue.
    pub(super) redrive: Option<(i64, String)>,
    /// The ARN of the queue, for messages that are given up.
    pub(super) queue_arn: String,
}

/// How many messages a queue has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Those that can be received.
    pub(crate) visible: i64,
    /// Those that somebody works on.
    pub(crate) in_flight: i64,
    /// Those that are not due.
    pub(crate) delayed: i64,
}

pub(super) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS sqs_messages(
        sequence INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, visible INTEGER NOT NULL,
        sent INTEGER NOT NULL, receipt TEXT, received INTEGER NOT NULL, document TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS sqs_messages_of_queue ON sqs_messages(queue, visible);";

pub(super) fn database(error: rusqlite::Error) -> Refusal {
    StoreError::from(error).into()
}

pub(super) fn insert(
    batch: &Batch<'_>,
    queue: &str,
    visible: Time,
    message: &Message,
) -> Result<(), Refusal> {
    put(batch.connection(), queue, visible, (message, 0))
}

fn put(
    connection: &Connection,
    queue: &str,
    visible: Time,
    (message, received): (&Message, i64),
) -> Result<(), Refusal> {
    let document = serde_json::to_string(message).map_err(Refusal::internal)?;
    connection
        .prepare_cached(
            "INSERT INTO sqs_messages(queue, visible, sent, received, document)
             VALUES(?1, ?2, ?3, ?4, ?5)",
        )
        .and_then(|mut statement| {
            statement.execute(params![queue, visible.0, message.sent.0, received, document])
        })
        .map_err(database)?;
    Ok(())
}

/// Whether something can be received, and if not, when that may change by itself.
pub(super) fn next(store: &Store, queue: &str) -> Result<Option<Time>, Refusal> {
    let earliest: Option<i64> = store.look(|connection| {
        connection
            .prepare_cached("SELECT min(visible) FROM sqs_messages WHERE queue = ?1")?
            .query_row([queue], |row| row.get(0))
    })?;
    Ok(earliest.map(Time))
}

/// Receives. Messages that were received too often move to the queue for those.
pub(super) fn receive(batch: &Batch<'_>, take: &Take) -> Result<Vec<Received>, Refusal> {
    let connection = batch.connection();
    let mut taken = Vec::new();
    while taken.len() < take.count {
        let Some((sequence, received, document)) = first(connection, take)? else { break };
        let mut message: Message = serde_json::from_str(&document).map_err(Refusal::internal)?;
        if let Some((most, dead_letters)) = &take.redrive
            && received >= *most
        {
            message.dead_letter_source = Some(take.queue_arn.clone());
            put(connection, dead_letters, take.now, (&message, received))?;
            delete(connection, sequence)?;
            continue;
        }
        message.first_received.get_or_insert(take.now);
        let receipt = format!("{sequence}.{}", ids::uuid());
        let document = serde_json::to_string(&message).map_err(Refusal::internal)?;
        connection
            .prepare_cached(
                "UPDATE sqs_messages SET visible = ?2, receipt = ?3, received = received + 1,
                 document = ?4 WHERE sequence = ?1",
            )
            .and_then(|mut update| {
                update.execute(params![sequence, take.hidden_until.0, receipt, document])
            })
            .map_err(database)?;
        let count = received + 1;
        taken.push(Received { message, receipt, count });
        if take.hidden_until <= take.now {
            // A visibility timeout of nothing leaves it in place; it must not be taken twice at once.
            break;
        }
    }
    Ok(taken)
}

type Row = (i64, i64, String);

fn first(connection: &Connection, take: &Take) -> Result<Option<Row>, Refusal> {
    connection
        .prepare_cached(
            "SELECT sequence, received, document FROM sqs_messages
             WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, sequence LIMIT 1",
        )
        .and_then(|mut statement| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            statement.query_row(params![take.queue, take.now.0], row).optional()
        })
        .map_err(database)
}

fn delete(connection: &Connection, sequence: i64) -> Result<(), Refusal> {
    connection
        .execute("DELETE FROM sqs_messages WHERE sequence = ?1", [sequence])
        .map_err(database)?;
    Ok(())
}

/// Deletes by receipt; one that is not the latest does nothing, as in SQS.
pub(super) fn remove(batch: &Batch<'_>, queue: &str, receipt: &str) -> Result<(), Refusal> {
    let sequence = sequence_of(receipt)?;
    batch
        .connection()
        .execute(
            "DELETE FROM sqs_messages WHERE sequence = ?1 AND queue = ?2 AND receipt = ?3",
            params![sequence, queue, receipt],
        )
        .map_err(database)?;
    Ok(())
}

/// Hides a message that was received for longer or shorter.
pub(super) fn hide(
    batch: &Batch<'_>,
    queue: &str,
    receipt: &str,
    (now, until): (Time, Time),
) -> Result<(), Refusal> {
    let sequence = sequence_of(receipt)?;
    let changed = batch
        .connection()
        .execute(
            "UPDATE sqs_messages SET visible = ?4
             WHERE sequence = ?1 AND queue = ?2 AND receipt = ?3 AND visible > ?5",
            params![sequence, queue, receipt, until.0, now.0],
        )
        .map_err(database)?;
    if changed == 0 {
        let message = "The message referred to is not in flight.";
        return Err(Refusal::new(400, "MessageNotInflight", message));
    }
    Ok(())
}

fn sequence_of(receipt: &str) -> Result<i64, Refusal> {
    let sequence = receipt.split_once('.').and_then(|(sequence, _)| sequence.parse().ok());
    sequence.ok_or_else(|| {
        let message =
            format!("The input receipt handle \"{receipt}\" is not a valid receipt handle.");
        Refusal::new(400, "ReceiptHandleIsInvalid", message)
    })
}

/// Removes all messages of a queue.
pub(super) fn clear(batch: &Batch<'_>, queue: &str) -> Result<(), Refusal> {
    batch
        .connection()
        .execute("DELETE FROM sqs_messages WHERE queue = ?1", [queue])
        .map_err(database)?;
    Ok(())
}

/// Removes those that were sent before a moment.
pub(super) fn expire(store: &Store, queue: &str, before: Time) -> Result<(), Refusal> {
    let old: Option<i64> = store.look(|connection| {
        connection
            .prepare_cached("SELECT 1 FROM sqs_messages WHERE queue = ?1 AND sent < ?2 LIMIT 1")?
            .query_row(params![queue, before.0], |row| row.get(0))
            .optional()
    })?;
    if old.is_none() {
        return Ok(());
    }
    store.write(|batch| {
        batch
            .connection()
            .execute(
                "DELETE FROM sqs_messages WHERE queue = ?1 AND sent < ?2",
                params![queue, before.0],
            )
            .map_err(database)
    })?;
    Ok(())
}

/// How many there are.
pub(super) fn counts(store: &Store, queue: &str, now: Time) -> Result<Counts, Refusal> {
    let counts = store.look(|connection| {
        connection
            .prepare_cached(
                "SELECT count(*) FILTER (WHERE visible <= ?2),
                        count(*) FILTER (WHERE visible > ?2 AND receipt IS NOT NULL),
                        count(*) FILTER (WHERE visible > ?2 AND receipt IS NULL)
                 FROM sqs_messages WHERE queue = ?1",
            )?
            .query_row(params![queue, now.0], |row| {
                Ok(Counts { visible: row.get(0)?, in_flight: row.get(1)?, delayed: row.get(2)? })
            })
    })?;
    Ok(counts)
}
