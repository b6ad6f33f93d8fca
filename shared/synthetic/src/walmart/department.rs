//! How do the sales of a department go over the year?

use crate::calendar::yearly;
use crate::number::{factor, index};
use crate::plan::Clarity;
use crate::random::Random;
use crate::walmart::environment::{Environment, Store};
use crate::walmart::week::{Feast, Week};

/// How a kind of goods is sold.
#[derive(Debug, Clone, Copy)]
struct Season {
    /// Height of the yearly wave, and the part of the year at which it is highest.
    wave: (f64, f64),
    easter: f64,
    thanksgiving: f64,
    advent: f64,
    christmas: f64,
    after_christmas: f64,
    /// What 20 degrees more do.
    warmth: f64,
    /// What 10,000 dollars of markdowns do.
    markdown: f64,
}

const EVEN: Season = Season {
    wave: (0.03, 0.5),
    easter: 1.03,
    thanksgiving: 1.05,
    advent: 1.02,
    christmas: 1.1,
    after_christmas: 0.88,
    warmth: 0.0,
    markdown: 0.01,
};

/// Food, gifts, electronics, garden, clothing, what is sold all the year, and heating.
const SEASONS: [Season; 7] = [
    Season { easter: 1.12, thanksgiving: 1.2, advent: 1.08, christmas: 1.35, ..EVEN },
    Season {
        wave: (0.15, 0.95),
        thanksgiving: 2.0,
        advent: 2.2,
        christmas: 3.6,
        after_christmas: 0.7,
        markdown: 0.04,
        ..EVEN
    },
    Season { thanksgiving: 2.8, advent: 1.4, christmas: 2.0, markdown: 0.05, ..EVEN },
    Season {
        wave: (0.55, 0.4),
        thanksgiving: 0.9,
        christmas: 0.8,
        warmth: 0.12,
        markdown: 0.03,
        ..EVEN
    },
    Season {
        wave: (0.1, 0.62),
        easter: 1.2,
        thanksgiving: 1.5,
        advent: 1.2,
        christmas: 1.7,
        after_christmas: 0.7,
        markdown: 0.06,
        ..EVEN
    },
    EVEN,
    Season { wave: (0.4, 0.98), warmth: -0.1, ..EVEN },
];

/// A department, the same in all stores.
#[derive(Debug, Clone)]
pub(crate) struct Department {
    pub(crate) number: u64,
    season: Season,
    /// Dollars a week at a store of 130,000 square feet.
    level: f64,
    growth: f64,
}

impl Department {
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let mut random = Random::of_part(seed, "department", number);
        let season = SEASONS.get(index((number - 1) % 7)).copied().unwrap_or(EVEN);
        // One in eleven is hardly sold at all; those are the ones whose returns show.
        let is_small = number % 11 == 6;
        let (median, deviation) = if is_small { (45.0, 0.6) } else { (11_500.0, 1.0) };
        let level = median * random.log_normal(deviation);
        Self { number, season, level, growth: 0.01 + 0.04 * random.normal() }
    }

    /// Its sales at one store, from the first week on.
    pub(crate) fn sales_in(&self, seed: u64, store: &Store) -> Sales<'_> {
        let part = store.number.wrapping_mul(1 << 16).wrapping_add(self.number);
        let mut random = Random::of_part(seed, "weekly sales", part);
        let size = libm::pow(factor(store.size) / 130_000.0, 0.9);
        let level = self.level * size * random.log_normal(0.2);
        Sales { department: self, level, lasting: 0.0, random }
    }
}

/// The sales of a department at a store, week by week.
#[derive(Debug)]
pub(crate) struct Sales<'a> {
    department: &'a Department,
    level: f64,
    /// Noise that fades by half a week.
    lasting: f64,
    random: Random,
}

impl Sales<'_> {
    /// Dollars of the next week; below zero where more is returned than sold.
    pub(crate) fn next(&mut self, week: &Week, environment: &Environment, clarity: Clarity) -> f64 {
        let season = self.department.season;
        let years = factor(u64::try_from(week.number).unwrap_or(0)) / 52.0;
        let warmth = (environment.temperature - 60.0) / 20.0;
        self.lasting = 0.5 * self.lasting + 0.05 * clarity.noise() * self.random.normal();
        let expected = self.level
            * (1.0 + self.department.growth * years)
            * (1.0 + season.wave.0 * yearly(week.date, season.wave.1))
            * of_feast(&season, week.feast)
            * (1.0 + season.warmth * warmth)
            * (1.0 + season.markdown * environment.markdown() / 10.0)
            * libm::exp(self.lasting);
        expected + clarity.noise() * (20.0 + 0.04 * expected.abs()) * self.random.normal()
    }
}

fn of_feast(season: &Season, feast: Option<Feast>) -> f64 {
    match feast {
        None => 1.0,
        Some(Feast::SuperBowl) => 1.04,
        Some(Feast::January) => 0.9,
        Some(Feast::LaborDay) => 1.03,
        Some(Feast::Easter) => season.easter,
        Some(Feast::Thanksgiving) => season.thanksgiving,
        Some(Feast::Advent) => season.advent,
        Some(Feast::Christmas) => season.christmas,
        Some(Feast::AfterChristmas) => season.after_christmas,
    }
}
