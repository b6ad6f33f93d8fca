//! What runs the steps of an image, told apart from what ran them before.

use std::fs;
use std::path::Path;

use containers::ImageRule;

/// A text that is another one when the command of an image is: its words, its variables, or a file
/// that it names.
pub(crate) fn version(rule: &ImageRule) -> String {
    let words: Vec<String> = rule.command.iter().map(|word| of_word(word)).collect();
    let version = env!("CARGO_PKG_VERSION");
    format!("{version} {words:?} {:?} {}", rule.environment, rule.script_mode)
}

/// A file is known by its size and time, so that it is the same in another folder.
fn of_word(word: &str) -> String {
    let path = Path::new(word);
    let about = path.is_absolute().then(|| fs::metadata(path));
    let about = about.and_then(Result::ok).filter(fs::Metadata::is_file);
    let about = about.and_then(|about| Some((about.len(), about.modified().ok()?)));
    about.map_or_else(|| word.to_owned(), |(size, modified)| format!("{size} {modified:?}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_command_whose_script_or_words_or_variables_changed_is_another_tool() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("prepare.py");
        fs::write(&script, "one").unwrap();
        let rule = ImageRule {
            image: "*/mine:*".to_owned(),
            command: vec!["python3".to_owned(), script.to_string_lossy().into_owned()],
            ..ImageRule::default()
        };
        let first = version(&rule);
        let environment = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        let of_variables = version(&ImageRule { environment, ..rule.clone() });
        let mut of_words = rule.clone();
        of_words.command.push("--fast".to_owned());

        assert_eq!(version(&rule), first);
        assert_ne!(of_variables, first);
        assert_ne!(version(&of_words), first);
        fs::write(&script, "other").unwrap();
        assert_ne!(version(&rule), first);
    }

    #[test]
    fn the_same_program_in_another_folder_is_the_same_tool() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        fs::write(&here, "one").unwrap();
        let of = |path: &Path| {
            let command = vec![path.to_string_lossy().into_owned()];
            version(&ImageRule { command, ..ImageRule::default() })
        };
        let before = of(&here);

        fs::rename(&here, &there).unwrap();

        assert_eq!(of(&there), before);
    }
}
