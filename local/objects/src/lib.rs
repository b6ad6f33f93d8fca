//! S3 on one machine: the protocol by `s3s`, over files and the store.
//!
//! [`Objects::call`] answers requests of any S3 client; the other methods are for jobs and
//! pipelines in the same process. What S3 has and this engine has not answers `NotImplemented`.
//! Encryption at rest is told back as it was asked for, and is the disk's business.

mod blobs;
mod checksum;
mod conditions;
mod faults;
mod gate;
mod listing;
mod rows;
mod shelf;
mod wire;
mod words;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use machine::{Caller, Machine, Permissions, Refusal, StoreError, Time, ids};
pub use s3s::Body;
use s3s::crypto::{Checksum as _, Sha256};
use s3s::dto::StreamingBlob;
use s3s::service::S3Service;
use s3s::stream::ByteStream as _;

use crate::blobs::{Blob, Blobs};
use crate::checksum::{Algorithm, hex};
use crate::conditions::Writing;
use crate::faults::{not_implemented, worded};
use crate::gate::listing_context;
use crate::listing::Wanted;
use crate::rows::{Attributes, ObjectRow};
use crate::shelf::{Label, Shelf, blocking, fill};
use crate::wire::s3_error;

/// Every bucket and object. Clones are the same, and act as the same caller.
#[derive(Debug, Clone)]
pub struct Objects {
    shelf: Arc<Shelf>,
    service: S3Service,
    /// Nobody means the engine itself, which may do everything.
    caller: Option<Caller>,
}

/// Why objects cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectsError {
    /// The tables cannot be made or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of contents cannot be tidied.
    #[error("the contents of objects in {} cannot be tidied; check who owns the folder", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its name in the bucket.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Without quotation marks.
    pub etag: String,
    /// When it was written.
    pub modified: Time,
    /// The SHA-256 of the contents, in hexadecimal.
    pub digest: String,
    /// The contents, to be read and never written. They go when the object is replaced or deleted:
    /// [`Objects::fetch`] is for who must not lose them.
    pub path: PathBuf,
}

impl Objects {
    /// Opens the objects of a machine, once: contents that no object has are swept away.
    pub fn open(
        machine: &Machine,
        permissions: Arc<dyn Permissions>,
    ) -> Result<Self, ObjectsError> {
        machine.store.prepare(rows::TABLES)?;
        let folder = machine.home.objects();
        let blobs = Blobs::new(folder.clone());
        let known = machine.store.look(rows::blobs)?;
        let removed =
            blobs.sweep(&known).map_err(|source| ObjectsError::Folder { folder, source })?;
        if removed > 0 {
            tracing::info!(removed, "contents that belong to no object are removed");
        }
        let shelf = Arc::new(Shelf {
            store: machine.store.clone(),
            clock: machine.clock.clone(),
            identity: machine.identity.clone(),
            credentials: machine.credentials.clone(),
            permissions,
            blobs,
        });
        let service = wire::service(&shelf);
        Ok(Self { shelf, service, caller: None })
    }

    /// The same objects for somebody else, whose permissions are checked.
    #[must_use]
    pub fn acting_as(&self, caller: Caller) -> Self {
        Self { caller: Some(caller), ..self.clone() }
    }

    /// Answers a request of an S3 client.
    pub async fn call(&self, request: Request<Body>) -> Response<Body> {
        let has_body = request.body().remaining_length().exact() != Some(0);
        let answer = if is_form(&request) {
            // Before the protocol crate judges the form, which has a policy of its own.
            let refusal = not_implemented("S3 PostObject; presign a PUT instead");
            s3_error(refusal).to_http_response().map_err(|error| error.to_string())
        } else {
            self.service.call(request).await.map_err(|error| format!("{error:?}"))
        };
        let mut response = answer.unwrap_or_else(|error| {
            tracing::error!(error, "an S3 request has no answer");
            let mut response = Response::new(Body::empty());
            *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            response
        });
        if response.status().as_u16() >= 400 {
            response = worded(response);
        }
        if has_body && response.status().as_u16() >= 400 {
            // What is left of the body is not read, so nothing can come after it.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if let Ok(id) = HeaderValue::from_str(&ids::alphanumeric(16).to_uppercase()) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        response
    }

    /// Makes a bucket, if there is none of that name.
    pub fn create_bucket(&self, name: &str) -> Result<(), Refusal> {
        self.permit("s3:CreateBucket", name, None)?;
        if !s3s::path::check_bucket_name(name) {
            let words = format!("The specified bucket is not valid: {name}");
            return Err(Refusal::new(400, "InvalidBucketName", words));
        }
        self.shelf.add_bucket(name).map(|_| ())
    }

    /// The contents of an object, or none if there is no such key. For small objects: they are in
    /// memory whole.
    pub async fn get(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let Some((_, mut file)) = self.opened(bucket, key)? else { return Ok(None) };
        let read = move || {
            let mut contents = Vec::new();
            io::Read::read_to_end(&mut file, &mut contents)?;
            Ok(contents)
        };
        blocking(read).await.map(Some)
    }

    /// An object, or none if there is no such key.
    pub fn find(&self, bucket: &str, key: &str) -> Result<Option<Object>, Refusal> {
        self.permit("s3:GetObject", bucket, Some(key))?;
        match self.shelf.find(bucket, key)? {
            Some(row) => Ok(Some(self.object(row))),
            None => self.absent(bucket, key).map(|()| None),
        }
    }

    /// Every object whose key begins so, sorted by key.
    pub fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Object>, Refusal> {
        if let Some(caller) = &self.caller {
            self.shelf.permit_listing(caller, bucket, &listing_context(Some(prefix), None))?;
        }
        let wanted = Wanted { prefix, most: usize::MAX, ..Wanted::default() };
        let page = self.shelf.list(bucket, &wanted)?;
        Ok(page.objects.into_iter().map(|row| self.object(row)).collect())
    }

    /// Copies the contents of an object into a new file; tells whether there is such a key.
    pub async fn fetch(&self, bucket: &str, key: &str, to: &Path) -> Result<bool, Refusal> {
        let Some((_, mut file)) = self.opened(bucket, key)? else { return Ok(false) };
        let to = to.to_owned();
        blocking(move || io::copy(&mut file, &mut File::create_new(to)?)).await.map(|_| true)
    }

    /// Takes a file in as an object. The file stays where it is.
    pub async fn put_file(&self, bucket: &str, key: &str, path: &Path) -> Result<(), Refusal> {
        self.check_put(bucket, key)?;
        let mut intake = self.shelf.intake(&[Algorithm::USUAL])?;
        let path = path.to_owned();
        let blob = blocking(move || {
            let file = File::open(path)?;
            intake.append(&file, 0, u64::MAX)?;
            intake.finish()
        });
        self.put_blob((bucket, key), blob.await?, None)
    }

    /// Writes an object.
    pub async fn put(
        &self,
        bucket: &str,
        key: &str,
        contents: impl Into<Bytes>,
        content_type: Option<&str>,
    ) -> Result<(), Refusal> {
        self.check_put(bucket, key)?;
        let body = StreamingBlob::from(Body::from(contents.into()));
        let blob = fill(self.shelf.intake(&[Algorithm::USUAL])?, body).await?;
        self.put_blob((bucket, key), blob, content_type)
    }

    /// The SHA-256 over the objects below a prefix: over their keys, from the prefix on, and their
    /// contents. The same data under another prefix has the same digest.
    pub fn digest(&self, bucket: &str, prefix: &str) -> Result<String, Refusal> {
        let mut hasher = Sha256::new();
        for object in self.list(bucket, prefix)? {
            let name = object.key.strip_prefix(prefix).unwrap_or(&object.key);
            hasher.update(&(name.len() as u64).to_be_bytes());
            hasher.update(name.as_bytes());
            hasher.update(object.digest.as_bytes());
        }
        Ok(hex(&hasher.finalize()))
    }

    fn permit(&self, action: &str, bucket: &str, key: Option<&str>) -> Result<(), Refusal> {
        match &self.caller {
            Some(caller) => self.shelf.permit(caller, action, bucket, key),
            None => Ok(()),
        }
    }

    /// Refuses to tell that a key is missing to those who may not know.
    fn absent(&self, bucket: &str, key: &str) -> Result<(), Refusal> {
        let Some(caller) = &self.caller else { return Ok(()) };
        match self.shelf.missing(caller, bucket, faults::no_such_key(key)) {
            refusal if refusal.code == "NoSuchKey" => Ok(()),
            refusal => Err(refusal),
        }
    }

    fn opened(&self, bucket: &str, key: &str) -> Result<Option<(ObjectRow, File)>, Refusal> {
        self.permit("s3:GetObject", bucket, Some(key))?;
        match self.shelf.open(bucket, key) {
            Ok(opened) => Ok(Some(opened)),
            Err(refusal) if refusal.code == "NoSuchKey" => self.absent(bucket, key).map(|()| None),
            Err(refusal) => Err(refusal),
        }
    }

    fn check_put(&self, bucket: &str, key: &str) -> Result<(), Refusal> {
        self.permit("s3:PutObject", bucket, Some(key))?;
        self.shelf.need_bucket(bucket)?;
        match key.len() {
            1..=1024 => Ok(()),
            0 => Err(faults::bad_argument("An object needs a key")),
            _ => Err(Refusal::new(400, "KeyTooLongError", "Your key is too long")),
        }
    }

    fn put_blob(
        &self,
        (bucket, key): (&str, &str),
        blob: Blob,
        content_type: Option<&str>,
    ) -> Result<(), Refusal> {
        let attributes = Attributes {
            content_type: content_type.map(ToOwned::to_owned),
            ..Attributes::default()
        };
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        let label = Label { bucket, key, attributes, ..Label::default() };
        self.shelf.put(label, blob, &Writing::default()).map(|_| ())
    }

    fn object(&self, row: ObjectRow) -> Object {
        Object {
            path: self.shelf.blobs.path(&row.blob),
            key: row.key,
            size: row.size.unsigned_abs(),
            etag: row.etag,
            modified: row.modified,
            digest: row.digest,
        }
    }
}

/// Whether it is the form of a browser, which S3 takes as PostObject.
fn is_form(request: &Request<Body>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    request.method() == Method::POST
        && kind.is_some_and(|kind| kind.starts_with("multipart/form-data"))
}
