//! What a pattern may ask of a single value.

use serde_json::Value;
use std::net::IpAddr;

use crate::glob::Glob;

/// One way for a field to be as wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Matcher {
    /// There is a value, or there is none.
    Exists(bool),
    Is(Test),
    /// A value that differs from all of these.
    AnythingBut(Vec<Test>),
}

/// What one value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// Of the same kind, too: `1` is not `"1"`, and `300` not `300.0`, as EventBridge documents.
    Equal(Value),
    /// These three are in lower case where case does not matter.
    Prefix(Text),
    Suffix(Text),
    EqualText(Text),
    Wildcard(Glob),
    Numeric(Range),
    Cidr(Network),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Exact(String),
    /// In lower case.
    AnyCase(String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) least: Bound,
    pub(super) most: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bound {
    None,
    Including(f64),
    Excluding(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) address: IpAddr,
    pub(super) length: u32,
}

/// Numbers further from zero are no numbers to EventBridge.
pub(super) const LARGEST: f64 = 5.0e9;

impl Matcher {
    pub(super) fn matches(&self, leaves: &[&Value]) -> bool {
        match self {
            Self::Exists(wanted) => leaves.is_empty() != *wanted,
            Self::Is(test) => leaves.iter().any(|leaf| test.fits(leaf)),
            // One differing value of a list is enough, as in EventBridge.
            Self::AnythingBut(tests) => {
                leaves.iter().any(|leaf| !tests.iter().any(|test| test.fits(leaf)))
            }
        }
    }
}

impl Test {
    fn fits(&self, leaf: &Value) -> bool {
        let text = leaf.as_str();
        match self {
            Self::Equal(wanted) => wanted == leaf,
            Self::Prefix(wanted) => {
                text.is_some_and(|text| wanted.compare(text, |a, b| a.starts_with(b)))
            }
            Self::Suffix(wanted) => {
                text.is_some_and(|text| wanted.compare(text, |a, b| a.ends_with(b)))
            }
            Self::EqualText(wanted) => text.is_some_and(|text| wanted.compare(text, |a, b| a == b)),
            Self::Wildcard(glob) => text.is_some_and(|text| glob.matches(text)),
            Self::Numeric(range) => leaf.as_f64().is_some_and(|number| range.holds(number)),
            Self::Cidr(network) => {
                text.and_then(|text| text.parse().ok()).is_some_and(|it| network.holds(it))
            }
        }
    }
}

impl Text {
    fn compare(&self, text: &str, compare: impl Fn(&str, &str) -> bool) -> bool {
        match self {
            Self::Exact(wanted) => compare(text, wanted),
            Self::AnyCase(wanted) => compare(&text.to_lowercase(), wanted),
        }
    }
}

impl Range {
    fn holds(self, number: f64) -> bool {
        let above = match self.least {
            Bound::None => true,
            Bound::Including(least) => number >= least,
            Bound::Excluding(least) => number > least,
        };
        let below = match self.most {
            Bound::None => true,
            Bound::Including(most) => number <= most,
            Bound::Excluding(most) => number < most,
        };
        above && below && number.abs() <= LARGEST
    }
}

impl Network {
    fn holds(self, address: IpAddr) -> bool {
        let (width, own, other) = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (32, u128::from(own.to_bits()), u128::from(other.to_bits()))
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => (128, own.to_bits(), other.to_bits()),
            _ => return false,
        };
        // A shift by the whole width leaves nothing to compare.
        let differing = (own ^ other).checked_shr(width - self.length.min(width));
        differing.is_none_or(|bits| bits == 0)
    }
}
