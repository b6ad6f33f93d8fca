//! Writes a page with every figure and component, on invented data: `sample_page > page.html`.

mod charts;

use std::io::Write;

use figure::Format;
use figure::page::{Block, Card, Cell, Column, Delta, Page, Section, Table, Tone};

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(page().to_html().as_bytes())
}

fn page() -> Page {
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Page {
        kind: "Evaluation".to_owned(),
        title: "Daily sales of items in stores".to_owned(),
        summary: "The new model is 4.2 % better than the one in service and beats every baseline. \
                  Its intervals hold what they promise; store 7 is the weakest."
            .to_owned(),
        facts: vec![
            fact("Retailer", "acme"),
            fact("Model", "ensemble of ets, theta, boosted trees"),
            fact("Hold-out", "2017-10-03 to 2017-12-31"),
            fact("Series", "500"),
            fact("Execution", "store-item-20180102-7f3a"),
        ],
        sections: vec![result(), forecasts(), errors(), data(), explanations(), risk()],
        footer: "Sample data. Written by the example `sample_page` of the crate `figure`."
            .to_owned(),
    }
}

fn section(title: &str, blocks: Vec<Block>) -> Section {
    Section { title: title.to_owned(), blocks }
}

fn text(text: &str) -> Block {
    Block::Text(text.to_owned())
}

fn result() -> Section {
    let card = |name: &str, value: &str, delta: Option<(&str, Tone)>, note: &str| Card {
        name: name.to_owned(),
        value: value.to_owned(),
        delta: delta.map(|(text, tone)| Delta { text: text.to_owned(), tone }),
        note: note.to_owned(),
    };
    section(
        "Result",
        vec![
            Block::Note(
                Tone::Good,
                "The gate is passed: RMSE 7.496 is 4.2 % below 7.825.".to_owned(),
            ),
            Block::Cards(vec![
                card("RMSE", "7.496", Some(("−4.2 %", Tone::Good)), "units a day"),
                card("WAPE", "10.6 %", Some(("−0.4 points", Tone::Good)), ""),
                card(
                    "MASE",
                    "0.706",
                    Some(("−3.1 %", Tone::Good)),
                    "below 1 is better than last week",
                ),
                card(
                    "Coverage 80 %",
                    "80.2 %",
                    Some(("+2.1 points", Tone::Neutral)),
                    "should be 80 %",
                ),
                card("Bias", "+1.3 %", Some(("+0.9 points", Tone::Bad)), "over-forecast"),
                card("Points", "45,000", None, ""),
            ]),
            Block::Figure(
                charts::models(),
                "The winner is in colour; baselines need no training.".to_owned(),
            ),
            Block::Table(models()),
        ],
    )
}

fn models() -> Table {
    let row = |name: &str, rmse: f64, wape: f64, seconds: f64, verdict: Cell| {
        vec![
            Cell::Text(name.to_owned()),
            Cell::Number(rmse, Format::Number),
            Cell::Number(wape, Format::Percent),
            Cell::Number(seconds, Format::Number),
            verdict,
        ]
    };
    let good = || Cell::Toned(Tone::Good, "promoted".to_owned());
    Table {
        caption: "All models on the hold-out".to_owned(),
        columns: vec![
            Column::Text("Model".to_owned()),
            Column::Bar("RMSE".to_owned()),
            Column::Number("WAPE".to_owned()),
            Column::Number("Seconds".to_owned()),
            Column::Text("Verdict".to_owned()),
        ],
        rows: vec![
            row("ensemble", 7.496, 0.1061, 3.2, good()),
            row("boosted-trees", 7.669, 0.1082, 12.6, Cell::Empty),
            row("theta", 13.731, 0.1875, 0.4, Cell::Empty),
            row("seasonal-naive", 15.413, 0.2132, 0.0, Cell::Text("baseline".to_owned())),
            row("naive", 22.07, 0.324, 0.0, Cell::Toned(Tone::Bad, "far off".to_owned())),
        ],
    }
}

fn forecasts() -> Section {
    section(
        "Forecasts",
        vec![
            Block::Figure(charts::forecast(), "Bands are the 80 % and 50 % intervals.".to_owned()),
            Block::Figure(charts::fans(), String::new()),
        ],
    )
}

fn errors() -> Section {
    section(
        "Errors",
        vec![
            text("The error grows slowly with the horizon, and the intervals stay honest."),
            Block::Figure(charts::horizon(), String::new()),
            Block::Pair(vec![charts::calibration(), charts::actual_and_forecast()]),
            Block::Figure(charts::by_store(), String::new()),
            Block::Figure(charts::groups(), String::new()),
        ],
    )
}

fn data() -> Section {
    section(
        "Data",
        vec![
            Block::Note(Tone::Warning, "Three of 913,000 rows were repaired.".to_owned()),
            Block::Figure(charts::month_by_weekday(), String::new()),
            Block::Pair(vec![charts::histogram(), charts::autocorrelation()]),
            Block::Figure(charts::decomposition(), String::new()),
            Block::Figure(charts::correlation(), String::new()),
        ],
    )
}

fn explanations() -> Section {
    section(
        "Explanations",
        vec![
            Block::Figure(charts::effects(), "One dot for each of 600 predictions.".to_owned()),
            Block::Figure(charts::empty(), String::new()),
        ],
    )
}

fn risk() -> Section {
    section(
        "Risk",
        vec![
            Block::Figure(charts::breach(), String::new()),
            Block::Code("almanac run capacity --set risk.probability=0.2".to_owned()),
        ],
    )
}
