//! Which tables belong to an evaluation?

use figure::Format;
use figure::page::{Block, Cell, Column, Table, Tone};

use super::EvaluationView;
use super::words::{format_of, name, value};

/// The metrics that tables compare.
const COMPARED: [&str; 7] = ["rmse", "mae", "wape", "wmae", "mase", "mean_wql", "bias"];
/// So many groups of a column are listed.
const LISTED: usize = 15;

fn text(name: &str) -> Column {
    Column::Text(name.to_owned())
}

fn cell(metric: &str, value: Option<f64>) -> Cell {
    value.map_or(Cell::Empty, |value| Cell::Number(value, format_of(metric)))
}

/// The model and the baselines, metric by metric.
pub(super) fn baselines(view: &EvaluationView<'_>) -> Option<Block> {
    let report = view.report;
    if report.baselines.is_empty() {
        return None;
    }
    let shown: Vec<&str> =
        COMPARED.into_iter().filter(|metric| report.metric(metric).is_some()).collect();
    let model = report.model.as_ref().and_then(|model| model.name.clone());
    let model = model.unwrap_or_else(|| "model".to_owned());
    let mut rows = vec![
        std::iter::once(Cell::Toned(Tone::Good, model))
            .chain(shown.iter().map(|metric| cell(metric, report.metric(metric))))
            .collect::<Vec<_>>(),
    ];
    rows.extend(report.baselines.iter().map(|(name, figures)| {
        let numbers = shown.iter().map(|metric| cell(metric, figures.get(*metric).copied()));
        std::iter::once(Cell::Text(name.clone())).chain(numbers).collect()
    }));
    let numbers = shown.iter().map(|metric| Column::Number(name(metric)));
    let columns = std::iter::once(text("Forecast")).chain(numbers).collect();
    Some(Block::Table(Table { caption: "On the hold-out.".to_owned(), columns, rows }))
}

/// The models that competed.
pub(super) fn candidates(view: &EvaluationView<'_>) -> Option<Block> {
    let mut sorted: Vec<&(String, f64)> = view.candidates.iter().collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    let row = |(name, loss): &&(String, f64)| {
        vec![Cell::Text(name.clone()), Cell::Number(*loss, Format::Number)]
    };
    let table = Table {
        caption: "The models that competed, the best first.".to_owned(),
        columns: vec![text("Model"), Column::Bar(view.candidate_loss.to_owned())],
        rows: sorted.iter().map(row).collect(),
    };
    (!sorted.is_empty()).then_some(Block::Table(table))
}

/// Each grouping column with its groups, those with the largest error first.
pub(super) fn groups(view: &EvaluationView<'_>) -> Vec<Block> {
    let tables = view.report.groups.iter().filter(|(_, groups)| !groups.is_empty());
    let table =
        |(column, groups): (&String, &std::collections::BTreeMap<String, metric::Figures>)| {
            let error = |figures: &metric::Figures| figures.get("wape").copied().unwrap_or(-1.0);
            let mut order: Vec<_> = groups.iter().collect();
            order.sort_by(|a, b| error(b.1).total_cmp(&error(a.1)));
            let row = |(value, figures): &(&String, &metric::Figures)| {
                let numbers = ["wape", "rmse", "mae", "bias"];
                let numbers = numbers.map(|metric| cell(metric, figures.get(metric).copied()));
                std::iter::once(Cell::Text((*value).clone())).chain(numbers).collect()
            };
            let count = order.len();
            let caption = if count > LISTED {
                format!("By {column}: the {LISTED} of {count} with the largest WAPE.")
            } else {
                format!("By {column}.")
            };
            let columns = vec![
                text(column),
                Column::Bar("WAPE".to_owned()),
                Column::Number("RMSE".to_owned()),
                Column::Number("MAE".to_owned()),
                Column::Number("Bias".to_owned()),
            ];
            Block::Table(Table {
                caption,
                columns,
                rows: order.iter().take(LISTED).map(row).collect(),
            })
        };
    tables.map(table).collect()
}

/// How predictions are off for each value of the watched columns.
pub(super) fn bias(view: &EvaluationView<'_>) -> Option<Block> {
    let row = |it: &super::BiasRow<'_>| {
        vec![
            Cell::Text(it.column.to_owned()),
            Cell::Text(it.value.to_owned()),
            Cell::Number(it.bias, Format::Percent),
        ]
    };
    let table = Table {
        caption: "Bias of the predictions.".to_owned(),
        columns: vec![text("Column"), text("Value"), Column::Number("Bias".to_owned())],
        rows: view.bias.iter().map(row).collect(),
    };
    (!view.bias.is_empty()).then_some(Block::Table(table))
}

/// Each quantile: how often it held, and its loss.
pub(super) fn quantiles(view: &EvaluationView<'_>) -> Option<Block> {
    let mut all: Vec<(f64, &String, &metric::Figures)> = view
        .report
        .quantiles
        .iter()
        .filter_map(|(name, figures)| Some((level(name)?, name, figures)))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let row = |(level, name, figures): &(f64, &String, &metric::Figures)| {
        let number = |key: &str| cell("coverage", figures.get(key).copied());
        vec![
            Cell::Text((*name).clone()),
            Cell::Number(*level, Format::Percent),
            number("coverage"),
            number("wql"),
        ]
    };
    let numbers = ["Should be below", "Was below", "wQL"];
    let columns = numbers.map(|name| Column::Number(name.to_owned()));
    let table = Table {
        caption: String::new(),
        columns: std::iter::once(text("Quantile")).chain(columns).collect(),
        rows: all.iter().map(row).collect(),
    };
    (!all.is_empty()).then_some(Block::Table(table))
}

/// 0.1 for `p10`.
pub(super) fn level(name: &str) -> Option<f64> {
    Some(name.strip_prefix('p')?.parse::<f64>().ok()? / 100.0)
}

/// Every headline number.
pub(super) fn metrics(view: &EvaluationView<'_>) -> Vec<Block> {
    let row = |(metric, number): (&String, &metric::MetricValue)| {
        let (value, why) = if let Some(number) = number.value {
            (value(metric, number), String::new())
        } else {
            let why = view.report.why_undefined(metric).unwrap_or_default();
            ("undefined".to_owned(), why.to_owned())
        };
        vec![Cell::Text(name(metric)), Cell::Text(value), Cell::Text(why)]
    };
    let table = Table {
        caption: String::new(),
        columns: vec![text("Metric"), Column::Number("Value".to_owned()), text("Why not")],
        rows: view.report.metrics.iter().map(row).collect(),
    };
    vec![Block::Table(table)]
}

const UNDEFINED: usize = 30;

/// What was not computed, or only after a repair.
pub(super) fn undefined(view: &EvaluationView<'_>) -> Vec<Block> {
    let all = &view.report.undefined;
    let row = |it: &metric::Undefined| {
        let series = it.series.clone().map_or(Cell::Empty, Cell::Text);
        vec![Cell::Text(it.metric.clone()), series, Cell::Text(it.why.clone())]
    };
    let table = Table {
        caption: match all.len() {
            count if count > UNDEFINED => format!("The first {UNDEFINED} of {count}."),
            _ => String::new(),
        },
        columns: vec![text("Metric"), text("Series"), text("Why")],
        rows: all.iter().take(UNDEFINED).map(row).collect(),
    };
    if all.is_empty() { Vec::new() } else { vec![Block::Table(table)] }
}
