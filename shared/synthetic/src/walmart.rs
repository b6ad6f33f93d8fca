//! What sells a department of a store in a week?
//!
//! Three files in the shape of the Kaggle "Walmart Recruiting" data: Fridays from 2010-02-05 to
//! 2012-10-26 in `train.csv`, and 39 weeks more in `features.csv`. Sales are
//! `department x size of the store x season of the department x markdowns x temperature`, with
//! noise that lasts for some weeks and returns that make a few weeks negative. The peak of
//! Christmas is the week before the flagged one, which ends after the feast.

mod department;
mod environment;
mod presence;
mod week;

use std::io;

use crate::generate::{Draft, Order};
use crate::sheet::Sheet;
use crate::walmart::department::Department;
use crate::walmart::environment::{Environment, Store};
use crate::walmart::presence::Layout;
use crate::walmart::week::{OBSERVED, Week, weeks};
use crate::window::Point;

pub(crate) const FILES: [Draft; 3] = [
    Draft {
        name: Some("train.csv"),
        columns: &["Store", "Dept", "Date", "Weekly_Sales", "IsHoliday"],
        write: write_sales,
    },
    Draft {
        name: Some("features.csv"),
        columns: &[
            "Store",
            "Date",
            "Temperature",
            "Fuel_Price",
            "MarkDown1",
            "MarkDown2",
            "MarkDown3",
            "MarkDown4",
            "MarkDown5",
            "CPI",
            "Unemployment",
            "IsHoliday",
        ],
        write: write_features,
    },
    Draft { name: Some("stores.csv"), columns: &["Store", "Type", "Size"], write: write_stores },
];

const ROWS: u64 = 16_000;
/// In the file with CPI and unemployment, the last so many weeks are not known yet.
const UNPUBLISHED: usize = 13;

fn write_sales(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let weeks = weeks();
    let seed = order.plan.seed;
    let layout = Layout::new(seed, order.rows(ROWS));
    let departments: Vec<Department> =
        (1..=layout.departments).map(|number| Department::of(seed, number)).collect();
    let mut left = layout.rows;
    for number in 1.. {
        let store = Store::of(seed, number);
        let environment: Vec<Environment> =
            weeks.iter().map(|week| Environment::of(seed, &store, week)).collect();
        for department in &departments {
            let mut sales = department.sales_in(seed, &store);
            let mut presence = layout.presence(number, department.number);
            for (week, environment) in weeks.iter().zip(&environment) {
                let amount = sales.next(week, environment, order.plan.clarity);
                let is_there = presence.holds(week.number);
                if week.number >= OBSERVED + order.window.ahead() || !is_there {
                    continue;
                }
                let is_observed = week.number < OBSERVED;
                if is_observed && left == 0 {
                    return Ok(());
                }
                left -= u64::from(is_observed);
                let key = (store.number, department.number);
                write_week(sheet, key, week, (order.window.point(week.number, OBSERVED), amount))?;
            }
        }
    }
    Ok(())
}

fn write_week(
    sheet: &mut Sheet<'_>,
    (store, department): (u64, u64),
    week: &Week,
    (point, amount): (Point, f64),
) -> io::Result<()> {
    if point == Point::Hidden {
        return Ok(());
    }
    sheet.number(store).number(department).text(&week.text);
    match point {
        Point::Observed => sheet.fixed(amount, 2),
        Point::Ahead | Point::Hidden => sheet.empty(),
    };
    sheet.text(week.flag()).end()
}

fn write_features(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    let weeks = weeks();
    let published = weeks.len() - UNPUBLISHED;
    for number in 1..=Layout::new(order.plan.seed, order.rows(ROWS)).stores() {
        let store = Store::of(order.plan.seed, number);
        for week in &weeks {
            let environment = Environment::of(order.plan.seed, &store, week);
            sheet.number(number).text(&week.text);
            sheet.fixed(environment.temperature, 2).fixed(environment.fuel_price, 3);
            for markdown in environment.markdowns {
                match markdown {
                    Some(amount) => sheet.fixed(amount, 2),
                    None => sheet.text("NA"),
                };
            }
            if week.number < published {
                sheet.fixed(environment.cpi, 7).fixed(environment.unemployment, 3);
            } else {
                sheet.text("NA,NA");
            }
            sheet.text(week.flag()).end()?;
        }
    }
    Ok(())
}

fn write_stores(order: &Order<'_>, sheet: &mut Sheet<'_>) -> io::Result<()> {
    for number in 1..=Layout::new(order.plan.seed, order.rows(ROWS)).stores() {
        let store = Store::of(order.plan.seed, number);
        sheet.number(number).text(store.kind).number(store.size).end()?;
    }
    Ok(())
}
