//! What whoever reads a forecast should know of it: a sentence for each of a few kinds, with a count
//! and the first names.

use series::panel::Panel;

/// So many series are named.
const NAMED: usize = 3;

/// Series that the model has not seen.
pub(crate) fn new_series(ids: &[&Vec<String>], of: usize) -> Option<String> {
    Some(format!(
        "{} of {of} series are new to the model, such as {}; they are forecast by the rows that \
         came and by what the others do",
        ids.len(),
        names(ids)?
    ))
}

/// Series of which nothing is known but their names.
pub(crate) fn without_target(ids: &[Vec<String>], of: usize) -> Option<String> {
    let ids: Vec<&Vec<String>> = ids.iter().collect();
    Some(format!(
        "{} of {of} series are new to the model and no row has a target, such as {}; they are \
         forecast at the level of series like them",
        ids.len(),
        names(&ids)?
    ))
}

/// Series that ended long before the last point of all. Their forecasts stay, but who reads them may
/// take them for something that is still sold.
pub(crate) fn ended_early(panel: &Panel, places: &[usize], horizon: usize) -> Option<String> {
    let last = panel.extent()?.1;
    let horizon = i64::try_from(horizon).unwrap_or(i64::MAX);
    let asked = places.iter().filter_map(|&place| panel.series.get(place));
    let ended = asked.filter_map(|series| {
        let known = series.target.iter().rposition(|value| !value.is_nan())?;
        let end = series.start + i64::try_from(known).ok()?;
        (last - end > horizon).then_some((series, end))
    });
    let ended: Vec<_> = ended.collect();
    let (series, end) = ended.first()?;
    let count = ended.len();
    let (id, on) = (forecast::fitted::name(&series.id), panel.grid.moment(*end));
    Some(format!(
        "{count} of {} series ended more than {horizon} points before the last of all, such as \
         {id} on {on}; they are forecast as if they went on",
        places.len()
    ))
}

/// The first names; nothing if there is none.
fn names(ids: &[&Vec<String>]) -> Option<String> {
    let named: Vec<String> = ids.iter().take(NAMED).map(|id| forecast::fitted::name(id)).collect();
    (!named.is_empty()).then(|| named.join(", "))
}
