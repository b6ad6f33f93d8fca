//! Objects in S3.

use std::collections::BTreeMap;

use super::Account;
use crate::objects::{Object, Precondition, ReadObject, WriteObject};
use crate::{CallError, Reason, S3Uri};

/// Objects by address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Objects {
    /// What is stored.
    pub stored: BTreeMap<S3Uri, Object>,
}

impl Objects {
    /// Stores `bytes` and answers an entity tag that tells writes apart.
    pub fn put(&mut self, uri: &S3Uri, bytes: impl Into<Vec<u8>>, now: i64) -> String {
        let write = self.stored.get(uri).map_or(0, |old| old.etag.len()) + 1;
        let etag = "e".repeat(write);
        let object = Object { bytes: bytes.into(), modified: now, etag: etag.clone() };
        self.stored.insert(uri.clone(), object);
        etag
    }
}

impl ReadObject for Account {
    async fn read(&self, uri: &S3Uri) -> Result<Object, CallError> {
        self.call("s3:GetObject", &uri.to_string(), |state| {
            let object = state.objects.stored.get(uri).cloned();
            object.ok_or_else(|| (Reason::NotFound, "NoSuchKey".to_owned()))
        })
        .await
    }
}

impl WriteObject for Account {
    async fn write(
        &self,
        uri: &S3Uri,
        bytes: Vec<u8>,
        precondition: &Precondition,
    ) -> Result<String, CallError> {
        self.call("s3:PutObject", &uri.to_string(), |state| {
            let found = state.objects.stored.get(uri).map(|object| object.etag.clone());
            let holds = match precondition {
                Precondition::Absent => found.is_none(),
                Precondition::Unchanged(etag) => found.as_ref() == Some(etag),
            };
            if !holds {
                return Err((Reason::Conflict, "PreconditionFailed".to_owned()));
            }
            let now = state.now;
            Ok(state.objects.put(uri, bytes, now))
        })
        .await
    }
}
