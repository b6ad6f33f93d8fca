//! Columns as wide as what stands in them.

use std::io::Write;

use crate::failure::Failure;

/// A heading and rows of texts.
pub(crate) struct Table<const N: usize> {
    rows: Vec<[String; N]>,
    numbers: &'static [usize],
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_owned)], numbers: &[] }
    }

    /// The places of the columns that are numbers, which end below each other.
    pub(crate) fn right(self, numbers: &'static [usize]) -> Self {
        Self { numbers, ..self }
    }

    pub(crate) fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }

    pub(crate) fn write(&self, out: &mut impl Write) -> Result<(), Failure> {
        let mut widths = [0; N];
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for row in &self.rows {
            let cells = row.iter().zip(widths).enumerate().map(|(place, (cell, width))| {
                if self.numbers.contains(&place) {
                    format!("{cell:>width$}")
                } else {
                    format!("{cell:<width$}")
                }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_lines_end_with_what_they_say() {
        let mut table = Table::new(["group", "version", "state"]).right(&[1]);
        table.row(["retail-a".to_owned(), "12".to_owned(), String::new()]);
        let mut out = Vec::new();

        table.write(&mut out).unwrap();

        let expected = "group     version  state\nretail-a       12\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
