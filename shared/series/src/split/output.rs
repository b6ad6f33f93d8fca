//! How is a file written that is larger than memory?
//!
//! Every so often what was written is brought to the disk and out of the system's cache. Otherwise
//! a container's memory fills with pages that nobody reads soon, and finding a new page for all of
//! them costs more processor time than everything else. Small files stay in the cache, where the
//! next job finds them.

use std::fs::File;
use std::io::{BufWriter, Error, Write};
use std::path::{Path, PathBuf};

use crate::read::ReadError;

/// How much is written at a time.
const BUFFER: usize = 1 << 20;
/// How much may stay in the cache.
const CACHED: usize = 32 << 20;

/// A file that is being written.
pub(super) struct Output {
    path: PathBuf,
    file: BufWriter<File>,
    /// How much was written since the cache was emptied.
    cached: usize,
}

impl Output {
    pub(super) fn create(path: PathBuf) -> Result<Self, ReadError> {
        let file = File::create(&path).map_err(|cause| unwritten(&path, cause))?;
        Ok(Self { path, file: BufWriter::with_capacity(BUFFER, file), cached: 0 })
    }

    /// Writes a line, or several with the line ends between them.
    pub(super) fn line(&mut self, line: &[u8]) -> Result<(), ReadError> {
        let written = self.file.write_all(line).and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|cause| unwritten(&self.path, cause))?;
        self.cached += line.len() + 1;
        if self.cached >= CACHED {
            self.cached = 0;
            self.empty_cache().map_err(|cause| unwritten(&self.path, cause))?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), ReadError> {
        self.file.flush().map_err(|cause| unwritten(&self.path, cause))
    }

    #[cfg(target_os = "linux")]
    fn empty_cache(&mut self) -> Result<(), Error> {
        use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        // It is advice: a file system that does not know it keeps the pages.
        let _ = posix_fadvise(self.file.get_ref(), 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn empty_cache(&mut self) -> Result<(), Error> {
        self.file.flush()
    }
}

pub(super) fn unwritten(path: &Path, cause: Error) -> ReadError {
    ReadError::Write { file: path.display().to_string(), cause }
}
