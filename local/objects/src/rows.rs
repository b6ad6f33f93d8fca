//! The tables: buckets, objects, uploads and their parts.
//!
//! Keys are compared byte by byte, which is the order in which S3 lists them.

use std::collections::{BTreeMap, HashSet};

use machine::Time;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use s3s::dto::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::checksum::{Algorithm, Checksum, Kind, Values};
use crate::words::Tags;

pub(crate) const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS s3_buckets(
        name TEXT PRIMARY KEY, created INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_objects(
        bucket TEXT NOT NULL, key TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, digest TEXT NOT NULL, blob TEXT NOT NULL,
        attributes TEXT NOT NULL, tags TEXT NOT NULL, PRIMARY KEY(bucket, key)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS s3_uploads(
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, begun INTEGER NOT NULL,
        attributes TEXT NOT NULL, tags TEXT NOT NULL, algorithm TEXT NOT NULL,
        kind TEXT NOT NULL) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS s3_uploads_by_key ON s3_uploads(bucket, key, id);
    CREATE TABLE IF NOT EXISTS s3_parts(
        upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
        modified INTEGER NOT NULL, blob TEXT NOT NULL, checksums TEXT NOT NULL,
        PRIMARY KEY(upload, number)) WITHOUT ROWID;";

/// What the client says about an object beside its contents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) content_type: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) metadata: BTreeMap<String, String>,
    /// What was asked for at rest. It is told again; the disk is its owner's to encrypt.
    pub(crate) encryption: Option<String>,
    pub(crate) encryption_key: Option<String>,
    pub(crate) checksum: Option<Checksum>,
    /// The sizes of the parts that it was made of.
    pub(crate) parts: Vec<i64>,
}

/// An object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ObjectRow {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) size: i64,
    pub(crate) etag: String,
    pub(crate) modified: Time,
    pub(crate) digest: String,
    pub(crate) blob: String,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Tags,
}

/// An upload in parts that is under way.
#[derive(Debug, Clone)]
pub(crate) struct UploadRow {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) begun: Time,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Tags,
    pub(crate) algorithm: Algorithm,
    pub(crate) kind: Kind,
}

/// A part of it.
#[derive(Debug, Clone)]
pub(crate) struct PartRow {
    pub(crate) number: i32,
    pub(crate) size: i64,
    pub(crate) etag: String,
    pub(crate) modified: Time,
    pub(crate) blob: String,
    pub(crate) checksums: Values,
}

/// Creates a bucket; tells whether it is new.
pub(crate) fn create_bucket(connection: &Connection, name: &str, now: Time) -> Result<bool> {
    let sql = "INSERT OR IGNORE INTO s3_buckets(name, created) VALUES(?1, ?2)";
    Ok(connection.execute(sql, params![name, now.0])? > 0)
}

pub(crate) fn has_bucket(connection: &Connection, name: &str) -> Result<bool> {
    connection.prepare_cached("SELECT 1 FROM s3_buckets WHERE name = ?1")?.exists(params![name])
}

/// Buckets with the times at which they were made.
pub(crate) fn buckets(connection: &Connection) -> Result<Vec<(String, Time)>> {
    let mut statement = connection.prepare("SELECT name, created FROM s3_buckets ORDER BY name")?;
    statement.query_map([], |row| Ok((row.get(0)?, Time(row.get(1)?))))?.collect()
}

pub(crate) fn is_empty(connection: &Connection, bucket: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM s3_objects WHERE bucket = ?1 LIMIT 1";
    Ok(!connection.prepare_cached(sql)?.exists(params![bucket])?)
}

pub(crate) fn delete_bucket(connection: &Connection, name: &str) -> Result<()> {
    connection.execute("DELETE FROM s3_buckets WHERE name = ?1", params![name])?;
    Ok(())
}

const OBJECT: &str =
    "SELECT bucket, key, size, etag, modified, digest, blob, attributes, tags FROM s3_objects";

pub(crate) fn object(
    connection: &Connection,
    bucket: &str,
    key: &str,
) -> Result<Option<ObjectRow>> {
    let sql = format!("{OBJECT} WHERE bucket = ?1 AND key = ?2");
    connection.prepare_cached(&sql)?.query_row(params![bucket, key], object_row).optional()
}

/// Shows the objects from a key on, in order, until `show` has seen enough.
pub(crate) fn scan(
    connection: &Connection,
    bucket: &str,
    from: &str,
    mut show: impl FnMut(ObjectRow) -> Step,
) -> Result<()> {
    let sql = format!("{OBJECT} WHERE bucket = ?1 AND key >= ?2 ORDER BY key");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut from = from.to_owned();
    loop {
        let mut rows = statement.query(params![bucket, from])?;
        from = loop {
            let Some(row) = rows.next()? else { return Ok(()) };
            match show(object_row(row)?) {
                Step::Next => {}
                Step::Jump(key) => break key,
                Step::Stop => return Ok(()),
            }
        };
    }
}

/// How a scan goes on.
pub(crate) enum Step {
    Next,
    /// With the first key that is not before this one.
    Jump(String),
    Stop,
}

pub(crate) fn put_object(connection: &Connection, object: &ObjectRow) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO
        s3_objects(bucket, key, size, etag, modified, digest, blob, attributes, tags)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let ObjectRow { bucket, key, size, etag, modified, digest, blob, attributes, tags } = object;
    let (attributes, tags) = (text(attributes)?, text(tags)?);
    let values = params![bucket, key, size, etag, modified.0, digest, blob, attributes, tags];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(crate) fn delete_object(connection: &Connection, bucket: &str, key: &str) -> Result<()> {
    let sql = "DELETE FROM s3_objects WHERE bucket = ?1 AND key = ?2";
    connection.prepare_cached(sql)?.execute(params![bucket, key])?;
    Ok(())
}

pub(crate) fn put_upload(connection: &Connection, upload: &UploadRow) -> Result<()> {
    let sql = "INSERT INTO s3_uploads(id, bucket, key, begun, attributes, tags, algorithm, kind)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let UploadRow { id, bucket, key, begun, attributes, tags, algorithm, kind } = upload;
    let (attributes, tags) = (text(attributes)?, text(tags)?);
    let (algorithm, kind) = (text(algorithm)?, text(kind)?);
    let values = params![id, bucket, key, begun.0, attributes, tags, algorithm, kind];
    connection.execute(sql, values)?;
    Ok(())
}

pub(crate) fn upload(connection: &Connection, id: &str) -> Result<Option<UploadRow>> {
    let sql = "SELECT id, bucket, key, begun, attributes, tags, algorithm, kind FROM s3_uploads
        WHERE id = ?1";
    connection.prepare_cached(sql)?.query_row(params![id], upload_row).optional()
}

/// The uploads of a bucket, by key and then by id.
pub(crate) fn uploads(connection: &Connection, bucket: &str) -> Result<Vec<UploadRow>> {
    let sql = "SELECT id, bucket, key, begun, attributes, tags, algorithm, kind FROM s3_uploads
        WHERE bucket = ?1 ORDER BY key, id";
    connection.prepare(sql)?.query_map(params![bucket], upload_row)?.collect()
}

/// Ends an upload; its parts' blobs belong to nobody then.
pub(crate) fn delete_upload(connection: &Connection, id: &str) -> Result<Vec<String>> {
    connection.execute("DELETE FROM s3_uploads WHERE id = ?1", params![id])?;
    let mut statement =
        connection.prepare("DELETE FROM s3_parts WHERE upload = ?1 RETURNING blob")?;
    statement.query_map(params![id], |row| row.get(0))?.collect()
}

/// The parts of an upload in order.
pub(crate) fn parts(connection: &Connection, upload: &str) -> Result<Vec<PartRow>> {
    let sql = "SELECT number, size, etag, modified, blob, checksums FROM s3_parts
        WHERE upload = ?1 ORDER BY number";
    connection.prepare_cached(sql)?.query_map(params![upload], part_row)?.collect()
}

/// Writes a part; the blob of the one that it replaces belongs to nobody then.
pub(crate) fn put_part(
    connection: &Connection,
    upload: &str,
    part: &PartRow,
) -> Result<Option<String>> {
    let sql = "SELECT blob FROM s3_parts WHERE upload = ?1 AND number = ?2";
    let old = connection.query_row(sql, params![upload, part.number], |row| row.get(0));
    let sql = "INSERT OR REPLACE INTO
        s3_parts(upload, number, size, etag, modified, blob, checksums)
        VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let PartRow { number, size, etag, modified, blob, checksums } = part;
    let values = params![upload, number, size, etag, modified.0, blob, text(checksums)?];
    let old = old.optional()?;
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(old)
}

/// Every blob that belongs to an object or a part.
pub(crate) fn blobs(connection: &Connection) -> Result<HashSet<String>> {
    let sql = "SELECT blob FROM s3_objects UNION ALL SELECT blob FROM s3_parts";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

fn object_row(row: &Row<'_>) -> Result<ObjectRow> {
    Ok(ObjectRow {
        bucket: row.get(0)?,
        key: row.get(1)?,
        size: row.get(2)?,
        etag: row.get(3)?,
        modified: Time(row.get(4)?),
        digest: row.get(5)?,
        blob: row.get(6)?,
        attributes: parsed(row, 7)?,
        tags: parsed(row, 8)?,
    })
}

fn upload_row(row: &Row<'_>) -> Result<UploadRow> {
    Ok(UploadRow {
        id: row.get(0)?,
        bucket: row.get(1)?,
        key: row.get(2)?,
        begun: Time(row.get(3)?),
        attributes: parsed(row, 4)?,
        tags: parsed(row, 5)?,
        algorithm: parsed(row, 6)?,
        kind: parsed(row, 7)?,
    })
}

fn part_row(row: &Row<'_>) -> Result<PartRow> {
    Ok(PartRow {
        number: row.get(0)?,
        size: row.get(1)?,
        etag: row.get(2)?,
        modified: Time(row.get(3)?),
        blob: row.get(4)?,
        checksums: parsed(row, 5)?,
    })
}

fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn parsed<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let failed = |error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
    };
    serde_json::from_str(row.get_ref(column)?.as_str()?).map_err(failed)
}
