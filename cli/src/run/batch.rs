//! The forecasting pipeline: a batch from the newest approved version.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;

use cloud::pipelines::Progress;
use cloud::registry::{Approval, DescribePackage, PackageQuery, Readiness, all_packages};
use cloud::reports::EXECUTION_KEY;
use pipeline::render::Kind;
use scenario::model::Trainer;

use super::Loop;
use super::data::Placed;
use super::follow::{SHOWN, Screen};
use super::summary::Outcome;
use crate::failure::Failure;

impl Loop<'_> {
    pub(super) async fn batch<W: Write>(
        &self,
        placed: &Placed,
        screen: &mut Screen<'_, W>,
    ) -> Result<Outcome, Failure> {
        let group = self.group();
        let query = PackageQuery { group: group.clone(), approval: Some(Approval::Approved) };
        let versions = all_packages(&self.aws, &query).await?;
        let newest = versions.into_iter().find(|it| it.readiness == Readiness::Completed);
        let newest = newest.ok_or_else(|| Failure::NoVersion { group: group.clone() })?;
        screen.line("model", &format!("version {} of {group}", newest.version))?;
        let mut parameters = BTreeMap::from([
            ("ModelPackageArn".to_owned(), newest.arn.clone()),
            ("Retailer".to_owned(), self.retailer.clone()),
            ("InputDataS3".to_owned(), self.rows_for(&newest.arn, placed).await?),
            (
                "OutputS3".to_owned(),
                format!("s3://{}/forecasts/{}", self.bucket, self.scenario.name()),
            ),
        ]);
        if self.trainer == Trainer::Xgboost {
            parameters.insert("FeaturesS3".to_owned(), self.features_of(&newest.arn).await?);
        }
        self.settings(&mut parameters);
        let (mut outcome, steps) = self.execute(Kind::Forecast, &parameters, screen).await?;
        outcome.seconds.jobs = self.job_seconds(&steps).await?;
        if outcome.status == Progress::Succeeded {
            self.bring_forecast(&mut outcome, screen)?;
        }
        Ok(outcome)
    }

    /// What the model continues: the user's rows; of a synthetic history, the hold-out that follows
    /// what the model was trained on, in the form that its pipeline prepared.
    async fn rows_for(&self, package_arn: &str, placed: &Placed) -> Result<String, Failure> {
        let series = self.scenario.series().is_some();
        if self.trainer == Trainer::Xgboost || self.arguments.data.is_some() || !series {
            return Ok(placed.history.clone());
        }
        self.left_by_training(package_arn, "/holdout/holdout.csv").await
    }

    /// The prefix in which the execution that trained a version left the list of its features.
    async fn features_of(&self, package_arn: &str) -> Result<String, Failure> {
        let list = self.left_by_training(package_arn, "/features.json").await?;
        Ok(list.trim_end_matches("/features.json").to_owned())
    }

    /// Where the execution that trained a version left a file.
    async fn left_by_training(&self, package_arn: &str, file: &str) -> Result<String, Failure> {
        let package = self.aws.describe_package(package_arn).await?;
        let execution = package.metadata.get(EXECUTION_KEY).cloned().unwrap_or_default();
        let prefix = format!("runs/{}/{}/{execution}/", self.scenario.name(), self.retailer);
        let objects = self.engine.objects().list(&self.bucket, &prefix)?;
        let found = objects.iter().find(|object| object.key.ends_with(file));
        let found = found.ok_or_else(|| Failure::NoSample { prefix: prefix.clone() })?;
        Ok(format!("s3://{}/{}", self.bucket, found.key))
    }

    fn bring_forecast<W: Write>(
        &self,
        outcome: &mut Outcome,
        screen: &mut Screen<'_, W>,
    ) -> Result<(), Failure> {
        let id = outcome.execution_id().to_owned();
        let prefix = format!("forecasts/{}/{}/{id}/", self.scenario.name(), self.retailer);
        let objects = self.engine.objects().list(&self.bucket, &prefix)?;
        let folder = self.engine.machine().home.root().join("forecasts").join(&id);
        for object in objects.iter().filter(|object| is_answer(&object.key)) {
            let name = object.key.rsplit('/').next().unwrap_or("forecast.out");
            fs::create_dir_all(&folder).map_err(Failure::write(&folder))?;
            let to = folder.join(name);
            fs::copy(&object.path, &to).map_err(Failure::write(&to))?;
            let text = fs::read_to_string(&to).map_err(Failure::read(&to))?;
            screen
                .line("forecast", &format!("{}, {} lines", to.display(), text.lines().count()))?;
            let lines = text.lines().take(SHOWN).map(str::to_owned);
            outcome.forecast.extend(lines);
        }
        screen.table(&outcome.forecast)
    }
}

/// What a transform job names the answers to a file.
fn is_answer(key: &str) -> bool {
    key.rsplit_once('.').is_some_and(|(_, ending)| ending == "out")
}
