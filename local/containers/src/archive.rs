//! `model.tar.gz` and its like.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, HeaderMode};

use crate::error::ContainerError;
use crate::folder::make;
use crate::outputs::Files;

/// Packs files under their names. The same files make the same archive, whenever that is.
pub(crate) fn pack(files: &Files, archive: &Path) -> Result<(), ContainerError> {
    write(files, archive).map_err(ContainerError::written(archive))
}

fn write(files: &Files, archive: &Path) -> io::Result<()> {
    let packed = GzEncoder::new(File::create(archive)?, Compression::fast());
    let mut builder = Builder::new(packed);
    builder.mode(HeaderMode::Deterministic);
    for (name, path) in files {
        builder.append_path_with_name(path, name)?;
    }
    builder.into_inner()?.finish()?.flush()
}

/// Unpacks an archive, compressed or not, into a folder, out of which nothing of it leads.
pub(crate) fn unpack(archive: &Path, uri: &str, folder: &Path) -> Result<(), ContainerError> {
    make(folder)?;
    read(archive, folder).map_err(|error| {
        ContainerError::Client(format!("{uri} cannot be unpacked as tar.gz: {error}"))
    })
}

fn read(archive: &Path, folder: &Path) -> io::Result<()> {
    let mut magic = Vec::new();
    File::open(archive)?.take(2).read_to_end(&mut magic)?;
    let file = File::open(archive)?;
    let reader: Box<dyn Read> =
        if magic == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    for entry in Archive::new(reader).entries()? {
        let mut entry = entry?;
        if !entry.unpack_in(folder)? {
            let path = entry.path()?.display().to_string();
            return Err(io::Error::other(format!("`{path}` leads out of it")));
        }
    }
    fs::metadata(folder).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outputs::merged;

    #[test]
    fn what_was_packed_is_unpacked_and_twice_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        fs::create_dir_all(model.join("code")).unwrap();
        fs::write(model.join("code/x.py"), "x").unwrap();
        fs::write(model.join("weights"), "w").unwrap();
        let files = merged(&[model]).unwrap();
        let archive = |name: &str| folder.path().join(name);
        pack(&files, &archive("1.tar.gz")).unwrap();
        pack(&files, &archive("2.tar.gz")).unwrap();

        unpack(&archive("1.tar.gz"), "s3://b/1.tar.gz", &folder.path().join("out")).unwrap();

        assert_eq!(fs::read_to_string(folder.path().join("out/code/x.py")).unwrap(), "x");
        assert_eq!(fs::read(archive("1.tar.gz")).unwrap(), fs::read(archive("2.tar.gz")).unwrap());
    }

    #[test]
    fn what_is_no_archive_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("model");
        fs::write(&file, "no archive at all").unwrap();

        let refused = unpack(&file, "s3://b/model.tar.gz", folder.path()).unwrap_err().to_string();

        assert!(refused.contains("s3://b/model.tar.gz"), "{refused}");
    }
}
