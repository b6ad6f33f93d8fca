//! The folder that an engine keeps everything in. One process holds it at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder, held until it is dropped or the process ends.
#[derive(Debug)]
pub struct Home {
    root: PathBuf,
    _lock: File,
}

/// Why the folder cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// Another process holds it.
    #[error(
        "{} is in use by another almanac process{holder}; stop that one, or name another folder with --home",
        root.display()
    )]
    InUse {
        /// The folder.
        root: PathBuf,
        /// ` (process 123)`, where it is known.
        holder: String,
    },
    /// It cannot be made or written to.
    #[error("{} cannot be used as home folder", path.display())]
    Unusable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

const FOLDERS: [&str; 6] = ["objects", "work", "logs", "mail", "models", "pipelines"];

impl Home {
    /// Makes the folder if need be and takes it.
    pub fn open(root: &Path) -> Result<Self, HomeError> {
        let made = |path: PathBuf| {
            fs::create_dir_all(&path).map_err(|source| HomeError::Unusable { path, source })
        };
        made(root.to_owned())?;
        let root = root.canonicalize();
        let root =
            root.map_err(|source| HomeError::Unusable { path: PathBuf::from("."), source })?;
        let lock = lock(&root)?;
        for folder in FOLDERS {
            made(root.join(folder))?;
        }
        Ok(Self { root, _lock: lock })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The store's file.
    pub fn state_file(&self) -> PathBuf {
        self.root.join("state.db")
    }

    /// The contents of S3 objects.
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }

    /// The folders of running jobs.
    pub fn work(&self) -> PathBuf {
        self.root.join("work")
    }

    /// What functions, jobs and servers write.
    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    /// Mails that were sent.
    pub fn mail(&self) -> PathBuf {
        self.root.join("mail")
    }

    /// The unpacked models of servers.
    pub fn models(&self) -> PathBuf {
        self.root.join("models")
    }

    /// The lock files of pipelines.
    pub fn pipelines(&self) -> PathBuf {
        self.root.join("pipelines")
    }
}

fn lock(root: &Path) -> Result<File, HomeError> {
    let path = root.join("lock");
    let unusable = |source| HomeError::Unusable { path: path.clone(), source };
    let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
    let mut file = options.open(&path).map_err(unusable)?;
    match take(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder).map_err(unusable)?;
            let holder = match holder.trim() {
                "" => String::new(),
                number => format!(" (process {number})"),
            };
            return Err(HomeError::InUse { root: root.to_owned(), holder });
        }
        Err(TryLockError::Error(source)) => return Err(unusable(source)),
    }
    file.set_len(0).map_err(unusable)?;
    file.rewind().map_err(unusable)?;
    writeln!(file, "{}", std::process::id()).map_err(unusable)?;
    Ok(file)
}

/// A process that was killed a moment ago may still be ending, or have a child that is about to
/// become another program: both hold the lock for the blink of an eye.
fn take(file: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(30)),
            other => return other,
        }
    }
    file.try_lock()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_held_is_refused_and_the_holder_named() {
        let folder = tempfile::tempdir().unwrap();
        let _held = Home::open(folder.path()).unwrap();

        let refused = Home::open(folder.path()).unwrap_err().to_string();

        assert!(refused.contains(&format!("(process {})", std::process::id())), "{refused}");
    }

    #[test]
    fn a_folder_that_was_let_go_can_be_taken_again() {
        let folder = tempfile::tempdir().unwrap();
        drop(Home::open(folder.path()).unwrap());

        Home::open(folder.path()).unwrap();
    }
}
