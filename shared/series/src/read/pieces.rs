//! What stands here and there in a file that is too large to be read twice?

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::read::compressed::is_plain;

/// How many pieces are taken.
const PIECES: u64 = 16;
/// How long each is.
const PIECE: u64 = 32 * 1024;

/// The header and some whole lines from all over a file; nothing if it is no plain text, is so small
/// that it can be read whole, or cannot be read.
pub(super) fn of_file(path: &Path) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let last = length.checked_sub(PIECE).filter(|_| length > PIECES * PIECE)?;
    let mut text = piece(&mut file, 0)?;
    if !is_plain(&text) {
        return None;
    }
    text.truncate(text.iter().rposition(|&byte| byte == b'\n')? + 1);
    for number in 1..PIECES {
        let piece = piece(&mut file, last * number / (PIECES - 1))?;
        let mut ends = piece.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let first = ends.next().map(|(place, _)| place + 1);
        let end = ends.next_back().map(|(place, _)| place + 1);
        text.extend_from_slice(first.zip(end).and_then(|(first, end)| piece.get(first..end))?);
    }
    Some(text)
}

fn piece(file: &mut File, at: u64) -> Option<Vec<u8>> {
    let mut piece = Vec::new();
    file.seek(SeekFrom::Start(at)).ok()?;
    file.take(PIECE).read_to_end(&mut piece).ok()?;
    Some(piece)
}
