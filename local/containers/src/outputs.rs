//! Files become objects.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::ContainerError;
use crate::storage::{Storage, Uri};

/// Files by their name below a folder, with `/` between its parts.
pub(crate) type Files = BTreeMap<String, PathBuf>;

/// The files of several instances in one folder, which must not meet. Links are not followed, and
/// not taken: they would lead out of the job.
pub(crate) fn merged(folders: &[PathBuf]) -> Result<Files, ContainerError> {
    let mut files = Files::new();
    for folder in folders {
        let mut own = Files::new();
        if folder.is_dir() && !folder.is_symlink() {
            walk(folder, "", &mut own)?;
        }
        for (name, path) in own {
            if files.contains_key(&name) {
                return Err(ContainerError::Client(format!(
                    "two instances wrote {name}; give the files of each instance names of their own"
                )));
            }
            files.insert(name, path);
        }
    }
    Ok(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Files) -> Result<(), ContainerError> {
    for entry in fs::read_dir(folder).map_err(ContainerError::read(folder))? {
        let entry = entry.map_err(ContainerError::read(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(ContainerError::read(&path))?;
        let name = entry.file_name().into_string().map_err(|name| {
            let words = "has a name that is not UTF-8 and cannot be a key";
            ContainerError::Client(format!("{} {words}", name.display()))
        })?;
        if kind.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), files)?;
        } else if kind.is_file() {
            files.insert(format!("{prefix}{name}"), path);
        }
    }
    Ok(())
}

/// Puts them below a prefix.
pub(crate) async fn upload(
    storage: &dyn Storage,
    files: &Files,
    uri: &str,
) -> Result<(), ContainerError> {
    let uri = Uri::read(uri)?;
    for (name, path) in files {
        leave(storage, path, &Uri { key: uri.below(name), bucket: uri.bucket.clone() }).await?;
    }
    Ok(())
}

/// Makes an object of a file.
pub(crate) async fn leave(
    storage: &dyn Storage,
    file: &Path,
    uri: &Uri,
) -> Result<(), ContainerError> {
    let left = storage.put_file(&uri.bucket, &uri.key, file).await;
    left.map_err(|refusal| match refusal.status {
        ..500 => ContainerError::Client(format!("Data upload to {uri} failed: {refusal}")),
        _ => ContainerError::Refused(refusal),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_not_taken_and_the_files_of_instances_must_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        for instance in [&one, &two] {
            fs::create_dir_all(instance.join("deep")).unwrap();
        }
        fs::write(one.join("deep/a"), "").unwrap();
        fs::write(two.join("b"), "").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", one.join("link")).unwrap();
        std::os::unix::fs::symlink("/etc", one.join("folder")).unwrap();

        let names: Vec<String> = merged(&[one.clone(), two.clone()]).unwrap().into_keys().collect();
        assert_eq!(names, ["b", "deep/a"]);

        fs::write(two.join("deep/a"), "").unwrap();
        let refused = merged(&[one, two]).unwrap_err().to_string();
        assert!(refused.contains("two instances wrote deep/a"), "{refused}");
    }
}
