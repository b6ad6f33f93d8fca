//! What does a report say in cards and sentences?

use figure::page::{Block, Card, Delta, Section, Tone};
use figure::{Format, readable};
use metric::{Direction, direction_of};

use super::EvaluationView;
use crate::explore::statistics::factor;

/// Metrics that are shares and so are told in percent.
const SHARES: [&str; 4] = ["wape", "bias", "smape", "mean_wql"];
/// Shown whether or not the gate looks at them.
const ALWAYS: [&str; 4] = ["rmse", "wape", "mase", "bias"];

/// The name of a metric for people.
pub(super) fn name(metric: &str) -> String {
    match metric {
        "bias" => "Bias".to_owned(),
        "r2" => "R²".to_owned(),
        "mean_wql" => "Mean wQL".to_owned(),
        _ => metric.strip_prefix("coverage_").map_or_else(
            || metric.to_uppercase(),
            |share| format!("Coverage of the {share} % interval"),
        ),
    }
}

/// The value of a metric for people.
pub(super) fn value(metric: &str, value: f64) -> String {
    readable(value, format_of(metric))
}

/// Whether a metric is told in percent.
pub(super) fn format_of(metric: &str) -> Format {
    let is_share = SHARES.contains(&metric) || metric.starts_with("coverage");
    if is_share { Format::Percent } else { Format::Number }
}

/// Metrics of the headline: those of the gate, those that always are, and the coverages.
fn headline(view: &EvaluationView<'_>) -> Vec<String> {
    let mut names: Vec<String> = view.primary.iter().map(ToString::to_string).collect();
    let coverages = view.report.metrics.keys().filter(|name| name.starts_with("coverage_"));
    let others = ALWAYS.iter().map(ToString::to_string).chain(coverages.cloned());
    for other in others {
        if !names.contains(&other) {
            names.push(other);
        }
    }
    names.retain(|name| view.report.metric(name).is_some());
    names
}

/// How much better than the best baseline, as a share of it: above zero is better.
pub(super) fn gain(view: &EvaluationView<'_>, metric: &str) -> Option<f64> {
    let own = view.report.metric(metric)?;
    let best = *view.report.best_baseline.as_ref()?.figures.get(metric)?;
    match direction_of(metric)? {
        Direction::LowerIsBetter if best > 0.0 => Some(1.0 - own / best),
        // Near zero a share of the baseline itself would be beyond all bounds: what counts is how
        // much of what it leaves open is gained.
        Direction::HigherIsBetter if best < 1.0 => Some((own - best) / (1.0 - best)),
        _ => None,
    }
}

fn card(view: &EvaluationView<'_>, metric: &str) -> Card {
    let own = view.report.metric(metric).unwrap_or(f64::NAN);
    let baseline = view.report.best_baseline.as_ref().map_or("", |best| best.name.as_str());
    let delta = gain(view, metric).map(|gain| Delta {
        text: format!("{} than {baseline}", difference(gain)),
        tone: tone(gain),
    });
    let note = match metric.strip_prefix("coverage_") {
        Some(share) => format!("should be {share} %"),
        None if metric == "bias" && own.abs() < 0.0005 => {
            "neither too much nor too little".to_owned()
        }
        None if metric == "bias" && own > 0.0 => "too much is forecast".to_owned(),
        None if metric == "bias" && own < 0.0 => "too little is forecast".to_owned(),
        None if metric == "mase" => "below 1 beats last season".to_owned(),
        None => String::new(),
    };
    Card { name: name(metric), value: value(metric, own), delta, note }
}

fn tone(gain: f64) -> Tone {
    match gain {
        gain if gain > 0.0 => Tone::Good,
        gain if gain < 0.0 => Tone::Bad,
        _ => Tone::Neutral,
    }
}

/// `12.3 % better`.
fn difference(gain: f64) -> String {
    let word = if gain < 0.0 { "worse" } else { "better" };
    let rounded = (gain.abs() * 1000.0).round() / 1000.0;
    format!("{} {word}", readable(rounded, Format::Percent))
}

/// The sentence below the title.
pub(super) fn summary(view: &EvaluationView<'_>) -> String {
    let model = view.report.model.as_ref().and_then(|model| model.name.as_deref());
    let model = model.unwrap_or("The model");
    let Some(first) = headline(view).into_iter().next() else {
        return format!("{model}: no metric is defined on this hold-out.");
    };
    let own = value(&first, view.report.metric(&first).unwrap_or(f64::NAN));
    let metric = name(&first);
    match (gain(view, &first), &view.report.best_baseline) {
        (Some(gain), Some(best)) => {
            format!(
                "{model} has {metric} {own}, {} than the best baseline, {}.",
                difference(gain),
                best.name
            )
        }
        _ => format!("{model} has {metric} {own}."),
    }
}

/// Small facts below the title.
pub(super) fn facts(view: &EvaluationView<'_>) -> Vec<(String, String)> {
    let report = view.report;
    let holdout = &report.holdout;
    let span = holdout.start.as_ref().zip(holdout.end.as_ref());
    let count = |value: Option<u64>| {
        value.map(|it| readable(factor(usize::try_from(it).unwrap_or(usize::MAX)), Format::Number))
    };
    let model = report.model.as_ref();
    let known = [
        ("Retailer", report.retailer.clone()),
        ("Trainer", model.and_then(|model| model.trainer.clone())),
        ("Hold-out", span.map(|(start, end)| format!("{start} to {end}"))),
        ("Horizon", holdout.horizon.map(|steps| format!("{steps} steps"))),
        ("Series", count(holdout.series.filter(|_| span.is_some()))),
        (if span.is_some() { "Points" } else { "Rows" }, count(holdout.points)),
        ("Execution", report.execution_id.clone()),
    ];
    known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// The first section: cards, and what is good or bad in words.
pub(super) fn result(view: &EvaluationView<'_>) -> Section {
    let cards: Vec<Card> = headline(view).iter().map(|metric| card(view, metric)).collect();
    let mut blocks = vec![Block::Cards(cards)];
    blocks.extend(against_baseline(view));
    blocks.extend(coverage(view));
    blocks.extend(lean(view));
    blocks.extend(worst_groups(view));
    blocks.extend(later_steps(view));
    Section { title: "Result".to_owned(), blocks }
}

fn against_baseline(view: &EvaluationView<'_>) -> Vec<Block> {
    let gains =
        headline(view).into_iter().filter_map(|metric| Some((gain(view, &metric)?, metric)));
    let (better, worse): (Vec<_>, Vec<_>) = gains.partition(|(gain, _)| *gain >= 0.0);
    let words = |list: &[(f64, String)]| {
        let each =
            list.iter().map(|(gain, metric)| format!("{} ({})", name(metric), difference(*gain)));
        each.collect::<Vec<_>>().join(", ")
    };
    let best = view.report.best_baseline.as_ref().map_or("", |best| best.name.as_str());
    let mut blocks = Vec::new();
    if !better.is_empty() {
        let text = format!("Ahead of the best baseline, {best}: {}.", words(&better));
        blocks.push(Block::Note(Tone::Good, text));
    }
    if !worse.is_empty() {
        let text = format!("Behind the best baseline, {best}: {}.", words(&worse));
        blocks.push(Block::Note(Tone::Bad, text));
    }
    blocks
}

/// Intervals that hold less than nine tenths of what they promise are told of, and so are those
/// that hold nearly everything.
fn coverage(view: &EvaluationView<'_>) -> Vec<Block> {
    let shares = view.report.metrics.keys().filter_map(|metric| {
        let promised = metric.strip_prefix("coverage_")?.parse::<f64>().ok()? / 100.0;
        Some((promised, view.report.metric(metric)?))
    });
    let told = shares.map(|(promised, held)| {
        let (should, is) = (readable(promised, Format::Percent), percent(held));
        let off = held - promised;
        let narrow = off < -0.1 * promised;
        let wide = off > 0.5 * (1.0 - promised);
        let text = if narrow {
            format!("The {should} interval holds only {is} of what happened: it is too narrow.")
        } else if wide {
            format!("The {should} interval holds {is} of what happened: it is wider than need be.")
        } else {
            let text = format!("The {should} interval holds {is} of what happened.");
            return Block::Note(Tone::Good, text);
        };
        Block::Note(Tone::Warning, text)
    });
    told.collect()
}

fn percent(share: f64) -> String {
    readable((share * 1000.0).round() / 1000.0, Format::Percent)
}

fn lean(view: &EvaluationView<'_>) -> Option<Block> {
    let bias = view.report.metric("bias").filter(|bias| bias.abs() >= 0.02)?;
    let word = if bias > 0.0 { "much" } else { "little" };
    let text = format!("In sum {} too {word} is forecast.", percent(bias.abs()));
    Some(if bias.abs() < 0.1 { Block::Text(text) } else { Block::Note(Tone::Warning, text) })
}

/// The group whose relative error is the largest, for each grouping column.
fn worst_groups(view: &EvaluationView<'_>) -> Vec<Block> {
    let overall = view.report.metric("wape");
    let worst = view.report.groups.iter().filter_map(|(column, groups)| {
        let wape = |figures: &metric::Figures| figures.get("wape").copied();
        let known = groups.iter().filter_map(|(value, figures)| Some((value, wape(figures)?)));
        let (value, error) = known.max_by(|a, b| a.1.total_cmp(&b.1))?;
        let overall = overall?;
        let text = format!(
            "Weakest by {column} is {value}: WAPE {} against {} overall.",
            percent(error),
            percent(overall)
        );
        (groups.len() > 1 && error > 1.2 * overall).then_some(Block::Text(text))
    });
    worst.collect()
}

/// Whether the error grows with the horizon.
fn later_steps(view: &EvaluationView<'_>) -> Option<Block> {
    let errors: Vec<f64> =
        view.report.steps.values().filter_map(|figures| figures.get("mae").copied()).collect();
    let third = errors.len() / 3;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / factor(part.len().max(1));
    let (first, last) = (mean(errors.get(..third)?), mean(errors.get(errors.len() - third..)?));
    let more = last / first - 1.0;
    let text = format!(
        "The last third of the horizon is {} off than the first.",
        if more > 0.0 {
            format!("{} further", percent(more))
        } else {
            format!("{} less", percent(-more))
        }
    );
    (third > 0 && first > 0.0 && more.abs() >= 0.05).then_some(Block::Text(text))
}
