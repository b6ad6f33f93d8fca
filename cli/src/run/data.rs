//! What a run is fed with: the user's files or synthetic ones, put into S3 under the digest of
//! their content.
//!
//! Equal content has an equal address, so equal jobs are recognised as such; other content has
//! another, so nothing old is taken for new.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jobs::arguments::{Generate, Job, Prepare, Subject};
use jobs::environment::Environment;
use jobs::place::Named;
use objects::Objects;
use scenario::Scenario;
use scenario::model::Trainer;
use sha2::{Digest, Sha256};

use crate::arguments::{Pipeline, Run};
use crate::failure::Failure;

/// Files of this machine.
#[derive(Debug)]
pub(crate) struct Files {
    /// Where the history is: a file or folder.
    pub(crate) history: PathBuf,
    /// Where the hold-out is, for scenarios that have one of their own.
    pub(crate) holdout: Option<PathBuf>,
    /// Where they are from.
    pub(crate) words: String,
}

/// The same in S3.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// The prefix of the history.
    pub(crate) history: String,
    /// The prefix of the hold-out.
    pub(crate) holdout: Option<String>,
    /// The digest of both.
    pub(crate) digest: String,
}

/// Finds the user's files, or makes some below `folder`.
pub(crate) fn files(arguments: &Run, scenario: &Scenario, folder: &Path) -> Result<Files, Failure> {
    let batch = arguments.pipeline == Pipeline::Forecast;
    let own = scenario.split().has_own_holdout() && !batch;
    match (&arguments.data, &arguments.holdout) {
        (Some(data), _) if !data.exists() => Err(Failure::NoData { path: data.clone() }),
        (_, Some(holdout)) if !holdout.exists() => Err(Failure::NoData { path: holdout.clone() }),
        (_, Some(_)) if !own => {
            Err(Failure::NoOwnHoldout { scenario: scenario.name().to_string() })
        }
        (Some(data), Some(holdout)) => Ok(Files {
            history: data.clone(),
            holdout: Some(holdout.clone()),
            words: format!("{} and {}", data.display(), holdout.display()),
        }),
        (Some(data), None) if own => cut(arguments, data, folder),
        (Some(data), None) if batch && scenario.data().files.len() > 1 => {
            joined(arguments, data, folder)
        }
        (Some(data), None) => {
            Ok(Files { history: data.clone(), holdout: None, words: data.display().to_string() })
        }
        (None, _) => generated(arguments, own, folder),
    }
}

/// The last horizon of the user's file is held out.
fn cut(arguments: &Run, data: &Path, folder: &Path) -> Result<Files, Failure> {
    let (history, holdout) = (folder.join("history"), folder.join("holdout"));
    let named = |name: &str, path: &Path| Named { name: name.to_owned(), path: path.to_owned() };
    let subject = Subject {
        scenario: arguments.scenario.clone(),
        retailer: arguments.retailer.clone().unwrap_or_else(|| "default".to_owned()),
        input: vec![named("history", data)],
        output: vec![named("training", &history), named("given-holdout", &holdout)],
    };
    let words = job(Job::HoldOut(subject))?;
    let words = format!("{}: {}", data.display(), words.trim());
    Ok(Files { history, holdout: Some(holdout), words })
}

/// The files of a history in one, as a model takes rows: what `prepare` makes of them, in a row.
fn joined(arguments: &Run, data: &Path, folder: &Path) -> Result<Files, Failure> {
    let named = |name: &str, path: &Path| Named { name: name.to_owned(), path: path.to_owned() };
    let parts = ["train", "validation", "holdout"];
    let subject = Subject {
        scenario: arguments.scenario.clone(),
        retailer: arguments.retailer.clone().unwrap_or_else(|| "default".to_owned()),
        input: vec![named("training", data)],
        output: parts.map(|part| named(part, &folder.join(part))).to_vec(),
    };
    let trainer = Some(Trainer::Almanac);
    job(Job::Prepare(Prepare { subject, trainer, feature_group: None }))?;
    let whole = folder.join("history.csv");
    let mut text = String::new();
    for part in parts {
        let path = folder.join(part).join(format!("{part}.csv"));
        let rows = fs::read_to_string(&path).map_err(Failure::read(&path))?;
        let after_header = rows.split_once('\n').map_or("", |(_, rows)| rows);
        text.push_str(if text.is_empty() { &rows } else { after_header });
    }
    fs::write(&whole, text).map_err(Failure::write(&whole))?;
    Ok(Files { history: whole, holdout: None, words: format!("{}, joined", data.display()) })
}

fn generated(arguments: &Run, own_holdout: bool, folder: &Path) -> Result<Files, Failure> {
    let history = folder.join("raw");
    let generate = Generate {
        scenario: arguments.scenario.clone(),
        rows: arguments.rows,
        seed: arguments.seed,
        part: None,
        output: history.clone(),
    };
    let told = job(Job::Generate(generate))?;
    let holdout = own_holdout.then(|| folder.join("raw-holdout"));
    let mut words = format!("synthetic, seed {}: {}", arguments.seed, rows(&told, &history));
    if let Some(holdout) = &holdout {
        // Writing to a text cannot fail.
        let _ = write!(words, " of history, {} held out", rows(&told, holdout));
    }
    Ok(Files { history, holdout, words })
}

/// How many rows the files of a folder have, each with its name where there are several.
fn rows(told: &str, folder: &Path) -> String {
    let lines = told.lines().filter_map(|line| line.rsplit_once(": "));
    let files = lines.filter(|(path, _)| Path::new(path).parent() == Some(folder));
    let files: Vec<(&str, &str)> = files.collect();
    if let [(_, rows)] = files.as_slice() {
        return (*rows).to_owned();
    }
    let named = files.iter().map(|(path, rows)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        format!("{name} {rows}")
    });
    named.collect::<Vec<_>>().join(", ")
}

/// Runs a job in this process and answers what it says.
fn job(job: Job) -> Result<String, Failure> {
    let mut told = Vec::new();
    jobs::run(job, &Environment::of(std::iter::empty::<(String, String)>()), &mut told)?;
    Ok(String::from_utf8_lossy(&told).into_owned())
}

/// Puts the files where the pipeline reads them.
pub(crate) async fn place(
    objects: &Objects,
    files: &Files,
    (bucket, prefix): (&str, &str),
) -> Result<Placed, Failure> {
    let history = listed(&files.history)?;
    let holdout = files.holdout.as_deref().map(listed).transpose()?;
    let mut digest = Sha256::new();
    for (name, path) in history.iter().chain(holdout.iter().flatten()) {
        digest.update(name.as_bytes());
        digest.update([0]);
        digest_file(path, &mut digest).map_err(Failure::read(path))?;
    }
    let mut name = String::new();
    for byte in digest.finalize().iter().take(6) {
        // Writing to a text cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    let digest = name;
    let base = format!("{prefix}/{digest}");
    for (part, files) in [("history", Some(&history)), ("holdout", holdout.as_ref())] {
        for (name, path) in files.into_iter().flatten() {
            // Past the wire, which would look at every byte four times on the way.
            objects.put_file(bucket, &format!("{base}/{part}/{name}"), path).await?;
        }
    }
    Ok(Placed {
        history: format!("s3://{bucket}/{base}/history"),
        holdout: holdout.map(|_| format!("s3://{bucket}/{base}/holdout")),
        digest,
    })
}

fn digest_file(path: &Path, digest: &mut Sha256) -> io::Result<()> {
    let mut file = fs::File::open(path)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { return Ok(()) };
        digest.update(read);
    }
}

/// A file, or the files of a folder, by name.
fn listed(place: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    if place.is_file() {
        return Ok(name(place).map(|name| (name, place.to_owned())).into_iter().collect());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(place).map_err(Failure::read(place))? {
        let path = entry.map_err(Failure::read(place))?.path();
        if let (true, Some(name)) = (path.is_file(), name(&path)) {
            files.push((name, path));
        }
    }
    files.sort();
    if files.is_empty() { Err(Failure::NoData { path: place.to_owned() }) } else { Ok(files) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_of_several_files_are_told_by_name_and_those_held_out_apart() {
        let told = "/t/raw/train.csv: 6435 rows\n/t/raw/stores.csv: 45 rows\n\
                    /t/raw-holdout/sales.csv: 90 rows\n";

        assert_eq!(rows(told, Path::new("/t/raw")), "train.csv 6435 rows, stores.csv 45 rows");
        assert_eq!(rows(told, Path::new("/t/raw-holdout")), "90 rows");
    }
}
