//! How S3 writes times, tags and keys.

use std::time::{Duration, UNIX_EPOCH};

use machine::{Refusal, Time};
use s3s::dto::Timestamp;

use crate::checksum::hex;
use crate::faults::bad_argument;

/// S3 knows whole seconds.
pub(crate) fn timestamp(time: Time) -> Timestamp {
    let seconds = u64::try_from(time.0.div_euclid(1000)).unwrap_or(0);
    Timestamp::from(UNIX_EPOCH + Duration::from_secs(seconds))
}

/// Name and value, in order.
pub(crate) type Tags = Vec<(String, String)>;

/// The tags of a header: `a=1&b=2`, percent-encoded.
pub(crate) fn tags_of_header(header: &str) -> Result<Tags, Refusal> {
    let malformed = || {
        bad_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
        )
    };
    let decoded = |text: &str| percent_decoded(&text.replace('+', " ")).ok_or_else(malformed);
    let pairs = header.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decoded(name)?, decoded(value)?))
    });
    checked_tags(pairs.collect::<Result<_, Refusal>>()?)
}

/// Refuses what breaks the rules of tags.
pub(crate) fn checked_tags(tags: Tags) -> Result<Tags, Refusal> {
    let invalid = |words: &str| Err(Refusal::new(400, "InvalidTag", words));
    if tags.len() > 10 {
        return Err(Refusal::new(400, "BadRequest", "Object tags cannot be greater than 10"));
    }
    for (place, (name, value)) in tags.iter().enumerate() {
        if name.is_empty() || name.chars().count() > 128 {
            return invalid("The TagKey you have provided is invalid");
        }
        if value.chars().count() > 256 {
            return invalid("The TagValue you have provided is invalid");
        }
        if tags.iter().take(place).any(|(other, _)| other == name) {
            return invalid("Cannot provide multiple Tags with the same key");
        }
    }
    Ok(tags)
}

/// `None` if it is not UTF-8 in the end, or a `%` has no two digits.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

/// As listings with `encoding-type=url` write keys.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/*".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex(&[byte]).to_uppercase());
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_a_header_are_decoded() {
        let tags = tags_of_header("a=1+2&b%2Fc=%C3%A4&d").unwrap();

        let pairs: Vec<(&str, &str)> =
            tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "1 2"), ("b/c", "ä"), ("d", "")]);
    }

    #[test]
    fn a_tag_given_twice_or_written_badly_is_refused() {
        assert_eq!(tags_of_header("a=1&a=2").unwrap_err().code, "InvalidTag");
        assert_eq!(tags_of_header("a=%C3").unwrap_err().code, "InvalidArgument");
        assert_eq!(tags_of_header("a=%4").unwrap_err().code, "InvalidArgument");
    }

    #[test]
    fn every_key_survives_being_encoded() {
        for key in ["a b+c%/ä\u{10ffff}", "\u{1}\n", "~*'()"] {
            assert_eq!(percent_decoded(&percent_encoded(key)).as_deref(), Some(key));
        }
    }
}
