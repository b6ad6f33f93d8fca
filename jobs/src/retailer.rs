//! Which rows are a retailer's?

use scenario::Scenario;
use series::table::Table;

use crate::failure::Failure;
use crate::history::code;

/// The rows of the retailer, where a column says whose they are; all of them otherwise.
pub(crate) fn rows_of(
    retailer: &str,
    scenario: &Scenario,
    rows: &Table,
) -> Result<Vec<usize>, Failure> {
    let all = 0..rows.target.len();
    let Some(column) = &scenario.data().retailer else { return Ok(all.collect()) };
    let Some(column) = rows.columns.iter().find(|it| it.name == column.as_str()) else {
        return Ok(all.collect());
    };
    let levels = column.levels.as_deref().unwrap_or_default();
    let wanted = levels.iter().position(|level| level == retailer);
    let wanted = wanted.ok_or_else(|| Failure::NoSuchRetailer {
        retailer: retailer.to_owned(),
        known: levels.iter().take(20).cloned().collect::<Vec<_>>().join(", "),
    })?;
    let is_mine =
        |row: &usize| column.values.get(*row).is_some_and(|&value| code(value) as usize == wanted);
    Ok(all.filter(is_mine).collect())
}
