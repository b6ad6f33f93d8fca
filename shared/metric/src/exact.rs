//! How does a number travel between shards without losing a bit?
//!
//! serde_json reads numbers fast and up to one unit in the last place off, which is nothing in a
//! report and too much in a sum of squares whose variance is its last digits. An [`Exact`] number
//! is written as text and read by the standard library, which rounds correctly.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number that reads back as the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Exact(pub(crate) f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:e}", self.0))
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}
