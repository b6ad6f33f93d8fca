//! Rows that stand alone: trees of several growths, the best of which is kept.

use forecast::pooled::Learner;
use forecast::tabular::{RowTask, Rows, fit};
use scenario::model::{Model, Refit};
use series::features::class_weights;
use series::read::Source;
use series::table::table;

use super::{Trained, Work};
use crate::bundle::{Draft, RowsModel, TrainedOn, digest};
use crate::failure::Failure;
use crate::feature_list::FeatureList;
use crate::history::prepared_schema;
use crate::table::Table;

pub(super) fn train(work: &Work<'_>) -> Result<Trained, Failure> {
    let validation = work.validation.as_deref().ok_or(Failure::NoValidation)?;
    let schema = prepared_schema(work.scenario);
    let both = Source::path(&work.train)?.and(Source::path(validation)?);
    let features = FeatureList::of_rows(&table(both, &schema)?);
    let training = rows(work, &work.train, &features)?;
    let validation = rows(work, validation, &features)?;
    let learners = work.scenario.models().allowed.iter().filter_map(|model| learner(*model));
    let task = RowTask { learners: learners.collect(), ..RowTask::default() };
    let mut model = fit(&training, &validation, &task)?;
    let comparison = Table::new()
        .text("model", model.table.iter().map(|(name, _)| name))
        .text("metric", model.table.iter().map(|_| "rmse"))
        .number("validation_loss", model.table.iter().map(|(_, loss)| *loss));
    if work.scenario.models().refit == Refit::TrainAndValidation {
        model = model.refit(&training.and(&validation)?)?;
    }
    let name = model.table.first().map_or_else(String::new, |(name, _)| name.clone());
    let names = features.names().map(str::to_owned).collect();
    let model = RowsModel { features, model };
    let model_json = serde_json::to_string(&model).map_err(forecast::Error::from)?;
    let draft = Draft {
        scenario: (work.scenario, work.text),
        retailer: work.retailer,
        name: name.clone(),
        features: names,
        trained: TrainedOn {
            rows: (training.target.len() + validation.target.len()) as u64,
            fingerprint: digest(format!("{:?}{:?}", training.target, validation.target).as_bytes()),
            job: work.job.clone(),
            ..TrainedOn::default()
        },
        model_json,
        history: None,
        times: None,
    };
    draft.write(&work.model)?;
    let words = format!("the best of {} models", comparison.rows());
    Ok(Trained { name, comparison, words })
}

/// The rows of a place under the codes of the list, weighed so that all classes count alike.
fn rows(work: &Work<'_>, place: &std::path::Path, features: &FeatureList) -> Result<Rows, Failure> {
    let read = table(Source::path(place)?, &prepared_schema(work.scenario))?;
    let rules = work.scenario.features();
    let target = read.features(rules.negative_target).target;
    let weights = if rules.rebalance.is_empty() {
        Vec::new()
    } else {
        class_weights(&target, &rules.rebalance)
    };
    Ok(Rows { table: features.table(&read)?, target, weights })
}

fn learner(model: Model) -> Option<Learner> {
    match model {
        Model::BoostedTrees => Some(Learner::Boosted),
        Model::LeafwiseTrees => Some(Learner::Leafwise),
        Model::ObliviousTrees => Some(Learner::Oblivious),
        Model::Ridge | Model::Ets | Model::Theta | Model::Multiplicative => None,
    }
}
