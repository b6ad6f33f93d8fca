//! How do figures, tables and numbers become one page that somebody wants to read?
//!
//! The page is one HTML file: no script, no font, nothing fetched. It prints, it is read on a
//! telephone, and it follows the reader's choice of light or dark.

mod card;
mod table;

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub use crate::page::card::{Card, Delta, Tone};
pub use crate::page::table::{Cell, Column, Table};

use crate::figure::{Figure, STYLE};
use crate::label::clean;

const PAGE_STYLE: &str = include_str!("theme/page.css");

/// One page.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// What is above the title: the kind of page.
    pub kind: String,
    /// A sentence or two below the title, which say the result.
    pub summary: String,
    /// Small facts below that: name and value.
    pub facts: Vec<(String, String)>,
    /// The sections, which are listed in the table of contents where there are several.
    pub sections: Vec<Section>,
    /// What stands at the very end.
    pub footer: String,
}

/// One part of a page.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What is in it, in order.
    pub blocks: Vec<Block>,
}

/// One thing on a page.
#[derive(Debug, Clone)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A paragraph that must not be missed.
    Note(Tone, String),
    /// Numbers side by side.
    Cards(Vec<Card>),
    /// A table.
    Table(Table),
    /// A figure, with a caption that may be empty.
    Figure(Figure, String),
    /// Figures side by side where there is room.
    Pair(Vec<Figure>),
    /// A text in a fixed face, such as a command.
    Code(String),
}

impl Page {
    /// The whole page.
    pub fn to_html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (clean(&self.title)) }
                    style { (PreEscaped(STYLE)) (PreEscaped(PAGE_STYLE)) }
                }
                body {
                    (self.header())
                    div.columns {
                        @if self.sections.len() > 1 { (self.contents()) }
                        main {
                            @for (index, section) in self.sections.iter().enumerate() {
                                (section.markup(index))
                            }
                        }
                    }
                    @if !self.footer.is_empty() { footer { p { (clean(&self.footer)) } } }
                }
            }
        };
        page.into_string()
    }

    fn header(&self) -> Markup {
        html! {
            header {
                @if !self.kind.is_empty() { p.kind { (clean(&self.kind)) } }
                h1 { (clean(&self.title)) }
                @if !self.summary.is_empty() { p.summary { (clean(&self.summary)) } }
                @if !self.facts.is_empty() {
                    dl.facts {
                        @for (name, value) in &self.facts {
                            div { dt { (clean(name)) } dd { (clean(value)) } }
                        }
                    }
                }
            }
        }
    }

    fn contents(&self) -> Markup {
        html! {
            nav aria-label="Contents" {
                ol {
                    @for (index, section) in self.sections.iter().enumerate() {
                        @let anchor = anchor(&section.title, index);
                        li { a href={ "#" (anchor) } { (clean(&section.title)) } }
                    }
                }
            }
        }
    }
}

impl Section {
    fn markup(&self, index: usize) -> Markup {
        let anchor = anchor(&self.title, index);
        html! {
            section id=(anchor) aria-labelledby={ (anchor) "-title" } {
                h2 id={ (anchor) "-title" } { a href={ "#" (anchor) } { (clean(&self.title)) } }
                @for block in &self.blocks { (block.markup()) }
            }
        }
    }
}

impl Block {
    fn markup(&self) -> Markup {
        html! {
            @match self {
                Self::Text(text) => p { (clean(text)) },
                Self::Note(tone, text) => {
                    p class={ "note " (tone.class()) } role="note" {
                        strong { (tone.word()) } " " (clean(text))
                    }
                }
                Self::Cards(cards) => {
                    div.cards style={ "--many:" (card::columns(cards.len())) } {
                        @for card in cards { (card.markup()) }
                    }
                }
                Self::Table(table) => (table.markup()),
                Self::Figure(figure, caption) => (figure_with(figure, caption)),
                Self::Pair(figures) => {
                    div.pair { @for figure in figures { (figure_with(figure, "")) } }
                }
                Self::Code(text) => pre { code { (clean(text)) } },
            }
        }
    }
}

fn figure_with(figure: &Figure, caption: &str) -> Markup {
    html! {
        figure {
            h3 { (figure.title()) }
            @if !figure.description().is_empty() { p.about { (figure.description()) } }
            div.sheet { (figure.inline()) }
            @if !caption.is_empty() { figcaption { (clean(caption)) } }
        }
    }
}

/// A name for links: the title's letters and digits, and its number, so that none comes twice.
fn anchor(title: &str, index: usize) -> String {
    let lower = title.to_lowercase();
    let words = lower.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    format!("s{}-{}", index + 1, words.join("-"))
}
