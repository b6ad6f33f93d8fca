//! Records the metrics of a training run in Experiments.
//!
//! A pipeline step calls it after evaluation. Every number of the report becomes a parameter of a
//! trial component, which can be queried at once, and a point of its charts. The report in S3
//! stays the system of record: where the service takes less, the answer says what is missing.

mod answer;
mod component;
mod event;
mod parameters;
mod points;

use cloud::experiments::{DescribeComponent, ListComponents, PutMetrics, WriteComponent};
use cloud::objects::ReadObject;
use cloud::reports::read_report;
use invocation::{Failure, Kind, Kinded};
use metric::Report;
use serde_json::Value;

pub use answer::Answer;
use answer::Recorded;
use component::Target;
use event::Event;
use parameters::Selection;

/// Points may not be older than two weeks; a day is left for the way there.
const OLDEST_POINT: i64 = 13 * 24 * 3600;

/// Why nothing was recorded although the report could be read.
#[derive(Debug, thiserror::Error)]
enum RecordError {
    #[error("the report has no number to record: its `metrics` are all undefined")]
    NothingToRecord,
    #[error("the report has no `{0}`, which the event names as its metric")]
    NoSuchMetric(String),
}

impl Kinded for RecordError {
    fn kind(&self) -> Kind {
        match self {
            Self::NothingToRecord | Self::NoSuchMetric(_) => Kind::Rejected,
        }
    }
}

/// Answers events until the sandbox ends: what `main` and the local engine run.
///
/// # Errors
/// Only if the Runtime API fails.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    invocation::start_logs(&invocation::Settings::from_env());
    let aws = cloud::sdk::Aws::connect().await;

    invocation::serve(|event| handle(&aws, invocation::clock::now(), event)).await
}

/// Answers one event; `now` is in seconds since 1970.
///
/// # Errors
/// `Rejected` if the event or the report cannot be used, `Transient` if AWS could not answer now.
/// An error means that no parameter was written.
pub async fn handle<Aws>(aws: &Aws, now: i64, event: Value) -> Result<Answer, Failure>
where
    Aws: ReadObject + ListComponents + DescribeComponent + WriteComponent + PutMetrics + Sync,
{
    let event = Event::read(event)?;
    let (report, object) = read_report(aws, &event.evaluation_s3_uri).await?;
    let primary = primary_metric(&event, &report)?;
    let numbers = report.numbers();

    let target = Target::find(aws, &event).await?;
    let selection = Selection::new(&event, &report, &numbers, target.parameters());
    let association = target.write(aws, &event, &selection.parameters).await?;

    let timestamp = object.modified.max(now.saturating_sub(OLDEST_POINT)).min(now);
    let missing = points::missing(&numbers, target.metrics(), timestamp);
    let outcome = points::write(aws, &target.name().to_lowercase(), missing).await;
    let answer = Answer::from(Recorded {
        target: &target,
        primary,
        numbers: numbers.len(),
        selection: &selection,
        outcome: &outcome,
        association: &association,
    });
    tracing::info!(
        trial_component = answer.trial_component,
        recorded = answer.recorded,
        complete = answer.complete,
        refused = answer.refused,
        "recorded"
    );
    Ok(answer)
}

/// The metric that the event names, else the RMSE, else the first that there is.
fn primary_metric(event: &Event, report: &Report) -> Result<(String, f64), RecordError> {
    if let Some(name) = event.metric() {
        let value = report.metric(name);
        let value = value.ok_or_else(|| RecordError::NoSuchMetric(name.to_owned()))?;
        return Ok((name.to_owned(), value));
    }
    let mut defined = report.metrics.iter().filter_map(|(name, it)| Some((name, it.value?)));
    let first = defined.clone().find(|(name, _)| *name == "rmse").or_else(|| defined.next());
    first.map(|(name, value)| (name.clone(), value)).ok_or(RecordError::NothingToRecord)
}
