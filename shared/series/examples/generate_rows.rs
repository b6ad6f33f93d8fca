//! So many rows of `date,store,item,sales`, a series of five years after the other, on standard
//! output. Equal numbers give equal rows. `generate_rows ROWS`.

use std::error::Error;
use std::io::{BufWriter, Write as _};

use series::grid::Moment;

const DAYS: u64 = 1826;
const FIRST: i64 = 15_706 * 86_400;

fn main() -> Result<(), Box<dyn Error>> {
    let rows: u64 = std::env::args().nth(1).ok_or("generate_rows ROWS")?.parse()?;
    let days: Vec<String> =
        (0..DAYS.cast_signed()).map(|day| Moment(FIRST + day * 86_400).to_string()).collect();
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    out.write_all(b"date,store,item,sales\n")?;
    let mut state = 42_u64;
    let mut left = rows;
    for series in 0_u64.. {
        let (store, item) = (series % 1000 + 1, series / 1000 + 1);
        for day in days.iter().take(usize::try_from(left)?) {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            writeln!(out, "{day},{store},{item},{}", (state >> 33) % 232)?;
        }
        left = left.saturating_sub(DAYS);
        if left == 0 {
            break;
        }
    }
    Ok(out.flush()?)
}
