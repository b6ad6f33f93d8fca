//! How long does training take on 400,000 rows of 24 columns, 200 rounds of depth 6?
//!
//! `train_speed [ROWS] [GROWTH]` prints one line; `train_speed --csv FILE` writes the same data for
//! another implementation instead (`tests/peers/xgboost/speed.py`).

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "columns are f32, chance has 53 bits"
)]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::time::Instant;

use trees::{Column, Growth, Model, Settings, Table, Target};

const COLUMNS: usize = 24;
const TEST_ROWS: usize = 100_000;

#[expect(clippy::disallowed_methods, reason = "this measures time")]
fn now() -> Instant {
    Instant::now()
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, path] = arguments.as_slice()
        && flag == "--csv"
    {
        return write_csv(path);
    }
    let rows = arguments.first().map_or(Ok(400_000), |rows| rows.parse())?;
    let growth = match arguments.get(1).map(String::as_str) {
        None | Some("depthwise") => Growth::Depthwise { depth: 6 },
        Some("leafwise") => Growth::Leafwise { leaves: 63 },
        Some(_) => Growth::Oblivious { depth: 6 },
    };
    let (table, target) = sales(rows, 1)?;
    let (test, actual) = sales(TEST_ROWS, 2)?;

    let start = now();
    let settings = Settings { growth, ..Settings::default() };
    let model = Model::train(&table, &target, None, &settings)?;
    let trained = start.elapsed().as_secs_f64();
    let start = now();
    let predictions = model.predict(&test)?.into_values();
    let predicted = start.elapsed().as_secs_f64();
    let start = now();
    let some: Vec<usize> = (0..5000).collect();
    model.contributions(&test.select(&some))?;
    let explained = start.elapsed().as_secs_f64();

    let errors = predictions.iter().zip(actual.values());
    let sum: f64 = errors.map(|(forecast, actual)| (forecast - f64::from(*actual)).powi(2)).sum();
    let rmse = (sum / f64::from(u32::try_from(TEST_ROWS)?)).sqrt();
    writeln!(
        stdout(),
        "{rows} rows: trained in {trained:.2} s, rmse {rmse:.4}, \
         {TEST_ROWS} rows predicted in {predicted:.2} s, 5000 explained in {explained:.2} s"
    )?;
    Ok(())
}

/// Sales with a level, a season, promotions, missing prices and columns that say nothing.
fn sales(rows: usize, seed: u64) -> Result<(Table, Target), Box<dyn Error>> {
    let mut chance = Chance(seed);
    let mut columns = vec![Vec::new(); COLUMNS];
    let mut values = Vec::with_capacity(rows);
    for _ in 0..rows {
        let row: Vec<f64> = (0..COLUMNS).map(|_| chance.next()).collect();
        let [level, day, price, promotion, trend, weather] = row.first_chunk().ok_or("columns")?;
        let season = 1.0 + 0.5 * (day * std::f64::consts::TAU).sin();
        let lift = if *promotion > 0.8 { 1.6 } else { 1.0 };
        let demand = (2.0 + 20.0 * level * level) * season * lift / (0.5 + price) + 3.0 * trend;
        let is_cold = *weather < 0.3 && *level > 0.5;
        let mean = if is_cold { demand * 0.7 } else { demand };
        values.push((mean + mean.sqrt() * chance.normal()).max(0.0) as f32);
        for (column, value) in columns.iter_mut().zip(&row) {
            column.push(if chance.next() < 0.02 { f32::NAN } else { *value as f32 });
        }
    }
    let named = (0..).zip(columns).map(|(at, values)| Column::numbers(format!("f{at}"), values));
    Ok((Table::new(named.collect())?, Target::new(values)))
}

fn write_csv(path: &str) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(File::create(path)?);
    for (rows, seed) in [(400_000, 1), (TEST_ROWS, 2)] {
        let (table, target) = sales(rows, seed)?;
        for (row, value) in target.values().iter().enumerate() {
            write!(file, "{value}")?;
            for column in table.columns() {
                write!(file, ",{}", column.values().get(row).unwrap_or(&f32::NAN))?;
            }
            writeln!(file)?;
        }
    }
    Ok(())
}

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) as f64 / 2_f64.powi(64)
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}
