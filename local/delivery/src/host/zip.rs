//! Zips, as `cargo lambda build --output-format zip` writes them: stored or deflated, nothing newer.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path};

use flate2::read::DeflateDecoder;

/// Lambda's own bound on what a zip holds.
const MOST_BYTES: u64 = 250 * 1024 * 1024;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const FILE: [u8; 4] = *b"PK\x03\x04";

/// Unpacks all files of a zip into a folder. What is wrong with it is said in words.
pub(super) fn unpack(zip: &[u8], folder: &Path) -> Result<(), String> {
    let mut left = MOST_BYTES;
    for entry in entries(zip)? {
        if entry.name.ends_with('/') {
            continue;
        }
        let path = Path::new(&entry.name);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(format!("{} leaves the folder", entry.name));
        }
        let contents = entry.contents(zip, left)?;
        left = left.saturating_sub(contents.len() as u64);
        let file = folder.join(path);
        let written = file
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&file, contents))
            .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(0o755)));
        written.map_err(|error| format!("{} cannot be written: {error}", entry.name))?;
    }
    Ok(())
}

struct Entry {
    name: String,
    method: u16,
    packed: usize,
    checksum: u32,
    offset: usize,
}

impl Entry {
    fn contents(&self, zip: &[u8], most: u64) -> Result<Vec<u8>, String> {
        let damaged = || format!("{} is damaged", self.name);
        let header = zip.get(self.offset..).ok_or_else(damaged)?;
        if !header.starts_with(&FILE) {
            return Err(damaged());
        }
        let start = 30
            + number(header, 26, 2).ok_or_else(damaged)?
            + number(header, 28, 2).ok_or_else(damaged)?;
        let packed = header.get(start..start.saturating_add(self.packed)).ok_or_else(damaged)?;
        let mut contents = Vec::new();
        match self.method {
            0 => contents.extend_from_slice(packed),
            8 => {
                let mut unpacked = DeflateDecoder::new(packed).take(most.saturating_add(1));
                unpacked.read_to_end(&mut contents).map_err(|_| damaged())?;
            }
            other => {
                return Err(format!(
                    "{} is packed by method {other}; only deflate is known",
                    self.name
                ));
            }
        }
        if contents.len() as u64 > most {
            return Err(format!("it holds more than {MOST_BYTES} bytes"));
        }
        let mut checksum = flate2::Crc::new();
        checksum.update(&contents);
        if checksum.sum() != self.checksum {
            return Err(damaged());
        }
        Ok(contents)
    }
}

fn entries(zip: &[u8]) -> Result<Vec<Entry>, String> {
    let no_zip = || "it is no zip".to_owned();
    // The end record is last but for a comment.
    let end = zip.windows(END.len()).rposition(|bytes| bytes == END).ok_or_else(no_zip)?;
    let end = zip.get(end..).ok_or_else(no_zip)?;
    if number(end, 20, 2).is_none_or(|comment| end.len() != 22 + comment) {
        return Err(no_zip());
    }
    let count = number(end, 10, 2).ok_or_else(no_zip)?;
    let mut at = number(end, 16, 4).ok_or_else(no_zip)?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let record =
            zip.get(at..).filter(|record| record.starts_with(&ENTRY)).ok_or_else(no_zip)?;
        let field = |offset, size| number(record, offset, size).ok_or_else(no_zip);
        let length = field(28, 2)?;
        let name = record.get(46..46 + length).ok_or_else(no_zip)?;
        entries.push(Entry {
            name: String::from_utf8_lossy(name).into_owned(),
            method: u16::try_from(field(10, 2)?).map_err(|_| no_zip())?,
            packed: field(20, 4)?,
            checksum: u32::try_from(field(16, 4)?).map_err(|_| no_zip())?,
            offset: field(42, 4)?,
        });
        at += 46 + length + field(30, 2)? + field(32, 2)?;
    }
    Ok(entries)
}

/// A little-endian number of some bytes.
fn number(bytes: &[u8], offset: usize, size: usize) -> Option<usize> {
    let bytes = bytes.get(offset..offset + size)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// A zip with `bootstrap`, deflated, and `note.txt`, stored; written by Python's zipfile.
#[cfg(test)]
pub(super) fn sample() -> Vec<u8> {
    let digits = include_str!("sample.zip.hex").bytes().filter(u8::is_ascii_hexdigit);
    let digits: Vec<u8> = digits.collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zip_that_another_program_wrote_is_unpacked() {
        let folder = tempfile::tempdir().unwrap();

        unpack(&sample(), folder.path()).unwrap();

        let bootstrap = folder.path().join("bootstrap");
        assert_eq!(fs::read_to_string(&bootstrap).unwrap(), "hello\n".repeat(20));
        assert_eq!(fs::metadata(&bootstrap).unwrap().permissions().mode() & 0o777, 0o755);
        assert_eq!(fs::read_to_string(folder.path().join("note.txt")).unwrap(), "note");
    }

    #[test]
    fn no_damage_goes_unnoticed() {
        let whole = sample();
        let folder = tempfile::tempdir().unwrap();
        let contents = |zip: &[u8]| {
            let entries = entries(zip)?;
            entries
                .iter()
                .map(|entry| entry.contents(zip, MOST_BYTES))
                .collect::<Result<Vec<_>, _>>()
        };
        let expected = contents(&whole).unwrap();

        for length in 0..whole.len() {
            assert!(unpack(&whole[..length], folder.path()).is_err());
        }
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 0x41;
            // What is read at all is read rightly; dates and the like do not matter.
            if let Ok(read) = contents(&changed)
                && read.len() == expected.len()
            {
                assert_eq!(read, expected, "byte {place}");
            }
        }
    }

    #[test]
    fn a_file_that_leaves_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = String::from_utf8_lossy(&sample()).into_owned();
        assert!(text.contains("bootstrap"));
        let evil: Vec<u8> = replace(&sample(), b"bootstrap", b"../../tmp");

        let refused = unpack(&evil, folder.path()).unwrap_err();

        assert_eq!(refused, "../../tmp leaves the folder");
    }

    fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for place in 0..bytes.len().saturating_sub(from.len()) {
            if bytes[place..].starts_with(from) {
                bytes[place..place + to.len()].copy_from_slice(to);
            }
        }
        bytes
    }
}
