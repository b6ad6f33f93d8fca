//! Files of whole series, as AutoML's models take them.

use std::path::Path;

use scenario::Scenario;
use scenario::text::ColumnName;

use crate::failure::Failure;
use crate::table::Table;

/// A transform job sends a file as one request of at most 100 MB.
const LARGEST_FILE: usize = 90_000_000;

/// Writes the rows, which are in the order of series, to as many files as it takes; no series is
/// cut unless it alone is too large.
pub(super) fn write_whole_series(
    table: &Table,
    scenario: &Scenario,
    folder: &Path,
) -> Result<(), Failure> {
    let keys: Vec<&str> = scenario
        .series()
        .map_or_else(Vec::new, |series| series.key.iter().map(ColumnName::as_str).collect());
    let rows = table.rows();
    let most = LARGEST_FILE / table.bytes_of_a_row().max(1);
    let (mut first, mut number) = (0, 0);
    while first < rows {
        let mut end = (first + most).min(rows);
        while end < rows && end > first + 1 && table.same(&keys, end - 1, end) {
            end -= 1;
        }
        if end == first + 1 {
            end = (first + most).min(rows);
        }
        table.part(first..end).write_csv(&folder.join(format!("history-{number:03}.csv")))?;
        (first, number) = (end, number + 1);
    }
    Ok(())
}
