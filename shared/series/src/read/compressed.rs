//! What do the first bytes say: text, compressed text, or Parquet?

use std::io::{Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: &[u8] = b"PAR1";

/// Bytes by what they are.
pub(super) enum Content {
    /// Text, after decompression.
    Text(Box<dyn Read + Send>),
    /// Parquet.
    Parquet,
}

/// Looks at the first bytes, also below a compression.
pub(super) fn content(bytes: impl Read + Send + 'static) -> std::io::Result<Content> {
    let (start, bytes) = peek(bytes)?;
    if start.starts_with(PARQUET) {
        return Ok(Content::Parquet);
    }
    if start.starts_with(GZIP) {
        return text(MultiGzDecoder::new(bytes));
    }
    if start.starts_with(ZSTD) {
        return text(zstd::stream::read::Decoder::new(bytes)?);
    }
    Ok(Content::Text(Box::new(bytes)))
}

/// Whether a file that begins so is text as it stands.
pub(super) fn is_plain(start: &[u8]) -> bool {
    ![PARQUET, GZIP, ZSTD].iter().any(|other| start.starts_with(other))
}

fn text(bytes: impl Read + Send + 'static) -> std::io::Result<Content> {
    let (start, bytes) = peek(bytes)?;
    if start.starts_with(PARQUET) {
        return Ok(Content::Parquet);
    }
    Ok(Content::Text(Box::new(bytes)))
}

/// Bytes of which some were looked at.
type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

/// The first four bytes, and the whole.
fn peek<R: Read>(mut bytes: R) -> std::io::Result<(Vec<u8>, Peeked<R>)> {
    let mut start = Vec::with_capacity(4);
    bytes.by_ref().take(4).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(bytes)))
}
