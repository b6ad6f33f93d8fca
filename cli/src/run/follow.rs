//! A line for each step, when it is over; on a terminal also what is under way.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use cloud::pipelines::{Execution, Progress, RunPipelines, Step};
use tokio::sync::watch;

use crate::failure::Failure;

/// How many lines of a forecast are shown.
pub(super) const SHOWN: usize = 6;
/// How often the state is asked for, where nobody tells of changes.
const PACE: Duration = Duration::from_secs(2);
/// How long changes are collected before the state is asked for.
const BREATH: Duration = Duration::from_millis(15);

/// Where progress is shown.
pub(crate) struct Screen<'a, W> {
    out: &'a mut W,
    live: bool,
    colour: bool,
}

impl<'a, W: Write> Screen<'a, W> {
    /// Shown on standard output if it is a terminal: live, in colours.
    pub(crate) fn new(out: &'a mut W) -> Self {
        let terminal = io::stdout().is_terminal();
        Self { out, live: terminal, colour: terminal }
    }

    /// A line with a heading.
    pub(crate) fn line(&mut self, heading: &str, text: &str) -> Result<(), Failure> {
        self.clear()?;
        writeln!(self.out, "{heading:<11} {text}")?;
        self.out.flush()?;
        Ok(())
    }

    /// A line as it is.
    pub(crate) fn plain(&mut self, text: &str) -> Result<(), Failure> {
        self.clear()?;
        writeln!(self.out, "{text}")?;
        Ok(())
    }

    /// A few lines of CSV, with no more digits than a person reads.
    pub(crate) fn table(&mut self, lines: &[String]) -> Result<(), Failure> {
        for line in lines {
            let fields: Vec<String> = line.split(',').map(readable).collect();
            self.plain(&format!("  {}", fields.join(",")))?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Failure> {
        self.clear()?;
        let seconds = step.started.zip(step.ended).map_or(0.0, |(from, to)| to - from);
        let (mark, colour) = match step.progress {
            Progress::Succeeded => ("ok", "32"),
            Progress::Stopped => ("stopped", "33"),
            _ => ("FAILED", "31"),
        };
        let mark = if self.colour {
            format!("\x1b[{colour}m{mark:<7}\x1b[0m")
        } else {
            format!("{mark:<7}")
        };
        let note = note(step);
        let name = &step.name;
        writeln!(self.out, "  {name:<24} {mark} {seconds:>6.1} s  {note}")?;
        self.out.flush()?;
        Ok(())
    }

    fn under_way(&mut self, steps: &[Step]) -> Result<(), Failure> {
        if self.live {
            let running = steps.iter().filter(|step| !step.progress.is_over());
            let names: Vec<&str> = running.map(|step| step.name.as_str()).collect();
            write!(self.out, "\r\x1b[2K  {} ..", names.join(", "))?;
            self.out.flush()?;
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Failure> {
        if self.live {
            write!(self.out, "\r\x1b[2K")?;
        }
        Ok(())
    }
}

/// A number with three decimals, and everything else as it is.
fn readable(field: &str) -> String {
    let decimals = field.rsplit_once('.').map_or(0, |(_, decimals)| decimals.len());
    match field.parse::<f64>() {
        Ok(number) if decimals > 3 => format!("{number:.3}"),
        _ => field.to_owned(),
    }
}

/// What is worth telling of a step beside how it ended.
pub(crate) fn note(step: &Step) -> String {
    let output = |name: &str| step.outputs.get(name).filter(|text| !text.is_empty());
    if let Some(failure) = &step.failure {
        return failure.clone();
    }
    let mut notes = Vec::new();
    if step.cached_from.is_some() {
        notes.push("taken from an earlier execution".to_owned());
    }
    if let Some(recorded) = output("recorded") {
        notes.push(format!("{recorded} numbers recorded"));
    }
    if let Some(outcome) = output("outcome") {
        notes.push(format!("the condition is {}", outcome.to_lowercase()));
    }
    if let Some(promote) = output("promote") {
        let verdict = if promote == "true" { "promoted" } else { "not promoted" };
        notes.push(verdict.to_owned());
    }
    if let Some((_, package)) = output("arn").and_then(|arn| arn.split_once(":model-package/")) {
        notes.push(format!("version {package}"));
    }
    notes.join("; ")
}

/// Shows an execution until it is over. `changes` tells that something may have happened.
pub(crate) async fn follow<W: Write>(
    aws: &impl RunPipelines,
    arn: &str,
    mut changes: Option<watch::Receiver<u64>>,
    screen: &mut Screen<'_, W>,
) -> Result<(Execution, Vec<Step>), Failure> {
    let mut told: Vec<String> = Vec::new();
    loop {
        let execution = aws.execution(arn).await?;
        let steps = aws.steps(arn).await?;
        let mut over: Vec<&Step> = steps.iter().filter(|step| step.progress.is_over()).collect();
        over.sort_by(|one, other| {
            one.ended.partial_cmp(&other.ended).unwrap_or(std::cmp::Ordering::Equal)
        });
        for step in over {
            if !told.contains(&step.name) {
                screen.step(step)?;
                told.push(step.name.clone());
            }
        }
        if execution.progress.is_over() {
            return Ok((execution, steps));
        }
        screen.under_way(&steps)?;
        match &mut changes {
            None => tokio::time::sleep(PACE).await,
            Some(changes) => {
                let told_in_time = tokio::time::timeout(PACE, changes.changed()).await;
                if told_in_time.is_ok() {
                    tokio::time::sleep(BREATH).await;
                }
                changes.mark_unchanged();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn long_numbers_are_shortened_and_texts_are_not() {
        let fields = ["61.994179020910366", "1.25", "12", "v1.23456", "2017-10-03"].map(readable);

        assert_eq!(fields, ["61.994", "1.25", "12", "v1.23456", "2017-10-03"]);
    }
}
