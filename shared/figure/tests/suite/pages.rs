//! Does a page stand alone?

use figure::page::{Block, Cell, Column, Page, Section, Table, Tone};

use crate::examples::all;

fn page_of(text: &str) -> String {
    let figures = all(&[3.0, 1.0, 2.0], text).into_iter();
    let mut blocks: Vec<Block> =
        figures.map(|(_, figure)| Block::Figure(figure, text.to_owned())).collect();
    blocks.push(Block::Note(Tone::Warning, text.to_owned()));
    blocks.push(Block::Table(Table {
        caption: text.to_owned(),
        columns: vec![Column::Text(text.to_owned())],
        rows: vec![vec![Cell::Text(text.to_owned())]],
    }));
    let section = || Section { title: text.to_owned(), blocks: blocks.clone() };
    Page { title: text.to_owned(), sections: vec![section(), section()], ..Page::default() }
        .to_html()
}

#[test]
fn nothing_is_fetched_and_nothing_runs() {
    let page = page_of("Sales");

    let links = page.matches("http").count();
    assert_eq!(links, page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count());
    for word in ["<script", "<link", "<img", "<iframe", "@import", "url(", "onclick"] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn light_dark_print_and_narrow_screens_are_seen_to() {
    let page = page_of("Sales");

    for rule in ["prefers-color-scheme:dark", "@media print", "@container", "width=device-width"] {
        assert!(page.contains(rule), "{rule}");
    }
}

#[test]
fn texts_of_the_data_cannot_leave_their_place() {
    let page = page_of("</p><script>alert(1)</script>\u{0}");

    assert!(!page.contains("<script") && !page.contains('\u{0}'));
}

#[test]
fn sections_of_one_name_have_anchors_of_their_own() {
    let page = page_of("Sales");

    assert_eq!(page.matches("id=\"s1-sales\"").count(), 1);
    assert_eq!(page.matches("id=\"s2-sales\"").count(), 1);
    assert!(page.contains("href=\"#s2-sales\""));
}

#[test]
fn elements_are_closed_in_the_order_in_which_they_were_opened() {
    let page = page_of("Sales & stock");
    // What HTML leaves open and XML does not.
    let body = page.split_once("<body>").map(|(_, body)| format!("<body>{body}")).unwrap();
    let body = body.strip_suffix("</html>").unwrap();

    assert!(roxmltree::Document::parse(body).is_ok());
}

#[test]
fn a_table_without_rows_says_so() {
    let table = Table { columns: vec![Column::Text("Model".to_owned())], ..Table::default() };
    let section = Section { title: String::new(), blocks: vec![Block::Table(table)] };

    let page = Page { sections: vec![section], ..Page::default() }.to_html();

    assert!(page.contains("No data"));
}
