//! How does somebody read what was found out, on one page?

use figure::page::{Block, Card, Cell, Column, Page, Section, Table, Tone};
use figure::{Figure, Format, readable};

use super::analysis::{Analysis, InTime};
use super::column_figures;
use super::figures::{self, Named};
use super::findings::{Finding, findings, percent};
use super::series::{Profile, name};
use super::statistics::factor;
use super::summary::Summary;

/// What is written for people: the figures by name, and the page that shows them.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) figures: Vec<Named>,
    pub(crate) page: Page,
}

/// So many segments are drawn; of the others there are tables.
const SEGMENTS: usize = 8;

impl Report {
    pub(crate) fn of(analysis: &Analysis, title: &str) -> Self {
        let of_time = analysis.in_time.as_ref();
        let of_time = of_time.map_or_else(Vec::new, |it| figures::of_time(analysis, it));
        let distribution = figures::distribution(analysis);
        let segments = figures::of_segments(analysis);
        let effects = figures::of_effects(analysis);
        let columns = column_figures::of_columns(analysis);
        let found = findings(analysis);
        let mut sections = vec![in_words(analysis, &found)];
        if !of_time.is_empty() {
            sections.push(section("Over time", each(&of_time)));
        }
        let mut values = each(std::slice::from_ref(&distribution));
        values.extend(pairs(segments.iter().take(SEGMENTS)));
        sections.push(section("Distribution and segments", values));
        if !effects.is_empty() {
            sections.push(section("What comes with more or less", pairs(effects.iter())));
        }
        let mut about_columns = pairs(columns.iter());
        about_columns.push(Block::Table(columns_table(&analysis.summaries)));
        sections.push(section("Columns", about_columns));
        if let Some(in_time) = &analysis.in_time {
            sections.push(series_section(analysis, in_time));
        }
        let page = Page {
            kind: "Exploration".to_owned(),
            title: title.to_owned(),
            summary: summary(analysis),
            facts: facts(analysis),
            sections,
            footer:
                "Each table is in the folder tables as CSV, each figure in figures as SVG. What \
                     goes together is not for that reason cause and effect."
                    .to_owned(),
        };
        let all = of_time.into_iter().chain([distribution]).chain(segments);
        Self { figures: all.chain(effects).chain(columns).collect(), page }
    }
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.to_owned(), blocks }
}

fn each(figures: &[Named]) -> Vec<Block> {
    figures.iter().map(|(_, figure)| Block::Figure(figure.clone(), String::new())).collect()
}

fn pairs<'n>(figures: impl Iterator<Item = &'n Named>) -> Vec<Block> {
    let figures: Vec<Figure> = figures.map(|(_, figure)| figure.clone()).collect();
    figures.chunks(2).map(|pair| Block::Pair(pair.to_vec())).collect()
}

fn summary(analysis: &Analysis) -> String {
    let overview = &analysis.overview;
    let rows = count(usize::try_from(overview.rows).unwrap_or(0));
    let target = &analysis.history.target_name;
    if overview.series == 0 {
        return format!("{rows} rows that stand alone, with {target} as target.");
    }
    let (series, start, end) = (count(overview.series), &overview.start, &overview.end);
    format!("{rows} rows of {target} in {series} series, from {start} to {end}.")
}

fn facts(analysis: &Analysis) -> Vec<(String, String)> {
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let mut facts = vec![fact("Columns", analysis.summaries.len().to_string())];
    if let Some(in_time) = &analysis.in_time {
        let grid = in_time.totals.grid;
        facts.push(fact("Frequency", grid.frequency().to_string()));
        facts.push(fact("Season", format!("{} points", analysis.season)));
    }
    facts
}

fn in_words(analysis: &Analysis, found: &[Finding]) -> Section {
    let mut blocks = vec![Block::Cards(cards(analysis))];
    let notes = found.iter().map(|finding| match finding.tone {
        Tone::Neutral => Block::Text(finding.text.clone()),
        tone => Block::Note(tone, finding.text.clone()),
    });
    blocks.extend(notes);
    section("Findings", blocks)
}

fn cards(analysis: &Analysis) -> Vec<Card> {
    let card = |name: &str, value: String, note: &str| Card {
        name: name.to_owned(),
        value,
        delta: None,
        note: note.to_owned(),
    };
    let overview = &analysis.overview;
    let target = analysis.summaries.first();
    let mean = target.map_or(f64::NAN, |it| it.moments.mean());
    let median = target.map_or(f64::NAN, |it| it.quantiles[2]);
    let mut cards = vec![card("Rows", count(usize::try_from(overview.rows).unwrap_or(0)), "")];
    if overview.series > 0 {
        cards.push(card("Series", count(overview.series), ""));
    }
    let median = format!("median {}", readable(median, Format::Number));
    cards.push(card("Mean", readable(mean, Format::Number), &median));
    cards.push(card("Zero", percent(overview.zeros), "of the values"));
    if overview.series > 0 {
        cards.push(card("Gaps", percent(overview.gaps), "of the points inside series"));
    } else {
        cards.push(card("Missing", percent(overview.missing), "of the targets"));
    }
    cards
}

fn count(value: usize) -> String {
    readable(factor(value), Format::Number)
}

fn columns_table(summaries: &[Summary]) -> Table {
    let number = |value: f64| {
        if value.is_finite() { Cell::Text(readable(value, Format::Number)) } else { Cell::Empty }
    };
    let row = |it: &Summary| {
        let words: Vec<&str> = it.top.iter().take(3).map(|(text, _)| text.as_str()).collect();
        vec![
            Cell::Text(it.name.clone()),
            Cell::Text(it.kind.to_owned()),
            Cell::Number(it.missing_share(), Format::Percent),
            Cell::Text(count(it.distinct)),
            number(it.quantiles[0]),
            number(it.quantiles[2]),
            number(it.quantiles[4]),
            number(it.moments.mean()),
            Cell::Text(words.join(", ")),
        ]
    };
    let text = |name: &str| Column::Text(name.to_owned());
    let right = |name: &str| Column::Number(name.to_owned());
    Table {
        caption: "The target first.".to_owned(),
        columns: vec![
            text("Column"),
            text("Kind"),
            Column::Bar("Missing".to_owned()),
            right("Distinct"),
            right("Least"),
            right("Median"),
            right("Largest"),
            right("Mean"),
            text("Most frequent"),
        ],
        rows: summaries.iter().map(row).collect(),
    }
}

const LISTED: usize = 12;

fn series_section(analysis: &Analysis, in_time: &InTime) -> Section {
    let mut by_size: Vec<&Profile> = in_time.profiles.iter().collect();
    by_size.sort_by(|a, b| b.moments.sum().total_cmp(&a.moments.sum()));
    let mut blocks = vec![Block::Table(series_table(analysis, in_time, &by_size))];
    let last = in_time.profiles.iter().map(|it| it.last).max().unwrap_or(0);
    let ended: Vec<&Profile> = by_size.iter().copied().filter(|it| it.last < last).collect();
    if !ended.is_empty() {
        let table = series_table(analysis, in_time, &ended);
        blocks.push(Block::Table(Table {
            caption: "The largest that end early.".to_owned(),
            ..table
        }));
    }
    section("Series", blocks)
}

fn series_table(analysis: &Analysis, in_time: &InTime, profiles: &[&Profile]) -> Table {
    let keys = analysis.history.panel.as_ref().map_or(&[][..], |panel| &panel.keys);
    let moment = |point: i64| in_time.totals.grid.moment(point).to_string();
    let share = |value: f64| {
        if value.is_finite() { Cell::Number(value, Format::Percent) } else { Cell::Empty }
    };
    let row = |it: &&Profile| {
        vec![
            Cell::Text(name(keys, &it.id)),
            Cell::Text(moment(it.first)),
            Cell::Text(moment(it.last)),
            Cell::Text(it.gaps.to_string()),
            Cell::Number(it.moments.mean(), Format::Number),
            share(it.zeros),
            share(it.trend),
            share(it.seasonal_strength),
        ]
    };
    let number = |name: &str| Column::Number(name.to_owned());
    Table {
        caption: "The largest; trend is the rise of a line from end to end as a share of the mean."
            .to_owned(),
        columns: vec![
            Column::Text("Series".to_owned()),
            Column::Text("Start".to_owned()),
            Column::Text("End".to_owned()),
            number("Gaps"),
            Column::Bar("Mean".to_owned()),
            number("Zero"),
            number("Trend"),
            number("Season"),
        ],
        rows: profiles.iter().take(LISTED).map(row).collect(),
    }
}
