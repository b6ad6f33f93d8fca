//! What is known of one point that was forecast?

/// Whether a day counts with the holiday weight in WMAE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Day {
    /// Weight 1.
    #[default]
    Ordinary,
    /// The holiday weight, 5 by default.
    Holiday,
}

/// One point of the holdout and its forecast; borrowed, because there are millions of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation<'a> {
    /// The series' identity, such as `store 1, item 3`.
    pub series: &'a str,
    /// Column and value of each group it belongs to; usually constant for a series.
    pub groups: &'a [(&'a str, &'a str)],
    /// How many steps ahead it was forecast, counted from 1.
    pub step: u32,
    /// Its weight in WMAE.
    pub day: Day,
    /// What happened; `None` (or `NaN`) when it is not known, and then the point is not scored.
    pub actual: Option<f64>,
    /// The point forecast.
    pub forecast: f64,
    /// One forecast per level of the evaluation, in its order.
    pub quantiles: &'a [f64],
}
