//! Which model does a document describe?
//!
//! The schema is that of XGBoost 1.6 to 3 (`doc/model.schema` there). What would be answered
//! otherwise than XGBoost does is refused.

use crate::model::{Feature, FeatureKind, Model, Placed};
use crate::objective::Objective;
use crate::tree::Tree;
use crate::xgboost::FileError;
use crate::xgboost::document::{At, Document};
use crate::xgboost::read_objective::read_objective;
use crate::xgboost::read_tree::Forest;

/// More columns than any table here has; a file may claim any number.
const MOST_FEATURES: usize = 1 << 20;

/// The model of a document.
pub(crate) fn read(document: &Document) -> Result<Model, FileError> {
    let root = At::root(document);
    let version = read_version(&root)?;
    let learner = root.get("learner")?;
    let params = learner.get("learner_model_param")?;
    let outputs = read_outputs(&params)?;
    let objective = read_objective(&learner.get("objective")?, outputs)?;
    let features = read_features(&learner, &params)?;
    let base_scores = read_base_scores(&params.get("base_score")?, &objective, outputs)?;
    let booster = learner.get("gradient_booster")?;
    let (gbtree, scales) = read_booster(&booster)?;
    let read = read_trees(&gbtree, outputs, features.len(), scales.as_deref())?;
    let attribute = |name: &str| match learner.find("attributes")? {
        Some(attributes) => attributes.find(name)?.map(|at| at.spelled("a count")).transpose(),
        None => Ok(None),
    };
    let limit: Option<usize> = attribute("best_ntree_limit")?;
    let sagemaker_rounds = limit.filter(|limit| version == 1 && *limit > 0);
    Ok(Model {
        features,
        objective,
        base_scores,
        trees: read.trees,
        round_starts: read.round_starts,
        parallel_trees: read.parallel,
        best_iteration: attribute("best_iteration")?,
        sagemaker_rounds: sagemaker_rounds.map(|limit| limit / read.parallel),
    })
}

/// The major version.
fn read_version(root: &At<'_>) -> Result<usize, FileError> {
    let at = root.get("version")?;
    let version = at.counts(Some(3))?;
    let text = || version.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
    match version.as_slice() {
        [1, minor, _] if *minor >= 6 => Ok(1),
        [major @ (2 | 3), ..] => Ok(*major),
        [0 | 1, ..] => {
            Err(at.unsupported(text(), "load it with XGBoost 1.6 or later and save it again"))
        }
        _ => Err(at.unsupported(text(), "this reads versions 1.6 to 3: save it with XGBoost 3")),
    }
}

fn read_outputs(params: &At<'_>) -> Result<usize, FileError> {
    let mut outputs = 1;
    for name in ["num_class", "num_target"] {
        if let Some(at) = params.find(name)? {
            let count: usize = at.spelled("a count")?;
            if count > MOST_FEATURES {
                return Err(at.wrong(format!("is {count}: more than {MOST_FEATURES}")));
            }
            outputs = outputs.max(count);
        }
    }
    Ok(outputs)
}

fn read_features(learner: &At<'_>, params: &At<'_>) -> Result<Vec<Feature>, FileError> {
    let at = params.get("num_feature")?;
    let count: usize = at.spelled("a count")?;
    if count > MOST_FEATURES {
        return Err(at.wrong(format!("is {count}: more than {MOST_FEATURES} are not read")));
    }
    let texts = |key: &str| -> Result<Vec<&str>, FileError> {
        let Some(at) = learner.find(key)? else { return Ok(Vec::new()) };
        let texts: Vec<&str> = at.items()?.iter().map(At::text).collect::<Result<_, _>>()?;
        if !texts.is_empty() && texts.len() != count {
            return Err(at.wrong(format!("has {} items, num_feature is {count}", texts.len())));
        }
        Ok(texts)
    };
    let (names, types) = (texts("feature_names")?, texts("feature_types")?);
    let kind = |name: &&str| match *name {
        "c" => FeatureKind::Category,
        _ => FeatureKind::Number,
    };
    let feature = |at: usize| Feature {
        name: names.get(at).map_or_else(String::new, |name| (*name).to_owned()),
        kind: types.get(at).map(kind),
    };
    Ok((0..count).map(feature).collect())
}

fn read_base_scores(
    at: &At<'_>,
    objective: &Objective,
    outputs: usize,
) -> Result<Vec<f32>, FileError> {
    let scores = at.spelled_numbers()?;
    if let Some(score) = scores.iter().find(|score| !objective.accepts_base(**score)) {
        let name = objective.name();
        return Err(at.wrong(format!("is {score}, which `{name}` never predicts")));
    }
    match scores.as_slice() {
        [score] => Ok(vec![*score; outputs]),
        several if several.len() == outputs => Ok(scores),
        several => Err(at.wrong(format!("has {} values for {outputs} outputs", several.len()))),
    }
}

/// Where the trees stand, and for `dart` what each is multiplied by.
fn read_booster<'a>(booster: &At<'a>) -> Result<(At<'a>, Option<Vec<f32>>), FileError> {
    let name = booster.get("name")?;
    match name.text()? {
        "gbtree" => Ok((booster.get("model")?, None)),
        "dart" => {
            let at = booster.get("weight_drop")?;
            let scales = single(&at, at.numbers(None)?)?;
            Ok((booster.get("gbtree")?.get("model")?, Some(scales)))
        }
        found => Err(name.unsupported(found, "train with booster gbtree or dart")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "XGBoost holds them as f32")]
fn single(at: &At<'_>, numbers: &[f64]) -> Result<Vec<f32>, FileError> {
    let checked = |(place, number): (usize, &f64)| {
        let value = *number as f32;
        value.is_finite().then_some(value).ok_or_else(|| at.wrong_item(place, *number, "finite"))
    };
    numbers.iter().enumerate().map(checked).collect()
}

struct ReadForest {
    trees: Vec<Placed>,
    round_starts: Vec<usize>,
    parallel: usize,
}

fn read_trees(
    model: &At<'_>,
    outputs: usize,
    features: usize,
    scales: Option<&[f32]>,
) -> Result<ReadForest, FileError> {
    let list = model.get("trees")?;
    let items = list.items()?;
    let params = model.get("gbtree_model_param")?;
    let claimed = params.get("num_trees")?;
    if claimed.spelled::<usize>("a count")? != items.len() {
        return Err(list.wrong(format!("has {} trees, num_trees says otherwise", items.len())));
    }
    if scales.is_some_and(|scales| scales.len() != items.len()) {
        return Err(list.wrong("has another length than `weight_drop`"));
    }
    let parallel = match params.find("num_parallel_tree")? {
        Some(at) => at.spelled::<usize>("a count")?.max(1),
        None => 1,
    };
    let info = model.get("tree_info")?;
    let of_output = info.counts(Some(items.len()))?;
    let mut forest = Forest::new(features);
    let mut trees = Vec::with_capacity(items.len());
    for ((place, item), output) in items.iter().enumerate().zip(of_output) {
        if output >= outputs {
            let found = u32::try_from(output).map_or(f64::INFINITY, f64::from);
            return Err(info.wrong_item(place, found, &format!("below {outputs}")));
        }
        let tree: Tree = forest.read(item)?;
        let scale = scales.and_then(|scales| scales.get(place)).copied().unwrap_or(1.0);
        trees.push(Placed { tree, output, scale });
    }
    let round_starts = read_rounds(model, trees.len(), parallel.saturating_mul(outputs))?;
    Ok(ReadForest { trees, round_starts, parallel })
}

/// Where rounds start: written since XGBoost 2.1, counted before.
fn read_rounds(model: &At<'_>, trees: usize, of_round: usize) -> Result<Vec<usize>, FileError> {
    if let Some(at) = model.find("iteration_indptr")? {
        let starts = at.counts(None)?;
        let is_ascending = starts.is_sorted();
        if starts.first() != Some(&0) || starts.last() != Some(&trees) || !is_ascending {
            return Err(at.wrong(format!("has to ascend from 0 to the {trees} trees")));
        }
        return Ok(starts);
    }
    if !trees.is_multiple_of(of_round) {
        let key = model.get("trees")?;
        return Err(key.wrong(format!("has {trees} trees, which are not rounds of {of_round}")));
    }
    Ok((0..=trees).step_by(of_round).collect())
}
