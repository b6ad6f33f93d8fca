//! The contents of objects: files with random names, so that no key is ever a path.
//!
//! A blob is written under a name that ends in `.incoming`, renamed when it is whole, and belongs
//! to an object once the store says so. What a killed process leaves behind has no row in the
//! store, and [`Blobs::sweep`] removes it.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use machine::ids;
use s3s::crypto::{Checksum as _, Md5, Sha256};

use crate::checksum::{Algorithm, Hasher, Values, hex};

/// As much is read, hashed and written at once.
pub(crate) const CHUNK: usize = 1 << 20;

/// The folder of blobs. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Blobs {
    root: Arc<Path>,
}

impl Blobs {
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root: root.into() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Removes every file that is not one of `known`; tells how many.
    pub(crate) fn sweep(&self, known: &HashSet<String>) -> io::Result<usize> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let is_known = entry.file_name().to_str().is_some_and(|name| known.contains(name));
            if !is_known && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Removes a blob that no object has any more. Who has it open reads on.
    pub(crate) fn remove(&self, name: &str) {
        if let Err(error) = fs::remove_file(self.path(name)) {
            tracing::warn!(blob = name, %error, "blob not removed; the next start will sweep it");
        }
    }

    /// A new blob, whose MD5, SHA-256 and further checksums are computed while it is written.
    pub(crate) fn intake(&self, algorithms: &[Algorithm]) -> io::Result<Intake> {
        let name = ids::hex(16);
        let incoming = Guard { path: self.path(&format!("{name}.incoming")), kept: false };
        Ok(Intake {
            file: File::options().read(true).write(true).create_new(true).open(&incoming.path)?,
            whole: self.path(&name),
            incoming,
            name,
            size: 0,
            md5: Md5::new(),
            sha256: Sha256::new(),
            checksums: algorithms.iter().map(|one| (*one, Hasher::new(*one))).collect(),
        })
    }
}

/// Removes a file unless it is kept.
#[derive(Debug)]
struct Guard {
    path: PathBuf,
    kept: bool,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.kept {
            // Whatever stays is swept at the next start.
            drop(fs::remove_file(&self.path));
        }
    }
}

/// A blob being written. Dropped before it is finished, it is gone.
pub(crate) struct Intake {
    file: File,
    incoming: Guard,
    whole: PathBuf,
    name: String,
    size: u64,
    md5: Md5,
    sha256: Sha256,
    checksums: Vec<(Algorithm, Hasher)>,
}

impl Intake {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash(bytes);
        self.file.write_all(bytes)
    }

    /// Takes a piece of a file in. The file system shares the contents where it can.
    pub(crate) fn append(&mut self, mut from: &File, start: u64, length: u64) -> io::Result<()> {
        from.seek(SeekFrom::Start(start))?;
        let copied = io::copy(&mut from.take(length), &mut self.file)?;
        // The copy is hashed, not the original: nobody else writes to it.
        let mut buffer = vec![0; CHUNK];
        let end = self.size + copied;
        while self.size < end {
            let left = usize::try_from(end - self.size).unwrap_or(usize::MAX).min(CHUNK);
            let chunk = buffer.get_mut(..left).unwrap_or_default();
            self.file.read_exact_at(chunk, self.size)?;
            self.hash(chunk);
        }
        Ok(())
    }

    fn hash(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.md5.update(bytes);
        self.sha256.update(bytes);
        for (_, hasher) in &mut self.checksums {
            hasher.update(bytes);
        }
    }

    pub(crate) fn finish(mut self) -> io::Result<Blob> {
        fs::rename(&self.incoming.path, &self.whole)?;
        self.incoming.kept = true;
        Ok(Blob {
            guard: Guard { path: self.whole, kept: false },
            name: self.name,
            size: self.size,
            md5: self.md5.finalize(),
            digest: hex(&self.sha256.finalize()),
            checksums: self
                .checksums
                .into_iter()
                .map(|(algorithm, hasher)| (algorithm, hasher.finish()))
                .collect(),
        })
    }
}

/// A whole blob that no row names yet. Dropped before it is kept, it is gone.
#[derive(Debug)]
pub(crate) struct Blob {
    guard: Guard,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
    /// The SHA-256 in hexadecimal.
    pub(crate) digest: String,
    pub(crate) checksums: Values,
}

impl Blob {
    /// A row names it: it is committed.
    pub(crate) fn keep(mut self) {
        self.guard.kept = true;
    }

    pub(crate) fn etag(&self) -> String {
        hex(&self.md5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs() -> (tempfile::TempDir, Blobs) {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(folder.path().to_owned());
        (folder, blobs)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn what_is_not_kept_is_gone() {
        let (folder, blobs) = blobs();
        let mut broken_off = blobs.intake(&[]).unwrap();
        broken_off.write(b"half").unwrap();
        assert_eq!(names(&folder).len(), 1);

        drop(broken_off);
        drop(blobs.intake(&[]).unwrap().finish().unwrap());

        assert_eq!(names(&folder), Vec::<String>::new());
    }

    #[test]
    fn a_sweep_leaves_what_is_known() {
        let (folder, blobs) = blobs();
        let known = blobs.intake(&[]).unwrap().finish().unwrap();
        let name = known.name.clone();
        known.keep();
        File::create(folder.path().join("other.incoming")).unwrap();
        File::create(folder.path().join("other")).unwrap();

        assert_eq!(blobs.sweep(&HashSet::from([name.clone()])).unwrap(), 2);
        assert_eq!(names(&folder), [name]);
    }

    #[test]
    fn a_copy_has_the_digests_of_the_bytes() {
        let (folder, blobs) = blobs();
        let original = folder.path().join("original");
        fs::write(&original, "-abc-").unwrap();

        let mut intake = blobs.intake(&[Algorithm::Crc32]).unwrap();
        intake.append(&File::open(&original).unwrap(), 1, 2).unwrap();
        intake.append(&File::open(&original).unwrap(), 3, 1).unwrap();
        let blob = intake.finish().unwrap();

        assert_eq!(blob.size, 3);
        assert_eq!(blob.etag(), "900150983cd24fb0d6963f7d28e17f72");
        assert!(blob.digest.starts_with("ba7816bf8f01cfea414140de5dae2223"));
        assert_eq!(blob.checksums.len(), 1);
        assert_eq!(fs::read(blobs.path(&blob.name)).unwrap(), b"abc");
    }
}
