//! The two public data sets as panels.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use series::frequency::{Frequency, Unit};
use series::grid::{Grid, Moment};
use series::panel::{Column, Known, Panel, Series};

type Answer = Result<Panel, Box<dyn Error>>;

/// The numbers and holiday flags of one series by date.
type Rows = BTreeMap<i64, (f64, f64)>;

/// `date,store,item,sales`.
pub(crate) fn store_item(folder: &Path) -> Answer {
    let text = std::fs::read_to_string(folder.join("store-item/train.csv"))?;
    let mut series: BTreeMap<(u32, u32), Rows> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or("a field is missing");
        let (day, store, item, sales) = (next()?, next()?, next()?, next()?);
        let rows = series.entry((store.parse()?, item.parse()?)).or_default();
        rows.insert(days(day)?, (sales.parse()?, 0.0));
    }
    let keys = ["store", "item"];
    Ok(panel(keys, Frequency::every(Unit::Day), 86_400, &series))
}

/// `Store,Dept,Date,Weekly_Sales,IsHoliday`.
pub(crate) fn walmart(folder: &Path) -> Answer {
    let text = std::fs::read_to_string(folder.join("walmart/train.csv"))?;
    let mut series: BTreeMap<(u32, u32), Rows> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let mut fields = line.split(',');
        let mut next = || fields.next().ok_or("a field is missing");
        let (store, department, day, sales) = (next()?, next()?, next()?, next()?);
        let holiday = f64::from(next()? == "TRUE");
        let rows = series.entry((store.parse()?, department.parse()?)).or_default();
        rows.insert(days(day)?, (sales.parse()?, holiday));
    }
    Ok(panel(["Store", "Dept"], Frequency::every(Unit::Week), 7 * 86_400, &series))
}

/// Days since 1970 of a date like 2013-01-01.
fn days(text: &str) -> Result<i64, Box<dyn Error>> {
    let mut parts = text.split('-').map(str::parse::<i64>);
    let mut next = || parts.next().ok_or("a date has three parts");
    let (year, month, day) = (next()??, next()??, next()??);
    // The civil calendar as days (Howard Hinnant, "chrono-compatible low-level date algorithms").
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Ok(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn panel(
    keys: [&str; 2],
    frequency: Frequency,
    seconds: i64,
    rows: &BTreeMap<(u32, u32), Rows>,
) -> Panel {
    let of_day = |day: i64| day * 86_400 / seconds;
    let first_days = rows.values().filter_map(|rows| rows.keys().next());
    let anchor = first_days.min().copied().unwrap_or_default();
    let last_days = rows.values().filter_map(|rows| rows.keys().last());
    let last = of_day(last_days.max().copied().unwrap_or_default() - anchor);
    let holidays: BTreeMap<i64, f64> = rows
        .values()
        .flatten()
        .map(|(&day, &(_, holiday))| (of_day(day - anchor), holiday))
        .collect();
    let series = rows.iter().map(|((first, second), rows)| {
        let start = rows.keys().next().map_or(0, |&day| of_day(day - anchor));
        let end = rows.keys().last().map_or(0, |&day| of_day(day - anchor));
        let mut target = vec![f64::NAN; usize::try_from(end - start + 1).unwrap_or(0)];
        for (&day, &(value, _)) in rows {
            let place = usize::try_from(of_day(day - anchor) - start).unwrap_or(usize::MAX);
            if let Some(slot) = target.get_mut(place) {
                *slot = value;
            }
        }
        let holiday = (start..=last).map(|point| holidays.get(&point).copied().unwrap_or(0.0));
        let id = vec![first.to_string(), second.to_string()];
        Series { id, start, target, values: vec![holiday.collect()] }
    });
    let column = Column { name: "IsHoliday".to_owned(), known: Known::Ahead, levels: None };
    Panel {
        grid: Grid::through(Moment(anchor * 86_400), frequency),
        keys: keys.map(str::to_owned).to_vec(),
        columns: vec![column],
        series: series.collect(),
    }
}
