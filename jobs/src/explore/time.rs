//! How does the whole go over time, and at which hours, weekdays and months is it high?

use series::frequency::Unit;
use series::grid::{Grid, Moment};
use series::panel::Panel;

use super::decompose::Parts;
use super::statistics::{Moments, factor, slope};
use super::summary::whole_numbers;
use crate::table::{Column, Table};

/// All series together, moment by moment.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Totals {
    pub(crate) grid: Grid,
    pub(crate) season: usize,
    pub(crate) moments: Vec<Moment>,
    pub(crate) first: i64,
    /// `NaN` where no series has a value.
    pub(crate) sums: Vec<f64>,
    pub(crate) counts: Vec<usize>,
}

impl Totals {
    pub(crate) fn of(panel: &Panel, season: usize) -> Option<Self> {
        let (first, last) = panel.extent()?;
        let length = usize::try_from(last - first + 1).ok()?;
        let mut sums = vec![f64::NAN; length];
        let mut counts = vec![0; length];
        for series in &panel.series {
            let from = usize::try_from(series.start - first).unwrap_or(length);
            let places = sums.iter_mut().zip(&mut counts).skip(from);
            for ((sum, count), value) in places.zip(&series.target) {
                if value.is_finite() {
                    *sum = if *count == 0 { *value } else { *sum + value };
                    *count += 1;
                }
            }
        }
        let moments = (first..=last).map(|point| panel.grid.moment(point)).collect();
        Some(Self { grid: panel.grid, season, moments, first, sums, counts })
    }

    pub(crate) fn means(&self) -> Vec<f64> {
        let pairs = self.sums.iter().zip(&self.counts);
        pairs.map(|(sum, count)| sum / factor(*count)).collect()
    }

    /// Trend, season and remainder.
    pub(crate) fn parts(&self) -> Option<Parts> {
        Parts::of(&self.sums, self.season)
    }

    /// How much there is more of it each year: from the first of the last full years to the last
    /// of them. Nothing without two full years.
    pub(crate) fn growth(&self) -> Option<f64> {
        let year = points_of_year(self.grid.frequency().unit, self.grid.frequency().count.get())?;
        let years = self.sums.len() / year;
        let mut full = self.sums.rchunks_exact(year).map(|year| Moments::of(year.iter().copied()));
        let (last, first) = (full.next()?, full.next_back()?);
        let (last, first) = (last.mean(), first.mean());
        let is_defined = years > 1 && first > 0.0 && last > 0.0;
        is_defined.then(|| (last / first).powf(1.0 / factor(years - 1)) - 1.0)
    }

    /// How much a line through it rises from one end to the other, as a share of the mean.
    pub(crate) fn change(&self) -> f64 {
        let mean = Moments::of(self.sums.iter().copied()).mean();
        slope(&self.sums) * factor(self.sums.len().saturating_sub(1)) / mean
    }

    /// `by_time.csv`.
    pub(crate) fn table(&self, time: &str) -> Table {
        let trend = self.parts().map_or_else(|| vec![f64::NAN; self.sums.len()], |it| it.trend);
        Table::new()
            .with(time, Column::moments(self.moments.clone()))
            .number("total", self.sums.iter().copied())
            .number("mean", self.means())
            .with("series", whole_numbers(self.counts.iter().copied()))
            .number("trend", trend)
    }

    /// The cycles that people live by and that these points can show.
    pub(crate) fn cycles(&self) -> Vec<Cycle> {
        let days = match (self.moments.first(), self.moments.last()) {
            (Some(first), Some(last)) => last.day() - first.day() + 1,
            _ => 0,
        };
        let wanted: &[Cycle] = match self.grid.frequency().unit {
            Unit::Minute | Unit::Hour => &[Cycle::Hour, Cycle::Weekday],
            Unit::Day => &[Cycle::Weekday, Cycle::Month],
            Unit::Week | Unit::Month => &[Cycle::Month],
            Unit::Year => &[],
        };
        wanted.iter().copied().filter(|cycle| days >= cycle.least_days()).collect()
    }

    /// The whole by the places of a cycle.
    pub(crate) fn by(&self, cycle: Cycle) -> Vec<Place> {
        let mut places = vec![(Moments::default(), Moments::default()); cycle.length()];
        let means = self.means();
        for ((moment, sum), mean) in self.moments.iter().zip(&self.sums).zip(means) {
            if let Some((sums, each)) = places.get_mut(cycle.place(*moment)) {
                sums.add(*sum);
                each.add(mean);
            }
        }
        let usual = Moments::of(places.iter().map(|(sums, _)| sums.mean())).mean();
        let named = places.iter().enumerate().filter(|(_, (sums, _))| sums.count > 0);
        named
            .map(|(place, (sums, each))| Place {
                name: cycle.name(place),
                moments: sums.count,
                total: sums.mean(),
                mean: each.mean(),
                index: sums.mean() / usual,
            })
            .collect()
    }
}

/// Points of a year, where that is a whole number of some size.
pub(crate) fn points_of_year(unit: Unit, count: u32) -> Option<usize> {
    let points = match unit {
        Unit::Minute => 525_960,
        Unit::Hour => 8766,
        Unit::Day => 365,
        Unit::Week => 52,
        Unit::Month => 12,
        Unit::Year => 1,
    };
    Some(points / usize::try_from(count).ok()?).filter(|points| *points > 0)
}

/// A place of a cycle and what there is at it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) moments: usize,
    /// The mean of all series together.
    pub(crate) total: f64,
    /// The mean of one series.
    pub(crate) mean: f64,
    /// The total, as a share of the mean of all places.
    pub(crate) index: f64,
}

/// `by_weekday.csv` and so on.
pub(crate) fn cycle_table(name: &str, places: &[Place]) -> Table {
    Table::new()
        .text(name, places.iter().map(|it| it.name.as_str()))
        .with("moments", whole_numbers(places.iter().map(|it| it.moments)))
        .number("mean_total", places.iter().map(|it| it.total))
        .number("mean", places.iter().map(|it| it.mean))
        .number("index", places.iter().map(|it| it.index))
}

/// What people live by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cycle {
    Hour,
    Weekday,
    Month,
}

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Cycle {
    /// Its name in files.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Weekday => "weekday",
            Self::Month => "month",
        }
    }

    pub(crate) fn length(self) -> usize {
        match self {
            Self::Hour => 24,
            Self::Weekday => 7,
            Self::Month => 12,
        }
    }

    /// Below it a cycle is not seen often enough to be told of.
    fn least_days(self) -> i64 {
        match self {
            Self::Hour => 2,
            Self::Weekday => 14,
            Self::Month => 360,
        }
    }

    /// Which place of the cycle a moment is at.
    pub(crate) fn place(self, moment: Moment) -> usize {
        let civil = moment.civil();
        let place = match self {
            Self::Hour => civil.hour(),
            Self::Weekday => civil.date().weekday().to_monday_zero_offset(),
            Self::Month => civil.date().month() - 1,
        };
        usize::try_from(place).unwrap_or(0)
    }

    pub(crate) fn name(self, place: usize) -> String {
        match self {
            Self::Hour => format!("{place:02}:00"),
            Self::Weekday => WEEKDAYS.get(place).map_or("", |name| *name).to_owned(),
            Self::Month => MONTHS.get(place).map_or("", |name| *name).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use series::frequency::{Frequency, Unit};
    use series::grid::{Grid, Moment};
    use series::panel::{Panel, Series};

    use super::{Cycle, Totals};

    fn panel(values: Vec<f64>) -> Panel {
        let series = |start: i64, target: Vec<f64>| Series {
            id: vec![start.to_string()],
            start,
            target,
            values: Vec::new(),
        };
        Panel {
            // A Thursday.
            grid: Grid::through(Moment(0), Frequency::every(Unit::Day)),
            keys: vec!["store".to_owned()],
            columns: Vec::new(),
            series: vec![series(0, values), series(2, vec![10.0, f64::NAN])],
        }
    }

    #[test]
    fn totals_add_what_there_is() {
        let totals = Totals::of(&panel(vec![1.0, f64::NAN, 3.0, 4.0]), 2).unwrap();

        assert!(totals.sums[1].is_nan());
        assert_eq!((totals.sums[2], totals.counts[2]), (13.0, 2));
        assert_eq!((totals.sums[3], totals.counts[3]), (4.0, 1));
    }

    #[test]
    fn weekdays_are_compared_by_their_mean() {
        let values = (0..28).map(|day| if day % 7 == 2 { 20.0 } else { 10.0 }).collect();
        let mut panel = panel(values);
        panel.series.truncate(1);

        let totals = Totals::of(&panel, 7).unwrap();
        let places = totals.by(Cycle::Weekday);

        assert_eq!(totals.cycles(), [Cycle::Weekday]);
        assert_eq!((places[5].name.as_str(), places[5].total), ("Saturday", 20.0));
        assert!((places[0].index - 10.0 / (80.0 / 7.0)).abs() < 1e-12);
    }

    #[test]
    fn growth_is_by_year_over_full_years() {
        let year = |level: f64| vec![level; 365];
        let values = [vec![500.0; 10], year(100.0), year(105.0), year(121.0)].concat();
        let mut panel = panel(values);
        panel.series.truncate(1);

        let totals = Totals::of(&panel, 7).unwrap();

        assert!((totals.growth().unwrap() - 0.1).abs() < 1e-12);
    }
}
