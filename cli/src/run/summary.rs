//! What came of a run, for people and for programs.

use std::fs;
use std::io::Write;

use cloud::objects::S3Uri;
use cloud::pipelines::{Execution, Progress, Step};
use cloud::registry::DescribePackage;
use cloud::reports::{read_report, read_report_of};
use metric::Report;
use objects::Object;
use serde::Serialize;

use super::Loop;
use super::follow::Screen;
use super::metrics::{self, Compared};
use crate::failure::Failure;

/// How much of a log is shown of a job that went wrong.
const LAST_LINES: usize = 8;

/// A run, as `--json` tells it.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) pipeline: String,
    pub(crate) execution_arn: String,
    pub(crate) status: Progress,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    pub(crate) steps: Vec<StepTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) metrics: Vec<Compared>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<Package>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) mails: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<Endpoint>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) forecast: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<String>,
    pub(crate) seconds: Seconds,
}

/// How long a step took, with all that belongs to it.
#[derive(Debug, Serialize)]
pub(crate) struct StepTime {
    pub(crate) name: String,
    pub(crate) status: Progress,
    pub(crate) seconds: f64,
    pub(crate) cached: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

/// What compare-models said.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    pub(crate) promote: bool,
    pub(crate) reason: String,
}

/// A version that was registered.
#[derive(Debug, Serialize)]
pub(crate) struct Package {
    pub(crate) arn: String,
    pub(crate) version: u32,
    pub(crate) approval: String,
}

/// What serves.
#[derive(Debug, Serialize)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) config: String,
}

/// Where the time went.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Seconds {
    pub(crate) total: f64,
    /// At least one job ran.
    pub(crate) jobs: f64,
}

impl Outcome {
    pub(crate) fn of(pipeline: &str, execution: &Execution, steps: &[Step]) -> Self {
        let times = steps.iter().map(|step| StepTime {
            name: step.name.clone(),
            status: step.progress,
            seconds: step.started.zip(step.ended).map_or(0.0, |(from, to)| to - from),
            cached: step.cached_from.is_some(),
            failure: step.failure.clone(),
        });
        Self {
            pipeline: pipeline.to_owned(),
            execution_arn: execution.arn.clone(),
            status: execution.progress,
            failure: execution.failure.clone(),
            steps: times.collect(),
            verdict: None,
            metrics: Vec::new(),
            package: None,
            mails: Vec::new(),
            endpoint: None,
            forecast: Vec::new(),
            report: None,
            seconds: Seconds::default(),
        }
    }

    /// The last part of the execution's ARN.
    pub(crate) fn execution_id(&self) -> &str {
        self.execution_arn.rsplit('/').next().unwrap_or_default()
    }

    /// The last line: how long it took.
    pub(crate) fn tell_time<W: Write>(&self, screen: &mut Screen<'_, W>) -> Result<(), Failure> {
        let Seconds { total, jobs } = self.seconds;
        screen.line("time", &format!("{total:.1} s, {jobs:.1} s of them in jobs"))
    }
}

impl Loop<'_> {
    /// Adds the verdict, the metrics beside those of the champion, and the report.
    pub(super) async fn judged<W: Write>(
        &self,
        mut outcome: Outcome,
        steps: &[Step],
        screen: &mut Screen<'_, W>,
    ) -> Result<Outcome, Failure> {
        let said = steps.iter().find(|step| step.outputs.contains_key("promote"));
        if let Some(step) = said {
            let output = |name: &str| step.outputs.get(name).cloned().unwrap_or_default();
            let promote = output("promote") == "true";
            let verdict = Verdict { promote, reason: output("reason") };
            let words = verdict.reason.split_once(": ").map_or(verdict.reason.as_str(), |it| it.1);
            screen.line(if promote { "promoted" } else { "kept" }, words)?;
            outcome.verdict = Some(verdict);
            let champion = self.report_of(&output("previous_model_package_arn")).await?;
            if let Some((report, at)) = self.report(&outcome).await? {
                outcome.metrics = metrics::compared(&self.scenario, &report, champion.as_ref());
                metrics::tell(&outcome.metrics, &report, screen)?;
                outcome.report = self.bring(&at)?;
            }
        }
        let mut made = steps.iter().filter_map(|step| step.outputs.get("arn"));
        if let Some(arn) = made.rfind(|arn| arn.contains(":model-package/")) {
            let found = self.aws.describe_package(arn).await?;
            outcome.package = Some(Package {
                arn: arn.clone(),
                version: found.summary.version,
                approval: found.summary.approval.word().to_owned(),
            });
            let words = format!("version {} of {}", found.summary.version, found.group);
            screen.line("registered", &words)?;
        }
        Ok(outcome)
    }

    /// The report that the evaluation left.
    async fn report(&self, outcome: &Outcome) -> Result<Option<(Report, S3Uri)>, Failure> {
        let found = self.left(outcome.execution_id(), "/evaluation.json")?;
        let Some(found) = found else { return Ok(None) };
        let at = S3Uri::new(&self.bucket, &found.key)?;
        let (report, _) = read_report(&self.aws, &at).await?;
        Ok(Some((report, at)))
    }

    /// Below which the executions of this scenario and retailer leave things.
    pub(super) fn runs(&self) -> String {
        format!("runs/{}/{}/", self.scenario.name(), self.retailer)
    }

    /// What a step left: in this execution, or else in the latest one that ran the step.
    pub(super) fn left(&self, id: &str, file: &str) -> Result<Option<Object>, Failure> {
        let mut objects = self.engine.objects().list(&self.bucket, &self.runs())?;
        objects.retain(|object| object.key.ends_with(file));
        let own = format!("{}{id}/", self.runs());
        let rank = |object: &Object| (object.key.starts_with(&own), object.modified);
        Ok(objects.into_iter().max_by_key(rank))
    }

    async fn report_of(&self, package_arn: &str) -> Result<Option<Report>, Failure> {
        if !package_arn.starts_with("arn:") {
            return Ok(None);
        }
        let package = self.aws.describe_package(package_arn).await?;
        Ok(read_report_of(&self.aws, &package).await?)
    }

    /// Brings what lies beside the report out of S3, for a person to look at.
    fn bring(&self, report: &S3Uri) -> Result<Option<String>, Failure> {
        let Some((prefix, _)) = report.key().rsplit_once('/') else { return Ok(None) };
        let home = self.engine.machine().home.root();
        let folder = home.join("reports").join(prefix.trim_start_matches("runs/"));
        let mut page = None;
        for object in self.engine.objects().list(report.bucket(), &format!("{prefix}/"))? {
            let Some(name) = object.key.rsplit('/').next().filter(|name| !name.is_empty()) else {
                continue;
            };
            fs::create_dir_all(&folder).map_err(Failure::write(&folder))?;
            let to = folder.join(name);
            fs::copy(&object.path, &to).map_err(Failure::write(&to))?;
            if to.extension().is_some_and(|ending| ending == "html") {
                page = Some(to.display().to_string());
            }
        }
        Ok(page)
    }

    /// Why an execution failed: what the last job had to say, and where the rest is.
    pub(super) fn why<W: Write>(
        &self,
        steps: &[Step],
        screen: &mut Screen<'_, W>,
    ) -> Result<(), Failure> {
        let logs = self.engine.machine().home.logs();
        let mut jobs = steps.iter().filter_map(|step| step.outputs.get("arn"));
        let last = jobs.rfind(|arn| arn.contains("-job/"));
        let log = last.and_then(|arn| arn.rsplit('/').next()).map(|job| {
            let its = format!("{job}.log").to_lowercase();
            let is_its = |name: &str| name.to_lowercase() == its;
            let entries = fs::read_dir(&logs).into_iter().flatten().flatten();
            let mut names = entries.map(|entry| entry.path());
            names.find(|path| path.file_name().is_some_and(|it| is_its(&it.to_string_lossy())))
        });
        let Some(log) = log.flatten() else {
            return screen.line("logs", &logs.display().to_string());
        };
        let text = fs::read_to_string(&log).map_err(Failure::read(&log))?;
        let lines: Vec<&str> = text.lines().collect();
        for line in lines.iter().skip(lines.len().saturating_sub(LAST_LINES)) {
            screen.plain(&format!("  {line}"))?;
        }
        screen.line("log", &log.display().to_string())
    }

    /// For how long at least one job's process ran.
    pub(super) async fn job_seconds(&self, steps: &[Step]) -> Result<f64, Failure> {
        let mut spans = Vec::new();
        let root = self.engine.machine().credentials.root_caller();
        let ran = steps.iter().filter(|step| step.cached_from.is_none());
        for arn in ran.filter_map(|step| step.outputs.get("arn")) {
            let Some((kind, name)) =
                ["Processing", "Training", "Transform"].iter().find_map(|kind| {
                    let resource = format!(":{}-job/", kind.to_lowercase());
                    arn.split_once(&resource).map(|(_, name)| (kind, name))
                })
            else {
                continue;
            };
            let request = serde_json::json!({format!("{kind}JobName"): name});
            let operation = format!("Describe{kind}Job");
            let found = self.engine.sagemaker().call(&root, &operation, request).await?;
            let time = |name: &str| found.get(name).and_then(serde_json::Value::as_f64);
            let from = time(&format!("{kind}StartTime"));
            if let Some(span) = from.zip(time(&format!("{kind}EndTime"))) {
                spans.push(span);
            }
        }
        Ok(covered(spans))
    }
}

/// How much of the time is in at least one span.
fn covered(mut spans: Vec<(f64, f64)>) -> f64 {
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut sum, mut end) = (0.0, f64::NEG_INFINITY);
    for (from, to) in spans {
        sum += (to - from.max(end)).max(0.0);
        end = end.max(to);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::covered;

    #[test]
    fn time_in_which_two_jobs_run_counts_once() {
        let seconds = covered(vec![(5.0, 6.0), (0.0, 2.0), (1.0, 3.0)]);

        assert!((seconds - 4.0).abs() < 1e-12);
    }
}
