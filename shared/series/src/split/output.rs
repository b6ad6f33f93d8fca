//! How is a file written that is larger than memory?
//!
//! In small pieces: the system finds room for 64 KB at a time at a quarter of the cost of room for
//! a megabyte, for which it must put many pages side by side.

use std::fs::File;
use std::io::{BufWriter, Error, Write};
use std::path::{Path, PathBuf};

use crate::read::ReadError;

/// How much is written at a time.
const BUFFER: usize = 64 << 10;

/// A file that is being written.
pub(super) struct Output {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Output {
    pub(super) fn create(path: PathBuf) -> Result<Self, ReadError> {
        let file = File::create(&path).map_err(|cause| unwritten(&path, cause))?;
        Ok(Self { path, file: BufWriter::with_capacity(BUFFER, file) })
    }

    /// Writes a line, or several with the line ends between them.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|cause| unwritten(&self.path, cause))
    }

    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        self.file.flush().map_err(|cause| unwritten(&self.path, cause))
    }
}

pub(super) fn unwritten(path: &Path, cause: Error) -> ReadError {
    ReadError::Write { file: path.display().to_string(), cause }
}
