//! Which weeks are there, and which of them are special?

use jiff::Span;
use jiff::civil::{Date, date};

/// The weeks with sales: 2010-02-05 to 2012-10-26.
pub(crate) const OBSERVED: usize = 143;
/// The weeks with features: to 2013-07-26.
const ALL: usize = 182;
const FIRST: Date = date(2010, 2, 5);

/// Feasts whose week counts five times in the scenario's metric: Super Bowl, Labor Day,
/// Thanksgiving and the week that ends after Christmas.
const FLAGGED: [(Date, Feast); 14] = [
    (date(2010, 2, 12), Feast::SuperBowl),
    (date(2011, 2, 11), Feast::SuperBowl),
    (date(2012, 2, 10), Feast::SuperBowl),
    (date(2013, 2, 8), Feast::SuperBowl),
    (date(2010, 9, 10), Feast::LaborDay),
    (date(2011, 9, 9), Feast::LaborDay),
    (date(2012, 9, 7), Feast::LaborDay),
    (date(2010, 11, 26), Feast::Thanksgiving),
    (date(2011, 11, 25), Feast::Thanksgiving),
    (date(2012, 11, 23), Feast::Thanksgiving),
    (date(2010, 12, 31), Feast::AfterChristmas),
    (date(2011, 12, 30), Feast::AfterChristmas),
    (date(2012, 12, 28), Feast::AfterChristmas),
    (date(2013, 12, 27), Feast::AfterChristmas),
];
/// Good Fridays: the week before Easter ends with one.
const EASTER: [Date; 4] =
    [date(2010, 4, 2), date(2011, 4, 22), date(2012, 4, 6), date(2013, 3, 29)];

/// What makes a week special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feast {
    SuperBowl,
    Easter,
    LaborDay,
    Thanksgiving,
    /// One or two weeks before the peak.
    Advent,
    /// The week before the flagged one.
    Christmas,
    AfterChristmas,
    /// What is left of January, when people save.
    January,
}

/// A week, by the Friday that ends it.
#[derive(Debug, Clone)]
pub(crate) struct Week {
    pub(crate) number: usize,
    pub(crate) date: Date,
    pub(crate) text: String,
    pub(crate) feast: Option<Feast>,
    is_holiday: bool,
}

impl Week {
    /// As the files spell it.
    pub(crate) fn flag(&self) -> &'static str {
        if self.is_holiday { "TRUE" } else { "FALSE" }
    }
}

/// All weeks, in order.
pub(crate) fn weeks() -> Vec<Week> {
    let fridays = FIRST.series(Span::new().weeks(1)).take(ALL).enumerate();
    let week = |(number, date): (usize, Date)| {
        let is_holiday = FLAGGED.iter().any(|(flagged, _)| *flagged == date);
        Week { number, date, text: date.to_string(), feast: feast(date), is_holiday }
    };
    fridays.map(week).collect()
}

fn feast(friday: Date) -> Option<Feast> {
    if let Some((_, feast)) = FLAGGED.iter().find(|(flagged, _)| *flagged == friday) {
        return Some(*feast);
    }
    if EASTER.contains(&friday) {
        return Some(Feast::Easter);
    }
    let weeks_before = |weeks: i8| {
        let later = friday.checked_add(Span::new().weeks(weeks)).ok();
        let is_it = |(flagged, feast): &(Date, Feast)| {
            *feast == Feast::AfterChristmas && Some(*flagged) == later
        };
        FLAGGED.iter().any(is_it)
    };
    if friday.month() == 1 {
        return Some(Feast::January);
    }
    if weeks_before(1) {
        return Some(Feast::Christmas);
    }
    (weeks_before(2) || weeks_before(3)).then_some(Feast::Advent)
}
