//! What a job prints, in a file that cannot fill the disk: its beginning and its end are kept.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use machine::Clock;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::error::ContainerError;
use crate::metrics::Metrics;

/// How much of the beginning is kept, and how much of the end.
const KEPT: usize = 8 * 1024 * 1024;

/// A line is cut there.
const LONGEST_LINE: usize = 64 * 1024;

/// The log of a job.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    kept: usize,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    head: usize,
    tail: VecDeque<u8>,
    left_out: u64,
    last_error: String,
    metrics: Metrics,
    failed: bool,
}

/// Which of a job's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Output,
    Error,
}

impl Log {
    pub(crate) fn create(
        path: &Path,
        clock: &Clock,
        metrics: Metrics,
    ) -> Result<Arc<Self>, ContainerError> {
        Self::keeping(KEPT, path, clock, metrics)
    }

    fn keeping(
        kept: usize,
        path: &Path,
        clock: &Clock,
        metrics: Metrics,
    ) -> Result<Arc<Self>, ContainerError> {
        let file = File::create(path).map_err(ContainerError::written(path))?;
        let state = State {
            file,
            head: 0,
            tail: VecDeque::new(),
            left_out: 0,
            last_error: String::new(),
            metrics,
            failed: false,
        };
        let (path, clock) = (path.to_owned(), clock.clone());
        Ok(Arc::new(Self { path, kept, clock, state: Mutex::new(state) }))
    }

    /// Takes in what a process prints, line by line, until it prints no more.
    pub(crate) async fn follow(&self, mut pipe: impl AsyncRead + Unpin, stream: Stream) {
        let mut line = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        while let Ok(count) = pipe.read(&mut chunk).await {
            let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else { break };
            for piece in read.split_inclusive(|&byte| byte == b'\n') {
                line.extend_from_slice(piece);
                if line.ends_with(b"\n") || line.len() >= LONGEST_LINE {
                    self.take(&line, stream);
                    line.clear();
                }
            }
        }
        if !line.is_empty() {
            line.push(b'\n');
            self.take(&line, stream);
        }
    }

    /// Says something of our own.
    pub(crate) fn note(&self, text: &str) {
        self.take(format!("{text}\n").as_bytes(), Stream::Output);
    }

    fn take(&self, line: &[u8], stream: Stream) {
        let mut state = self.lock();
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        if stream == Stream::Error && !text.is_empty() {
            text.clone_into(&mut state.last_error);
        }
        state.metrics.hear(text, self.clock.now());
        if state.tail.is_empty() && state.head + line.len() <= self.kept {
            state.head += line.len();
            state.write(line, &self.path);
            return;
        }
        state.tail.extend(line);
        let over = state.tail.len().saturating_sub(self.kept);
        state.tail.drain(..over);
        state.left_out += over as u64;
    }

    /// Writes the end, once nothing follows.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        if state.left_out > 0 {
            let words = format!("\n... {} bytes are left out here ...\n", state.left_out);
            state.write(words.as_bytes(), &self.path);
        }
        let tail = std::mem::take(&mut state.tail);
        let (first, second) = tail.as_slices();
        state.write(first, &self.path);
        state.write(second, &self.path);
        state.left_out = 0;
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The last line of standard error.
    pub(crate) fn last_error(&self) -> String {
        self.lock().last_error.clone()
    }

    pub(crate) fn metrics(&self) -> Vec<crate::end::Metric> {
        self.lock().metrics.found().to_vec()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A log that cannot be written does not end the job, but it is said once.
    fn write(&mut self, bytes: &[u8], path: &Path) {
        if let Err(error) = self.file.write_all(bytes)
            && !std::mem::replace(&mut self.failed, true)
        {
            tracing::warn!(%error, path = %path.display(), "the log of a job cannot be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_a_long_log_the_beginning_and_the_end_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.log");
        let log = Log::keeping(20, &path, &Clock::default(), Metrics::default()).unwrap();
        let lines: Vec<String> = (0..1000).map(|number| format!("line {number}\n")).collect();
        let printed = lines.concat();

        log.follow(printed.as_bytes(), Stream::Error).await;
        log.close();

        let kept = std::fs::read_to_string(&path).unwrap();
        assert!(kept.starts_with("line 0\nline 1\n"), "{kept}");
        assert!(kept.ends_with("line 998\nline 999\n"), "{kept}");
        assert!(kept.contains("bytes are left out here"), "{kept}");
        assert!(kept.len() < 100, "{kept}");
        assert_eq!(log.last_error(), "line 999");
    }

    #[tokio::test]
    async fn a_line_without_end_is_kept_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("job.log");
        let log = Log::create(&path, &Clock::default(), Metrics::default()).unwrap();

        log.follow(&b"one\ntwo"[..], Stream::Output).await;
        log.close();

        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(log.last_error(), "");
    }
}
