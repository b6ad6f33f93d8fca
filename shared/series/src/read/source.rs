//! Where do the bytes come from?
//!
//! Files of a folder are read in the order of their names, so that a run can be repeated. What begins
//! with `.` or `_` (hidden files, `_SUCCESS`), manifests, and what ends as documents do (`DOCUMENTS`)
//! are no data; everything else is, whatever its name, because many tools write parts without an
//! ending.

use std::fmt;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use crate::read::{ReadError, pieces};
use crate::schema::Schema;

/// Of how many files pieces are taken.
const MOST_SAMPLED: usize = 16;

/// The endings of files that lie beside data and are none. One that is named itself is read.
const DOCUMENTS: [&str; 10] =
    ["crc", "html", "json", "log", "md", "png", "svg", "toml", "yaml", "yml"];

/// One or several files, or a stream.
pub struct Source {
    name: String,
    pub(super) parts: Vec<Part>,
}

/// One file or stream.
pub(super) enum Part {
    /// A file.
    File(PathBuf),
    /// Anything that can be read once.
    Stream { name: String, stream: Box<dyn Read + Send> },
}

/// The first file of a history and those that are joined to it.
#[derive(Debug)]
pub struct Sources {
    /// The one that holds the target.
    pub first: Source,
    /// The others, in the order of [`Schema::files`].
    pub joined: Vec<Source>,
}

impl Source {
    /// A file, or all data files of a folder and the folders in it.
    pub fn path(path: &Path) -> Result<Self, ReadError> {
        let name = path.display().to_string();
        let about = path.metadata().map_err(|cause| open(path, cause))?;
        if !about.is_dir() {
            return Ok(Self { name, parts: vec![Part::File(path.to_owned())] });
        }
        let mut files = Vec::new();
        collect(path, &mut files)?;
        if files.is_empty() {
            return Err(ReadError::NoFiles { folder: name });
        }
        Ok(Self { name, parts: files.into_iter().map(Part::File).collect() })
    }

    /// What the standard input holds.
    pub fn standard_input() -> Self {
        Self::stream("standard input", std::io::stdin())
    }

    /// Whatever can be read once; the name appears in messages.
    pub fn stream(name: &str, stream: impl Read + Send + 'static) -> Self {
        let part = Part::Stream { name: name.to_owned(), stream: Box::new(stream) };
        Self { name: name.to_owned(), parts: vec![part] }
    }

    /// This one and then the other, as if their files stood in one folder.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self
    }

    /// A few pieces of some of the files, with their headers: enough for a guess at the whole.
    /// What is compressed, or Parquet, or a stream stays whole.
    #[must_use]
    pub(crate) fn in_pieces(self) -> Self {
        let step = self.parts.len().div_ceil(MOST_SAMPLED).max(1);
        let parts = self.parts.into_iter().step_by(step).map(|part| match part {
            Part::File(path) => match pieces::of_file(&path) {
                Some(text) => Part::Stream {
                    name: path.display().to_string(),
                    stream: Box::new(Cursor::new(text)),
                },
                None => Part::File(path),
            },
            part @ Part::Stream { .. } => part,
        });
        Self { parts: parts.collect(), ..self }
    }

    /// What it is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Sources {
    /// The files of the schema: a file or folder where there is only one, and otherwise the folder
    /// that holds all of them. Each may be a folder of parts, may be compressed and may be Parquet,
    /// so that `train.csv` is also found as `train.csv.gz` or `train.parquet`.
    pub fn path(path: &Path, schema: &Schema) -> Result<Self, ReadError> {
        if schema.files.len() < 2 {
            return Ok(Self { first: Source::path(path)?, joined: Vec::new() });
        }
        let about = path.metadata().map_err(|cause| open(path, cause))?;
        if !about.is_dir() {
            let names: Vec<_> = schema.files.iter().map(|file| file.name.clone()).collect();
            let file = path.display().to_string();
            return Err(ReadError::NeedsFolder { file, names: names.join(", ") });
        }
        let found = schema.files.iter().map(|file| Source::path(&find(path, &file.name)?));
        let mut sources = found.collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = sources.next().ok_or_else(|| ReadError::NoFiles { folder: String::new() })?;
        Ok(Self { first, joined: sources.collect() })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Source({:?}, {} parts)", self.name, self.parts.len())
    }
}

/// The file of this name, perhaps with another ending.
fn find(folder: &Path, name: &str) -> Result<PathBuf, ReadError> {
    let whole = folder.join(name);
    if whole.exists() {
        return Ok(whole);
    }
    let stem = name.split('.').next().unwrap_or(name);
    let names = names(folder)?;
    let fits = |found: &&String| found.split('.').next() == Some(stem);
    match names.iter().find(fits) {
        Some(found) => Ok(folder.join(found)),
        None => Err(ReadError::NoSuchFile {
            folder: folder.display().to_string(),
            name: name.to_owned(),
            found: if names.is_empty() { "no file".to_owned() } else { names.join(", ") },
        }),
    }
}

/// The names of what may be data in a folder, in order.
fn names(folder: &Path) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| open(folder, cause))? {
        let entry = entry.map_err(|cause| open(folder, cause))?;
        if let Ok(name) = entry.file_name().into_string()
            && is_data(&name)
        {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn is_data(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let is_document = ending.is_some_and(|ending| DOCUMENTS.contains(&ending.as_str()));
    !name.starts_with(['.', '_']) && !name.contains("manifest") && !is_document
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), ReadError> {
    for name in names(folder)? {
        let path = folder.join(name);
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

pub(super) fn open(path: &Path, cause: std::io::Error) -> ReadError {
    ReadError::Open { file: path.display().to_string(), cause }
}
