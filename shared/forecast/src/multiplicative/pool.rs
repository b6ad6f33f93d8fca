//! How does the sum of a pool of series move through the calendar?
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel: places are below the lengths they were made from, counts are small"
)]

use crate::calendar::Slot;
use crate::multiplicative::Trend;
use crate::view::{View, length};

/// Rounds of fitting; the factors of real calendars stand still after four.
const ROUNDS: usize = 6;

/// Points of a new year that weigh as much as what the year before lets expect.
const BELIEF: f64 = 3.0;

/// The points from the first known to the last to forecast, and the places of each.
pub(super) struct Timeline {
    first: i64,
    known: usize,
    longest: usize,
    slots: Vec<Slot>,
    /// For each slot the place of each point.
    places: Vec<Vec<usize>>,
    /// The calendar year of each point, counted from that of the first.
    years: Vec<usize>,
}

impl Timeline {
    pub(super) fn of(
        view: &View<'_>,
        slots: &[Slot],
        (first, last): (i64, i64),
        longest: usize,
    ) -> Self {
        let grid = view.grid();
        let points = first..last + length(view.horizon());
        let places = |slot: &Slot| points.clone().map(|point| slot.place(&grid, point)).collect();
        Self {
            first,
            known: usize::try_from(last - first).unwrap_or(0),
            longest,
            slots: slots.to_vec(),
            places: slots.iter().map(places).collect(),
            years: points.clone().map(|point| crate::calendar::year(&grid, point, first)).collect(),
        }
    }

    /// The level of the known points.
    fn level(&self, plain: &[f64], weight: &[f64], trend: Trend) -> Vec<f64> {
        match trend {
            Trend::Stepped => stepped(plain, weight, &self.years[..plain.len()]),
            Trend::Flat | Trend::Linear | Trend::Quadratic => {
                smooth_level(plain, weight, self.longest)
            }
        }
    }

    /// What the factors are called in explanations.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |slot: &Slot| match slot {
            Slot::Phase(length) => format!("season_{length}"),
            Slot::Weekday => "weekday".to_owned(),
            Slot::Month => "month".to_owned(),
            Slot::DayOfYear => "day_of_year".to_owned(),
            Slot::WeekOfYear => "week_of_year".to_owned(),
        };
        self.slots.iter().map(name).collect()
    }
}

/// The factors of a pool.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// The trend at each point.
    trend: Vec<f64>,
    /// The factor of each slot at each point.
    factors: Vec<Vec<f64>>,
}

/// A profile that says nothing.
pub(super) static FLAT: Profile = Profile { trend: Vec::new(), factors: Vec::new() };

impl Profile {
    pub(super) fn of(
        view: &View<'_>,
        members: &[usize],
        timeline: &Timeline,
        trend: Trend,
    ) -> Self {
        let (sum, weight) = total(view, members, timeline);
        let mut factors: Vec<Vec<f64>> =
            timeline.slots.iter().map(|slot| vec![1.0; slot.places()]).collect();
        let mut level = timeline.level(&sum, &weight, trend);
        for round in 0..ROUNDS {
            for slot in 0..factors.len() {
                let expected =
                    |point: usize| level[point] * others(&factors, timeline, slot, point);
                factors[slot] =
                    refit(&sum, &weight, &timeline.places[slot], &factors[slot], expected);
                if matches!(timeline.slots[slot], Slot::DayOfYear | Slot::WeekOfYear) {
                    smooth_round(&mut factors[slot], timeline.longest);
                }
            }
            if round + 1 < ROUNDS {
                let plain: Vec<f64> = (0..sum.len())
                    .map(|point| sum[point] / others(&factors, timeline, usize::MAX, point))
                    .collect();
                level = timeline.level(&plain, &weight, trend);
            }
        }
        let plain: Vec<f64> = (0..sum.len())
            .map(|point| sum[point] / others(&factors, timeline, usize::MAX, point))
            .collect();
        let points = timeline.known + view.horizon();
        let trend = extrapolate(&plain, &weight, timeline, trend, points);
        let at = |(slot, factor): (usize, &Vec<f64>)| {
            timeline.places[slot].iter().map(|&place| factor[place]).collect()
        };
        Self { trend, factors: factors.iter().enumerate().map(at).collect() }
    }

    pub(super) fn trend(&self, point: usize) -> f64 {
        self.trend.get(point).copied().unwrap_or(1.0)
    }

    pub(super) fn factor(&self, slot: usize, point: usize) -> f64 {
        self.factors.get(slot).and_then(|factor| factor.get(point)).copied().unwrap_or(1.0)
    }

    pub(super) fn value(&self, point: usize) -> f64 {
        let factors = self.factors.iter().filter_map(|factor| factor.get(point));
        self.trend(point) * factors.product::<f64>()
    }
}

/// The product of all factors but one at a point, never zero.
fn others(factors: &[Vec<f64>], timeline: &Timeline, but: usize, point: usize) -> f64 {
    let mut product = 1.0;
    for (slot, factor) in factors.iter().enumerate().filter(|(slot, _)| *slot != but) {
        product *= factor[timeline.places[slot][point]];
    }
    product.max(1e-6)
}

/// Sales of the pool at each point as a share of the usual level of those that sold, and that level.
///
/// Dividing by who is present keeps the sum from jumping where series start, stop or have gaps.
fn total(view: &View<'_>, members: &[usize], timeline: &Timeline) -> (Vec<f64>, Vec<f64>) {
    let mut sum = vec![0.0; timeline.known];
    let mut weight = vec![0.0; timeline.known];
    for &series in members {
        let history = view.history(series);
        let recent = history.values.len().saturating_sub(timeline.longest);
        let known = history.values[recent..].iter().filter(|value| !value.is_nan());
        let (count, volume) = known.fold((0.0, 0.0), |(n, s), value| (n + 1.0, s + value));
        if volume <= 0.0 {
            continue;
        }
        let usual = volume / count;
        let offset = usize::try_from(history.start - timeline.first).unwrap_or(0);
        for (point, &value) in (offset..).zip(history.values) {
            if !value.is_nan() {
                sum[point] += value;
                weight[point] += usual;
            }
        }
    }
    for (sum, weight) in sum.iter_mut().zip(&weight) {
        *sum = if *weight > 0.0 { *sum / weight } else { 0.0 };
    }
    (sum, weight)
}

/// One slot of proportional fitting: what was sold at each place over what was expected, with mean
/// one over the known points.
fn refit(
    sum: &[f64],
    weight: &[f64],
    places: &[usize],
    before: &[f64],
    expected: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let mut sold = vec![0.0; before.len()];
    let mut due = vec![0.0; before.len()];
    for point in 0..sum.len() {
        sold[places[point]] += weight[point] * sum[point];
        due[places[point]] += weight[point] * expected(point);
    }
    let mut factor: Vec<f64> = sold
        .iter()
        .zip(&due)
        .map(|(&sold, &due)| if due > 0.0 { (sold / due).max(0.0) } else { f64::NAN })
        .collect();
    let known: Vec<f64> = factor.iter().copied().filter(|value| !value.is_nan()).collect();
    let mean = known.iter().sum::<f64>() / (known.len().max(1) as f64);
    for value in &mut factor {
        *value = if value.is_nan() || mean <= 0.0 { 1.0 } else { *value / mean };
    }
    factor
}

/// A mean over neighbours around the year, so that a single day does not stand for itself.
fn smooth_round(factor: &mut Vec<f64>, longest: usize) {
    let reach = longest / 52;
    if reach < 2 {
        return;
    }
    let count = factor.len();
    let width = 2 * reach + 1;
    let smooth = (0..count).map(|place| {
        let sum: f64 = (0..width).map(|step| factor[(place + count + step - reach) % count]).sum();
        sum / width as f64
    });
    *factor = smooth.collect();
}

/// The level at each point from a line through the season around it.
///
/// A plain mean would lie below the truth at the end of a growing history.
fn smooth_level(plain: &[f64], weight: &[f64], longest: usize) -> Vec<f64> {
    let reach = (longest / 2).max(1);
    let mut sums = vec![[0.0; 5]; plain.len() + 1];
    for point in 0..plain.len() {
        let (x, y, w) = (point as f64, plain[point], weight[point]);
        let terms = [w, w * x, w * x * x, w * y, w * x * y];
        for (place, term) in terms.into_iter().enumerate() {
            sums[point + 1][place] = sums[point][place] + term;
        }
    }
    let ridge = (longest * longest) as f64 / 100.0;
    let level = |point: usize| {
        let (from, to) = (point.saturating_sub(reach), (point + reach + 1).min(plain.len()));
        let [w, wx, wxx, wy, wxy]: [f64; 5] =
            std::array::from_fn(|place| sums[to][place] - sums[from][place]);
        if w <= 0.0 {
            return 1.0;
        }
        let (x, y) = (wx / w, wy / w);
        let slope = (wxy / w - x * y) / (wxx / w - x * x + ridge);
        (y + slope * (point as f64 - x)).clamp(0.2 * y, 5.0 * y.max(0.0))
    };
    (0..plain.len()).map(level).collect()
}

/// One level for each calendar year, for shops that change from one year to the next. A year of
/// which little is known starts from what the one before lets expect: half of its growth again.
fn stepped(plain: &[f64], weight: &[f64], years: &[usize]) -> Vec<f64> {
    let count = years.last().map_or(0, |last| last + 1);
    let mut sums = vec![(0.0, 0.0); count];
    for ((value, weight), &year) in plain.iter().zip(weight).zip(years) {
        sums[year].0 += value * weight;
        sums[year].1 += weight;
    }
    let usual = weight.iter().sum::<f64>() / weight.len().max(1) as f64;
    let mut levels: Vec<f64> = Vec::with_capacity(count);
    for (year, (sold, due)) in sums.into_iter().enumerate() {
        let last = year.checked_sub(1).map(|last| levels[last]);
        let before = year.checked_sub(2).map(|before| levels[before]);
        let growth = match (last, before) {
            (Some(last), Some(before)) if before > 0.0 => (last / before).clamp(0.7, 1.4).sqrt(),
            _ => 1.0,
        };
        let belief = if last.is_some() { BELIEF * usual } else { 0.0 };
        let expected = last.unwrap_or(1.0) * growth;
        let known = sold + belief * expected;
        levels.push(if due + belief > 0.0 { known / (due + belief) } else { expected });
    }
    years.iter().map(|&year| levels[year]).collect()
}

/// The trend through the known points and beyond: a weighted polynomial of the last seasons.
fn extrapolate(
    plain: &[f64],
    weight: &[f64],
    timeline: &Timeline,
    trend: Trend,
    points: usize,
) -> Vec<f64> {
    if trend == Trend::Stepped {
        return stepped(plain, weight, &timeline.years[..points.min(timeline.years.len())]);
    }
    let level = smooth_level(plain, weight, timeline.longest);
    let seasons = plain.len() / timeline.longest.max(1);
    let degree = match trend {
        Trend::Flat | Trend::Stepped => 0,
        Trend::Linear => seasons.saturating_sub(1).min(1),
        Trend::Quadratic => seasons.saturating_sub(1).min(2),
    };
    let season = timeline.longest as f64;
    let half_life = if degree == 0 { (season / 4.0).max(4.0) } else { season };
    let x = |point: usize| (point as f64 - plain.len() as f64) / season;
    let fade = |point: usize| 0.5_f64.powf((plain.len() - point) as f64 / half_life);
    let rows: Vec<(f64, f64, f64)> = (0..plain.len())
        .map(|point| (x(point), plain[point], weight[point] * fade(point)))
        .collect();
    let polynomial = fit(&rows, degree);
    let value = |point: usize| {
        polynomial.iter().rev().fold(0.0, |sum, coefficient| sum * x(point) + coefficient)
    };
    if degree > 0 {
        let at_end = value(plain.len()).max(1e-9);
        return (0..points).map(|point| value(point).max(0.1 * at_end).min(3.0 * at_end)).collect();
    }
    let mut trend = level;
    trend.resize(points, value(plain.len()));
    trend
}

/// Weighted least squares of a polynomial of degree 0, 1 or 2.
fn fit(rows: &[(f64, f64, f64)], degree: usize) -> Vec<f64> {
    let count = degree + 1;
    let mut normal = vec![vec![0.0; count + 1]; count];
    for &(x, y, weight) in rows {
        let powers = [1.0, x, x * x];
        for i in 0..count {
            for j in 0..count {
                normal[i][j] += weight * powers[i] * powers[j];
            }
            normal[i][count] += weight * powers[i] * y;
        }
    }
    for (place, row) in normal.iter_mut().enumerate() {
        row[place] += 1e-12 + row[place] * 1e-9;
    }
    crate::solve::gauss(normal)
}
