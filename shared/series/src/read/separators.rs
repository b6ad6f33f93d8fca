//! At which places do some bytes hold one of a few?
//!
//! Eight bytes are compared at a time, as one number, because fields are too short for calling a
//! search for each.

const ONES: u64 = 0x0101_0101_0101_0101;
const LOW: u64 = 0x7f * ONES;

/// Finds all places of the wanted bytes, in order. The last seven bytes are not looked at.
pub(super) fn search<const N: usize>(bytes: &[u8], wanted: [u8; N], places: &mut Vec<u32>) {
    let patterns = wanted.map(|byte| u64::from(byte) * ONES);
    places.clear();
    let mut first = 0;
    for bytes in bytes.chunks(64) {
        let mut found = 0_u64;
        for (place, word) in bytes.chunks_exact(8).enumerate() {
            let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
            found |= equal(word, patterns) << (8 * place);
        }
        places.extend((0..found.count_ones()).map(|_| {
            let place = first + found.trailing_zeros();
            found &= found - 1;
            place
        }));
        first += 64;
    }
}

/// For each byte that equals one of the patterns, a bit.
#[inline]
fn equal<const N: usize>(word: u64, patterns: [u64; N]) -> u64 {
    let mut unlike = u64::MAX;
    for pattern in patterns {
        let difference = word ^ pattern;
        // The high bit of a byte is clear only if the byte is zero; no carry reaches its neighbour.
        unlike &= ((difference & LOW) + LOW) | difference;
    }
    let found = !unlike & !LOW;
    (found >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
