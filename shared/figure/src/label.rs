//! How wide is a text, and may it stand in XML?

use std::borrow::Cow;

/// Size of the text in figures, in pixels.
pub(crate) const SIZE: f64 = 12.0;

/// About how wide a text is at [`SIZE`] in a sans-serif face. Rather too wide than too narrow, as
/// its only use is to keep labels apart.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(of_char).sum::<f64>() * SIZE
}

/// In parts of the size; after the metrics of Helvetica and its wider relatives.
fn of_char(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
        'f' | 't' | 'r' | 'I' | ' ' | '\u{a0}' | '(' | ')' | '-' | '/' => 0.37,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.92,
        'A'..='Z' => 0.71,
        character if character.is_ascii() => 0.62,
        _ => 1.0,
    }
}

/// The text, cut to a width with an ellipsis.
pub(crate) fn cut(text: &str, most: f64) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut left = most - SIZE;
    let fits = |character: &char| {
        left -= of_char(*character) * SIZE;
        left >= 0.0
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    Cow::Owned(short)
}

/// The text without the characters that XML 1.0 has no way to write.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if is_xml(c) { c } else { '\u{fffd}' }).collect())
}

fn is_xml(character: char) -> bool {
    let is_control = character < ' ' && !matches!(character, '\t' | '\n' | '\r');
    !is_control && !matches!(character, '\u{fffe}' | '\u{ffff}')
}
