//! Which number does a text write, exactly?

use crate::read::cell::CellFault;

const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The value of a whole number of one to eight digits, without sign.
///
/// `eight` are the first eight bytes from its beginning, the first in the lowest; those after its
/// end may be anything. All digits are weighed at once: pairs, then pairs of pairs.
#[inline]
pub(super) fn digits(eight: u64, length: usize) -> Option<u32> {
    let unused = 64 - 8 * u32::try_from(length).ok().filter(|length| (1..=8).contains(length))?;
    // Digits go to the end, zeros before them.
    let text = (eight << unused) | ZEROS.checked_shr(64 - unused).unwrap_or(0);
    // Of digits alone both the byte and the byte plus six begin with a three.
    let above = text.wrapping_add(0x0606_0606_0606_0606);
    if ((text ^ ZEROS) | (above ^ ZEROS)) & 0xf0f0_f0f0_f0f0_f0f0 != 0 {
        return None;
    }
    let digits = text & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = digits.wrapping_mul(2561) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = pairs.wrapping_mul(6_553_601) >> 16 & 0x0000_ffff_0000_ffff;
    u32::try_from(fours.wrapping_mul(42_949_672_960_001) >> 32).ok()
}

/// The number that a text without blanks around it writes.
pub(super) fn number(text: &[u8]) -> Result<f64, CellFault> {
    match fast_float2::parse::<f64, _>(text) {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(number) if number.is_nan() => Ok(f64::NAN),
        Ok(_) => Err(CellFault::NotFinite),
        Err(_) if is_with_commas(text) => Err(CellFault::Comma),
        Err(_) => Err(CellFault::NotANumber),
    }
}

/// Whether the text is a number but for commas.
fn is_with_commas(text: &[u8]) -> bool {
    let number: Vec<u8> = text.iter().copied().filter(|&byte| byte != b',').collect();
    number.len() < text.len() && fast_float2::parse::<f64, _>(&number).is_ok()
}

/// A number that must be whole; `13.0` is.
pub(super) fn whole(number: f64) -> Result<f64, CellFault> {
    if number.is_nan() || number.fract() == 0.0 { Ok(number) } else { Err(CellFault::NotWhole) }
}

/// 1 for yes, 0 for no.
pub(super) fn flag(text: &[u8]) -> Result<f64, CellFault> {
    match text {
        b"1" | b"TRUE" | b"True" | b"true" | b"T" | b"t" | b"1.0" => Ok(1.0),
        b"0" | b"FALSE" | b"False" | b"false" | b"F" | b"f" | b"0.0" => Ok(0.0),
        _ if ["yes", "y"].iter().any(|yes| text.eq_ignore_ascii_case(yes.as_bytes())) => Ok(1.0),
        _ if ["no", "n"].iter().any(|no| text.eq_ignore_ascii_case(no.as_bytes())) => Ok(0.0),
        _ => Err(CellFault::NotAFlag),
    }
}

#[cfg(test)]
mod tests {
    use super::{digits, flag, number};
    use crate::read::cell::CellFault;

    fn eight(text: &[u8]) -> u64 {
        let mut bytes = *b"!,9/:x\n0";
        bytes[..text.len()].copy_from_slice(text);
        u64::from_le_bytes(bytes)
    }

    #[test]
    fn digits_are_weighed_whatever_follows_them() {
        for value in [0_u32, 1, 9, 10, 13, 99, 231, 1_000, 65_535, 999_999, 12_345_678] {
            let text = value.to_string();
            assert_eq!(digits(eight(text.as_bytes()), text.len()), Some(value));
        }
    }

    #[test]
    fn what_is_no_digit_is_none() {
        for byte in (0..=255_u8).filter(|byte| !byte.is_ascii_digit()) {
            for place in 0..3 {
                let mut text = *b"123";
                text[place] = byte;
                assert_eq!(digits(eight(&text), 3), None, "{byte}");
            }
        }
        assert_eq!(digits(eight(b""), 0), None);
    }

    #[test]
    fn commas_are_named_as_such() {
        assert_eq!(number(b"1,234.5"), Err(CellFault::Comma));
        assert_eq!(number(b"1.234,5x"), Err(CellFault::NotANumber));
        assert_eq!(number(b"inf"), Err(CellFault::NotFinite));
        assert!(number(b"NaN").unwrap().is_nan());
        assert!((number(b"-1.5e2").unwrap() + 150.0).abs() < 1e-12);
    }

    #[test]
    fn flags_are_written_in_many_ways() {
        let yes = ["TRUE", "True", "1", "yes", "Y"].map(|text| flag(text.as_bytes()).unwrap());
        let no = ["FALSE", "false", "0", "No", "n"].map(|text| flag(text.as_bytes()).unwrap());

        assert_eq!((yes, no), ([1.0; 5], [0.0; 5]));
        assert_eq!(flag(b"2"), Err(CellFault::NotAFlag));
    }
}
