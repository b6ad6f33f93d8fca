//! At which places do some bytes hold one of a few?
//!
//! Sixty-four bytes are compared at a time, because fields are too short for calling a search for
//! each, and places are taken from them sixteen at a time, because how many there are cannot be
//! predicted.

/// How many bytes are compared at a time.
const CHUNK: usize = 64;
/// How many places are taken of a chunk at once; of most there are fewer.
const USUAL: usize = 16;

/// Finds all places of the wanted bytes, in order. The last seven bytes are not looked at.
pub(super) fn search<const N: usize>(bytes: &[u8], wanted: [u8; N], places: &mut Vec<u32>) {
    places.clear();
    let mut first = 0;
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    for chunk in chunks {
        take(found(chunk, wanted), first, places);
        first += 64;
    }
    let mut last = [0; CHUNK];
    let whole_words = rest.len() / 8 * 8;
    if let Some((last, rest)) = last.get_mut(..whole_words).zip(rest.get(..whole_words)) {
        last.copy_from_slice(rest);
    }
    let kept = u64::MAX.checked_shl(as_bits(whole_words)).map_or(u64::MAX, |above| !above);
    take(found(&last, wanted) & kept, first, places);
}

/// For each byte that is one of the wanted, a bit.
#[inline]
fn found<const N: usize>(chunk: &[u8; CHUNK], wanted: [u8; N]) -> u64 {
    let mut marks = [0_u8; CHUNK];
    for wanted in wanted {
        for (mark, byte) in marks.iter_mut().zip(chunk) {
            *mark |= if *byte == wanted { 0xff } else { 0 };
        }
    }
    let (words, _) = marks.as_chunks::<8>();
    words.iter().rev().fold(0, |found, &word| {
        // Each byte keeps another bit, and the product adds them up in its highest byte.
        let bits = u64::from_le_bytes(word) & 0x8040_2010_0804_0201;
        found << 8 | bits.wrapping_mul(0x0101_0101_0101_0101) >> 56
    })
}

/// Appends the places of the bits.
#[inline]
fn take(mut found: u64, first: u32, places: &mut Vec<u32>) {
    let mut left = found.count_ones() as usize;
    loop {
        let usual: [u32; USUAL] = std::array::from_fn(|_| {
            let place = first + found.trailing_zeros();
            found &= found.wrapping_sub(1);
            place
        });
        places.extend_from_slice(&usual);
        if left <= USUAL {
            places.truncate(places.len() - (USUAL - left));
            return;
        }
        left -= USUAL;
    }
}

fn as_bits(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::search;

    #[test]
    fn every_byte_is_found_at_every_place() {
        for wanted in 0..=255_u8 {
            let bytes: Vec<u8> = (0..=255_u8).cycle().take(1000).collect();
            let mut places = Vec::new();

            search(&bytes, [wanted, b'\n'], &mut places);

            let is_wanted = |&place: &u32| [wanted, b'\n'].contains(&bytes[place as usize]);
            assert_eq!(places, (0..1000).filter(is_wanted).collect::<Vec<u32>>());
        }
    }
}
