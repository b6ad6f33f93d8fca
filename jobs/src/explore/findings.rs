//! What should be known of a history, in sentences?

use figure::page::Tone;
use figure::{Format, readable};

use super::analysis::{Analysis, InTime};
use super::drift::{ALIKE, DIFFERENT, Drift};
use super::statistics::{Sorted, factor};
use super::time::{Cycle, Place};

/// A sentence, and whether it is good.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    pub(crate) tone: Tone,
    pub(crate) text: String,
}

fn plain(text: String) -> Finding {
    Finding { tone: Tone::Neutral, text }
}

fn warning(text: String) -> Finding {
    Finding { tone: Tone::Warning, text }
}

/// A share in percent: `4.1 %`, `31 %`.
pub(crate) fn percent(share: f64) -> String {
    let shown = (share * 100.0).abs();
    let decimals = usize::from(shown < 9.95);
    let rounded = format!("{shown:.decimals$}");
    if rounded == "0.0" && shown > 0.0 {
        return "less than 0.1 %".to_owned();
    }
    format!("{rounded} %")
}

/// The sentences, the most telling first.
pub(crate) fn findings(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(in_time) = &analysis.in_time {
        found.extend(growth(analysis, in_time));
        found.extend(in_time.cycles.iter().filter_map(|(cycle, places)| best(*cycle, places)));
        found.extend(season(analysis, in_time));
        found.extend(holidays(in_time));
    }
    found.extend(flags(analysis));
    found.extend(concentration(analysis));
    found.extend(together(analysis));
    found.extend(quality(analysis));
    if let Some(in_time) = &analysis.in_time {
        found.extend(spans(in_time));
        found.extend(intermittent(in_time));
    }
    found.extend(columns(analysis));
    found.extend(drift(&analysis.drifts));
    found
}

fn growth(analysis: &Analysis, in_time: &InTime) -> Option<Finding> {
    let name = &analysis.history.target_name;
    let verb = |rate: f64| if rate < 0.0 { "falls" } else { "rises" };
    if let Some(rate) = in_time.totals.growth() {
        let what = format!("The total of {name} {} {} a year.", verb(rate), percent(rate));
        return Some(plain(what));
    }
    let change = in_time.totals.change();
    let what = format!(
        "From beginning to end the total of {name} {} by {} of its mean.",
        verb(change),
        percent(change)
    );
    change.is_finite().then(|| plain(what))
}

fn best(cycle: Cycle, places: &[Place]) -> Option<Finding> {
    let by_total = |a: &&Place, b: &&Place| a.total.total_cmp(&b.total);
    let (low, high) = (places.iter().min_by(by_total)?, places.iter().max_by(by_total)?);
    let more = high.total / low.total - 1.0;
    let is_clear = low.total > 0.0 && more > 0.01;
    let text = match cycle {
        Cycle::Weekday | Cycle::Month => {
            format!("{} has {} more than {}.", high.name, percent(more), low.name)
        }
        Cycle::Hour => {
            format!("At {} there is {} more than at {}.", high.name, percent(more), low.name)
        }
    };
    is_clear.then(|| plain(text))
}

fn season(analysis: &Analysis, in_time: &InTime) -> Option<Finding> {
    let median = |pick: fn(&super::series::Profile) -> f64| {
        Sorted::of(in_time.profiles.iter().map(pick)).quantile(0.5)
    };
    let (season, trend) = (median(|it| it.seasonal_strength), median(|it| it.trend_strength));
    let word = match season {
        strength if strength >= 0.64 => "strong",
        strength if strength >= 0.3 => "moderate",
        strength if strength.is_finite() => "weak",
        _ => return None,
    };
    let (season, trend) = (percent(season), percent(trend));
    Some(plain(format!(
        "The season of {} points is {word}: in the median series it explains {season} of the \
         variance without trend, and the trend {trend} of that without season.",
        analysis.season
    )))
}

fn holidays(in_time: &InTime) -> Option<Finding> {
    let at = |step: i64| in_time.holidays.iter().find(|it| it.step == step);
    let on = at(0)?;
    let more = on.moments.mean() - 1.0;
    let word = if more < 0.0 { "less" } else { "more" };
    let before = at(-1).map(|it| it.moments.mean() - 1.0).filter(|more| more.abs() >= 0.02);
    let before = before.map_or_else(String::new, |more| {
        let word = if more < 0.0 { "less" } else { "more" };
        format!(", and the point before one {} {word}", percent(more))
    });
    let (more, count) = (percent(more), on.moments.count);
    Some(plain(format!("The {count} holidays have {more} {word} than usual{before}.")))
}

fn flags(analysis: &Analysis) -> Vec<Finding> {
    let clear = analysis.flags.iter().filter(|flag| flag.more.abs() >= 0.01);
    clear
        .map(|flag| {
            let word = if flag.more < 0.0 { "less" } else { "more" };
            let (column, more) = (&flag.column, percent(flag.more));
            let rows = readable(factor(flag.rows), Format::Number);
            plain(format!(
                "Rows with {column} have {more} {word} than those without ({rows} rows)."
            ))
        })
        .collect()
}

fn concentration(analysis: &Analysis) -> Option<Finding> {
    let in_time = analysis.in_time.as_ref()?;
    let sorted = Sorted::of(in_time.profiles.iter().map(|it| it.moments.sum()));
    let values = sorted.values();
    let all: f64 = values.iter().sum();
    let many = values.len().div_ceil(10);
    let top: f64 = values.iter().rev().take(many).sum();
    let share = percent(top / all);
    let name = &analysis.history.target_name;
    let text = format!("The largest tenth of the series ({many}) makes {share} of {name}.");
    (values.len() >= 10 && all > 0.0).then(|| plain(text))
}

fn together(analysis: &Analysis) -> Option<Finding> {
    let is_telling = |value: f64| value.abs() >= 0.1;
    let value = |it: &super::summary::Together| {
        if it.within.is_finite() { it.within } else { it.overall }
    };
    let by_size = |a: &&super::summary::Together, b: &&super::summary::Together| {
        value(a).abs().total_cmp(&value(b).abs())
    };
    let known = analysis.together.iter().filter(|it| value(it).is_finite());
    let closest = known.max_by(by_size)?;
    let scope = if closest.within.is_finite() { "Within a series, " } else { "Of all numbers, " };
    let (column, correlation) = (&closest.column, value(closest));
    let text = format!(
        "{scope}{column} goes closest with {}: correlation {correlation:.2}.",
        analysis.history.target_name
    );
    is_telling(correlation).then(|| plain(text))
}

fn quality(analysis: &Analysis) -> Vec<Finding> {
    let overview = &analysis.overview;
    let name = &analysis.history.target_name;
    let mut found = Vec::new();
    let count = |count: u64| readable(factor(usize::try_from(count).unwrap_or(0)), Format::Number);
    if overview.missing > 0.0 {
        found.push(warning(format!("{} of the rows have no {name}.", percent(overview.missing))));
    }
    if overview.gaps > 0.0 {
        let gaps = percent(overview.gaps);
        found.push(warning(format!("{gaps} of the points inside series are missing.")));
    }
    if overview.negatives > 0.0 {
        found.push(warning(format!("{} of {name} is below zero.", percent(overview.negatives))));
    }
    if overview.zeros > 0.0 {
        found.push(plain(format!("{} of {name} is zero.", percent(overview.zeros))));
    }
    if overview.repeated > 0 {
        let rows = count(overview.repeated);
        found
            .push(warning(format!("{rows} rows repeat a series and moment; the last one counts.")));
    }
    if overview.nameless > 0 {
        let rows = count(overview.nameless);
        found.push(warning(format!("{rows} rows name no series or no time and are left out.")));
    }
    found
}

fn spans(in_time: &InTime) -> Vec<Finding> {
    let all = in_time.profiles.len();
    let last = in_time.profiles.iter().map(|it| it.last).max().unwrap_or(0);
    let first = in_time.profiles.iter().map(|it| it.first).min().unwrap_or(0);
    let early = in_time.profiles.iter().filter(|it| it.last < last).count();
    let late = in_time.profiles.iter().filter(|it| it.first > first).count();
    let short = in_time.profiles.iter().filter(|it| it.points < 2 * in_time.totals.season).count();
    let mut found = Vec::new();
    if early > 0 {
        found.push(warning(format!("{early} of {all} series end early.")));
    }
    if late > 0 {
        found.push(plain(format!("{late} of {all} series begin late.")));
    }
    if short > 0 {
        let text = format!("{short} of {all} series are shorter than two seasons.");
        found.push(warning(text));
    }
    if early + late == 0 && all > 1 {
        let text = format!("All {all} series reach from the first moment to the last.");
        found.push(Finding { tone: Tone::Good, text });
    }
    found
}

fn intermittent(in_time: &InTime) -> Option<Finding> {
    let all = in_time.profiles.len();
    let many = in_time.profiles.iter().filter(|it| it.zeros > 0.5).count();
    let text = format!("{many} of {all} series are zero more often than not.");
    (many > 0).then(|| warning(text))
}

fn columns(analysis: &Analysis) -> Vec<Finding> {
    let mut found = Vec::new();
    let holey = analysis.summaries.iter().skip(1).filter(|it| it.missing_share() > 0.05);
    let words: Vec<String> =
        holey.map(|it| format!("{} ({})", it.name, percent(it.missing_share()))).collect();
    if !words.is_empty() {
        found.push(warning(format!("Often missing: {}.", words.join(", "))));
    }
    let constant = analysis.summaries.iter().filter(|it| it.distinct == 1);
    let names: Vec<&str> = constant.map(|it| it.name.as_str()).collect();
    if !names.is_empty() {
        found.push(warning(format!(
            "Always the same, so nothing can be learnt from it: {}.",
            names.join(", ")
        )));
    }
    found
}

fn drift(drifts: &[Drift]) -> Vec<Finding> {
    let mut found = Vec::new();
    let names = |wanted: &dyn Fn(f64) -> bool| {
        let chosen = drifts.iter().filter(|it| wanted(it.stability));
        chosen.map(|it| it.column.as_str()).collect::<Vec<_>>().join(", ")
    };
    let different = names(&|index| index >= DIFFERENT);
    let moved = names(&|index| index > ALIKE && index < DIFFERENT);
    if !different.is_empty() {
        let text =
            format!("The hold-out is distributed differently than the training rows: {different}.");
        found.push(warning(text));
    }
    if !moved.is_empty() {
        found.push(plain(format!("Somewhat moved from training rows to hold-out: {moved}.")));
    }
    for unseen in drifts.iter().filter(|it| !it.unseen.is_empty()) {
        let (column, levels) = (&unseen.column, unseen.unseen.join(", "));
        found.push(warning(format!(
            "{column} has values in the hold-out that training never saw: {levels}."
        )));
    }
    if found.is_empty() && !drifts.is_empty() {
        let text = "The hold-out is distributed like the training rows.".to_owned();
        found.push(Finding { tone: Tone::Good, text });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_have_a_decimal_only_where_it_tells_something() {
        let words = [0.041, -0.31, 0.0, 0.0002, 0.0996].map(percent);

        assert_eq!(words, ["4.1 %", "31 %", "0.0 %", "less than 0.1 %", "10 %"]);
    }
}
