//! Is caching set so that it does what was meant?

use serde_json::Value;

use crate::lint::definition::Definition;
use crate::lint::report::Report;
use crate::lint::suggest;

const MEMBERS: [&str; 2] = ["Enabled", "ExpireAfter"];

/// Reports malformed cache settings, and caching of steps that should run each time.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        let Some((config, at)) = step.member("CacheConfig") else { continue };

        for key in config.as_object().into_iter().flatten().map(|(key, _)| key) {
            if !MEMBERS.contains(&key.as_str()) {
                report.error(
                    &at.key(key),
                    "unknown-key",
                    format!("CacheConfig knows no `{key}`"),
                    suggest::remedy(key, MEMBERS),
                );
            }
        }
        if let Some(enabled) = config.get("Enabled").filter(|enabled| !enabled.is_boolean()) {
            report.error(
                &at.key("Enabled"),
                "cache-config",
                format!("Enabled is {enabled}"),
                "write true or false; a parameter cannot switch the cache",
            );
        }
        if let Some(after) = config.get("ExpireAfter").filter(|after| !after.is_null())
            && !after.as_str().is_some_and(is_duration)
        {
            report.error(
                &at.key("ExpireAfter"),
                "cache-config",
                format!("{after} is no ISO 8601 duration"),
                "write P30D for thirty days or PT1H for an hour",
            );
        }
        let enabled = config.get("Enabled").and_then(Value::as_bool) == Some(true);
        if enabled && matches!(step.kind, "Lambda" | "Callback") {
            report.warning(
                &at,
                "cache-ineffective",
                format!("caching of {} steps is not documented", step.kind),
                "remove it: a step that records or compares must run each time",
            );
        }
    }
}

/// Whether `text` is an ISO 8601 duration such as `P30D`, `PT1H` or `P1DT12H`.
fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['P', 'p']) else { return false };
    let (days, time) = match rest.split_once(['T', 't']) {
        Some((days, time)) => (days, Some(time)),
        None => (rest, None),
    };
    let dated = fields(days, "YMWD");
    match time {
        None => dated.is_some_and(|count| count > 0),
        Some(time) => dated.is_some() && fields(time, "HMS").is_some_and(|count| count > 0),
    }
}

/// How many number-and-unit pairs `text` is made of, with the units in order.
fn fields(text: &str, units: &str) -> Option<usize> {
    let mut units = units.chars();
    let mut digits = 0;
    let mut count = 0;

    for letter in text.chars() {
        match letter.to_ascii_uppercase() {
            '0'..='9' | '.' => digits += 1,
            unit if digits > 0 && units.any(|known| known == unit) => {
                count += 1;
                digits = 0;
            }
            _ => return None,
        }
    }
    (digits == 0).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_iso_8601() {
        for text in ["P30D", "PT1H", "P1Y2M3W4DT5H6M7S", "p30d", "PT0.5S", "P1DT12H"] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["30d", "P", "PT", "P1DT", "P1H", "PD", "P1", "T1H", "", "P1D2Y", "1 day"] {
            assert!(!is_duration(text), "{text}");
        }
    }
}
