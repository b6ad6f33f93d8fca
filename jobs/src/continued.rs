//! What a bundle knows, continued by rows that came later.
//!
//! Of series that the bundle knows only what is new need be sent: later targets, or what is known
//! ahead of the points to come. Rows that are sent go before those of the training.

use std::io::Cursor;

use series::assemble::{Duplicates, panel};
use series::panel::Panel;
use series::read::{Batch, Reader, Source, Sources};
use series::schema::{Purpose, Schema};

use crate::bundle::{Bundle, HISTORY};
use crate::failure::Failure;
use crate::history::cleaned;

/// The history of the bundle with these rows, and the places of the series that are in them.
pub(crate) fn continued(
    bundle: &Bundle,
    (name, rows): (&str, Vec<u8>),
    schema: &Schema,
) -> Result<(Panel, Vec<usize>), Failure> {
    let sent = |rows| Source::stream(name, Cursor::new(rows));
    let asked = series_in(sent(rows.clone()), schema)?;
    let first = Source::path(&bundle.folder.join(HISTORY))?.and(sent(rows));
    let sources = Sources { first, joined: Vec::new() };
    let whole = panel(sources, schema, Duplicates::Last)?.panel;
    let whole = cleaned(whole, &bundle.scenario);
    let place = |id: &Vec<String>| whole.series.binary_search_by(|it| it.id.cmp(id)).ok();
    let places = asked.iter().filter_map(place).collect();
    Ok((whole, places))
}

/// The ids of the series in some rows.
fn series_in(source: Source, schema: &Schema) -> Result<Vec<Vec<String>>, Failure> {
    let mut schema = schema.clone();
    schema
        .columns
        .retain(|it| matches!(it.purpose, Purpose::Key | Purpose::Time | Purpose::Target));
    let mut reader = Reader::open(source, &schema)?;
    let mut batch = Batch::default();
    while reader.read(&mut batch)? {}
    let texts = reader.series();
    let numbers = 0..u32::try_from(texts.len()).unwrap_or(u32::MAX);
    let id = |number| texts.get(number).iter().map(ToString::to_string).collect();
    let mut ids: Vec<Vec<String>> = numbers.map(id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}
