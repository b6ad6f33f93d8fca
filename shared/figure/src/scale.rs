//! Where does a value stand on an axis, and which values get a label?

use crate::calendar;
use crate::label;
use crate::number::{Format, factor, floor, tick_labels};

/// Values beyond this are drawn as if they were it.
const LARGEST: f64 = 1e300;

/// What an axis measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// Numbers.
    Number(Format),
    /// Seconds since 1970, in the calendar.
    Time,
}

/// A value with its label.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tick {
    pub(crate) value: f64,
    pub(crate) label: String,
}

/// The range of an axis, and its ticks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) ticks: Vec<Tick>,
    pub(crate) label: String,
    /// The least room for its labels, so that planes below each other begin at the same place.
    pub(crate) room: f64,
}

impl Axis {
    /// A vertical axis of this height, widened to its outermost ticks.
    pub(crate) fn rounded((low, high): (f64, f64), format: Format, height: f64) -> Self {
        let (low, high) = apart(low, high);
        let step = nice_step((high - low) / (height / 44.0).max(2.0));
        let low = (low / step + 1e-9).floor() * step;
        let high = (high / step - 1e-9).ceil() * step;
        Self::numbers((low, high), step, format)
    }

    /// A horizontal axis of this width, which ends where the values do.
    pub(crate) fn exact((low, high): (f64, f64), measure: Measure, width: f64) -> Self {
        let (low, high) = apart(low, high);
        let most = (width / if measure == Measure::Time { 84.0 } else { 72.0 }).max(2.0);
        let at = |most: f64| match measure {
            Measure::Number(format) => {
                Self::numbers((low, high), nice_step((high - low) / most), format)
            }
            Measure::Time => {
                let ticks = calendar::ticks(low, high, floor(most));
                Self { low, high, ticks, label: String::new(), room: 0.0 }
            }
        };
        // One or two ticks would hardly tell the scale.
        let finer = [1.0, 1.5, 2.5].map(|times| at(most * times).without_overlaps(width));
        let [coarse, ..] = &finer;
        finer.iter().find(|axis| axis.ticks.len() > 2).unwrap_or(coarse).clone()
    }

    fn numbers((low, high): (f64, f64), step: f64, format: Format) -> Self {
        let values = multiples(low, high, step);
        let labels = tick_labels(&values, step, format);
        let ticks = values.into_iter().zip(labels).map(|(value, label)| Tick { value, label });
        Self { low, high, ticks: ticks.collect(), label: String::new(), room: 0.0 }
    }

    /// Without the part below a value, where rounding added more than is needed.
    pub(crate) fn from(mut self, low: f64) -> Self {
        self.low = self.low.max(low);
        self.ticks.retain(|tick| tick.value >= low);
        self
    }

    /// With a text that says what is measured.
    pub(crate) fn named(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }

    /// Leaves out the labels that would run into the one before them.
    fn without_overlaps(mut self, width: f64) -> Self {
        let scale = Scale { low: self.low, high: self.high, from: 0.0, to: width };
        let mut end = f64::NEG_INFINITY;
        self.ticks.retain(|tick| {
            let (place, half) = (scale.at(tick.value), label::width(&tick.label) / 2.0);
            let fits = place - half >= end;
            if fits {
                end = place + half + 8.0;
            }
            fits
        });
        self
    }

    /// How wide the widest label is.
    pub(crate) fn widest(&self) -> f64 {
        self.ticks.iter().fold(self.room, |widest, tick| label::width(&tick.label).max(widest))
    }
}

/// The smallest and largest finite value, or `None`.
pub(crate) fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    finite.fold(None, |range, value| {
        let value = value.clamp(-LARGEST, LARGEST);
        let (low, high): (f64, f64) = range.unwrap_or((value, value));
        Some((low.min(value), high.max(value)))
    })
}

/// The range with zero in it.
pub(crate) fn with_zero((low, high): (f64, f64)) -> (f64, f64) {
    (low.min(0.0), high.max(0.0))
}

/// A range wide enough to be divided.
fn apart(low: f64, high: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if size < 1e-290 {
        return (low.min(0.0), high.max(1.0));
    }
    if high - low > size * 1e-9 {
        return (low, high);
    }
    (low - size * 0.05, high + size * 0.05)
}

/// The least of 1, 2 and 5 times a power of ten that is not below the rough step.
pub(crate) fn nice_step(rough: f64) -> f64 {
    let rough = if rough.is_finite() { rough.max(f64::MIN_POSITIVE) } else { LARGEST };
    let power = 10_f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= rough * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// The multiples of a step from low to high; at most 40.
fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step - 1e-6).ceil();
    let values = (0..40).map(|index| (first + factor(index)) * step);
    values.take_while(|value| *value <= high + step * 1e-6).map(|value| value + 0.0).collect()
}

/// A straight line from values to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Scale {
    /// The pixel of a value.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value.clamp(-LARGEST, LARGEST) - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }
}
