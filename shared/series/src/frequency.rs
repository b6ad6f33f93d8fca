//! How far apart are the points of a series?

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

/// A distance between neighbouring points, such as one day or three months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Frequency {
    /// What is counted.
    pub unit: Unit,
    /// How many of it.
    pub count: NonZeroU32,
}

/// What a distance in time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks, of which any weekday may be the first.
    Week,
    /// Months; a quarter is three.
    Month,
    /// Years.
    Year,
}

/// A text that is no frequency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no frequency; write a number and a unit, such as 15min, 1H, 1D, 1W, 1M, 1Q or 1Y"
)]
pub struct UnknownFrequency(String);

impl Frequency {
    /// One of the unit.
    pub fn every(unit: Unit) -> Self {
        Self { unit, count: NonZeroU32::MIN }
    }

    /// The numbers of points after which people's doings repeat, shortest first: 24 and 168 for
    /// hours, 7 for days, 12 for months. Yearly data have none.
    ///
    /// A year of days or weeks is not a whole number of points; it is the nearest one, 365 and 52.
    pub fn seasons(self) -> Vec<usize> {
        let count = self.count.get() as usize;
        let lengths: &[usize] = match self.unit {
            Unit::Minute => &[60, 1440, 10_080],
            Unit::Hour => &[24, 168],
            Unit::Day => &[7, 365],
            Unit::Week => &[52],
            Unit::Month => &[12],
            Unit::Year => &[],
        };
        let whole = lengths.iter().filter(|length| length.is_multiple_of(count));
        whole.map(|length| length / count).filter(|&length| length > 1).collect()
    }
}

impl FromStr for Frequency {
    type Err = UnknownFrequency;

    /// Reads `1D` and what pandas writes for the same (`D`, `MS`, `QE`, `W-FRI`, `15min`, `h`).
    /// `B`, the days from Monday to Friday, are days: [`crate::rhythm`] sees which are open.
    fn from_str(text: &str) -> Result<Self, UnknownFrequency> {
        let refused = || UnknownFrequency(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, name) = text.split_at_checked(digits).ok_or_else(refused)?;
        let count = match count {
            "" => 1,
            count => count.parse().map_err(|_| refused())?,
        };
        let name = name.split('-').next().unwrap_or_default();
        let (unit, times) = match name {
            "min" | "T" => (Unit::Minute, 1),
            "H" | "h" => (Unit::Hour, 1),
            "D" | "d" | "B" => (Unit::Day, 1),
            "W" | "w" => (Unit::Week, 1),
            "M" | "MS" | "ME" => (Unit::Month, 1),
            "Q" | "QS" | "QE" => (Unit::Month, 3),
            "Y" | "YS" | "YE" | "A" | "AS" => (Unit::Year, 1),
            _ => return Err(refused()),
        };
        let count = NonZeroU32::new(count).ok_or_else(refused)?;
        Ok(Self { unit, count: count.saturating_mul(NonZeroU32::MIN.saturating_add(times - 1)) })
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minute => "min",
            Unit::Hour => "H",
            Unit::Day => "D",
            Unit::Week => "W",
            Unit::Month => "M",
            Unit::Year => "Y",
        };
        write!(out, "{}{unit}", self.count)
    }
}
