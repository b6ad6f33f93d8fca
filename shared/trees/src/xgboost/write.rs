//! How is a model written as JSON that XGBoost loads?
//!
//! The version written is the oldest whose readers understand it: 2.1, and 3.1 for several outputs,
//! whose base scores differ.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::{FeatureKind, Model, Placed};
use crate::objective::Objective;
use crate::tree::{Node, Side, Tree, categories_of};
use crate::xgboost::FileError;

/// What XGBoost writes for the parent of the root.
const NOBODY: u32 = 2_147_483_647;

/// The bytes of a model.
pub(crate) fn write(model: &Model) -> Result<Vec<u8>, FileError> {
    let file = File { learner: learner(model), version: version(model) };
    let wrong = |error: serde_json::Error| FileError::Shape {
        key: "the model".to_owned(),
        message: error.to_string(),
    };
    serde_json::to_vec(&file).map_err(wrong)
}

fn version(model: &Model) -> [u32; 3] {
    if model.outputs() == 1 { [2, 1, 0] } else { [3, 1, 0] }
}

#[derive(Serialize)]
struct File {
    learner: Learner,
    version: [u32; 3],
}

#[derive(Serialize)]
struct Learner {
    attributes: BTreeMap<&'static str, String>,
    feature_names: Vec<String>,
    feature_types: Vec<&'static str>,
    gradient_booster: Booster,
    #[serde(rename = "learner_model_param")]
    model_param: BTreeMap<&'static str, String>,
    objective: Value,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Booster {
    Gbtree { model: Forest, name: &'static str },
    Dart { gbtree: Box<Booster>, name: &'static str, weight_drop: Vec<f32> },
}

#[derive(Serialize)]
struct Forest {
    gbtree_model_param: BTreeMap<&'static str, String>,
    iteration_indptr: Vec<usize>,
    tree_info: Vec<usize>,
    trees: Vec<TreeFile>,
}

#[derive(Serialize, Default)]
struct TreeFile {
    base_weights: Vec<f32>,
    categories: Vec<u32>,
    categories_nodes: Vec<u32>,
    categories_segments: Vec<usize>,
    categories_sizes: Vec<usize>,
    default_left: Vec<u8>,
    id: usize,
    left_children: Vec<i64>,
    loss_changes: Vec<f32>,
    parents: Vec<u32>,
    right_children: Vec<i64>,
    split_conditions: Vec<f32>,
    split_indices: Vec<u32>,
    split_type: Vec<u8>,
    sum_hessian: Vec<f32>,
    tree_param: BTreeMap<&'static str, String>,
}

fn learner(model: &Model) -> Learner {
    let best = model.best_iteration.map(|best| ("best_iteration", best.to_string()));
    let is_named = model.feature_names().any(|name| !name.is_empty());
    let types: Option<Vec<&str>> =
        model.features.iter().map(|feature| feature.kind.map(type_name)).collect();
    let names = model.feature_names().filter(|_| is_named).map(str::to_owned).collect();
    Learner {
        attributes: best.into_iter().collect(),
        feature_names: names,
        feature_types: types.unwrap_or_default(),
        gradient_booster: booster(model),
        model_param: params(model),
        objective: objective(&model.objective),
    }
}

fn type_name(kind: FeatureKind) -> &'static str {
    match kind {
        FeatureKind::Number => "float",
        FeatureKind::Category => "c",
    }
}

fn params(model: &Model) -> BTreeMap<&'static str, String> {
    let is_classes =
        matches!(model.objective, Objective::Probabilities { .. } | Objective::Class { .. });
    let (classes, targets) = if is_classes { (model.outputs(), 1) } else { (0, model.outputs()) };
    let scores = match model.base_scores.as_slice() {
        [score] => format!("{score:E}"),
        several => {
            let scores: Vec<String> = several.iter().map(|score| format!("{score:E}")).collect();
            format!("[{}]", scores.join(","))
        }
    };
    BTreeMap::from([
        ("base_score", scores),
        ("boost_from_average", "1".to_owned()),
        ("num_class", classes.to_string()),
        ("num_feature", model.features.len().to_string()),
        ("num_target", targets.to_string()),
    ])
}

fn objective(objective: &Objective) -> Value {
    let name = objective.name();
    match objective {
        Objective::PseudoHuber { slope } => {
            json!({"name": name, "pseudo_huber_param": {"huber_slope": slope.to_string()}})
        }
        Objective::Poisson => {
            json!({"name": name, "poisson_regression_param": {"max_delta_step": "0.7"}})
        }
        Objective::Tweedie { power } => {
            let power = power.to_string();
            json!({"name": name, "tweedie_regression_param": {"tweedie_variance_power": power}})
        }
        Objective::Quantiles { levels } => {
            let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
            let levels = format!("[{}]", levels.join(","));
            json!({"name": name, "quantile_loss_param": {"quantile_alpha": levels}})
        }
        Objective::Probabilities { classes } | Objective::Class { classes } => {
            let classes = classes.to_string();
            json!({"name": name, "softmax_multiclass_param": {"num_class": classes}})
        }
        Objective::AbsoluteError => json!({"name": name}),
        _ => json!({"name": name, "reg_loss_param": {"scale_pos_weight": "1"}}),
    }
}

fn booster(model: &Model) -> Booster {
    let forest = Forest {
        gbtree_model_param: BTreeMap::from([
            ("num_parallel_tree", model.parallel_trees.to_string()),
            ("num_trees", model.trees.len().to_string()),
        ]),
        iteration_indptr: model.round_starts.clone(),
        tree_info: model.trees.iter().map(|placed| placed.output).collect(),
        trees: (0..).zip(&model.trees).map(|(id, placed)| tree(id, placed, model)).collect(),
    };
    let gbtree = Booster::Gbtree { model: forest, name: "gbtree" };
    let scales: Vec<f32> = model.trees.iter().map(|placed| placed.scale).collect();
    if scales.iter().all(|scale| scale.to_bits() == 1.0_f32.to_bits()) {
        return gbtree;
    }
    Booster::Dart { gbtree: Box::new(gbtree), name: "dart", weight_drop: scales }
}

fn tree(id: usize, placed: &Placed, model: &Model) -> TreeFile {
    let tree = &placed.tree;
    let mut file = TreeFile { id, parents: parents(tree), ..TreeFile::default() };
    for (number, node) in (0..).zip(&tree.nodes) {
        add(&mut file, number, node);
    }
    file.tree_param = BTreeMap::from([
        ("num_deleted", "0".to_owned()),
        ("num_feature", model.features.len().to_string()),
        ("num_nodes", tree.nodes.len().to_string()),
        ("size_leaf_vector", "1".to_owned()),
    ]);
    file
}

fn add(file: &mut TreeFile, number: u32, node: &Node) {
    let child = i64::from(node.child);
    let (left, right) = if node.is_leaf() { (-1, -1) } else { (child, child + 1) };
    file.left_children.push(left);
    file.right_children.push(right);
    file.base_weights.push(node.weight);
    file.default_left.push(u8::from(node.missing == Side::Left));
    file.loss_changes.push(node.gain);
    file.split_conditions.push(node.value);
    file.split_indices.push(node.feature);
    file.sum_hessian.push(node.cover);
    file.split_type.push(u8::from(node.right.is_some()));
    if let Some(bits) = &node.right {
        let categories = categories_of(bits);
        file.categories_nodes.push(number);
        file.categories_segments.push(file.categories.len());
        file.categories_sizes.push(categories.len());
        file.categories.extend(categories);
    }
}

fn parents(tree: &Tree) -> Vec<u32> {
    let mut parents = vec![NOBODY; tree.nodes.len()];
    for (number, node) in (0..).zip(&tree.nodes).filter(|(_, node)| !node.is_leaf()) {
        for child in [node.child as usize, node.child as usize + 1] {
            if let Some(parent) = parents.get_mut(child) {
                *parent = number;
            }
        }
    }
    parents
}
