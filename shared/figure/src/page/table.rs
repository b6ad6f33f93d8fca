//! How are many numbers shown so that columns can be compared?

use maud::{Markup, html};

use crate::label::clean;
use crate::number::{Format, alike, readable};
use crate::page::card::Tone;

/// A text of so many characters, such as a date or a key, stays on one line.
const SHORT: usize = 20;

/// A table. Numbers stand to the right with digits of equal width.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// What it lists; may be empty.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Of texts.
    Text(String),
    /// Of numbers.
    Number(String),
    /// Of numbers with a bar behind each, as long as it is large among its column.
    Bar(String),
}

impl Column {
    fn name(&self) -> &str {
        match self {
            Self::Text(name) | Self::Number(name) | Self::Bar(name) => name,
        }
    }

    fn class(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) | Self::Bar(_) => "number",
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A number, and how it is written.
    Number(f64, Format),
    /// A text that is good or bad.
    Toned(Tone, String),
    /// Nothing.
    Empty,
}

impl Table {
    pub(crate) fn markup(&self) -> Markup {
        let numbers: Vec<Vec<String>> =
            (0..self.columns.len()).map(|column| self.numbers(column)).collect();
        html! {
            div.table {
                table {
                    @if !self.caption.is_empty() { caption { (clean(&self.caption)) } }
                    thead {
                        tr {
                            @for column in &self.columns {
                                th scope="col" class=(column.class()) { (clean(column.name())) }
                            }
                        }
                    }
                    tbody {
                        @for (line, row) in self.rows.iter().enumerate() {
                            tr {
                                @for (index, column) in self.columns.iter().enumerate() {
                                    @let texts = numbers.get(index);
                                    @let text = texts.and_then(|texts| texts.get(line));
                                    @let text = text.map_or("", String::as_str);
                                    (self.cell((index, column), row.get(index), text))
                                }
                            }
                        }
                    }
                    @if self.rows.is_empty() {
                        tfoot { tr { td.none colspan=(self.columns.len().max(1)) { "No data" } } }
                    }
                }
            }
        }
    }

    /// The numbers of a column as they are written, so that they can be compared; nothing where
    /// there is no number. A column whose cells are written differently goes cell by cell.
    fn numbers(&self, column: usize) -> Vec<String> {
        let cells = self.rows.iter().map(|row| row.get(column));
        let cells: Vec<Option<(f64, Format)>> = cells
            .map(|cell| match cell {
                Some(Cell::Number(value, format)) => Some((*value, *format)),
                _ => None,
            })
            .collect();
        let format = cells.iter().flatten().map(|(_, format)| *format).next().unwrap_or_default();
        if cells.iter().flatten().any(|(_, other)| *other != format) {
            let each = |cell: &Option<(f64, Format)>| {
                cell.map_or_else(String::new, |(value, format)| readable(value, format))
            };
            return cells.iter().map(each).collect();
        }
        let values: Vec<f64> =
            cells.iter().map(|cell| cell.map_or(f64::NAN, |(value, _)| value)).collect();
        alike(&values, 4, format)
    }

    fn cell(&self, (index, column): (usize, &Column), cell: Option<&Cell>, number: &str) -> Markup {
        let class = column.class();
        html! {
            @match (column, cell.unwrap_or(&Cell::Empty)) {
                (Column::Bar(_), Cell::Number(value, _)) if value.is_finite() => {
                    td.number.bar style={ "--part:" (self.part(index, *value)) } {
                        span { (number) }
                    }
                },
                (_, Cell::Number(..)) => td class=(class) { (number) },
                (_, Cell::Text(text)) if text.chars().count() <= SHORT => {
                    td class={ (class) " short" } { (clean(text)) }
                },
                (_, Cell::Text(text)) => td class=(class) { (clean(text)) },
                (_, Cell::Toned(tone, text)) => {
                    td class={ (class) " " (tone.class()) } { (clean(text)) }
                }
                (_, Cell::Empty) => td class=(class) { span.none aria-label="none" { "–" } },
            }
        }
    }

    /// How large a value is among its column, as a share.
    fn part(&self, index: usize, value: f64) -> String {
        let numbers = self.rows.iter().filter_map(|row| match row.get(index) {
            Some(Cell::Number(value, _)) if value.is_finite() => Some(value.abs()),
            _ => None,
        });
        let most = numbers.fold(0.0, f64::max);
        let part = if most > 0.0 { value.abs() / most } else { 0.0 };
        format!("{part:.3}")
    }
}
