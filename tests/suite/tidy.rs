//! Names, sizes and words that this house does without.

use crate::repository::{files, is_rust, text};

const LONGEST_FILE: usize = 400;
const NAMELESS: [&str; 5] = ["utils", "util", "helpers", "common", "misc"];

/// The lines of files that `is_wrong`, as `file:line: text`.
fn lines_where(wanted: impl Fn(&str) -> bool, is_wrong: impl Fn(&str) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for path in files().iter().filter(|path| wanted(path)) {
        for (index, line) in text(path).lines().enumerate().filter(|(_, line)| is_wrong(line)) {
            wrong.push(format!("{path}:{}: {}", index + 1, line.trim()));
        }
    }
    wrong
}

#[test]
fn every_file_and_folder_is_named_after_what_it_is_for() {
    let is_nameless = |path: &String| {
        let stems = path.split('/').map(|part| part.split('.').next().unwrap_or(part));
        path.ends_with("/mod.rs") || stems.into_iter().any(|stem| NAMELESS.contains(&stem))
    };

    let nameless: Vec<String> = files().into_iter().filter(is_nameless).collect();

    assert_eq!(nameless, Vec::<String>::new());
}

#[test]
fn every_rust_file_can_be_read_in_one_sitting() {
    let rust = files().into_iter().filter(|path| is_rust(path));
    let sizes = rust.map(|path| (text(&path).lines().count(), path));

    let too_long: Vec<_> = sizes.filter(|(lines, _)| *lines > LONGEST_FILE).collect();

    assert_eq!(too_long, Vec::new());
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    let homes = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/ho", "me/")];

    let known = lines_where(|_| true, |line| homes.iter().any(|home| line.contains(home)));

    assert_eq!(known, Vec::<String>::new());
}

#[test]
fn no_test_is_ignored_and_no_work_is_left_for_later() {
    let words = [concat!("#[ign", "ore"), concat!("to", "do!("), concat!("unimple", "mented!(")];
    let unfinished = |line: &str| words.iter().any(|word| line.contains(word));

    let left = lines_where(is_rust, unfinished);

    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn no_lint_is_silenced_without_being_expected_for_a_reason() {
    let silenced = |line: &str| line.trim_start().starts_with(concat!("#[al", "low("));

    let lines = lines_where(is_rust, silenced);

    assert_eq!(lines, Vec::<String>::new());
}
