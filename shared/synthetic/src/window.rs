//! Which points of a series are written, and what is in them?

use scenario::Scenario;

use crate::number::index;
use crate::plan::{Future, Part, Plan};

/// A series of one length, cut as its plan asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window {
    horizon: usize,
    part: Part,
    future: Future,
}

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// With its target.
    Observed,
    /// With what is known ahead only.
    Ahead,
    /// Not written, only drawn.
    Hidden,
}

impl Window {
    /// As the plan asks of a scenario's series.
    pub(crate) fn of(scenario: &Scenario, plan: &Plan) -> Self {
        let horizon = scenario.series().map_or(0, |series| series.horizon);
        Self { horizon: index(u64::from(horizon)), part: plan.part, future: plan.future }
    }

    /// How many points are drawn of a series that observes so many.
    pub(crate) fn drawn(self, observed: usize) -> usize {
        observed + self.ahead()
    }

    /// How many points there are beyond the last target.
    pub(crate) fn ahead(self) -> usize {
        match (self.part, self.future) {
            (Part::Whole | Part::Holdout, Future::Known) => self.horizon,
            _ => 0,
        }
    }

    /// What the point `step` of a series is that observes so many. After a history, its hold-out is
    /// the future: its rows are written without target when they are asked for.
    pub(crate) fn point(self, step: usize, observed: usize) -> Point {
        let cut = observed.saturating_sub(self.horizon);
        match self.part {
            _ if step >= observed => Point::Ahead,
            Part::Whole => Point::Observed,
            Part::History if step < cut => Point::Observed,
            Part::History if self.future == Future::Known => Point::Ahead,
            Part::Holdout if step >= cut => Point::Observed,
            Part::History | Part::Holdout => Point::Hidden,
        }
    }
}

/// How rows are shared among series: how many there are and how long each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shares {
    /// How many series.
    pub(crate) series: u64,
    least: u64,
    longer: u64,
}

impl Shares {
    /// More rows are more series of the usual length first; what is left lengthens the first ones.
    pub(crate) fn new(rows: u64, usual: u64) -> Self {
        let series = (rows / usual).max(1);
        Self { series, least: rows / series, longer: rows % series }
    }

    /// The points of one series.
    pub(crate) fn length(self, series: u64) -> usize {
        index(self.least + u64::from(series < self.longer))
    }

    /// The points of the longest.
    pub(crate) fn longest(self) -> usize {
        self.length(0)
    }
}
