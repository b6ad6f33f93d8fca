//! Everything that is found out about a history, before anything is drawn or written.

use scenario::Scenario;

use super::drift::{self, Drift};
use super::effects::{self, Along, Around, OfFlag};
use super::rows::History;
use super::segments::{self, Segment};
use super::series::{self, Profile};
use super::summary::{self, Overview, Summary, Together};
use super::time::{Cycle, Place, Totals};
use crate::table::Table;

/// What is found out.
#[derive(Debug)]
pub(crate) struct Analysis {
    pub(crate) history: History,
    pub(crate) overview: Overview,
    pub(crate) summaries: Vec<Summary>,
    pub(crate) together: Vec<Together>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) along: Vec<Along>,
    pub(crate) flags: Vec<OfFlag>,
    pub(crate) drifts: Vec<Drift>,
    /// What only series have.
    pub(crate) in_time: Option<InTime>,
    /// The season of the scenario; 1 where rows stand alone.
    pub(crate) season: usize,
}

/// What only series have.
#[derive(Debug)]
pub(crate) struct InTime {
    pub(crate) time: String,
    pub(crate) totals: Totals,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) cycles: Vec<(Cycle, Vec<Place>)>,
    pub(crate) holidays: Vec<Around>,
}

impl Analysis {
    pub(crate) fn of(history: History, holdout: Option<&History>, scenario: &Scenario) -> Self {
        let groups: Vec<String> =
            scenario.report().groups.iter().map(ToString::to_string).collect();
        let relative = effects::relative(&history);
        let season = scenario.series().map_or(1, |series| series.season as usize);
        Self {
            overview: Overview::of(&history),
            summaries: summary::summaries(&history),
            together: summary::correlations(&history),
            segments: segments::segments(&history, &groups),
            along: effects::along(&history, &relative),
            flags: effects::of_flags(&history, &relative),
            drifts: holdout.map_or_else(Vec::new, |holdout| drift::drifts(&history, holdout)),
            in_time: InTime::of(&history, scenario),
            season,
            history,
        }
    }

    /// The tables by name.
    pub(crate) fn tables(&self) -> Vec<(String, Table)> {
        let named = |name: &str, table| (name.to_owned(), table);
        let mut tables = vec![
            named("overview", self.overview.table()),
            named("columns", summary::columns_table(&self.summaries)),
            named("correlations", summary::correlations_table(&self.together)),
            named("effects", effects::table(&self.along)),
        ];
        if let (Some(in_time), Some(panel)) = (&self.in_time, &self.history.panel) {
            tables.push(named("series", series::table(panel, &in_time.profiles)));
            tables.push(named("by_time", in_time.totals.table(&in_time.time)));
            for (cycle, places) in &in_time.cycles {
                let table = super::time::cycle_table(cycle.word(), places);
                tables.push((format!("by_{}", cycle.word()), table));
            }
            if !in_time.holidays.is_empty() {
                tables.push(named("holiday", effects::holiday_table(&in_time.holidays)));
            }
        }
        for segment in &self.segments {
            let name = file_name(&format!("by_{}", segment.column));
            let is_taken = tables.iter().any(|(taken, _)| *taken == name);
            let name = if is_taken { format!("by_column_{}", segment.column) } else { name };
            tables.push((file_name(&name), segment.table()));
        }
        if !self.drifts.is_empty() {
            tables.push(named("drift", drift::table(&self.drifts)));
        }
        tables
    }
}

impl InTime {
    fn of(history: &History, scenario: &Scenario) -> Option<Self> {
        let (panel, series) = (history.panel.as_ref()?, scenario.series()?);
        let season = series.season as usize;
        let totals = Totals::of(panel, season)?;
        let cycles = totals.cycles().into_iter().map(|cycle| (cycle, totals.by(cycle))).collect();
        let holiday = scenario.features().holiday.as_ref();
        let holiday = holiday.and_then(|name| history.column(name.as_str()));
        let holidays = holiday
            .map_or_else(Vec::new, |column| effects::around_holidays(history, &totals, column));
        let profiles = series::profiles(panel, season);
        Some(Self { time: series.time.to_string(), totals, profiles, cycles, holidays })
    }
}

/// A name that every file system takes.
pub(crate) fn file_name(name: &str) -> String {
    let safe = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    name.chars().map(|letter| if safe(letter) { letter } else { '_' }).collect()
}
