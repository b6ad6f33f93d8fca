//! How are the times of a file written?

use jiff::fmt::strtime;
use serde::{Deserialize, Serialize};

use crate::grid::Moment;
use crate::read::Format;

/// A way of writing times, so that what follows a history can be written as the history is.
///
/// It is the pattern of `strftime`, such as `%Y/%m/%d`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeForm(String);

impl TimeForm {
    pub(super) fn of(pattern: String) -> Self {
        Self(pattern)
    }

    /// The one way in which these files are written; nothing if there are several or none is known,
    /// as in Parquet.
    pub fn alike(formats: &[Format]) -> Option<Self> {
        let mut known = formats.iter().filter_map(|format| format.times.as_ref());
        let first = known.next()?;
        known.all(|times| times == first).then(|| first.clone())
    }

    /// Whether a moment can be told from what is written of it.
    pub fn holds(&self, moment: Moment) -> bool {
        let (date, time) = (moment.civil().date(), moment.civil().time());
        let has = |letters: [&str; 2]| letters.iter().any(|letters| self.0.contains(letters));
        (has(["%m", "%-m"]) || date.month() == 1)
            && (has(["%d", "%-d"]) || date.day() == 1)
            && (self.0.contains("%H") || (time.hour(), time.minute()) == (0, 0))
            && (self.0.contains("%S") || time.second() == 0)
    }

    /// A moment as it is written.
    pub fn text(&self, moment: Moment) -> String {
        strtime::format(&self.0, moment.civil()).unwrap_or_else(|_| moment.to_string())
    }
}
