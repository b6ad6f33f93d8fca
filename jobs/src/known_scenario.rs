//! Which scenario is meant by a name, a file or a folder?

use std::fs;
use std::path::Path;

use scenario::{BUILT_IN, Scenario};

use crate::failure::Failure;
use crate::place::only_file;

/// A name that ends like a file, or has a folder in it, is not one of a built-in scenario.
pub(crate) fn find(name: &str) -> Result<Scenario, Failure> {
    Ok(find_with_text(name)?.0)
}

/// The same, with its text.
pub(crate) fn find_with_text(name: &str) -> Result<(Scenario, String), Failure> {
    let path = Path::new(name);
    if path.extension().is_some_and(|extension| extension == "toml") || name.contains('/') {
        return read(path);
    }
    let text = BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let (text, scenario) = text.zip(Scenario::built_in(name)).ok_or_else(|| unknown(name))?;
    Ok((scenario?, text.to_owned()))
}

fn read(path: &Path) -> Result<(Scenario, String), Failure> {
    let file = only_file(path, ".toml").map_err(Failure::read(path))?;
    let file = file.ok_or_else(|| unknown(&path.to_string_lossy()))?;
    let text = fs::read_to_string(&file).map_err(Failure::read(&file))?;
    Ok((Scenario::parse(&file.to_string_lossy(), &text)?, text))
}

fn unknown(name: &str) -> Failure {
    let known = BUILT_IN.map(|(known, _)| known).join(", ");
    Failure::NoSuchScenario { name: name.to_owned(), known }
}
