//! Objects as they are kept: rows in the store, blobs in the folder.
//!
//! A write makes the blob first and then the row, in one transaction with the check of its
//! conditions; the blob that it replaces is removed last. Killed in between, the old object or the
//! new one is there, whole.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use machine::{Clock, Credentials, Identity, Permissions, Refusal, Store, StoreError};
use rusqlite::Connection;
use s3s::dto::StreamingBlob;
use tokio::task::spawn_blocking;

use crate::blobs::{Blob, Blobs, CHUNK, Intake};
use crate::checksum::{Algorithm, Checksum, Kind};
use crate::conditions::Writing;
use crate::faults::{no_such_bucket, no_such_key};
use crate::rows::{self, Attributes, ObjectRow};
use crate::words::Tags;

/// What every operation works on.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) identity: Identity,
    pub(crate) credentials: Credentials,
    pub(crate) permissions: Arc<dyn Permissions>,
    pub(crate) blobs: Blobs,
}

/// What a write says beside the contents.
#[derive(Debug, Default)]
pub(crate) struct Label {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Tags,
}

impl Shelf {
    /// Looks at the tables.
    pub(crate) fn look<T>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, Refusal> {
        Ok(self.store.look(look)?)
    }

    /// Makes a bucket; tells whether it is new.
    pub(crate) fn add_bucket(&self, name: &str) -> Result<bool, Refusal> {
        let now = self.clock.now();
        self.store
            .write(|batch| rows::create_bucket(batch.connection(), name, now).map_err(unusable))
    }

    pub(crate) fn need_bucket(&self, bucket: &str) -> Result<(), Refusal> {
        if self.look(|tables| rows::has_bucket(tables, bucket))? {
            return Ok(());
        }
        Err(no_such_bucket(bucket))
    }

    /// The object, if the bucket has it.
    pub(crate) fn find(&self, bucket: &str, key: &str) -> Result<Option<ObjectRow>, Refusal> {
        self.need_bucket(bucket)?;
        self.look(|tables| rows::object(tables, bucket, key))
    }

    /// The object with its open blob, which nobody can take away any more.
    pub(crate) fn open(&self, bucket: &str, key: &str) -> Result<(ObjectRow, File), Refusal> {
        let mut object = self.find(bucket, key)?;
        loop {
            let Some(found) = object else { return Err(no_such_key(key)) };
            match File::open(self.blobs.path(&found.blob)) {
                Ok(file) => return Ok((found, file)),
                Err(error) => {
                    // It may have been replaced since the row was read, but not by itself.
                    object = self.find(bucket, key)?;
                    if object.as_ref().is_some_and(|now| now.blob == found.blob) {
                        return Err(broken(error));
                    }
                }
            }
        }
    }

    /// Begins a blob.
    pub(crate) fn intake(&self, algorithms: &[Algorithm]) -> Result<Intake, Refusal> {
        self.blobs.intake(algorithms).map_err(broken)
    }

    /// Puts a whole blob into place as an object.
    pub(crate) fn put(
        &self,
        label: Label,
        blob: Blob,
        conditions: &Writing,
    ) -> Result<ObjectRow, Refusal> {
        let object = self.object(label, &blob, blob.etag())?;
        let replaced =
            self.store.write(|batch| replace(batch.connection(), &object, conditions))?;
        blob.keep();
        self.drop_blobs(replaced);
        Ok(object)
    }

    /// The row of an object.
    pub(crate) fn object(
        &self,
        label: Label,
        blob: &Blob,
        etag: String,
    ) -> Result<ObjectRow, Refusal> {
        let Label { bucket, key, mut attributes, tags } = label;
        if attributes.checksum.is_none() {
            let computed = blob.checksums.iter().next();
            attributes.checksum = computed.map(|(algorithm, value)| Checksum {
                algorithm: *algorithm,
                kind: Kind::FullObject,
                value: value.clone(),
            });
        }
        Ok(ObjectRow {
            bucket,
            key,
            size: i64::try_from(blob.size).map_err(Refusal::internal)?,
            etag,
            modified: self.clock.now(),
            digest: blob.digest.clone(),
            blob: blob.name.clone(),
            attributes,
            tags,
        })
    }

    /// Removes blobs whose rows are gone.
    pub(crate) fn drop_blobs(&self, names: impl IntoIterator<Item = String>) {
        for name in names {
            self.blobs.remove(&name);
        }
    }
}

/// Writes an object's row if the conditions hold; gives the blob of the one that it replaces.
pub(crate) fn replace(
    tables: &Connection,
    object: &ObjectRow,
    conditions: &Writing,
) -> Result<Option<String>, Refusal> {
    let ObjectRow { bucket, key, .. } = object;
    if !rows::has_bucket(tables, bucket).map_err(unusable)? {
        return Err(no_such_bucket(bucket));
    }
    let current = rows::object(tables, bucket, key).map_err(unusable)?;
    conditions.check(key, current.as_ref().map(|current| current.etag.as_str()))?;
    rows::put_object(tables, object).map_err(unusable)?;
    Ok(current.map(|current| current.blob))
}

/// Takes a body in. Memory holds one chunk of it.
pub(crate) async fn fill(mut intake: Intake, body: StreamingBlob) -> Result<Blob, Refusal> {
    let mut body = body;
    let mut waiting: Vec<Bytes> = Vec::new();
    let mut size = 0;
    loop {
        let chunk = body.next().await.transpose().map_err(|error| broken_off(&*error))?;
        let ended = chunk.is_none();
        size += chunk.as_ref().map_or(0, Bytes::len);
        waiting.extend(chunk);
        if size >= CHUNK || (ended && size > 0) {
            let chunks = std::mem::take(&mut waiting);
            size = 0;
            intake = blocking(move || {
                chunks.iter().try_for_each(|chunk| intake.write(chunk))?;
                Ok(intake)
            })
            .await?;
        }
        if ended {
            return intake.finish().map_err(broken);
        }
    }
}

/// The bytes of a blob from a place on, chunk by chunk.
pub(crate) fn stream(file: File, from: u64, length: u64) -> StreamingBlob {
    use std::os::unix::fs::FileExt;
    let chunks =
        futures_util::stream::try_unfold((file, from, length), |(file, from, left)| async move {
            if left == 0 {
                return Ok(None);
            }
            let read = spawn_blocking(move || {
                let size = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK / 4);
                let mut chunk = vec![0; size];
                file.read_exact_at(&mut chunk, from)?;
                Ok::<_, io::Error>((file, chunk))
            });
            let (file, chunk) = read.await.map_err(io::Error::other)??;
            let size = chunk.len() as u64;
            Ok::<_, io::Error>(Some((Bytes::from(chunk), (file, from + size, left - size))))
        });
    StreamingBlob::wrap(chunks)
}

/// Work with files, off the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refusal> {
    spawn_blocking(work).await.map_err(Refusal::internal)?.map_err(broken)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err calls")]
pub(crate) fn broken(error: io::Error) -> Refusal {
    Refusal::internal(format!("the contents of an object cannot be read or written: {error}"))
}

pub(crate) fn unusable(error: rusqlite::Error) -> Refusal {
    StoreError::from(error).into()
}

/// The body did not arrive as it was announced. The protocol crate keeps the types of its errors to
/// itself, so they are told apart by their words.
fn broken_off(error: &(dyn std::error::Error + Send + Sync)) -> Refusal {
    let words = error.to_string();
    if words.contains("Sha256Mismatch") {
        let words = "The provided 'x-amz-content-sha256' header does not match what was computed.";
        return Refusal::new(400, "XAmzContentSHA256Mismatch", words);
    }
    if words.contains("SignatureMismatch") {
        let words = "The signature of a chunk does not match what was computed.";
        return Refusal::new(403, "SignatureDoesNotMatch", words);
    }
    let words =
        "You did not provide the number of bytes specified by the Content-Length HTTP header";
    Refusal::new(400, "IncompleteBody", words)
}
