//! The folders of jobs below the home folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use machine::Machine;

use crate::error::ContainerError;

/// How many folders of failed jobs are kept for those who look into them.
const KEPT: usize = 10;

const FAILED: &str = "failed-";

/// The folder of a job or a server, with one folder an instance that is its `/opt/ml`.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    all: PathBuf,
}

impl Folder {
    /// A new one of that name in a folder of many.
    pub(crate) fn make(all: &Path, name: &str) -> Result<Self, ContainerError> {
        let path = all.join(name);
        remove(&path);
        make(&path)?;
        Ok(Self { path, all: all.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes it after a job that did not fail; that of one that did is kept for a while.
    pub(crate) fn end(&self, done: &Result<(), ContainerError>) {
        match done {
            Ok(()) => self.close(),
            Err(_) => self.keep(),
        }
    }

    /// Removes it.
    pub(crate) fn close(&self) {
        remove(&self.path);
    }

    fn keep(&self) {
        if let Err(error) = put_away(&self.path).and_then(|()| sweep(&self.all)) {
            tracing::warn!(%error, path = %self.path.display(), "a job's folder cannot be kept");
        }
    }
}

/// Makes a folder and those above it.
pub(crate) fn make(path: &Path) -> Result<(), ContainerError> {
    fs::create_dir_all(path).map_err(ContainerError::written(path))
}

/// What an engine before us did not end: its jobs failed, and its servers are gone.
pub(crate) fn put_aside(machine: &Machine) -> Result<(), ContainerError> {
    let work = machine.home.work();
    for path in entries(&work).map_err(ContainerError::read(&work))? {
        if !is_failed(&path) {
            put_away(&path).map_err(ContainerError::written(&path))?;
        }
    }
    sweep(&work).map_err(ContainerError::written(&work))?;
    let models = machine.home.models();
    for path in entries(&models).map_err(ContainerError::read(&models))? {
        remove(&path);
    }
    Ok(())
}

fn put_away(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    fs::rename(path, path.with_file_name(format!("{FAILED}{name}")))
}

/// Removes the oldest folders of failed jobs.
fn sweep(all: &Path) -> io::Result<()> {
    let mut failed: Vec<_> = Vec::new();
    for path in entries(all)?.into_iter().filter(|path| is_failed(path)) {
        failed.push((fs::metadata(&path)?.modified()?, path));
    }
    failed.sort();
    let old = failed.len().saturating_sub(KEPT);
    for (_, path) in failed.iter().take(old) {
        remove(path);
    }
    Ok(())
}

fn is_failed(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(FAILED))
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

fn remove(path: &Path) {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "a job's folder cannot be removed");
        }
        Ok(()) | Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_failed_jobs_the_last_ten_folders_are_kept() {
        let all = tempfile::tempdir().unwrap();
        for number in 0..12 {
            let folder = Folder::make(all.path(), &format!("job-{number:02}")).unwrap();
            folder.keep();
        }
        Folder::make(all.path(), "good").unwrap().close();

        assert_eq!(entries(all.path()).unwrap().len(), 10);
        assert!(all.path().join("failed-job-11").is_dir());
        assert!(!all.path().join("good").exists());
    }
}
