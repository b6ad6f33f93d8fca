//! What a bundle knows, continued by rows that came later.
//!
//! Of series that the bundle knows only what is new need be sent: later targets, or what is known
//! ahead of the points to come. Rows that are sent go before those of the training. A row without
//! target behind the last one that is sent asks for a forecast: one that no forecast reaches is
//! refused. Series that the bundle does not know are forecast by their rows and by what the others
//! do, and the answer says so.

use std::io::Cursor;

use forecast::Fitted;
use forecast::view::{View, end};
use series::assemble::{Duplicates, HeldRow, Rows, panel_of};
use series::grid::Moment;
use series::panel::{Panel, Series};
use series::read::{Source, TimeForm};
use series::schema::Schema;

use crate::bundle::Bundle;
use crate::failure::Failure;
use crate::history::cleaned;
use crate::notes;

/// The history of a bundle with the rows that were sent.
pub(crate) struct Continued {
    pub(crate) panel: Panel,
    /// The places of the series that are in the rows.
    pub(crate) places: Vec<usize>,
    /// What whoever asked should know of them.
    pub(crate) notes: Vec<String>,
    /// How times are written: as in the rows, else as in the history.
    pub(crate) times: Option<TimeForm>,
}

/// The history of the bundle with these rows, for a forecast of so many steps.
pub(crate) fn continued(
    (bundle, fitted, history): (&Bundle, &Fitted, &Panel),
    (name, rows): (&str, Vec<u8>),
    schema: &Schema,
    steps: usize,
) -> Result<Continued, Failure> {
    let mut schema = schema.clone();
    let window = bundle.scenario.features().holiday_window;
    let longest = u32::try_from(steps).unwrap_or(u32::MAX).saturating_add(window);
    schema.ahead = schema.ahead.max(longest);
    let sent = Rows::read(Source::stream(name, Cursor::new(rows)), &schema)?;
    let rows = bundle.rows(&schema)?.and(&sent);
    let whole = panel_of(name, &rows, &schema, Duplicates::Last)?.panel;
    let mut panel = cleaned(whole, &bundle.scenario);
    let mut asked: Vec<Vec<String>> = (0..sent.count()).map(|number| sent.id(number)).collect();
    let bare = add_bare(&mut panel, &asked);
    let place = |id: &Vec<String>| panel.series.binary_search_by(|it| it.id.cmp(id)).ok();
    let of_number: Vec<Option<usize>> = asked.iter().map(place).collect();
    let view = View::before_end(&panel, fitted.task.origins, 0, steps);
    let reach = Reach { view: &view, of_number: &of_number, ahead: i64::from(schema.ahead) };
    reach.holds(&sent, &schema)?;
    asked.sort_unstable();
    let places: Vec<usize> = asked.iter().filter_map(place).collect();
    let is_known = |id: &Vec<String>| history.series.binary_search_by(|it| it.id.cmp(id)).is_ok();
    let new: Vec<&Vec<String>> =
        asked.iter().filter(|id| !is_known(id) && !bare.contains(id)).collect();
    let notes = [
        notes::new_series(&new, asked.len()),
        notes::without_target(&bare, asked.len()),
        notes::ended_early(&panel, &places, steps),
    ];
    let times = TimeForm::alike(sent.formats()).or_else(|| bundle.manifest.times.clone());
    Ok(Continued { places, notes: notes.into_iter().flatten().collect(), times, panel })
}

/// Adds the series of which no target is known, which a panel leaves out: they begin with the
/// forecast. Answers which those are.
fn add_bare(panel: &mut Panel, asked: &[Vec<String>]) -> Vec<Vec<String>> {
    let is_there = |id: &Vec<String>| panel.series.binary_search_by(|it| it.id.cmp(id)).is_ok();
    let mut bare: Vec<Vec<String>> = asked.iter().filter(|id| !is_there(id)).cloned().collect();
    bare.sort_unstable();
    let start = end(panel);
    let values = vec![Vec::new(); panel.columns.len()];
    let series = |id: &Vec<String>| Series {
        id: id.clone(),
        start,
        target: Vec::new(),
        values: values.clone(),
    };
    panel.series.extend(bare.iter().map(series));
    panel.series.sort_by(|one, other| one.id.cmp(&other.id));
    bare
}

/// Which points a forecast answers.
struct Reach<'a> {
    view: &'a View<'a>,
    /// The place in the panel of each series that was sent.
    of_number: &'a [Option<usize>],
    /// So many points are looked at from the first one on.
    ahead: i64,
}

impl Reach<'_> {
    /// Refuses the first row that asks for what is not forecast. Rows without target up to the last
    /// one that has a target are a history with gaps.
    fn holds(&self, sent: &Rows, schema: &Schema) -> Result<(), Failure> {
        let known = sent.iter().filter(|row| !row.target.is_nan()).map(|row| row.moment).max();
        let asks = |row: &HeldRow| row.target.is_nan() && known.is_none_or(|it| row.moment > it);
        for (place, row) in sent.iter().enumerate().filter(|(_, row)| asks(row)) {
            let Some(&Some(series)) = self.of_number.get(row.series as usize) else { continue };
            let grid = self.view.grid();
            let first = self.view.origin(series);
            let point = grid.last_point(row.moment);
            if (first..first.saturating_add(self.ahead)).contains(&point) {
                continue;
            }
            return Err(Failure::OutOfReach {
                place: sent.place(place),
                series: sent.name(&schema.keys, row.series),
                moment: row.moment,
                why: why((point < first).then_some(grid.moment(first)), || {
                    grid.moment(first + self.steps() - 1)
                }),
            });
        }
        Ok(())
    }

    fn steps(&self) -> i64 {
        i64::try_from(self.view.horizon()).unwrap_or(i64::MAX)
    }
}

/// What is wrong with a row, which lies before the first moment or behind the last.
fn why(first: Option<Moment>, last: impl Fn() -> Moment) -> String {
    match first {
        Some(first) => format!(
            "lies before {first}, where the forecast begins; give its target, or leave the row out"
        ),
        None => format!(
            "lies behind {}, where the forecast ends; ask for a longer horizon, or leave the row out",
            last()
        ),
    }
}
