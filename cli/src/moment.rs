//! Times and durations, as a person reads them.

use machine::Time;

/// A time in UTC, to the minute: `2026-11-21 23:31`.
pub(crate) fn moment(seconds: i64) -> String {
    let text = Time(seconds.saturating_mul(1000)).iso();
    text.get(..16).map_or_else(|| text.clone(), |minute| minute.replace('T', " "))
}

/// How long something took: `0.4 s`, `12 min 03 s`, `2 h 05 min`.
pub(crate) fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0);
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    let whole = whole(seconds.round());
    let (minutes, seconds) = (whole / 60, whole % 60);
    if minutes < 60 {
        return format!("{minutes} min {seconds:02} s");
    }
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

/// Seconds without their fraction.
#[expect(clippy::cast_possible_truncation, reason = "the end of time is far enough away")]
pub(crate) fn whole(seconds: f64) -> i64 {
    seconds.trunc() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_to_the_minute() {
        assert_eq!(moment(1_790_000_059), "2026-09-21 14:14");
    }

    #[test]
    fn durations_have_the_units_that_fit_them() {
        let told = [0.04, 59.94, 59.96, 723.0, 7_500.0].map(duration);

        assert_eq!(told, ["0.0 s", "59.9 s", "1 min 00 s", "12 min 03 s", "2 h 05 min"]);
    }
}
