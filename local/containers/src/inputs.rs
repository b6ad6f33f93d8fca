//! Objects become files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use crate::error::ContainerError;
use crate::folder::make;
use crate::job::{Gzip, Sharing, Source, SourceKind};
use crate::storage::{Storage, Stored, Uri};

/// An object of an input, and the name that its file will have in the input's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) stored: Stored,
    pub(crate) name: String,
}

/// Whose input it is: for the words of a refusal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) storage: &'a dyn Storage,
    pub(crate) region: &'a str,
    pub(crate) role_arn: &'a str,
}

/// The objects of an input, of which there must be one at least.
pub(crate) fn find(asker: Asker<'_>, source: &Source) -> Result<Vec<Found>, ContainerError> {
    let found = match source.kind {
        SourceKind::S3Prefix => by_prefix(asker, &Uri::read(&source.uri)?)?,
        SourceKind::ManifestFile => by_manifest(asker, &Uri::read(&source.uri)?)?,
    };
    let mut names = BTreeSet::new();
    for one in &found {
        let name = &one.name;
        if name.is_empty() || name.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(ContainerError::Client(format!(
                "Data download failed: the object \"{}\" cannot be a file",
                one.stored.key
            )));
        }
        if !names.insert(name) {
            return Err(ContainerError::Client(format!(
                "Data download failed: two objects below \"{}\" are the file {name}",
                source.uri
            )));
        }
    }
    Ok(found)
}

fn by_prefix(asker: Asker<'_>, uri: &Uri) -> Result<Vec<Found>, ContainerError> {
    let listed = asker.storage.list(&uri.bucket, &uri.key);
    // What lacks is told in the same words, which name the place.
    let listed = listed.or_else(|refusal| match refusal.code.as_ref() {
        "NoSuchBucket" => Ok(Vec::new()),
        _ => Err(refusal),
    })?;
    let files = listed.into_iter().filter(|stored| !stored.key.ends_with('/'));
    let found: Vec<Found> = files.map(|stored| named(stored, &uri.key)).collect();
    if found.is_empty() {
        return Err(none(asker, uri));
    }
    Ok(found)
}

/// What follows the prefix as a folder, or else the part of the key that the prefix did not finish.
fn named(stored: Stored, prefix: &str) -> Found {
    let folder = prefix.trim_end_matches('/');
    let within = stored.key.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    let name = match within {
        Some(rest) if !rest.is_empty() => rest,
        _ if folder.is_empty() => &stored.key,
        _ => {
            let parent = prefix.rfind('/').map_or(0, |slash| slash + 1);
            stored.key.get(parent..).unwrap_or(&stored.key)
        }
    };
    Found { name: name.to_owned(), stored }
}

/// A manifest: `[{"prefix": "s3://bucket/folder/"}, "name", ...]`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    Prefix { prefix: String },
    Name(String),
}

fn by_manifest(asker: Asker<'_>, uri: &Uri) -> Result<Vec<Found>, ContainerError> {
    let manifest = asker.storage.find(&uri.bucket, &uri.key)?.ok_or_else(|| none(asker, uri))?;
    let bytes = fs::read(&manifest.path).map_err(ContainerError::read(&manifest.path))?;
    let bad = |why: &str| ContainerError::Client(format!("the manifest {uri} {why}"));
    let entries: Vec<Entry> =
        serde_json::from_slice(&bytes).map_err(|error| bad(&format!("cannot be read: {error}")))?;
    let mut entries = entries.into_iter();
    let Some(Entry::Prefix { prefix }) = entries.next() else {
        return Err(bad("must begin with {\"prefix\": \"s3://...\"}"));
    };
    let mut found = Vec::new();
    for entry in entries {
        let Entry::Name(name) = entry else {
            return Err(bad("has more than one prefix"));
        };
        let at = Uri::read(&format!("{prefix}{name}"))?;
        let stored = asker.storage.find(&at.bucket, &at.key)?.ok_or_else(|| none(asker, &at))?;
        found.push(Found { stored, name });
    }
    if found.is_empty() { Err(none(asker, uri)) } else { Ok(found) }
}

fn none(asker: Asker<'_>, uri: &Uri) -> ContainerError {
    let Asker { region, role_arn, .. } = asker;
    ContainerError::Client(format!(
        "Data download failed:No S3 objects found under S3 URL \"{uri}\" given in input data source. \
         Please ensure that the bucket exists in the selected region ({region}), that objects exist \
         under that S3 prefix, and that the role \"{role_arn}\" has \"s3:ListBucket\" permissions on \
         bucket \"{}\".",
        uri.bucket
    ))
}

/// The objects that one of several instances takes.
pub(crate) fn share(found: &[Found], sharing: Sharing, one: usize, of: usize) -> Vec<Found> {
    match sharing {
        Sharing::FullyReplicated => found.to_vec(),
        Sharing::ShardedByS3Key => found.iter().skip(one).step_by(of.max(1)).cloned().collect(),
    }
}

/// Copies them into a folder.
pub(crate) fn copy(found: &[Found], folder: &Path, gzip: Gzip) -> Result<(), ContainerError> {
    make(folder)?;
    for Found { stored, name } in found {
        let name = match gzip {
            Gzip::None => name.as_str(),
            Gzip::Gzip => name.strip_suffix(".gz").unwrap_or(name),
        };
        let file = folder.join(name);
        let copied = copy_one(&stored.path, &file, gzip);
        copied.map_err(|error| {
            let key = &stored.key;
            ContainerError::Client(format!("Data download failed: \"{key}\" as {name}: {error}"))
        })?;
    }
    Ok(())
}

fn copy_one(from: &Path, to: &Path, gzip: Gzip) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut file = File::create_new(to)?;
    let mut source = File::open(from)?;
    match gzip {
        Gzip::None => io::copy(&mut source, &mut file)?,
        Gzip::Gzip => io::copy(&mut MultiGzDecoder::new(source), &mut file)?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(key: &str, prefix: &str) -> String {
        let stored = Stored { key: key.to_owned(), path: "x".into(), size: 0 };
        named(stored, prefix).name
    }

    #[test]
    fn a_file_has_the_name_that_its_key_has_below_the_prefix() {
        assert_eq!(name("data/train/a.csv", "data/train"), "a.csv");
        assert_eq!(name("data/train/a/b.csv", "data/train/"), "a/b.csv");
        assert_eq!(name("data/train/a.csv", "data/train/a.csv"), "a.csv");
        assert_eq!(name("data/train-2/a.csv", "data/train"), "train-2/a.csv");
        assert_eq!(name("a.csv", ""), "a.csv");
    }
}
