//! What jobs need of S3: to find objects, and to leave files.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use machine::{Caller, Refusal};
use objects::{Object, Objects};

use crate::error::ContainerError;

/// An object whose content is a file of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// Where its content is.
    pub path: PathBuf,
    /// How many bytes it has.
    pub size: u64,
}

/// The answer to something that takes a while.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send + 'a>>;

/// A store of objects.
pub trait Storage: fmt::Debug + Send + Sync {
    /// The same store, as somebody who may do less sees it.
    fn acting_as(&self, caller: &Caller) -> Arc<dyn Storage>;

    /// An object.
    fn find(&self, bucket: &str, key: &str) -> Result<Option<Stored>, Refusal>;

    /// All objects whose key begins so, in the order of their keys.
    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Stored>, Refusal>;

    /// Takes a file in.
    fn put_file<'a>(&'a self, bucket: &'a str, key: &'a str, path: &'a Path) -> Answer<'a, ()>;
}

impl Storage for Objects {
    fn acting_as(&self, caller: &Caller) -> Arc<dyn Storage> {
        Arc::new(Self::acting_as(self, caller.clone()))
    }

    fn find(&self, bucket: &str, key: &str) -> Result<Option<Stored>, Refusal> {
        Ok(Self::find(self, bucket, key)?.map(Stored::from))
    }

    fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Stored>, Refusal> {
        Ok(Self::list(self, bucket, prefix)?.into_iter().map(Stored::from).collect())
    }

    fn put_file<'a>(&'a self, bucket: &'a str, key: &'a str, path: &'a Path) -> Answer<'a, ()> {
        Box::pin(Self::put_file(self, bucket, key, path))
    }
}

impl From<Object> for Stored {
    fn from(object: Object) -> Self {
        Self { key: object.key, path: object.path, size: object.size }
    }
}

/// `s3://bucket/key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uri {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

impl Uri {
    pub(crate) fn read(text: &str) -> Result<Self, ContainerError> {
        let rest = text.strip_prefix("s3://").filter(|rest| !rest.is_empty());
        let rest = rest.ok_or_else(|| {
            ContainerError::Client(format!("`{text}` is not an S3 URI, such as s3://bucket/prefix"))
        })?;
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        Ok(Self { bucket: bucket.to_owned(), key: key.to_owned() })
    }

    /// The key of something below it.
    pub(crate) fn below(&self, name: &str) -> String {
        let prefix = self.key.trim_end_matches('/');
        if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}
