//! How are numbers written, for people and for SVG?
//!
//! Both are fixed: the same number is the same text on every machine, and neither is ever `NaN`.

use maud::{Markup, PreEscaped, Render};

/// A count as a number; exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of points stay far below 2^53")]
pub(crate) fn factor(count: usize) -> f64 {
    count as f64
}

/// A number as a count: rounded down, 0 for what is below it or not a number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from float saturates"
)]
pub(crate) fn floor(value: f64) -> usize {
    value.floor() as usize
}

/// A coordinate, with one decimal at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Px(pub(crate) f64);

impl Px {
    /// Appends it to a path.
    pub(crate) fn push(self, path: &mut String) {
        let far = 99_999.0;
        let tenths = if self.0.is_nan() { 0.0 } else { (self.0.clamp(-far, far) * 10.0).round() };
        let text = format!("{:.1}", tenths / 10.0);
        let short = text.strip_suffix(".0").unwrap_or(&text);
        path.push_str(if short == "-0" { "0" } else { short });
    }
}

impl Render for Px {
    fn render(&self) -> Markup {
        let mut text = String::new();
        self.push(&mut text);
        PreEscaped(text)
    }
}

/// How the values of an axis are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// As they are: `1,250`, `0.05`.
    #[default]
    Number,
    /// Shares in percent: `5 %` for 0.05.
    Percent,
}

/// A value in a text or tooltip, with about four digits: `12,345`, `3.142`, `1.2M`.
pub fn readable(value: f64, format: Format) -> String {
    if !value.is_finite() {
        return "n/a".to_owned();
    }
    let shown = if format == Format::Percent { value * 100.0 } else { value };
    let size = shown.abs();
    let decimals = match size {
        _ if size >= 1000.0 || size == 0.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ if size >= 1.0 => 3,
        _ => 4,
    };
    let text = Style::of(size, decimals).write(shown);
    let text = if text.contains('.') && !text.contains('e') {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let suffix = text.get(digits.len()..).unwrap_or_default();
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        format!("{digits}{suffix}")
    } else {
        text
    };
    with_sign(text, format)
}

/// Values that are compared with each other, with equally many decimals: so many digits for the
/// largest. Values of very different sizes, as of different things, are each written as
/// [`readable`].
pub(crate) fn alike(values: &[f64], digits: i32, format: Format) -> Vec<String> {
    let scale = if format == Format::Percent { 100.0 } else { 1.0 };
    let sizes = || values.iter().filter(|v| v.is_finite() && **v != 0.0).map(|v| v.abs() * scale);
    let largest = sizes().fold(0.0, f64::max);
    let least = sizes().fold(f64::MAX, f64::min);
    let is_plain = largest < 1e6 && least > largest / 1e3 && largest >= 1e-3;
    let step = 10_f64.powi(1 - digits) * 10_f64.powf(largest.log10().floor());
    let most = decimals_of(step).min(4);
    let ends_in_zeros = |decimals: &usize| {
        let texts = values.iter().filter(|v| v.is_finite()).map(|v| grouped(v * scale, most));
        texts.into_iter().all(|text| text.bytes().rev().take(most - decimals).all(|b| b == b'0'))
    };
    let decimals = (0..=most).find(ends_in_zeros).unwrap_or(most);
    let write = |value: &f64| {
        if value.is_finite() && is_plain {
            return with_sign(grouped(value * scale, decimals), format);
        }
        readable(*value, format)
    };
    values.iter().map(write).collect()
}

/// The labels of the ticks of one axis, alike in unit and decimals.
pub(crate) fn tick_labels(ticks: &[f64], step: f64, format: Format) -> Vec<String> {
    let scale = if format == Format::Percent { 100.0 } else { 1.0 };
    let largest = ticks.iter().fold(0.0_f64, |largest, tick| largest.max((tick * scale).abs()));
    let style = Style::of_axis(largest, step * scale);
    ticks.iter().map(|tick| with_sign(style.write(tick * scale), format)).collect()
}

fn with_sign(text: String, format: Format) -> String {
    match format {
        Format::Number => text,
        Format::Percent => format!("{text}\u{a0}%"),
    }
}

/// One way to write the numbers of an axis.
#[derive(Debug, Clone, Copy)]
enum Style {
    Plain { decimals: usize },
    Unit { divisor: f64, suffix: &'static str, decimals: usize },
    Exponent,
}

const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")];

impl Style {
    fn of(largest: f64, decimals: usize) -> Self {
        match UNITS.iter().find(|(divisor, _)| largest >= *divisor && largest >= 1e6) {
            _ if largest >= 1e15 || (largest > 0.0 && largest < 1e-3) => Self::Exponent,
            Some(&(divisor, suffix)) => Self::Unit { divisor, suffix, decimals: 2 },
            None => Self::Plain { decimals },
        }
    }

    fn of_axis(largest: f64, step: f64) -> Self {
        if largest >= 1e15 || step < 1e-6 {
            return Self::Exponent;
        }
        if largest < 1e5 {
            return Self::Plain { decimals: decimals_of(step) };
        }
        let unit = UNITS.iter().find(|(divisor, _)| largest >= *divisor);
        let &(divisor, suffix) = unit.unwrap_or(&(1.0, ""));
        Self::Unit { divisor, suffix, decimals: decimals_of(step / divisor) }
    }

    fn write(self, value: f64) -> String {
        match self {
            Self::Plain { decimals } => grouped(value, decimals),
            Self::Unit { .. } | Self::Exponent if value == 0.0 => "0".to_owned(),
            Self::Unit { divisor, suffix, decimals } => {
                format!("{}{suffix}", grouped(value / divisor, decimals))
            }
            Self::Exponent => format!("{value:.1e}").replace('-', MINUS),
        }
    }
}

const MINUS: &str = "\u{2212}";

/// The decimals that tell multiples of a step from each other.
fn decimals_of(step: f64) -> usize {
    (0..=7)
        .find(|&decimals: &i32| step * 10_f64.powi(decimals) > 0.999_999)
        .map_or(7, |found| usize::try_from(found).unwrap_or(0))
}

/// `-1234.5` as `−1,234.5`.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push_str(MINUS);
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}
