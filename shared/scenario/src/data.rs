//! The history of a scenario: columns, series, cut, features, and what must hold of it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::{ColumnName, FeatureGroupName, Frequency, IsoDate, QuantileName};

/// The columns and the target.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// What is forecast or predicted.
    pub target: ColumnName,
    /// The files of the history, where it is more than one.
    #[serde(default)]
    pub files: Vec<File>,
    /// Texts that stand for "no value", beside the empty one.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The column that names the retailer, where the history holds several.
    pub retailer: Option<ColumnName>,
    /// All columns, in the order of the header.
    pub columns: Vec<Column>,
}

/// One file of the history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name below the data's prefix.
    pub name: String,
    /// The columns by which it is joined to the first file; none for the first.
    #[serde(default)]
    pub join: Vec<ColumnName>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name in the header.
    pub name: ColumnName,
    /// What its values are.
    pub kind: ColumnKind,
    /// What it is for, unless it is the target, the time or part of the key.
    pub role: Option<Role>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnKind {
    /// A day.
    Date,
    /// A day and a time of day.
    Timestamp,
    /// One of a few values, whatever they look like.
    Category,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Flag,
    /// Any text.
    Text,
}

impl ColumnKind {
    /// Whether one can calculate with it.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    /// Whether it says when.
    pub fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Known for the days to come as well: a price, a promotion, a holiday.
    Known,
    /// Known only afterwards: weather as measured, stock.
    Past,
    /// The same at all times: the size of a store.
    Static,
    /// Names the row: kept beside its prediction, never a feature.
    Identifier,
    /// In the file, but not used.
    Ignored,
}

/// How the rows form series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The columns that together name a series, the item last.
    pub key: Vec<ColumnName>,
    /// The column that says when.
    pub time: ColumnName,
    /// How far apart the points are.
    pub frequency: Frequency,
    /// After how many points the pattern repeats.
    pub season: u32,
    /// How many points are forecast.
    pub horizon: u32,
    /// The quantiles of the forecast, ascending.
    pub quantiles: Vec<QuantileName>,
}

/// How the history is cut. Time series are cut by time, never shuffled.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The hold-out comes as data of its own; validation is the end of the training data.
    #[serde(rename_all = "snake_case")]
    Given {
        /// How many points at the end of each series select the model.
        validation_steps: u32,
    },
    /// The last points before the last one of all series: the same moments for each.
    #[serde(rename_all = "snake_case")]
    Tail {
        /// How many points before the test select the model.
        validation_steps: u32,
        /// How many points at the end are the hold-out.
        test_steps: u32,
    },
    /// By calendar.
    #[serde(rename_all = "snake_case")]
    Dates {
        /// The first day of validation.
        validation_from: IsoDate,
        /// The first day of the hold-out.
        test_from: IsoDate,
    },
    /// Rows that stand alone, drawn by a hash of their key and the seed.
    #[serde(rename_all = "snake_case")]
    Fraction {
        /// The share that selects the model.
        validation: f64,
        /// The share of the hold-out.
        test: f64,
        /// Makes another draw.
        seed: u64,
    },
}

impl Split {
    /// Whether the hold-out comes as data of its own.
    pub fn has_own_holdout(&self) -> bool {
        matches!(self, Self::Given { .. })
    }
}

/// What is derived from the columns.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// Parts of the date.
    pub calendar: Vec<CalendarPart>,
    /// The target so many points earlier.
    pub lags: Vec<u32>,
    /// Mean and deviation of the target over so many points.
    pub rolling: Vec<u32>,
    /// The column that flags holidays.
    pub holiday: Option<ColumnName>,
    /// How many points before and after a holiday count as its surroundings.
    pub holiday_window: u32,
    /// The country whose public holidays AutoML adds, two capital letters.
    pub country: Option<String>,
    /// Markdown columns, of which total and presence are derived.
    pub markdowns: Vec<ColumnName>,
    /// What becomes of a target below zero.
    pub negative_target: NegativeTarget,
    /// What becomes of a missing point inside a series.
    pub gap: Gap,
    /// The rows at or above this share of the target's distribution are labelled `high_demand`.
    pub high_demand_quantile: Option<f64>,
    /// Bounds of the target's classes, which training weighs equally.
    pub rebalance: Vec<f64>,
    /// The feature group that the features are also written to.
    pub feature_group: Option<FeatureGroupName>,
}

/// Parts of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CalendarPart {
    /// 0 to 23.
    Hour,
    /// Monday is 1.
    DayOfWeek,
    /// 1 to 31.
    DayOfMonth,
    /// ISO week.
    WeekOfYear,
    /// 1 to 12.
    Month,
    /// 1 to 4.
    Quarter,
    /// The year.
    Year,
}

/// What becomes of a target below zero, such as more returns than sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NegativeTarget {
    /// It stays.
    #[default]
    Keep,
    /// It becomes zero.
    Clip,
    /// Its row goes.
    Drop,
}

/// What becomes of a missing point inside a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gap {
    /// Nothing was sold.
    #[default]
    Zero,
    /// The median of the series.
    Median,
    /// The mean of the series.
    Mean,
    /// It stays missing: nobody knows what would have been sold. AutoML, which has no word for
    /// that, takes it as zero.
    Missing,
}

impl Gap {
    /// The AutoML service's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Zero | Self::Missing => "zero",
            Self::Median => "median",
            Self::Mean => "mean",
        }
    }
}

/// What must hold of the data. Whatever is broken is reported, and the pipeline goes no further.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// The fewest rows.
    pub min_rows: u64,
    /// The fewest points of a series.
    #[serde(default)]
    pub min_history: u32,
    /// The largest share of rows without target, time or key.
    #[serde(default)]
    pub max_missing: f64,
    /// The largest share of points missing inside series.
    #[serde(default)]
    pub max_gaps: f64,
    /// The largest share of rows that repeat a key and time.
    #[serde(default)]
    pub max_duplicates: f64,
    /// What values of a column may be.
    #[serde(default)]
    pub ranges: BTreeMap<String, Range>,
}

/// What values of a column may be.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The least.
    pub min: Option<f64>,
    /// The most.
    pub max: Option<f64>,
}
