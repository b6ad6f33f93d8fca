//! What does the whole panel say about the calendar, and each series about its level?
//!
//! `y(i, t) = level(i) * trend(g, t) * product of factors(g, place of t)`, where `g` is the pool of
//! the series: all of them, or those that share a key. The factors come from the pool's sum by
//! iterative proportional fitting, which is the maximum likelihood estimate under Poisson noise
//! (Deming and Stephan 1940; Darroch and Ratcliff 1972), so a pool of noisy series gives a quiet
//! profile. The level of a series is `sum(y) / sum(profile)` with weights that fade.

mod pool;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::calendar::{self, Slot};
use crate::multiplicative::pool::{Profile, Timeline};
use crate::view::{Means, View, length};

/// One member of the family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Shape {
    /// Which series share their factors.
    pub pool: Pool,
    /// How far back the level of a series looks.
    pub memory: Memory,
    /// How the place in the year is told; none where there is no year to see.
    pub year: Option<Slot>,
    /// How the sum of the pool goes on.
    pub trend: Trend,
}

/// Which series share their factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// All.
    Whole,
    /// Those with the same value of a key column.
    Key(usize),
}

/// How far back the level of a series looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// Half of the weight lies within two of the longest seasons.
    Long,
    /// Half of the weight lies within a thirteenth of the longest season: four weeks of a year.
    Short,
}

/// How the sum of the pool goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// At its last level.
    Flat,
    /// Along a line through the last seasons.
    Linear,
    /// Along a parabola.
    Quadratic,
    /// At the level of the calendar year, the growth within a year being part of the season.
    Stepped,
}

/// What a forecast is the product of; each has a value for every step.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// The level of the series, and `trend`, `weekday` and so on.
    pub factors: Vec<(String, Vec<f64>)>,
}

/// Forecasts every series.
pub fn forecast(view: &View<'_>, shape: Shape, seasons: &[usize]) -> Means {
    let Some(fitted) = Fitted::of(view, shape, seasons) else {
        return Means::zeros(view.count(), view.horizon());
    };
    let rows = (0..view.count()).into_par_iter().map(|series| {
        let level = fitted.levels.get(series).copied().unwrap_or(0.0);
        let profile = fitted.profile(series);
        let ahead = fitted.ahead(view, series);
        ahead.map(|place| level * profile.value(place)).collect()
    });
    Means::from_rows(rows.collect(), view.horizon())
}

/// The factors whose product is the forecast of each series asked for.
pub fn products(
    view: &View<'_>,
    shape: Shape,
    seasons: &[usize],
    wanted: &[usize],
) -> Vec<Product> {
    let Some(fitted) = Fitted::of(view, shape, seasons) else { return Vec::new() };
    let product = |&series: &usize| {
        let level = fitted.levels.get(series).copied().unwrap_or(0.0);
        let profile = fitted.profile(series);
        let places: Vec<usize> = fitted.ahead(view, series).collect();
        let mut factors = vec![("level".to_owned(), vec![level; places.len()])];
        let trend = places.iter().map(|&place| profile.trend(place));
        factors.push(("trend".to_owned(), trend.collect()));
        for (name, slot) in fitted.names.iter().zip(0..) {
            let values = places.iter().map(|&place| profile.factor(slot, place));
            factors.push((name.clone(), values.collect()));
        }
        Product { factors }
    };
    wanted.iter().map(product).collect()
}

/// Everything that the panel tells.
struct Fitted {
    first: i64,
    profiles: Vec<Profile>,
    group: Vec<usize>,
    levels: Vec<f64>,
    names: Vec<String>,
}

impl Fitted {
    fn of(view: &View<'_>, shape: Shape, seasons: &[usize]) -> Option<Self> {
        let first = view.first_point()?;
        let mut slots = calendar::short_slots(&view.grid(), seasons);
        slots.extend(shape.year);
        let longest = seasons.iter().copied().max().unwrap_or(1).max(2);
        let last = (0..view.count()).map(|series| view.origin(series)).max()?;
        let timeline = Timeline::of(view, &slots, (first, last), longest);
        let (group, groups) = match shape.pool {
            Pool::Whole => (vec![0; view.count()], 1),
            Pool::Key(key) => groups(view, key),
        };
        let mut members = vec![Vec::new(); groups];
        for (series, &of) in group.iter().enumerate() {
            if let Some(list) = members.get_mut(of) {
                list.push(series);
            }
        }
        let fit = |members: &Vec<usize>| Profile::of(view, members, &timeline, shape.trend);
        let profiles: Vec<Profile> = members.par_iter().map(fit).collect();
        let mut fitted =
            Self { first, profiles, group, levels: Vec::new(), names: timeline.names() };
        fitted.levels = fitted.levels(view, half_life(shape.memory, longest));
        Some(fitted)
    }

    fn profile(&self, series: usize) -> &Profile {
        let group = self.group.get(series).copied().unwrap_or(0);
        self.profiles.get(group).unwrap_or(&pool::FLAT)
    }

    /// The places on the timeline of the points to forecast.
    fn ahead(&self, view: &View<'_>, series: usize) -> std::ops::Range<usize> {
        let from = usize::try_from(view.origin(series) - self.first).unwrap_or(0);
        from..from + view.horizon()
    }

    fn levels(&self, view: &View<'_>, half_life: f64) -> Vec<f64> {
        let level = |series: usize| {
            let history = view.history(series);
            let offset = usize::try_from(history.start - self.first).unwrap_or(0);
            let profile = self.profile(series);
            let fade = 0.5_f64.powf(half_life.recip());
            let (mut sales, mut expected) = (0.0, 0.0);
            for (place, &value) in (offset..).zip(history.values) {
                (sales, expected) = (sales * fade, expected * fade);
                if !value.is_nan() {
                    sales += value;
                    expected += profile.value(place);
                }
            }
            if expected > 0.0 { sales / expected } else { f64::NAN }
        };
        let levels: Vec<f64> = (0..view.count()).into_par_iter().map(level).collect();
        with_new_ones(view, levels)
    }
}

fn half_life(memory: Memory, longest: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a season is short")]
    let longest = longest as f64;
    match memory {
        Memory::Long => 2.0 * longest,
        Memory::Short => (longest / 13.0).max(2.0),
    }
}

/// The group of each series by the values of a key column, and how many groups there are.
pub(crate) fn groups(view: &View<'_>, key: usize) -> (Vec<usize>, usize) {
    let mut known = std::collections::BTreeMap::new();
    let group = (0..view.count()).map(|series| {
        let value = view.id(series).get(key).map_or("", String::as_str);
        let next = known.len();
        *known.entry(value).or_insert(next)
    });
    let group = group.collect();
    (group, known.len())
}

/// Gives a series without history the level that its keys let expect: the mean level times, for
/// each key, the mean level of the series that share its value over the mean level.
pub(crate) fn with_new_ones(view: &View<'_>, mut levels: Vec<f64>) -> Vec<f64> {
    if levels.iter().all(|level| !level.is_nan()) {
        return levels;
    }
    let overall = mean(levels.iter().copied()).unwrap_or(0.0);
    let mut expected = vec![overall; levels.len()];
    for key in 0..view.keys().len() {
        let (group, count) = groups(view, key);
        if count == view.count() {
            continue;
        }
        let mut sums = vec![(0.0, 0.0); count];
        for (&of, level) in group.iter().zip(&levels).filter(|(_, level)| !level.is_nan()) {
            if let Some((sum, known)) = sums.get_mut(of) {
                (*sum, *known) = (*sum + level, *known + 1.0);
            }
        }
        for (value, &of) in expected.iter_mut().zip(&group) {
            if let Some((sum, known)) = sums.get(of)
                && *known > 0.0
                && overall > 0.0
            {
                *value *= sum / known / overall;
            }
        }
    }
    for (level, expected) in levels.iter_mut().zip(expected) {
        if level.is_nan() {
            *level = expected;
        }
    }
    levels
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values
        .filter(|value| !value.is_nan())
        .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// The members of the family that are worth trying on a view: a plain one, and those that differ
/// from it in one thing.
pub fn family(view: &View<'_>, seasons: &[usize]) -> Vec<Shape> {
    let longest = seasons.iter().copied().max().unwrap_or(1);
    let first = view.first_point().unwrap_or_default();
    let last = (0..view.count()).map(|series| view.origin(series)).max().unwrap_or_default();
    let years = calendar::yearly_slots(&view.grid());
    let sees_a_year = last - first >= length(longest) && longest > 7;
    let years: &[Slot] = if sees_a_year { years } else { &[] };
    let plain = Shape {
        pool: Pool::Whole,
        memory: Memory::Long,
        year: years.first().copied(),
        trend: Trend::Linear,
    };
    let mut family = vec![plain, Shape { memory: Memory::Short, ..plain }];
    // A line through four seasons is well known; one through two or three may be an accident.
    let seasons_seen = usize::try_from(last - first).unwrap_or(0) / longest.max(2);
    if seasons_seen >= 3 {
        family.push(Shape { trend: Trend::Quadratic, ..plain });
    }
    if (2..4).contains(&seasons_seen) {
        family.push(Shape { trend: Trend::Flat, ..plain });
    }
    if seasons_seen >= 2 && !years.is_empty() {
        family.push(Shape { trend: Trend::Stepped, ..plain });
    }
    family.extend(years.iter().skip(1).map(|&year| Shape { year: Some(year), ..plain }));
    for key in 0..view.keys().len() {
        let (_, count) = groups(view, key);
        if count > 1 && count < view.count() {
            family.push(Shape { pool: Pool::Key(key), ..plain });
            family.push(Shape { pool: Pool::Key(key), memory: Memory::Short, ..plain });
        }
    }
    family
}
