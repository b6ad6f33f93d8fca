//! What sells an item in a store on a day?
//!
//! `level(store) x level(item) x weekday x month x trend`, with Poisson noise around it: what the
//! Kaggle "Store Item Demand Forecasting Challenge" was found to be made of. The profiles of
//! weekday and month are the ratios of its means, rounded.

use std::io;

use jiff::civil::{Date, date};

use crate::calendar::{days, of_month, of_weekday, years};
use crate::generate::{Draft, Order};
use crate::number::whole;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::window::{Point, Shares};

pub(crate) const FILES: [Draft; 1] =
    [Draft { name: None, columns: &["date", "store", "item", "sales"], write }];

/// The last day of every series.
const LAST: Date = date(2017, 12, 31);
/// Three years, so that every yearly feature has a value in two of them.
const DAYS: u64 = 1095;
const STORES: u64 = 10;
/// Ten stores, five items.
const ROWS: u64 = 50 * DAYS;
const WEEKDAYS: [f64; 7] = [0.79, 0.92, 0.93, 0.99, 1.06, 1.12, 1.19];
const MONTHS: [f64; 12] = [0.68, 0.75, 0.91, 1.06, 1.13, 1.21, 1.28, 1.13, 1.05, 0.98, 1.06, 0.75];
/// What a year adds.
const GROWTH: f64 = 0.07;

fn write(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let shares = Shares::new(order.rows(ROWS), DAYS);
    let longest = shares.longest();
    let dates = days(LAST, longest, longest);
    let year = |step: usize| years(step) - years(longest) / 2.0;
    let profile = dates.iter().enumerate().map(|(step, &date)| {
        let factor = of_weekday(date, &WEEKDAYS) * of_month(date, &MONTHS);
        (date.to_string(), factor * (1.0 + GROWTH * year(step)).max(0.1))
    });
    let profile: Vec<(String, f64)> = profile.collect();
    for series in 0..shares.series {
        let (store, item) = (series % STORES + 1, series / STORES + 1);
        let level = level(order.plan.seed, store, item);
        let key = format!("{store},{item}");
        let mut random = Random::of_part(order.plan.seed, "sales", series);
        let length = shares.length(series);
        for (step, (date, factor)) in profile.iter().skip(longest - length).enumerate() {
            let sales = order.plan.clarity.count(&mut random, level * factor);
            if order.window.point(step, length) == Point::Observed {
                sheet.text(date).text(&key).whole(whole(sales)).end()?;
            }
        }
    }
    Ok(())
}

/// Units a day over the year: 22 to 88 of an item, times 0.7 to 1.3 of the store.
fn level(seed: u64, store: u64, item: u64) -> f64 {
    let of_item = Random::of_part(seed, "item", item).between(20.0, 84.0);
    of_item * Random::of_part(seed, "store", store).between(0.7, 1.3)
}
