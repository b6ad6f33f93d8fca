//! Names and small texts of a scenario, checked once.

use crate::checked_text;
use crate::literal::is_name;

/// Lets serde make a checked text through its constructor.
macro_rules! deserialized {
    ($($name:ident),*) => {$(
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                Self::new(text).map_err(serde::de::Error::custom)
            }
        }
    )*};
}

deserialized!(
    ScenarioName,
    GroupName,
    ColumnName,
    StepName,
    Frequency,
    QuantileName,
    IsoDate,
    InstanceType,
    PrefixName,
    FeatureGroupName
);

checked_text!(
    /// The name of a scenario.
    ScenarioName,
    "a name of lower-case letters, digits and single hyphens, 1 to 40 of them",
    |text| {
        is_hyphenated(text, 40)
            && text.bytes().all(|byte| !byte.is_ascii_uppercase())
            && !text.contains("--")
    }
);
checked_text!(
    /// A model package group. The prefix is what the rules of the suite listen for.
    GroupName,
    "a group name such as `retail-store-item`: `retail-` first, then letters, digits and hyphens, up to 63",
    |text| text.starts_with("retail-") && is_hyphenated(text, 63)
);
checked_text!(
    /// A column of the history, as its header spells it.
    ColumnName,
    "a column name of 1 to 256 characters without line breaks, quotes or commas",
    |text| {
        (1..=256).contains(&text.chars().count())
            && !text.contains(|character: char| character.is_control() || "\",'".contains(character))
    }
);
checked_text!(
    /// The name of a step in the rendered pipeline.
    StepName,
    "a step name of letters, digits, `-` and `_`, 1 to 64 of them",
    is_name
);
checked_text!(
    /// How far apart the points of a series are, such as `1D`.
    Frequency,
    "a frequency: 1Y, 1M to 11M, 1W to 4W, 1D to 6D, 1H to 23H or 1min to 59min",
    is_frequency
);
checked_text!(
    /// A quantile, such as `p10`.
    QuantileName,
    "a quantile from `p1` to `p99`",
    |text| quantile_percent(text).is_some()
);
checked_text!(
    /// A day, `YYYY-MM-DD`.
    IsoDate,
    "a date, YYYY-MM-DD",
    is_iso_date
);
checked_text!(
    /// An instance type of SageMaker jobs.
    InstanceType,
    "an instance type such as `ml.m5.large`",
    |text| text.starts_with("ml.") && text.split('.').count() == 3
);
checked_text!(
    /// A part of an S3 key, without slashes at its ends.
    PrefixName,
    "a part of an S3 key such as `output/retail_product`",
    |text| {
        !text.is_empty()
            && text.split('/').all(|part| !part.is_empty())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
    }
);
checked_text!(
    /// A feature group of the Feature Store.
    FeatureGroupName,
    "a feature group name of letters, digits and hyphens, 1 to 64 of them",
    |text| is_hyphenated(text, 64)
);

impl QuantileName {
    /// 10 for `p10`.
    pub fn percent(&self) -> u8 {
        quantile_percent(self.as_str()).unwrap_or_default()
    }
}

fn quantile_percent(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('p')?;
    let percent: u8 = digits.parse().ok()?;
    (percent.to_string() == digits && (1..=99).contains(&percent)).then_some(percent)
}

fn is_hyphenated(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// The units that the AutoML service knows, with the most of each.
fn is_frequency(text: &str) -> bool {
    let units = [("min", 59), ("H", 23), ("D", 6), ("W", 4), ("M", 11), ("Y", 1)];
    units.iter().any(|&(unit, most)| {
        text.strip_suffix(unit).is_some_and(|count| {
            let number: u8 = count.parse().unwrap_or_default();
            number.to_string() == count && (1..=most).contains(&number)
        })
    })
}

fn is_iso_date(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| (part.len(), part.parse::<u16>().unwrap_or(0)));
    let (Some((4, year)), Some((2, month)), Some((2, day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u16::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    year > 0 && (1..=days).contains(&day) && text.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

impl InstanceType {
    /// One that is known to be right.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}

impl PrefixName {
    /// One that is known to be right.
    pub(crate) fn known(text: &'static str) -> Self {
        Self(text.to_owned())
    }
}
