//! Judges a trained model against the best one so far.
//!
//! A pipeline step calls it after evaluation; a condition reads `promote` from its answer. That
//! there is no previous model is an answer, not an error. It only reads.

mod answer;
mod champion;
mod event;

use cloud::experiments::{DescribeComponent, ListComponents};
use cloud::objects::ReadObject;
use cloud::registry::{DescribePackage, ListPackages};
use cloud::reports::read_report;
use invocation::{Failure, Kind, Kinded, decode};
use metric::{JudgeError, judge};
use serde_json::Value;

pub use answer::Answer;
use champion::Search;
use event::{Event, Source};

/// Why no verdict is possible.
#[derive(Debug, thiserror::Error)]
enum CompareError {
    #[error("cannot judge the candidate")]
    Judge(#[from] JudgeError),
}

impl Kinded for CompareError {
    fn kind(&self) -> Kind {
        match self {
            Self::Judge(_) => Kind::Rejected,
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

    invocation::serve(|event| handle(&aws, event)).await
}

/// Answers one event.
///
/// # Errors
/// `Rejected` if the event, the report or the rule cannot be used, `Transient` if AWS could not
/// answer now.
pub async fn handle<Aws>(aws: &Aws, event: Value) -> Result<Answer, Failure>
where
    Aws: ReadObject + ListPackages + DescribePackage + ListComponents + DescribeComponent + Sync,
{
    let event: Event = decode(event)?;
    let rule = event.rule()?;
    let source = event.source()?;
    let (candidate, _) = read_report(aws, &event.evaluation_s3_uri).await?;

    let search =
        Search::new(&rule.metric, &event.execution_id, candidate.holdout.fingerprint.as_deref())
            .within(event.retailer.as_deref());
    let champion = match &source {
        Source::Registry => search.in_registry(aws, &event.model_group).await?,
        Source::Experiments(experiment) => search.in_experiment(aws, experiment).await?,
    };
    let previous = champion.best.as_ref().map(champion::Contender::previous);
    let verdict = judge(&rule, &candidate, previous.as_ref()).map_err(CompareError::from)?;
    tracing::info!(
        promote = verdict.promote,
        reason = verdict.reason,
        considered = champion.considered,
        "judged"
    );
    Ok(Answer::new(verdict, &champion))
}
