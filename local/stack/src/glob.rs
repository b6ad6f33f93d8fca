//! Texts with wildcards, for policies (`*` and `?`) and for event patterns (`*` alone).

/// A text in which some places stand for any text or any character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Exactly(char),
    Anything,
    AnyCharacter,
}

impl Glob {
    /// As policies write it: `*` is any text, `?` any character.
    pub(crate) fn of_policy(text: &str) -> Self {
        let piece = |letter| match letter {
            '*' => Piece::Anything,
            '?' => Piece::AnyCharacter,
            other => Piece::Exactly(other),
        };
        Self(text.chars().map(piece).collect())
    }

    /// As event patterns write it: `*` is any text, a backslash makes `*` and itself ordinary.
    pub(crate) fn of_event(text: &str) -> Result<Self, &'static str> {
        let mut pieces = Vec::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let piece = match letter {
                '*' if pieces.last() == Some(&Piece::Anything) => {
                    return Err("two wildcards in a row say no more than one");
                }
                '*' => Piece::Anything,
                '\\' => match letters.next() {
                    Some(escaped @ ('*' | '\\')) => Piece::Exactly(escaped),
                    _ => return Err("a backslash stands before * or another backslash only"),
                },
                other => Piece::Exactly(other),
            };
            pieces.push(piece);
        }
        Ok(Self(pieces))
    }

    /// Whether the whole text fits. Never takes longer than both lengths multiplied.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let letters: Vec<char> = text.chars().collect();
        let (mut piece, mut letter) = (0, 0);
        // Where the last `*` was, and how far it has been stretched.
        let mut star: Option<(usize, usize)> = None;
        while let Some(&found) = letters.get(letter) {
            match self.0.get(piece) {
                Some(Piece::Anything) => {
                    star = Some((piece, letter));
                    piece += 1;
                    continue;
                }
                Some(Piece::AnyCharacter) => {}
                Some(Piece::Exactly(wanted)) if *wanted == found => {}
                _ => {
                    let Some((at, stretched)) = star else { return false };
                    star = Some((at, stretched + 1));
                    piece = at + 1;
                    letter = stretched + 1;
                    continue;
                }
            }
            piece += 1;
            letter += 1;
        }
        self.0.iter().skip(piece).all(|rest| *rest == Piece::Anything)
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        for (glob, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "abcabab", true),
            ("**?", "", false),
            ("model/*/7", "model/a/b/7", true),
            ("h?llo*", "hällo wörld", true),
        ] {
            assert_eq!(Glob::of_policy(glob).matches(text), fits, "{glob} {text}");
        }
    }

    #[test]
    fn in_event_patterns_a_question_mark_is_itself_and_a_star_can_be() {
        let glob = |text| Glob::of_event(text).unwrap();
        assert!(glob("a?*").matches("a?bc"));
        assert!(!glob("a?*").matches("abbc"));
        assert!(glob(r"a\*b\\").matches(r"a*b\"));
        assert!(!glob(r"a\*b").matches("axb"));
        assert!(Glob::of_event("a**").is_err());
        assert!(Glob::of_event(r"a\n").is_err());
        assert!(Glob::of_event(r"a\").is_err());
    }
}
