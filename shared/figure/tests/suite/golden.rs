//! Do figures and pages look as they did when they were last looked at?

use expect_test::expect_file;
use figure::page::{Block, Card, Cell, Column, Delta, Page, Section, Table, Tone};
use figure::{BarRow, Bars, Format, Heading, Weight};

use crate::examples::all;

const SALES: [f64; 14] =
    [12.0, 15.0, 11.0, 18.0, 22.0, 30.0, 27.0, 13.0, 14.0, f64::NAN, 17.0, 24.0, 31.0, 29.0];

#[test]
fn every_kind_of_figure_is_drawn_as_before() {
    for (name, figure) in all(&SALES, "Sales of item 4") {
        let svg = figure.to_svg().replace("><", ">\n<");
        expect_file![format!("../golden/{name}.svg")].assert_eq(&svg);
    }
}

#[test]
fn a_page_is_written_as_before() {
    let row =
        |name: &str, value, weight| BarRow { name: name.to_owned(), values: vec![value], weight };
    let figure = Bars {
        heading: Heading::new("Error by model", "Less is better."),
        rows: vec![row("ensemble", 7.5, Weight::Strong), row("naive", 22.07, Weight::Usual)],
        ..Bars::default()
    };
    let blocks = vec![
        Block::Note(Tone::Good, "The gate is passed.".to_owned()),
        Block::Cards(vec![Card {
            name: "RMSE".to_owned(),
            value: "7.5".to_owned(),
            delta: Some(Delta { text: "−4.2 %".to_owned(), tone: Tone::Good }),
            note: "units a day".to_owned(),
        }]),
        Block::Table(Table {
            caption: "Models".to_owned(),
            columns: vec![
                Column::Text("Model".to_owned()),
                Column::Bar("RMSE".to_owned()),
                Column::Number("WAPE".to_owned()),
            ],
            rows: vec![
                vec![
                    Cell::Text("a < b".to_owned()),
                    Cell::Number(7.496, Format::Number),
                    Cell::Empty,
                ],
                vec![
                    Cell::Toned(Tone::Bad, "naive".to_owned()),
                    Cell::Number(22.07, Format::Number),
                    Cell::Number(0.324, Format::Percent),
                ],
            ],
        }),
        Block::Figure(figure.figure(), "Caption.".to_owned()),
        Block::Pair(vec![figure.figure()]),
        Block::Code("almanac run".to_owned()),
    ];
    let page = Page {
        title: "Sales & stock".to_owned(),
        kind: "Evaluation".to_owned(),
        summary: "Better than before.".to_owned(),
        facts: vec![("Series".to_owned(), "500".to_owned())],
        sections: vec![
            Section { title: "Result".to_owned(), blocks },
            Section {
                title: "Result: 2nd".to_owned(),
                blocks: vec![Block::Text("Text.".to_owned())],
            },
        ],
        footer: "Written by a test.".to_owned(),
    };

    expect_file!["../golden/page.html"].assert_eq(&page.to_html().replace("><", ">\n<"));
}
