//! After how many days is a product turned over?
//!
//! The logarithm of the days is a sum of effects of the product, each with a weight of its own at
//! every retailer, so that a model of one retailer does badly at another. Most products go within
//! three weeks; a tail stays for months. Features have gaps and slips of the unit, as they come.

use std::io;

use crate::generate::{Draft, Order};
use crate::number::{factor, whole};
use crate::random::Random;
use crate::sheet::Sheet;

pub(crate) const FILES: [Draft; 1] = [Draft {
    name: None,
    columns: &[
        "retailer",
        "product_id",
        "category",
        "brand",
        "price",
        "cost",
        "discount",
        "stock",
        "weight_kg",
        "shelf_life_days",
        "launch_month",
        "turnover_days",
    ],
    write,
}];

const ROWS: u64 = 8000;
const RETAILERS: [&str; 4] = ["acme", "borealis", "corner", "dockside"];
/// Category, median price, log of the days, shelf life in days (0 keeps), kilograms.
const CATEGORIES: [(&str, f64, f64, f64, f64); 6] = [
    ("fresh", 4.0, 1.4, 10.0, 0.6),
    ("grocery", 6.0, 2.6, 240.0, 0.9),
    ("household", 14.0, 3.1, 0.0, 1.8),
    ("clothing", 35.0, 3.5, 0.0, 0.5),
    ("electronics", 160.0, 3.6, 0.0, 2.5),
    ("furniture", 280.0, 4.3, 0.0, 24.0),
];
const BRANDS: u64 = 12;
/// How a missing value is written: all three are met in the wild.
const MISSING: [&str; 3] = ["", "NA", "null"];
/// The range that the scenario's quality rules allow.
const LONGEST: f64 = 1000.0;

/// What one retailer's customers care about.
struct Taste {
    base: f64,
    price: f64,
    discount: f64,
    margin: f64,
    stock: f64,
    season: f64,
}

impl Taste {
    fn of(seed: u64, retailer: u64) -> Self {
        let mut random = Random::of_part(seed, "taste", retailer);
        Self {
            base: random.between(-0.35, 0.35),
            price: random.between(0.25, 0.6),
            discount: random.between(0.015, 0.04),
            margin: random.between(0.3, 1.2),
            stock: random.between(0.2, 0.4),
            season: random.between(0.1, 0.35),
        }
    }
}

/// One product as its retailer lists it.
struct Product {
    category: &'static str,
    brand: u64,
    price: f64,
    cost: f64,
    discount: f64,
    stock: f64,
    weight: f64,
    shelf_life: f64,
    launch_month: u64,
    days: f64,
}

fn write(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let seed = order.plan.seed;
    let tastes = (0..).zip(RETAILERS).map(|(number, name)| (name, Taste::of(seed, number)));
    let tastes: Vec<(&str, Taste)> = tastes.collect();
    let brands = (0..BRANDS).map(|brand| 0.25 * Random::of_part(seed, "brand", brand).normal());
    let brands: Vec<f64> = brands.collect();
    for row in 0..order.rows(ROWS) {
        let mut random = Random::of_part(seed, "product", row);
        let Some((name, taste)) = pick(&tastes, random.below(factor_of(&tastes))) else { continue };
        let noise = 0.3 * order.plan.clarity.noise();
        let product = product(&mut random, taste, &brands, noise);
        record(sheet, (name, row), &product, &mut random)?;
    }
    Ok(())
}

fn factor_of<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn pick<T>(items: &[T], at: u64) -> Option<&T> {
    usize::try_from(at).ok().and_then(|at| items.get(at))
}

fn product(random: &mut Random, taste: &Taste, brands: &[f64], noise: f64) -> Product {
    let drawn = pick(&CATEGORIES, random.below(factor_of(&CATEGORIES)));
    let &(category, median, log_days, life, kilograms) =
        drawn.unwrap_or(&("other", 20.0, 3.0, 0.0, 1.0));
    let brand = random.below(BRANDS);
    let dearness = 0.45 * random.normal();
    let margin = random.between(0.15, 0.6);
    let discount = if random.chance(0.35) { 5.0 * (1.0 + factor(random.below(8))) } else { 0.0 };
    let stock = 5.0 + (60.0 * random.log_normal(0.8)).round();
    let launch_month = 1 + random.below(12);
    let season = libm::cos(std::f64::consts::TAU * (factor(launch_month) - 10.0) / 12.0);
    let logarithm = log_days
        + taste.base
        + taste.price * dearness
        + taste.margin * (margin - 0.35)
        + taste.stock * libm::log(stock / 60.0)
        - taste.discount * discount
        - taste.season * season
        + pick(brands, brand).copied().unwrap_or(0.0)
        + noise * random.normal();
    let price = median * libm::exp(dearness);
    Product {
        category,
        brand,
        price,
        cost: price * (1.0 - margin),
        discount,
        stock,
        weight: kilograms * random.log_normal(0.4),
        shelf_life: (life * random.log_normal(0.2)).round(),
        launch_month,
        days: libm::exp(logarithm).clamp(0.5, LONGEST),
    }
}

/// Writes a product with the slips of whoever listed it: 2 % of some values are missing, 1 % of the
/// targets, and one weight of 200 is in grams.
fn record(
    sheet: &mut Sheet<'_>,
    (retailer, row): (&str, u64),
    product: &Product,
    random: &mut Random,
) -> io::Result<()> {
    sheet.text(retailer).text(&format!("SKU-{:06}", row + 1)).text(product.category);
    match missing(random, 0.02) {
        Some(text) => sheet.text(text),
        None => sheet.text(&format!("brand-{:02}", product.brand + 1)),
    };
    sheet.fixed(product.price, 2).fixed(product.cost, 2);
    sheet.whole(whole(product.discount)).whole(whole(product.stock));
    let grams = if random.chance(0.005) { 1000.0 } else { 1.0 };
    match missing(random, 0.02) {
        Some(text) => sheet.text(text),
        None => sheet.fixed(product.weight * grams, 3),
    };
    match missing(random, 0.02) {
        _ if product.shelf_life < 1.0 => sheet.empty(),
        Some(text) => sheet.text(text),
        None => sheet.whole(whole(product.shelf_life)),
    };
    sheet.whole(i64::try_from(product.launch_month).unwrap_or(1));
    match missing(random, 0.01) {
        Some(text) => sheet.text(text),
        None => sheet.fixed(product.days, 1),
    };
    sheet.end()
}

fn missing(random: &mut Random, probability: f64) -> Option<&'static str> {
    let is_missing = random.chance(probability);
    let text = pick(&MISSING, random.below(factor_of(&MISSING))).copied();
    text.filter(|_| is_missing)
}
