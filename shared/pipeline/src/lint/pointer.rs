//! Where in the document is it? JSON pointers, RFC 6901.

/// A JSON pointer that grows as a rule walks down.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pointer(String);

impl Pointer {
    /// The pointer of a member.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut text = self.0.clone();
        push_key(&mut text, key);
        Self(text)
    }

    /// The pointer of an element.
    pub(crate) fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// The pointer as RFC 6901 writes it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Appends a member name, escaped.
pub(crate) fn push_key(text: &mut String, key: &str) {
    text.push('/');
    for character in key.chars() {
        match character {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_and_tildes_in_a_key_are_escaped() {
        let pointer = Pointer::default().key("a/b~c").index(3);

        assert_eq!(pointer.as_str(), "/a~1b~0c/3");
    }
}
