//! A model as training jobs leave it: `model.tar.gz`, or the folder itself.

use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use crate::failure::Failure;

/// A folder that goes away with its contents if it was made to unpack into.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    made: bool,
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.made {
            // It lies among temporary files, which the system clears.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

/// The folder of a model, unpacked beside the temporary files where it is an archive. Members of
/// the archive that would lie elsewhere are refused by `tar`.
pub(crate) fn folder(place: &Path) -> Result<Folder, Failure> {
    let archive = if place.is_dir() { place.join("model.tar.gz") } else { place.to_owned() };
    if !archive.is_file() {
        return Ok(Folder { path: place.to_owned(), made: false });
    }
    let path = std::env::temp_dir().join(format!("almanac-model-{}", std::process::id()));
    std::fs::create_dir_all(&path).map_err(Failure::write(&path))?;
    let folder = Folder { path, made: true };
    let file = File::open(&archive).map_err(Failure::read(&archive))?;
    tar::Archive::new(GzDecoder::new(file))
        .unpack(&folder.path)
        .map_err(Failure::read(&archive))?;
    Ok(folder)
}
