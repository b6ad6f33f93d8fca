//! What is known of a store and of its week, besides sales?

use crate::calendar::yearly;
use crate::number::{count, factor};
use crate::random::Random;
use crate::walmart::week::{Feast, Week};

/// Markdowns are recorded from 2011-11-11 on.
const FIRST_MARKDOWN: usize = 92;
/// Median amount in dollars, and the share of weeks that have it, of the five markdowns.
const MARKDOWNS: [(f64, f64); 5] =
    [(5000.0, 0.97), (500.0, 0.7), (60.0, 0.87), (1500.0, 0.84), (3000.0, 0.98)];

/// A store.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) number: u64,
    /// A is large, B is medium, C is small.
    pub(crate) kind: &'static str,
    /// In square feet.
    pub(crate) size: u64,
    /// How much warmer than the mean, in degrees Fahrenheit.
    warmth: f64,
    cpi: f64,
    unemployment: f64,
}

impl Store {
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let mut random = Random::of_part(seed, "walmart store", number);
        let (kind, mean, deviation) = match random.below(45) {
            0..22 => ("A", 177_000.0, 35_000.0),
            22..39 => ("B", 101_000.0, 30_000.0),
            _ => ("C", 40_500.0, 1200.0),
        };
        let size = count((mean + deviation * random.normal()).clamp(34_000.0, 220_000.0));
        Self {
            number,
            kind,
            size,
            warmth: 9.0 * random.normal(),
            cpi: if random.chance(0.5) { 128.0 } else { 213.0 },
            unemployment: random.between(5.5, 10.0),
        }
    }
}

/// One week at one store. The same in every file that tells of it.
#[derive(Debug, Clone)]
pub(crate) struct Environment {
    pub(crate) temperature: f64,
    pub(crate) fuel_price: f64,
    pub(crate) markdowns: [Option<f64>; 5],
    pub(crate) cpi: f64,
    pub(crate) unemployment: f64,
}

impl Environment {
    pub(crate) fn of(seed: u64, store: &Store, week: &Week) -> Self {
        let part = store.number.wrapping_mul(1 << 16);
        let number = u64::try_from(week.number).unwrap_or(0);
        let mut random = Random::of_part(seed, "walmart week", part.wrapping_add(number));
        let years = factor(number) / 52.0;
        let wave = libm::sin(std::f64::consts::TAU * (years + 0.1) / 1.6);
        Self {
            temperature: 60.0
                + store.warmth
                + 22.0 * yearly(week.date, 0.55)
                + 5.0 * random.normal(),
            fuel_price: 2.75 + 0.33 * years + 0.2 * wave + 0.04 * random.normal(),
            markdowns: markdowns(&mut random, week),
            cpi: store.cpi * (1.0 + 0.022 * years) + 0.1 * random.normal(),
            unemployment: (store.unemployment - 0.4 * years + 0.05 * random.normal()).max(3.5),
        }
    }

    /// Thousands of dollars by which prices are marked down.
    pub(crate) fn markdown(&self) -> f64 {
        self.markdowns.iter().flatten().map(|amount| amount.max(0.0)).sum::<f64>() / 1000.0
    }
}

fn markdowns(random: &mut Random, week: &Week) -> [Option<f64>; 5] {
    MARKDOWNS.map(|(median, share)| {
        let feast = match week.feast {
            Some(Feast::Thanksgiving | Feast::Christmas | Feast::AfterChristmas) => 2.5,
            Some(Feast::January) | None => 1.0,
            Some(_) => 1.5,
        };
        let amount = median * feast * random.log_normal(0.9);
        let amount = if random.chance(0.003) { -amount / 20.0 } else { amount };
        let is_there = random.chance(share) && week.number >= FIRST_MARKDOWN;
        is_there.then_some(amount)
    })
}
