//! How many units does a product sell at a store on a day, given price, promotion and weather?
//!
//! Demand is a product of known effects: weekday, season of the category, own price with the
//! category's elasticity, promotion, the competitor's price, temperature and rain, and the days
//! before a holiday. Its noise is twice that of Poisson counts. Sold is what is in stock, and on
//! two days of the year the stores are closed.

mod product;
mod weather;

use std::io;

use jiff::civil::{Date, date};

use crate::calendar::days;
use crate::generate::{Draft, Order};
use crate::number::{index, whole};
use crate::random::Random;
use crate::retail_demand::product::{Product, Today, Trade};
use crate::retail_demand::weather::{Weather, weather};
use crate::sheet::Sheet;
use crate::window::{Point, Shares};

pub(crate) const FILES: [Draft; 1] = [Draft {
    name: None,
    columns: &[
        "date",
        "store_id",
        "product_id",
        "category",
        "region",
        "inventory_level",
        "units_ordered",
        "price",
        "discount",
        "competitor_price",
        "promotion",
        "holiday",
        "weather",
        "temperature",
        "units_sold",
    ],
    write,
}];

const LAST: Date = date(2024, 11, 30);
/// Two years, the usual length of a series.
const DAYS: u64 = 731;
const STORES: u64 = 5;
/// Five stores, eight products.
const ROWS: u64 = 40 * DAYS;
const REGIONS: [&str; 4] = ["North", "South", "East", "West"];

/// What a store and a day have in common for all products.
struct Shop {
    name: String,
    region: &'static str,
    level: f64,
    weather: Vec<Weather>,
}

fn write(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let seed = order.plan.seed;
    let shares = Shares::new(order.rows(ROWS), DAYS);
    let longest = shares.longest();
    let dates = days(LAST, longest, order.window.drawn(longest));
    let texts: Vec<String> = dates.iter().map(Date::to_string).collect();
    let shops: Vec<Shop> = (1..=STORES).map(|store| shop(seed, store, &dates)).collect();
    for series in 0..shares.series {
        let Some(shop) = shops.get(index(series % STORES)) else { continue };
        let number = series / STORES + 1;
        let product = Product::of(seed, number);
        let key = format!("{},P{number:04},{},{}", shop.name, product.category.name, shop.region);
        let length = shares.length(series);
        let skipped = longest - length;
        let random = Random::of_part(seed, "units", series);
        let mut trade = Trade::new(product, shop.level, order.plan.clarity, random);
        let days = dates.iter().zip(&texts).zip(&shop.weather).skip(skipped);
        for (step, ((&date, text), weather)) in days.enumerate() {
            let today = trade.next(date, weather);
            let point = order.window.point(step, length);
            if point != Point::Hidden {
                sheet.text(text).text(&key);
                record(sheet, &today, weather, point)?;
            }
        }
    }
    Ok(())
}

fn shop(seed: u64, number: u64, dates: &[Date]) -> Shop {
    let mut random = Random::of_part(seed, "shop", number);
    let region = REGIONS.get(index((number - 1) % 4)).copied().unwrap_or("North");
    let level = random.between(0.7, 1.4);
    let weather = weather(&mut random, dates);
    Shop { name: format!("S{number:03}"), region, level, weather }
}

fn record(sheet: &mut Sheet<'_>, today: &Today, weather: &Weather, point: Point) -> io::Result<()> {
    if point == Point::Ahead {
        sheet.text(",").fixed(today.price, 2).whole(whole(today.discount)).empty();
        sheet.number(u64::from(today.promotion)).number(u64::from(today.holiday));
        return sheet.text(",,").end();
    }
    sheet.whole(whole(today.inventory)).whole(whole(today.ordered));
    sheet.fixed(today.price, 2).whole(whole(today.discount)).fixed(today.competitor_price, 2);
    sheet.number(u64::from(today.promotion)).number(u64::from(today.holiday));
    sheet.text(weather.word).fixed(weather.celsius, 1).whole(whole(today.sold));
    sheet.end()
}
