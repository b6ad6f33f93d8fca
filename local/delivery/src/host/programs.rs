//! Finding the program of each function.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::zip;
use crate::error::DeliveryError;
use crate::settings::Programs;

/// How a function is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    /// The command.
    pub(super) command: Vec<String>,
    /// The folder it starts in, `LAMBDA_TASK_ROOT`.
    pub(super) folder: PathBuf,
}

/// Finds the programs of all binaries, and unpacks those that are zips into folders of `home`.
pub(super) fn find(
    programs: &Programs,
    binaries: impl IntoIterator<Item = String>,
    home: &Path,
) -> Result<BTreeMap<String, Program>, DeliveryError> {
    let mut found = BTreeMap::new();
    for binary in binaries {
        let own = home.join("functions").join(&binary);
        let program = match programs {
            Programs::OneBinary(arguments) => {
                fs::create_dir_all(&own)
                    .map_err(|source| DeliveryError::File { path: own.clone(), source })?;
                let mut command = arguments.clone();
                command.push(binary.clone());
                Program { command, folder: own }
            }
            Programs::Folder(folder) => in_folder(folder, &binary, own)?,
        };
        found.insert(binary, program);
    }
    Ok(found)
}

fn in_folder(folder: &Path, binary: &str, own: PathBuf) -> Result<Program, DeliveryError> {
    let missing =
        || DeliveryError::NoProgram { binary: binary.to_owned(), folder: folder.to_owned() };
    let folder = folder.canonicalize().map_err(|_| missing())?;
    let built = folder.join(binary);
    if built.join("bootstrap").is_file() {
        return Ok(Program { command: vec![text(&built.join("bootstrap"))], folder: built });
    }
    let zips = [built.join("bootstrap.zip"), folder.join(format!("{binary}.zip"))];
    let path = zips.into_iter().find(|zip| zip.is_file()).ok_or_else(missing)?;
    let contents =
        fs::read(&path).map_err(|source| DeliveryError::File { path: path.clone(), source })?;
    // What an earlier zip left must not be taken for this one's.
    if own.exists() {
        fs::remove_dir_all(&own)
            .map_err(|source| DeliveryError::File { path: own.clone(), source })?;
    }
    let bad = |reason: String| DeliveryError::Zip { path: path.clone(), reason };
    zip::unpack(&contents, &own).map_err(bad)?;
    let bootstrap = own.join("bootstrap");
    if !bootstrap.is_file() {
        return Err(bad("it holds no file `bootstrap`".to_owned()));
    }
    Ok(Program { command: vec![text(&bootstrap)], folder: own })
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_without_program_is_named_with_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::Folder(folder.path().to_owned());

        let missing = find(&programs, ["compare-models".to_owned()], folder.path()).unwrap_err();

        let message = missing.to_string();
        assert!(message.contains("cargo lambda build --release --bin compare-models"), "{message}");
    }

    #[test]
    fn the_name_of_the_function_follows_the_arguments_of_the_one_binary() {
        let folder = tempfile::tempdir().unwrap();
        let programs = Programs::OneBinary(vec!["almanac".to_owned(), "function".to_owned()]);

        let found = find(&programs, ["compare-models".to_owned()], folder.path()).unwrap();

        assert_eq!(found["compare-models"].command, ["almanac", "function", "compare-models"]);
    }

    #[test]
    fn a_zip_is_unpacked_anew_into_the_home_folder() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        let left_over = home.join("functions/compare-models/old");
        fs::create_dir_all(&left_over).unwrap();
        fs::write(folder.path().join("compare-models.zip"), zip::sample()).unwrap();
        let programs = Programs::Folder(folder.path().to_owned());

        let found = find(&programs, ["compare-models".to_owned()], &home).unwrap();

        let bootstrap = home.join("functions/compare-models/bootstrap");
        assert_eq!(found["compare-models"].command, [text(&bootstrap)]);
        assert!(bootstrap.is_file());
        assert!(!left_over.exists());
    }
}
