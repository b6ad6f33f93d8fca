//! Panels of any frequency whose truth is known.
//!
//! A model can be judged against what a series is made of rather than against its noise: level,
//! trend and season stand beside the values.

use std::io::{self, Write};

use jiff::Span;
use jiff::civil::DateTime;
use scenario::text::Frequency;

use crate::number::factor;
use crate::random::Random;

/// What a panel is to be like.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelPlan {
    /// How far apart the points are.
    pub frequency: Frequency,
    /// When every series begins.
    pub first: DateTime,
    /// How many series.
    pub series: u32,
    /// How many points each has.
    pub points: u32,
    /// After how many points the pattern repeats; 1 for none.
    pub season: u32,
    /// Height of the seasonal pattern as a share of the level.
    pub seasonality: f64,
    /// What a season adds, as a share of the level.
    pub growth: f64,
    /// What the noise is like.
    pub noise: Noise,
    /// Another seed, another panel.
    pub seed: u64,
}

impl PanelPlan {
    /// Eight series of eight seasons from 2020 on, with moderate season, growth and noise.
    pub fn new(frequency: Frequency, season: u32) -> Self {
        Self {
            frequency,
            first: jiff::civil::datetime(2020, 1, 1, 0, 0, 0, 0),
            series: 8,
            points: season.saturating_mul(8).max(40),
            season,
            seasonality: 0.3,
            growth: 0.05,
            noise: Noise::Normal { share: 0.05 },
            seed: 0,
        }
    }
}

/// What the noise of a panel is like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// None: the values are the truth.
    Silent,
    /// Normal, its deviation a share of the level.
    Normal {
        /// The share.
        share: f64,
    },
    /// Counts, of which the truth is the mean.
    Poisson,
    /// Counts that are zero in so many points.
    Intermittent {
        /// The share of points without demand.
        zeros: f64,
    },
}

/// Series of known truth, over the same times.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// When the points are.
    pub times: Vec<DateTime>,
    /// The series.
    pub series: Vec<TrueSeries>,
}

/// One series, and what it is made of: `(level + trend * step) * season[step % length]` is its
/// truth at each step, to which noise was added.
#[derive(Debug, Clone, PartialEq)]
pub struct TrueSeries {
    /// Its name, `series-001` and so on.
    pub name: String,
    /// The level at the first point.
    pub level: f64,
    /// What each step adds to the level.
    pub trend: f64,
    /// The factors of a season, with mean 1.
    pub season: Vec<f64>,
    /// The expected value of each point.
    pub truth: Vec<f64>,
    /// The truth with its noise.
    pub values: Vec<f64>,
}

/// Makes a panel.
pub fn panel(plan: &PanelPlan) -> Panel {
    let series = (0..u64::from(plan.series)).map(|number| series(plan, number));
    Panel { times: times(&plan.frequency, plan.first, plan.points), series: series.collect() }
}

/// The times of so many points. Months and years are counted from the first, so that a series that
/// begins on a 31st stays at the ends of months. It ends early where the calendar does.
pub fn times(frequency: &Frequency, first: DateTime, points: u32) -> Vec<DateTime> {
    let text = frequency.as_str();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = text.split_at_checked(digits).unwrap_or(("1", "D"));
    let count: i64 = count.parse().unwrap_or(1);
    let time = |step: u32| {
        let steps = i64::from(step) * count;
        let span = match unit {
            "min" => Span::new().try_minutes(steps),
            "H" => Span::new().try_hours(steps),
            "D" => Span::new().try_days(steps),
            "W" => Span::new().try_weeks(steps),
            "M" => Span::new().try_months(steps),
            _ => Span::new().try_years(steps),
        };
        span.and_then(|span| first.checked_add(span)).ok()
    };
    (0..points).map_while(time).collect()
}

fn series(plan: &PanelPlan, number: u64) -> TrueSeries {
    let mut random = Random::of_part(plan.seed, "panel", number);
    let level = random.between(20.0, 200.0);
    let per_step = plan.growth / f64::from(plan.season.max(1));
    let trend = level * per_step * random.between(0.5, 1.5);
    let season = season_of(&mut random, plan.season.max(1), plan.seasonality);
    let truth = (0..u64::from(plan.points)).zip(season.iter().cycle());
    let truth = truth.map(|(step, season)| (level + trend * factor(step)) * season);
    let truth: Vec<f64> = truth.collect();
    let values = truth.iter().map(|&truth| noisy(&mut random, plan.noise, truth, level)).collect();
    TrueSeries { name: format!("series-{:03}", number + 1), level, trend, season, truth, values }
}

/// A wave with an overtone, of mean 1 and about so high.
pub(crate) fn season_of(random: &mut Random, length: u32, height: f64) -> Vec<f64> {
    if length < 2 {
        return vec![1.0];
    }
    let (first, second) = (random.uniform(), random.uniform());
    let wave = |step: u32| {
        let turn = std::f64::consts::TAU * f64::from(step) / f64::from(length);
        let overtone = if length < 4 { 0.0 } else { 0.35 };
        let main = libm::cos(turn - std::f64::consts::TAU * first);
        main + overtone * libm::cos(2.0 * turn - std::f64::consts::TAU * second)
    };
    let waves: Vec<f64> = (0..length).map(wave).collect();
    let mean = waves.iter().sum::<f64>() / f64::from(length);
    waves.iter().map(|wave| 1.0 + height * (wave - mean)).collect()
}

fn noisy(random: &mut Random, noise: Noise, truth: f64, level: f64) -> f64 {
    match noise {
        Noise::Silent => truth,
        Noise::Normal { share } => truth + share * level * random.normal(),
        Noise::Poisson => random.poisson(truth),
        Noise::Intermittent { zeros } if random.chance(zeros) => 0.0,
        Noise::Intermittent { zeros } => {
            random.poisson(truth / (1.0 - zeros).max(f64::MIN_POSITIVE))
        }
    }
}

impl Panel {
    /// Writes `series,time,value` with as many digits as it takes to read the same values back;
    /// times of whole days as dates.
    pub fn write_csv(&self, sink: &mut impl Write) -> io::Result<()> {
        let midnight = |time: &DateTime| time.time() == jiff::civil::Time::midnight();
        let has_dates_only = self.times.iter().all(midnight);
        sink.write_all(b"series,time,value\n")?;
        for series in &self.series {
            for (time, value) in self.times.iter().zip(&series.values) {
                if has_dates_only {
                    writeln!(sink, "{},{},{value}", series.name, time.date())?;
                } else {
                    writeln!(sink, "{},{time},{value}", series.name)?;
                }
            }
        }
        Ok(())
    }
}
