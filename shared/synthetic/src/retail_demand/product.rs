//! What is asked for, ordered and sold of one product at one store?

use jiff::civil::Date;

use crate::calendar::{of_weekday, yearly};
use crate::number::index;
use crate::plan::Clarity;
use crate::random::Random;
use crate::retail_demand::weather::Weather;

const WEEKDAYS: [f64; 7] = [0.86, 0.88, 0.92, 0.97, 1.08, 1.22, 1.07];
/// Month and day of the holidays; on those marked the stores are closed.
const HOLIDAYS: [(i8, i8, Opening); 8] = [
    (1, 1, Opening::Closed),
    (2, 14, Opening::Open),
    (5, 1, Opening::Open),
    (7, 4, Opening::Open),
    (10, 31, Opening::Open),
    (11, 29, Opening::Open),
    (12, 24, Opening::Open),
    (12, 25, Opening::Closed),
];
/// Days of stock that are ordered up to, and how often.
const COVER: f64 = 12.0;
const ORDER_EVERY: u32 = 4;
/// Variance over mean of demand.
const DISPERSION: f64 = 2.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    Open,
    Closed,
}

/// How a kind of product reacts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Category {
    pub(crate) name: &'static str,
    price: f64,
    units: f64,
    /// By how many percent demand falls when the price rises by one.
    elasticity: f64,
    /// What a promotion adds on top of its discount.
    promotion: f64,
    /// What ten degrees more do.
    warmth: f64,
    /// Height of the yearly wave, and the part of the year at which it is highest.
    wave: (f64, f64),
}

const CATEGORIES: [Category; 5] = [
    Category {
        name: "Groceries",
        price: 8.0,
        units: 130.0,
        elasticity: 1.1,
        promotion: 1.25,
        warmth: 0.02,
        wave: (0.05, 0.9),
    },
    Category {
        name: "Toys",
        price: 24.0,
        units: 60.0,
        elasticity: 1.8,
        promotion: 1.4,
        warmth: -0.02,
        wave: (0.35, 0.95),
    },
    Category {
        name: "Electronics",
        price: 90.0,
        units: 45.0,
        elasticity: 2.2,
        promotion: 1.5,
        warmth: 0.0,
        wave: (0.2, 0.92),
    },
    Category {
        name: "Furniture",
        price: 140.0,
        units: 25.0,
        elasticity: 1.5,
        promotion: 1.3,
        warmth: 0.0,
        wave: (0.1, 0.3),
    },
    Category {
        name: "Clothing",
        price: 38.0,
        units: 75.0,
        elasticity: 1.9,
        promotion: 1.35,
        warmth: -0.06,
        wave: (0.15, 0.8),
    },
];

/// A product, the same at all stores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product {
    pub(crate) category: Category,
    price: f64,
    units: f64,
}

impl Product {
    pub(crate) fn of(seed: u64, number: u64) -> Self {
        let mut random = Random::of_part(seed, "retail product", number);
        let category = CATEGORIES.get(index((number - 1) % 5)).copied();
        let [first, ..] = CATEGORIES;
        let category = category.unwrap_or(first);
        let dearness = random.log_normal(0.3);
        Self { category, price: category.price * dearness, units: category.units / dearness }
    }
}

/// A day as it is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today {
    pub(crate) inventory: f64,
    pub(crate) ordered: f64,
    pub(crate) price: f64,
    pub(crate) discount: f64,
    pub(crate) competitor_price: f64,
    pub(crate) promotion: bool,
    pub(crate) holiday: bool,
    pub(crate) sold: f64,
}

/// The trade in one product at one store, day by day.
#[derive(Debug)]
pub(crate) struct Trade {
    product: Product,
    usual: f64,
    clarity: Clarity,
    random: Random,
    list_price: f64,
    competition: f64,
    promotion_days: u32,
    discount: f64,
    inventory: f64,
    on_order: f64,
    until_order: u32,
}

impl Trade {
    pub(crate) fn new(product: Product, level: f64, clarity: Clarity, mut random: Random) -> Self {
        let usual = product.units * level * random.log_normal(0.15);
        let until_order = u32::try_from(random.below(u64::from(ORDER_EVERY))).unwrap_or(0);
        Self {
            product,
            usual,
            clarity,
            random,
            list_price: product.price,
            competition: 0.0,
            promotion_days: 0,
            discount: 0.0,
            inventory: (COVER * usual).round(),
            on_order: 0.0,
            until_order,
        }
    }

    /// The next day.
    pub(crate) fn next(&mut self, date: Date, weather: &Weather) -> Today {
        self.set_prices();
        let competitor_price = self.product.price * (1.0 + self.competition);
        let demand = match of_holidays(date) {
            None => 0.0,
            Some(rush) => self.demand(date, weather, competitor_price) * rush,
        };
        let dispersion = DISPERSION * self.clarity.noise();
        let wanted = self.random.dispersed(demand, dispersion);
        let inventory = self.inventory + std::mem::take(&mut self.on_order);
        let sold = wanted.min(inventory);
        self.inventory = inventory - sold;
        let ordered = self.order();
        Today {
            inventory,
            ordered,
            price: self.list_price,
            discount: self.discount,
            competitor_price,
            promotion: self.promotion_days > 0,
            holiday: is_holiday(date),
            sold,
        }
    }

    /// List prices change every other month, promotions last a week, competitors wander.
    fn set_prices(&mut self) {
        if self.random.chance(1.0 / 60.0) {
            let change = self.random.between(0.85, 1.18);
            self.list_price = (100.0 * self.product.price * change).round() / 100.0;
        }
        self.competition = 0.95 * self.competition + 0.025 * self.random.normal();
        if self.promotion_days > 0 {
            self.promotion_days -= 1;
        } else if self.random.chance(1.0 / 40.0) {
            self.promotion_days = 7;
        }
        if self.promotion_days == 0 {
            self.discount = if self.random.chance(0.1) { 5.0 } else { 0.0 };
        } else if self.discount < 10.0 {
            self.discount = 10.0 + 5.0 * crate::number::factor(self.random.below(4));
        }
    }

    fn demand(&self, date: Date, weather: &Weather, competitor_price: f64) -> f64 {
        let category = self.product.category;
        let paid = self.list_price * (1.0 - self.discount / 100.0);
        let promotion = if self.promotion_days > 0 { category.promotion } else { 1.0 };
        self.usual
            * of_weekday(date, &WEEKDAYS)
            * (1.0 + category.wave.0 * yearly(date, category.wave.1))
            * libm::pow(paid / self.product.price, -category.elasticity)
            * libm::pow(competitor_price / self.product.price, 0.4)
            * promotion
            * weather.visitors
            * (1.0 + category.warmth * (weather.celsius - 12.0) / 10.0)
    }

    /// Orders up to some days of sales; what is ordered is there the next morning. One order in
    /// twenty is forgotten, so that shelves are empty now and then.
    fn order(&mut self) -> f64 {
        if self.until_order > 0 {
            self.until_order -= 1;
            return 0.0;
        }
        self.until_order = ORDER_EVERY - 1;
        let is_forgotten = self.random.chance(0.05);
        let wanted = (COVER * self.usual - self.inventory).round().max(0.0);
        self.on_order = if is_forgotten { 0.0 } else { wanted };
        self.on_order
    }
}

fn opening(date: Date) -> Option<Opening> {
    let is_it = |(month, day, _): &&(i8, i8, Opening)| (date.month(), date.day()) == (*month, *day);
    HOLIDAYS.iter().find(is_it).map(|(_, _, opening)| *opening)
}

fn is_holiday(date: Date) -> bool {
    opening(date).is_some()
}

/// What a holiday, or the day before one, does to demand; nothing is sold where it is `None`.
fn of_holidays(date: Date) -> Option<f64> {
    match opening(date) {
        Some(Opening::Closed) => None,
        Some(Opening::Open) => Some(1.25),
        None => {
            let is_eve = date.tomorrow().is_ok_and(is_holiday);
            Some(if is_eve { 1.35 } else { 1.0 })
        }
    }
}
