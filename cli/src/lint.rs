//! `almanac lint`: findings against pipeline definitions.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pipeline::compatibility::{Refusal, published_schema_refusals};
use pipeline::lint::{Finding, Severity, lint_text};
use serde_json::{Value, json};

use crate::arguments::Lint;
use crate::failure::{FAILED, Failure};

/// What there is to say about one file.
struct Examined<'a> {
    path: &'a Path,
    findings: Vec<Finding>,
    /// What the published schema would refuse; none where nobody asked.
    refusals: Option<Vec<Refusal>>,
}

impl Examined<'_> {
    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

pub(crate) fn run(arguments: &Lint, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let examined: Vec<Examined<'_>> = arguments
        .files
        .iter()
        .map(|path| examine(path, arguments))
        .collect::<Result<_, Failure>>()?;
    let errors = examined.iter().map(|file| file.count(Severity::Error)).sum();
    let warnings = examined.iter().map(|file| file.count(Severity::Warning)).sum();
    if arguments.json {
        writeln!(out, "{:#}", as_json(&examined, errors, warnings))?;
    } else {
        tell(&examined, out)?;
        let files = plural(examined.len(), "file");
        let (of_errors, of_warnings) = (plural(errors, "error"), plural(warnings, "warning"));
        writeln!(out, "{files}, {of_errors}, {of_warnings}")?;
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

fn examine<'a>(path: &'a Path, arguments: &Lint) -> Result<Examined<'a>, Failure> {
    let text = read(path).map_err(|source| Failure::Read { path: path.to_owned(), source })?;
    let refusals = arguments.published.then(|| {
        // Text that is no JSON has been found by the lint already.
        serde_json::from_str(&text).map(|json| published_schema_refusals(&json)).unwrap_or_default()
    });
    Ok(Examined { path, findings: lint_text(&text), refusals })
}

fn read(path: &Path) -> io::Result<String> {
    if path.as_os_str() == "-" {
        io::read_to_string(io::stdin().lock())
    } else {
        fs::read_to_string(path)
    }
}

fn tell(examined: &[Examined<'_>], out: &mut impl Write) -> io::Result<()> {
    for Examined { path, findings, refusals } in examined {
        let path = path.display();
        for finding in findings {
            match finding.place {
                Some(place) => writeln!(out, "{path}:{}:{}: {finding}", place.line, place.column)?,
                None => writeln!(out, "{path}: {finding}")?,
            }
        }
        for Refusal { pointer, why } in refusals.iter().flatten() {
            writeln!(out, "{path}: published schema {pointer}: {why}")?;
        }
    }
    Ok(())
}

fn as_json(examined: &[Examined<'_>], errors: usize, warnings: usize) -> Value {
    let files: Vec<Value> = examined
        .iter()
        .map(|file| {
            let findings: Vec<Value> = file.findings.iter().map(finding_as_json).collect();
            let mut json = json!({ "file": file.path.to_string_lossy(), "findings": findings });
            if let (Some(refusals), Some(members)) = (&file.refusals, json.as_object_mut()) {
                let refusals: Vec<Value> = refusals
                    .iter()
                    .map(|refusal| json!({ "pointer": refusal.pointer, "why": refusal.why }))
                    .collect();
                members.insert("published".into(), refusals.into());
            }
            json
        })
        .collect();
    json!({ "files": files, "errors": errors, "warnings": warnings })
}

fn finding_as_json(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.to_string(),
        "rule": finding.rule,
        "pointer": finding.pointer,
        "message": finding.message,
        "remedy": finding.remedy,
        "line": finding.place.map(|place| place.line),
        "column": finding.place.map(|place| place.column),
    })
}

fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
