//! After the gate: the mail, the decision, the endpoint, and its first forecast.

use std::io::{BufRead, BufReader, Write};
use std::time::Duration;

use cloud::failure::absent_as_none;
use cloud::hosting::{DescribeEndpoint, Endpoint, EndpointStatus};
use cloud::inference::InvokeEndpoint;

use super::Loop;
use super::follow::{SHOWN, Screen};
use super::summary::{self, Outcome};
use crate::failure::Failure;

/// How long the endpoint may take.
const PATIENCE: Duration = Duration::from_mins(5);

impl Loop<'_> {
    /// Everything that follows from a version, or from there being none.
    pub(super) async fn after<W: Write>(
        &self,
        mut outcome: Outcome,
        screen: &mut Screen<'_, W>,
    ) -> Result<Outcome, Failure> {
        self.engine.delivery().settled().await?;
        if outcome.package.is_some() {
            self.mails(&mut outcome, screen)?;
            self.decide(&mut outcome, screen).await?;
        }
        let wanted = outcome.package.as_ref().filter(|it| it.approval == "Approved");
        let wanted = wanted.map(|package| package.version);
        if let Some(endpoint) = self.endpoint(wanted).await? {
            let status = format!("{:?}", endpoint.status);
            let name = self.endpoint_name();
            screen.line("endpoint", &format!("{name} {status}, serving {}", endpoint.config))?;
            if endpoint.status == EndpointStatus::InService {
                outcome.forecast = self.forecast(&outcome, &name, screen).await?;
            } else if let Some(failure) = &endpoint.failure {
                screen.line("failed", failure)?;
            }
            outcome.endpoint = Some(summary::Endpoint { name, status, config: endpoint.config });
        } else {
            screen.line("endpoint", "none: no version is approved")?;
        }
        if let Some(report) = &outcome.report {
            screen.line("report", report)?;
        }
        Ok(outcome)
    }

    fn mails<W: Write>(
        &self,
        outcome: &mut Outcome,
        screen: &mut Screen<'_, W>,
    ) -> Result<(), Failure> {
        let Some(package) = &outcome.package else { return Ok(()) };
        let folder = self.engine.machine().home.mail();
        let mails = self.engine.delivery().mailbox()?;
        for mail in mails.iter().filter(|mail| mail.message.contains(&package.arn)) {
            let file = mail.file(&folder).display().to_string();
            screen.line("mail", &format!("{} ({file})", mail.subject))?;
            outcome.mails.push(file);
        }
        Ok(())
    }

    fn endpoint_name(&self) -> String {
        let suffix = self.engine.stack().functions.iter();
        let mut suffix = suffix.filter_map(|function| function.environment.get("ENDPOINT_SUFFIX"));
        format!("{}{}", self.group(), suffix.next().map_or("", String::as_str))
    }

    /// The endpoint once it is at rest, and once it serves the wanted version.
    async fn endpoint(&self, wanted: Option<u32>) -> Result<Option<Endpoint>, Failure> {
        let name = self.endpoint_name();
        let mut changes = self.engine.machine().store.changes();
        let clock = &self.engine.machine().clock;
        let until = clock.now().after(PATIENCE);
        loop {
            changes.mark_unchanged();
            self.engine.delivery().settled().await?;
            let found = absent_as_none(self.aws.describe_endpoint(&name).await)?;
            let serves = |endpoint: &Endpoint| {
                wanted.is_none_or(|version| endpoint.config.contains(&format!("-v{version}-")))
            };
            match &found {
                Some(endpoint) if endpoint.status.is_busy() => {}
                Some(endpoint) if serves(endpoint) || endpoint.failure.is_some() => {
                    return Ok(found);
                }
                None if wanted.is_none() => return Ok(None),
                _ => {}
            }
            if clock.now() >= until {
                return Err(Failure::NoEndpoint { name });
            }
            // Nothing else wakes who waits for an endpoint than a change of the store.
            let _ = tokio::time::timeout(Duration::from_secs(1), changes.changed()).await;
        }
    }

    /// Asks the endpoint, as a client in AWS would.
    async fn forecast<W: Write>(
        &self,
        outcome: &Outcome,
        endpoint: &str,
        screen: &mut Screen<'_, W>,
    ) -> Result<Vec<String>, Failure> {
        let (body, content_type) = self.question(outcome)?;
        let answer = self.aws.invoke(endpoint, body, content_type).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let lines: Vec<String> = text.lines().take(SHOWN).map(str::to_owned).collect();
        screen.line("forecast", "from the live endpoint")?;
        screen.table(&lines)?;
        Ok(lines)
    }

    /// What a model is asked: of series, what comes next; of rows that stand alone, some of the
    /// hold-out.
    fn question(&self, outcome: &Outcome) -> Result<(Vec<u8>, &'static str), Failure> {
        let ours = self.trainer == scenario::model::Trainer::Almanac;
        if ours && self.scenario.series().is_some() {
            return Ok((br#"{"horizon": 5}"#.to_vec(), "application/json"));
        }
        let file = if ours { "/holdout/holdout.csv" } else { "/test/test.csv" };
        let found = self.left(outcome.execution_id(), file)?;
        let found = found.ok_or_else(|| Failure::NoSample { prefix: self.runs() })?;
        let opened = std::fs::File::open(&found.path).map_err(Failure::read(&found.path))?;
        let mut body = String::new();
        for line in BufReader::new(opened).lines().take(SHOWN) {
            let line = line.map_err(Failure::read(&found.path))?;
            // The label comes first, and is what is asked for.
            let row = if ours { line.as_str() } else { line.split_once(',').map_or("", |it| it.1) };
            body.push_str(row);
            body.push('\n');
        }
        Ok((body.into_bytes(), "text/csv"))
    }
}
