//! `generate`: a synthetic history, for whoever has no data yet.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use scenario::Scenario;
use synthetic::{Future, Plan, Written, file_names, generate};

use crate::arguments::{Generate, Part};
use crate::failure::Failure;
use crate::known_scenario;

pub(crate) fn run(arguments: &Generate, out: &mut impl Write) -> Result<(), Failure> {
    let scenario = known_scenario::find(&arguments.scenario)?;
    let target = arguments.output.as_path();
    let is_folder = target != Path::new("-") && target.extension().is_none();
    match arguments.part {
        None if is_folder && scenario.split().has_own_holdout() => {
            write_part(&scenario, arguments, (Part::History, target), out)?;
            let beside = target.as_os_str().to_string_lossy().into_owned() + "-holdout";
            write_part(&scenario, arguments, (Part::Holdout, Path::new(&beside)), out)
        }
        part => write_part(&scenario, arguments, (part.unwrap_or(Part::Whole), target), out),
    }
}

fn write_part(
    scenario: &Scenario,
    arguments: &Generate,
    (part, target): (Part, &Path),
    out: &mut impl Write,
) -> Result<(), Failure> {
    let plan = Plan {
        seed: arguments.seed,
        rows: arguments.rows,
        part: match part {
            Part::Whole => synthetic::Part::Whole,
            Part::History => synthetic::Part::History,
            Part::Holdout => synthetic::Part::Holdout,
        },
        future: Future::Unknown,
        ..Plan::default()
    };
    if target == Path::new("-") {
        let mut only = Some(out);
        let taken = || io::Error::other("standard output takes one file; name a folder with -o");
        generate(scenario, &plan, |_| only.take().ok_or_else(taken))?;
        return Ok(());
    }
    let is_file = file_names(scenario).len() == 1 && target.extension().is_some();
    let folder = if is_file { target.parent().unwrap_or(Path::new("")) } else { target };
    fs::create_dir_all(folder).map_err(Failure::write(folder))?;
    let path = |name: &str| if is_file { target.to_owned() } else { folder.join(name) };
    // Under another name first, so that a run that is stopped leaves no half a history.
    let unfinished = |name: &str| path(name).with_added_extension("part");
    let written =
        generate(scenario, &plan, |name| File::create(unfinished(name)).map(BufWriter::new))?;
    for Written { file, rows } in &written {
        let path = path(file);
        fs::rename(unfinished(file), &path).map_err(Failure::write(&path))?;
        writeln!(out, "{}: {rows} rows", path.display()).map_err(Failure::Tell)?;
    }
    Ok(())
}
