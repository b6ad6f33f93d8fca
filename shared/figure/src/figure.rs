//! What is a finished figure, and how does it stand on a page or alone?

use maud::{Markup, PreEscaped, html};

use crate::label::clean;
use crate::number::Px;

/// The style sheet of figures: colours for light and dark, and how each kind of mark looks.
pub(crate) const STYLE: &str = include_str!("theme/figure.css");

/// Pixels from left to right where there is room.
pub(crate) const WIDE: f64 = 800.0;
/// Pixels on a telephone, or beside another figure.
pub(crate) const NARROW: f64 = 380.0;

/// A figure. It is drawn twice, for wide and for narrow places, since text that shrinks with its
/// figure cannot be read; the page shows the one that fits.
#[derive(Debug, Clone)]
pub struct Figure {
    title: String,
    description: String,
    wide: Drawing,
    narrow: Drawing,
}

/// Marks on a sheet of some size.
#[derive(Debug, Clone)]
pub(crate) struct Drawing {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) body: Markup,
}

/// Title and description of a figure. The description says to those who cannot see it what it
/// shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heading {
    /// What stands above it.
    pub title: String,
    /// What it shows, in a sentence.
    pub description: String,
}

impl Heading {
    /// Of these two texts.
    pub fn new(title: &str, description: &str) -> Self {
        Self { title: title.to_owned(), description: description.to_owned() }
    }
}

impl Figure {
    /// Draws for both widths. A drawing that has nothing to show says so.
    pub(crate) fn new(heading: &Heading, draw: impl Fn(f64) -> Option<Drawing>) -> Self {
        let at = |width| draw(width).unwrap_or_else(|| nothing(width));
        Self {
            title: clean(&heading.title).into_owned(),
            description: clean(&heading.description).into_owned(),
            wide: at(WIDE),
            narrow: at(NARROW),
        }
    }

    /// What stands above it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What it shows, in a sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// A file of its own, with its title and the colours of light and dark.
    pub fn to_svg(&self) -> String {
        let title = html! { text.head x="0" y="14" { (self.title) } };
        let lowered = html! { (title) g transform="translate(0 26)" { (self.wide.body) } };
        let (width, height) = (self.wide.width + 32.0, self.wide.height + 26.0 + 32.0);
        let view = format!("-16 -16 {} {}", text(width), text(height));
        let file = html! {
            svg xmlns="http://www.w3.org/2000/svg" viewBox=(view) width=(Px(width))
                height=(Px(height)) class="fig" role="img" {
                title { (self.title) }
                desc { (self.description) }
                style { (PreEscaped(STYLE)) }
                rect x="-16" y="-16" width="100%" height="100%" style="fill:var(--paper)" {}
                (lowered)
            }
        };
        file.into_string()
    }

    /// Both drawings, for a page that has the style sheet and shows one of them.
    pub(crate) fn inline(&self) -> Markup {
        html! {
            (self.element(&self.wide, "fig wide"))
            (self.element(&self.narrow, "fig narrow"))
        }
    }

    fn element(&self, drawing: &Drawing, class: &str) -> Markup {
        let view = format!("0 0 {} {}", text(drawing.width), text(drawing.height));
        html! {
            svg xmlns="http://www.w3.org/2000/svg" class=(class) viewBox=(view)
                width=(Px(drawing.width)) height=(Px(drawing.height)) role="img"
                aria-label=(self.title) {
                desc { (self.description) }
                (drawing.body)
            }
        }
    }
}

fn text(pixels: f64) -> String {
    let mut text = String::new();
    Px(pixels).push(&mut text);
    text
}

fn nothing(width: f64) -> Drawing {
    let height = 120.0;
    let body = html! {
        rect.grid x="0.5" y="0.5" width=(Px(width - 1.0)) height=(Px(height - 1.0)) rx="4" {}
        text.note.mid x=(Px(width / 2.0)) y=(Px(height / 2.0 + 4.0)) { "No data" }
    };
    Drawing { width, height, body }
}
