//! Pages of keys, rolled up at a delimiter.

use machine::Refusal;

use crate::rows::{self, ObjectRow, Step};
use crate::shelf::Shelf;

/// Which keys, and how many.
#[derive(Debug, Default)]
pub(crate) struct Wanted<'a> {
    pub(crate) prefix: &'a str,
    /// Empty for none.
    pub(crate) delimiter: &'a str,
    /// Only what comes after it.
    pub(crate) after: Option<&'a str>,
    pub(crate) most: usize,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) objects: Vec<ObjectRow>,
    pub(crate) prefixes: Vec<String>,
    /// The last of the page, when more come after it.
    pub(crate) next: Option<String>,
}

impl Shelf {
    /// A page of keys.
    pub(crate) fn list(&self, bucket: &str, wanted: &Wanted<'_>) -> Result<Page, Refusal> {
        self.need_bucket(bucket)?;
        let mut page = Page::default();
        let Some(from) = wanted.start() else { return Ok(page) };
        if wanted.most > 0 {
            self.look(|tables| {
                rows::scan(tables, bucket, &from, |object| page.add(object, wanted))
            })?;
        }
        Ok(page)
    }
}

impl Wanted<'_> {
    /// The first key that could be on the page; none if there can be none.
    fn start(&self) -> Option<String> {
        let Some(after) = self.after else { return Some(self.prefix.to_owned()) };
        let from = match self.rolled_up(after) {
            Some(prefix) => successor(prefix)?,
            None => format!("{after}\0"),
        };
        Some(from.max(self.prefix.to_owned()))
    }

    /// The common prefix that stands for a key.
    fn rolled_up<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let found = key.strip_prefix(self.prefix)?.find(self.delimiter)?;
        key.get(..self.prefix.len() + found + self.delimiter.len())
    }
}

impl Page {
    fn add(&mut self, object: ObjectRow, wanted: &Wanted<'_>) -> Step {
        if !object.key.starts_with(wanted.prefix) {
            return Step::Stop;
        }
        if self.objects.len() + self.prefixes.len() == wanted.most {
            let object = self.objects.last().map(|object| &object.key);
            self.next = object.max(self.prefixes.last()).cloned();
            return Step::Stop;
        }
        let Some(prefix) = wanted.rolled_up(&object.key) else {
            self.objects.push(object);
            return Step::Next;
        };
        self.prefixes.push(prefix.to_owned());
        successor(prefix).map_or(Step::Stop, Step::Jump)
    }
}

/// The least text that is after all that begin with `prefix`; none if nothing is.
fn successor(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        // Surrogates are no letters: the step over them is what `range` does.
        if let Some(next) = (last..=char::MAX).nth(1) {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_successor_of_a_prefix_is_after_all_that_begin_with_it() {
        assert_eq!(successor("a/").as_deref(), Some("a0"));
        assert_eq!(successor("a\u{d7ff}").as_deref(), Some("a\u{e000}"));
        assert_eq!(successor("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(successor("\u{10ffff}"), None);
        assert_eq!(successor(""), None);
    }

    #[test]
    fn what_comes_after_a_common_prefix_is_not_in_it() {
        let wanted = Wanted { prefix: "p/", delimiter: "/", ..Wanted::default() };
        let start = |after| Wanted { after: Some(after), ..wanted }.start();

        assert_eq!(start("p/a/").as_deref(), Some("p/a0"));
        assert_eq!(start("p/a/b").as_deref(), Some("p/a0"));
        assert_eq!(start("p/a").as_deref(), Some("p/a\0"));
        assert_eq!(start("a").as_deref(), Some("p/"));
    }
}
