//! How is one number shown so that it is understood at a glance?

use maud::{Markup, html};

use crate::label::clean;

/// A number with its name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Card {
    /// What it is.
    pub name: String,
    /// The number, as it is to be read.
    pub value: String,
    /// How it compares.
    pub delta: Option<Delta>,
    /// A few words more.
    pub note: String,
}

/// How a number compares with an earlier one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delta {
    /// The difference, as it is to be read, such as `−4.2 %`.
    pub text: String,
    /// Whether that is good.
    pub tone: Tone,
}

/// Whether something is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neither.
    #[default]
    Neutral,
    /// It is.
    Good,
    /// It should be looked at.
    Warning,
    /// It is not.
    Bad,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// Says it to those who do not see the colour.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Neutral => "Note.",
            Self::Good => "Good.",
            Self::Warning => "Warning.",
            Self::Bad => "Problem.",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Good => "better",
            Self::Warning => "look",
            Self::Bad => "worse",
        }
    }
}

/// How many cards stand beside each other: three to five, with as few places empty as can be.
pub(crate) fn columns(cards: usize) -> usize {
    let empty = |columns: &usize| cards.next_multiple_of(*columns) - cards;
    if cards < 6 { cards.max(2) } else { [4, 5, 3].into_iter().min_by_key(empty).unwrap_or(4) }
}

impl Card {
    pub(crate) fn markup(&self) -> Markup {
        html! {
            div.card {
                p.label { (clean(&self.name)) }
                p.value { (clean(&self.value)) }
                @if let Some(delta) = &self.delta {
                    p class={ "delta " (delta.tone.class()) } {
                        (clean(&delta.text))
                        @if !delta.text.contains(delta.tone.sign()) {
                            " " span.sign { (delta.tone.sign()) }
                        }
                    }
                }
                @if !self.note.is_empty() { p.aside { (clean(&self.note)) } }
            }
        }
    }
}
