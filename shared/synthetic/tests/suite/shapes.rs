//! Do the histories look like the data that they stand for?

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use synthetic::Plan;

use crate::table::{Table, mean, plan, scenario, share, variance};

fn between(found: f64, low: f64, high: f64) {
    assert!((low..=high).contains(&found), "{found} is not within {low} and {high}");
}

/// The share of the variance of a column that the means of these groups explain.
fn explained(table: &Table, column: &str, group: impl Fn(&[String]) -> String) -> f64 {
    let at = table.at(column);
    let mut groups = BTreeMap::<String, Vec<f64>>::new();
    for row in &table.rows {
        if let Ok(value) = row[at].parse() {
            groups.entry(group(row)).or_default().push(value);
        }
    }
    let weight = |values: &Vec<f64>| f64::from(u32::try_from(values.len()).unwrap());
    let inside: f64 = groups.values().map(|values| variance(values) * weight(values)).sum();
    let all: Vec<f64> = groups.into_values().flatten().collect();
    1.0 - inside / (variance(&all) * weight(&all))
}

#[test]
fn store_item_has_poisson_noise_and_the_profiles_of_the_original() {
    let table = Table::of(&scenario("store-item"), &plan(200 * 1095, 1));
    let (sales, dates) = (table.numbers("sales"), table.texts("date"));

    // The original: mean 52.25, one zero in 913,000 rows.
    between(mean(&sales), 44.0, 60.0);
    assert!(share(&sales, |value| *value < 0.5) < 1e-4);
    let weekday = |wanted| {
        let days = dates.iter().zip(&sales);
        let of_day = days.filter(|(date, _)| date.parse::<Date>().unwrap().weekday() == wanted);
        mean(&of_day.map(|(_, sales)| *sales).collect::<Vec<_>>()) / mean(&sales)
    };
    between(weekday(Weekday::Monday), 0.77, 0.81);
    between(weekday(Weekday::Sunday), 1.17, 1.21);
    // Neighbouring weeks differ by noise alone but for the season, which adds a little.
    let differences = sales.windows(8).map(|week| week[7] - week[0]).collect::<Vec<_>>();
    between(variance(&differences) / (2.0 * mean(&sales)), 0.98, 1.15);
}

#[test]
fn walmart_peaks_before_the_flagged_week_of_christmas() {
    let table = Table::of(&scenario("walmart"), &Plan::default());
    let mut weeks = BTreeMap::<&str, f64>::new();
    for (date, row) in table.texts("Date").into_iter().zip(&table.rows) {
        *weeks.entry(date).or_default() += row[3].parse::<f64>().unwrap();
    }
    let usual = mean(&weeks.values().copied().collect::<Vec<_>>());

    // The original: 1.40, 1.72, 0.86, 0.91.
    between(weeks["2010-11-26"] / usual, 1.2, 1.7);
    between(weeks["2010-12-24"] / usual, 1.4, 2.1);
    between(weeks["2010-12-31"] / usual, 0.7, 1.05);
    between(weeks["2011-01-14"] / usual, 0.75, 1.05);
}

#[test]
fn walmart_has_returns_gaps_and_short_series() {
    let table = Table::of(&scenario("walmart"), &plan(100_000, 1));
    let sales = table.numbers("Weekly_Sales");

    // The original: 0.3 % negative, mean 15,981, median 7,612, four of five series complete.
    between(share(&sales, |value| *value < 0.0), 0.001, 0.02);
    between(mean(&sales), 10_000.0, 25_000.0);
    let series: Vec<usize> = table.series(&["Store", "Dept"]).values().map(Vec::len).collect();
    between(share(&series, |weeks| *weeks == 143), 0.7, 0.9);
    assert!(series.iter().any(|weeks| *weeks < 30));
}

#[test]
fn walmart_features_go_on_and_tell_what_is_not_known() {
    let tables = Table::all(&scenario("walmart"), &Plan::default());
    let features = &tables["features.csv"];
    let stores = tables["stores.csv"].rows.len();

    assert_eq!(features.rows.len(), stores * 182);
    assert_eq!(features.texts("Date").iter().max(), Some(&"2013-07-26"));
    for row in &features.rows {
        let (date, cpi) = (row[1].as_str(), row[9].as_str());
        assert!(date >= "2011-11-11" || row[4..9].iter().all(|text| text == "NA"));
        assert_eq!(cpi == "NA", date >= "2013-05-03", "{date}");
    }
    let flagged: Vec<_> = features.rows.iter().filter(|row| row[11] == "TRUE").collect();
    assert_eq!(flagged.len(), stores * 13);
    assert_eq!(tables["train.csv"].texts("Store").last(), Some(&stores.to_string().as_str()));
}

#[test]
fn turnover_is_skewed_learnable_and_different_at_each_retailer() {
    let table = Table::of(&scenario("turnover"), &Plan::default());
    let days = table.numbers("turnover_days");

    between(share(&days, |days| *days < 7.0), 0.1, 0.35);
    between(share(&days, |days| *days > 90.0), 0.02, 0.15);
    between(share(&table.texts("turnover_days"), |text| text.parse::<f64>().is_err()), 0.005, 0.02);
    between(share(&table.texts("weight_kg"), |text| ["", "NA", "null"].contains(text)), 0.01, 0.03);
    let category = explained(&table, "turnover_days", |row| row[2].clone());
    let retailer = explained(&table, "turnover_days", |row| format!("{}{}", row[2], row[0]));
    between(category, 0.2, 0.8);
    assert!(retailer > category + 0.01, "{retailer} against {category}");
    assert_eq!(table.series(&["retailer"]).len(), 4);
}

#[test]
fn demand_follows_price_promotion_and_holidays() {
    let table = Table::of(&scenario("retail-demand"), &Plan::default());
    let weekday =
        |row: &[String]| row[0].parse::<Date>().unwrap().weekday().to_monday_zero_offset();

    let alone = explained(&table, "units_sold", |row| format!("{}{}", row[1], row[2]));
    let known = explained(&table, "units_sold", |row| {
        format!("{}{}{}{}{}", row[1], row[2], weekday(row), row[10], row[8])
    });
    assert!(known > 0.8 && known > alone + 0.1, "{known} against {alone}");
    let of = |at: usize, text: &str| {
        let rows = table.rows.iter().filter(|row| row[at] == text);
        mean(&rows.map(|row| row[14].parse::<f64>().unwrap()).collect::<Vec<_>>())
    };
    between(of(10, "1") / of(10, "0"), 1.5, 2.6);
    between(share(&table.numbers("units_sold"), |units| *units < 0.5), 0.004, 0.03);
    let short = table.rows.iter().filter(|row| row[5].parse::<f64>().unwrap() <= 0.0);
    assert!(short.into_iter().all(|row| row[14] == "0"), "sold what was not there");
}

#[test]
fn servers_have_days_weeks_and_limits_to_come() {
    let table = Table::of(&scenario("capacity"), &Plan::default());
    let cpu = table.numbers("cpu_percent");

    assert!(cpu.iter().all(|cpu| (0.0..=100.0).contains(cpu)));
    between(mean(&cpu), 25.0, 55.0);
    let peak = |server: &str, days: std::ops::Range<usize>| {
        let rows = &table.series(&["server"])[&vec![server.to_owned()]];
        let hours = &rows[rows.len() - 24 * days.end..rows.len() - 24 * days.start];
        hours.iter().map(|row| row[3].parse::<f64>().unwrap()).fold(0.0, f64::max)
    };
    // srv-002 is about to pass 85; srv-001 is not, but for incidents.
    assert!(peak("srv-002", 0..7) > 78.0, "{}", peak("srv-002", 0..7));
    assert!(peak("srv-002", 70..84) < 75.0 || peak("srv-002", 77..84) < 75.0);
    let day: Vec<f64> = cpu.windows(25).map(|day| (day[24] - day[0]).abs()).collect();
    let half_day: Vec<f64> = cpu.windows(13).map(|day| (day[12] - day[0]).abs()).collect();
    assert!(mean(&day) < 0.6 * mean(&half_day), "a day earlier is nearer than half a day earlier");
}
