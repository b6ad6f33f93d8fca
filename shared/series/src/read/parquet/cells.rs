//! Which value stands in a row of an Arrow array, whatever its type?

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};

use crate::grid::Moment;

/// The values of an array.
pub(super) enum Cells<'a> {
    Whole(Vec<Option<i64>>),
    Number(Vec<Option<f64>>),
    Moment(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    Text(Vec<Option<&'a str>>),
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Missing,
    Whole(i64),
    Number(f64),
    /// Seconds since 1970.
    Moment(i64),
    Flag(bool),
    Text(&'a str),
}

const SECONDS_OF_DAY: i64 = 86_400;

impl<'a> Cells<'a> {
    /// Nothing if the type holds no single values.
    pub(super) fn of(array: &'a dyn Array) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Int8 => Self::Whole(whole::<Int8Type>(array)),
            DataType::Int16 => Self::Whole(whole::<Int16Type>(array)),
            DataType::Int32 => Self::Whole(whole::<Int32Type>(array)),
            DataType::Int64 => Self::Whole(whole::<Int64Type>(array)),
            DataType::UInt8 => Self::Whole(whole::<UInt8Type>(array)),
            DataType::UInt16 => Self::Whole(whole::<UInt16Type>(array)),
            DataType::UInt32 => Self::Whole(whole::<UInt32Type>(array)),
            DataType::UInt64 => Self::Whole(values::<UInt64Type, _>(array, |value| {
                i64::try_from(value).unwrap_or(i64::MAX)
            })),
            DataType::Float32 => Self::Number(values::<Float32Type, _>(array, f64::from)),
            DataType::Float64 => Self::Number(values::<Float64Type, _>(array, |value| value)),
            DataType::Decimal128(_, scale) => {
                let scale = 10_f64.powi(i32::from(*scale));
                Self::Number(values::<Decimal128Type, _>(array, |value| as_number(value) / scale))
            }
            DataType::Date32 => Self::Moment(values::<Date32Type, _>(array, |days| {
                i64::from(days) * SECONDS_OF_DAY
            })),
            DataType::Date64 => {
                Self::Moment(values::<Date64Type, _>(array, |time| time.div_euclid(1000)))
            }
            DataType::Timestamp(unit, _) => Self::Moment(timestamps(array, *unit)),
            DataType::Boolean => Self::Flag(array.as_boolean().iter().collect()),
            DataType::Utf8 => Self::Text(array.as_string::<i32>().iter().collect()),
            DataType::LargeUtf8 => Self::Text(array.as_string::<i64>().iter().collect()),
            DataType::Utf8View => Self::Text(array.as_string_view().iter().collect()),
            DataType::Null => Self::Number(vec![None; array.len()]),
            DataType::Dictionary(_, _) => dictionary(array)?,
            _ => return None,
        })
    }

    /// The value in a row.
    pub(super) fn at(&self, row: usize) -> Cell<'a> {
        let cell = match self {
            Self::Whole(values) => at(values, row).map(Cell::Whole),
            Self::Number(values) => at(values, row).map(Cell::Number),
            Self::Moment(values) => at(values, row).map(Cell::Moment),
            Self::Flag(values) => at(values, row).map(Cell::Flag),
            Self::Text(values) => at(values, row).map(Cell::Text),
        };
        cell.unwrap_or(Cell::Missing)
    }

    /// The values at these places, one after the other.
    fn taken(&self, places: &[Option<usize>]) -> Self {
        fn take<T: Copy>(values: &[Option<T>], places: &[Option<usize>]) -> Vec<Option<T>> {
            places.iter().map(|place| at(values, (*place)?)).collect()
        }
        match self {
            Self::Whole(values) => Self::Whole(take(values, places)),
            Self::Number(values) => Self::Number(take(values, places)),
            Self::Moment(values) => Self::Moment(take(values, places)),
            Self::Flag(values) => Self::Flag(take(values, places)),
            Self::Text(values) => Self::Text(take(values, places)),
        }
    }
}

impl Cell<'_> {
    /// What a text file would have in its place.
    pub(super) fn text(self) -> Vec<u8> {
        match self {
            Self::Missing => Vec::new(),
            Self::Whole(value) => value.to_string().into_bytes(),
            Self::Number(value) => value.to_string().into_bytes(),
            Self::Moment(moment) => Moment(moment).to_string().into_bytes(),
            Self::Flag(true) => b"TRUE".to_vec(),
            Self::Flag(false) => b"FALSE".to_vec(),
            Self::Text(text) => text.as_bytes().to_vec(),
        }
    }
}

fn at<T: Copy>(values: &[Option<T>], row: usize) -> Option<T> {
    values.get(row).copied().flatten()
}

fn whole<T: ArrowPrimitiveType>(array: &dyn Array) -> Vec<Option<i64>>
where
    i64: From<T::Native>,
{
    values::<T, _>(array, i64::from)
}

fn values<T: ArrowPrimitiveType, V>(
    array: &dyn Array,
    of: impl Fn(T::Native) -> V,
) -> Vec<Option<V>> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    array.iter().map(|value| value.map(&of)).collect()
}

fn timestamps(array: &dyn Array, unit: TimeUnit) -> Vec<Option<i64>> {
    let seconds = |in_second: i64| move |time: i64| time.div_euclid(in_second);
    match unit {
        TimeUnit::Second => values::<TimestampSecondType, _>(array, seconds(1)),
        TimeUnit::Millisecond => values::<TimestampMillisecondType, _>(array, seconds(1_000)),
        TimeUnit::Microsecond => values::<TimestampMicrosecondType, _>(array, seconds(1_000_000)),
        TimeUnit::Nanosecond => values::<TimestampNanosecondType, _>(array, seconds(1_000_000_000)),
    }
}

fn dictionary(array: &dyn Array) -> Option<Cells<'_>> {
    let dictionary = array.as_any_dictionary_opt()?;
    let values = Cells::of(dictionary.values().as_ref())?;
    let keys = dictionary.normalized_keys();
    let nulls = dictionary.keys().nulls();
    let is_null = |row| nulls.is_some_and(|nulls| nulls.is_null(row));
    let places = keys.into_iter().enumerate().map(|(row, key)| (!is_null(row)).then_some(key));
    Some(values.taken(&places.collect::<Vec<_>>()))
}

/// A decimal as a double, which may be the nearest.
#[expect(clippy::cast_precision_loss, reason = "models calculate in double precision")]
fn as_number(value: i128) -> f64 {
    value as f64
}
