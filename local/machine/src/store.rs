//! What is known, durably: JSON documents in SQLite.
//!
//! A document has a kind and a key. Changes are made in a [`Batch`], which is one transaction;
//! `write` returns when the system has it, so a process that is killed afterwards has lost nothing.
//! A service with data of another shape makes its own tables in the same file ([`Store::prepare`],
//! [`Batch::connection`]). `sqlite3 state.db` shows it all.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database said no: the disk is full, or the file is no database.
    #[error("the engine's store cannot be used")]
    Database(#[from] rusqlite::Error),
    /// A document is not what its reader expects: written by another version.
    #[error("the document {kind}/{key} of the engine's store cannot be read")]
    Document {
        /// The kind.
        kind: String,
        /// The key.
        key: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// Every document. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    connection: Arc<Mutex<Connection>>,
    changed: watch::Sender<u64>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS documents(
        kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
        sequence INTEGER NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS documents_in_order ON documents(kind, sequence);
    CREATE TABLE IF NOT EXISTS numbers(name TEXT PRIMARY KEY, last INTEGER NOT NULL);";

impl Store {
    /// Opens the file, or makes it.
    pub fn open(file: &Path) -> Result<Self, StoreError> {
        let connection = Connection::open(file)?;
        // In WAL mode a killed process loses nothing that was committed; only a power failure could.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), changed: watch::channel(0).0 })
    }

    /// Makes tables of a service's own, if need be.
    pub fn prepare(&self, tables: &str) -> Result<(), StoreError> {
        Ok(self.lock().execute_batch(tables)?)
    }

    /// One transaction. If `work` fails nothing of it is kept.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let done = self.transact(work)?;
        self.changed.send_modify(|count| *count += 1);
        Ok(done)
    }

    fn transact<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.lock();
        let database = |error: rusqlite::Error| E::from(StoreError::from(error));
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(database)?;
        let batch = Batch { transaction };
        let done = work(&batch)?;
        batch.transaction.commit().map_err(database)?;
        Ok(done)
    }

    /// A document.
    pub fn read<T: DeserializeOwned>(
        &self,
        kind: &str,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        read(&self.lock(), kind, key)
    }

    /// All documents of a kind with their keys, in the order in which they came to be.
    pub fn all<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, StoreError> {
        with_prefix(&self.lock(), kind, "")
    }

    /// Those whose key begins so.
    pub fn with_prefix<T: DeserializeOwned>(
        &self,
        kind: &str,
        prefix: &str,
    ) -> Result<Vec<(String, T)>, StoreError> {
        with_prefix(&self.lock(), kind, prefix)
    }

    /// Looks at tables of one's own.
    pub fn look<T>(
        &self,
        look: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
    ) -> Result<T, StoreError> {
        Ok(look(&self.lock())?)
    }

    /// Tells of each commit, for those who wait for one.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A thread that panicked rolled its transaction back; the connection is as good as before.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A transaction.
pub struct Batch<'a> {
    transaction: Transaction<'a>,
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Batch")
    }
}

impl Batch<'_> {
    /// Writes a document. One that is replaced keeps its place in the order.
    pub fn put<T: Serialize>(&self, kind: &str, key: &str, document: &T) -> Result<(), StoreError> {
        let body =
            serde_json::to_string(document).map_err(|source| unreadable(kind, key, source))?;
        let sequence = self.next_number("documents")?;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO documents(kind, key, body, sequence) VALUES(?1, ?2, ?3, ?4)
             ON CONFLICT(kind, key) DO UPDATE SET body = excluded.body",
        )?;
        statement.execute(params![kind, key, body, sequence])?;
        Ok(())
    }

    /// Removes a document; tells whether there was one.
    pub fn remove(&self, kind: &str, key: &str) -> Result<bool, StoreError> {
        let mut statement = self
            .transaction
            .prepare_cached("DELETE FROM documents WHERE kind = ?1 AND key = ?2")?;
        Ok(statement.execute(params![kind, key])? > 0)
    }

    /// A document, as it stands in this transaction.
    pub fn read<T: DeserializeOwned>(
        &self,
        kind: &str,
        key: &str,
    ) -> Result<Option<T>, StoreError> {
        read(&self.transaction, kind, key)
    }

    /// All documents of a kind, in the order in which they came to be.
    pub fn all<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, StoreError> {
        with_prefix(&self.transaction, kind, "")
    }

    /// Those whose key begins so.
    pub fn with_prefix<T: DeserializeOwned>(
        &self,
        kind: &str,
        prefix: &str,
    ) -> Result<Vec<(String, T)>, StoreError> {
        with_prefix(&self.transaction, kind, prefix)
    }

    /// Counts up from 1 and never gives a number twice, unless the transaction fails.
    pub fn next_number(&self, name: &str) -> Result<i64, StoreError> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO numbers(name, last) VALUES(?1, 1)
             ON CONFLICT(name) DO UPDATE SET last = last + 1 RETURNING last",
        )?;
        Ok(statement.query_row(params![name], |row| row.get(0))?)
    }

    /// The transaction itself, for tables of one's own.
    pub fn connection(&self) -> &Connection {
        &self.transaction
    }
}

fn read<T: DeserializeOwned>(
    connection: &Connection,
    kind: &str,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM documents WHERE kind = ?1 AND key = ?2")?;
    let body = statement.query_row(params![kind, key], |row| row.get::<_, String>(0)).optional()?;
    body.map(|body| serde_json::from_str(&body).map_err(|source| unreadable(kind, key, source)))
        .transpose()
}

fn with_prefix<T: DeserializeOwned>(
    connection: &Connection,
    kind: &str,
    prefix: &str,
) -> Result<Vec<(String, T)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT key, body FROM documents WHERE kind = ?1 AND key >= ?2 AND key < ?2 || char(1114111)
         ORDER BY sequence",
    )?;
    let rows = statement.query_map(params![kind, prefix], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (key, body) = row?;
        let document =
            serde_json::from_str(&body).map_err(|source| unreadable(kind, &key, source))?;
        found.push((key, document));
    }
    Ok(found)
}

fn unreadable(kind: &str, key: &str, source: serde_json::Error) -> StoreError {
    StoreError::Document { kind: kind.to_owned(), key: key.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db")).unwrap();
        (folder, store)
    }

    #[test]
    fn documents_come_back_in_the_order_in_which_they_came_to_be() {
        let (_folder, store) = store();
        let put = |key: &str| store.write(|batch| batch.put("pipeline", key, &json!(key)));
        for key in ["b", "c", "a", "b"] {
            put(key).unwrap();
        }

        let keys: Vec<String> =
            store.all::<Value>("pipeline").unwrap().into_iter().map(|(key, _)| key).collect();

        assert_eq!(keys, ["b", "c", "a"]);
    }

    #[test]
    fn a_transaction_that_fails_leaves_nothing_behind() {
        let (_folder, store) = store();

        let failed = store.write(|batch| {
            batch.put("job", "one", &json!(1))?;
            batch.read::<u8>("job", "one")?;
            batch.put("job", "two", &json!("text"))?;
            batch.read::<u8>("job", "two").map(|_| ())
        });

        assert_eq!(
            failed.unwrap_err().to_string(),
            "the document job/two of the engine's store cannot be read"
        );
        assert_eq!(store.read::<u8>("job", "one").unwrap(), None);
    }

    #[test]
    fn what_was_written_is_there_when_the_file_is_opened_again() {
        let (folder, store) = store();
        store.write(|batch| batch.put("job", "one", &json!({"a": 0.1}))).unwrap();
        drop(store);

        let again = Store::open(&folder.path().join("state.db")).unwrap();

        assert_eq!(again.read::<Value>("job", "one").unwrap(), Some(json!({"a": 0.1})));
    }

    #[test]
    fn who_watches_is_told_of_a_commit() {
        let (_folder, store) = store();
        let changes = store.changes();
        store.write(|batch| batch.put("job", "one", &json!(1))).unwrap();

        assert!(changes.has_changed().unwrap());
    }
}
