//! What do contributions promise?

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may fail, and its numbers are small"
)]

use proptest::prelude::{ProptestConfig, Strategy, prop, proptest};
use proptest::{prop_assert, prop_oneof};
use serde_json::Value;
use trees::{Column, Growth, Model, Objective, Settings, Table, Target};

type Rows = Vec<(f32, f32, f32, f32)>;

fn rows() -> impl Strategy<Value = Rows> {
    let number = || prop_oneof![4 => -3.0..3.0_f32, 1 => proptest::strategy::Just(f32::NAN)];
    let category =
        prop_oneof![4 => (0..9_u8).prop_map(f32::from), 1 => proptest::strategy::Just(f32::NAN)];
    prop::collection::vec((number(), number(), category, 0.1..9.0_f32), 8..80)
}

fn growth() -> impl Strategy<Value = Growth> {
    prop_oneof![
        (1..7_usize).prop_map(|depth| Growth::Depthwise { depth }),
        (2..30_usize).prop_map(|leaves| Growth::Leafwise { leaves }),
        (1..5_usize).prop_map(|depth| Growth::Oblivious { depth }),
    ]
}

fn table(rows: &Rows) -> (Table, Target) {
    let columns = vec![
        Column::numbers("price", rows.iter().map(|row| row.0).collect()),
        Column::numbers("day", rows.iter().map(|row| row.1).collect()),
        Column::categories("store", rows.iter().map(|row| row.2).collect(), 9),
    ];
    (Table::new(columns).unwrap(), Target::new(rows.iter().map(|row| row.3).collect()))
}

fn train(rows: &Rows, growth: Growth, objective: Objective) -> (Model, Table) {
    let (table, target) = table(rows);
    let settings = Settings {
        rounds: 6,
        growth,
        objective,
        min_child_weight: 0.0,
        learning_rate: 0.4,
        category_l2: 0.5,
        ..Settings::default()
    };
    (Model::train(&table, &target, None, &settings).unwrap(), table)
}

/// What a tree answers when only the columns of `known` are known: the rest is averaged by covers.
fn expected(tree: &Value, node: usize, row: &[f32], known: u32) -> f64 {
    let number = |key: &str, at: usize| tree[key][at].as_f64().unwrap();
    let child = |key: &str| tree[key][node].as_u64().map(|child| child as usize);
    let Some((left, right)) = child("left_children").zip(child("right_children")) else {
        return number("split_conditions", node);
    };
    let children = [left, right];
    let feature = tree["split_indices"][node].as_u64().unwrap() as usize;
    if known >> feature & 1 == 1 {
        let next = children[usize::from(goes_right(tree, node, row[feature]))];
        return expected(tree, next, row, known);
    }
    let share = |child: usize| number("sum_hessian", child) / number("sum_hessian", node);
    children.iter().map(|child| share(*child) * expected(tree, *child, row, known)).sum()
}

fn goes_right(tree: &Value, node: usize, value: f32) -> bool {
    if value.is_nan() {
        return tree["default_left"][node] == 0;
    }
    if tree["split_type"][node] == 0 {
        return f64::from(value) >= tree["split_conditions"][node].as_f64().unwrap();
    }
    let nodes = tree["categories_nodes"].as_array().unwrap();
    let at = nodes.iter().position(|own| own.as_u64() == Some(node as u64)).unwrap();
    let start = tree["categories_segments"][at].as_u64().unwrap() as usize;
    let size = tree["categories_sizes"][at].as_u64().unwrap() as usize;
    let own = &tree["categories"].as_array().unwrap()[start..start + size];
    own.iter().any(|code| code.as_f64() == Some(f64::from(value)))
}

/// The Shapley value of a column by its definition: over all sets of the other columns.
fn by_definition(trees: &[Value], row: &[f32], column: u32) -> f64 {
    let columns = row.len() as u32;
    let factorial = |n: u32| (1..=n).product::<u32>();
    let others = (0..1_u32 << columns).filter(|set| set >> column & 1 == 0);
    let gain = |set: u32| {
        let size = set.count_ones();
        let orders = factorial(size) * factorial(columns - 1 - size);
        let weight = f64::from(orders) / f64::from(factorial(columns));
        let with = |set| trees.iter().map(|tree| expected(tree, 0, row, set)).sum::<f64>();
        weight * (with(set | 1 << column) - with(set))
    };
    others.map(gain).sum()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn contributions_and_bias_add_up_to_the_margin(rows in rows(), growth in growth(), which in 0..4) {
        let objective = match which {
            0 => Objective::SquaredError,
            1 => Objective::Poisson,
            2 => Objective::Quantiles { levels: vec![0.2, 0.9] },
            _ => Objective::Tweedie { power: 1.4 },
        };
        let (model, table) = train(&rows, growth, objective);

        let margins = model.margin(&table).unwrap();
        let contributions = model.contributions(&table).unwrap();

        for (row, margins) in margins.rows().enumerate() {
            for (output, margin) in margins.iter().enumerate() {
                let own = contributions.get(row, output).unwrap();
                let sum = own.features.iter().sum::<f64>() + own.bias;
                prop_assert!((sum - margin).abs() <= 1e-5 * margin.abs().max(1.0), "{sum} {margin}");
            }
        }
    }

    #[test]
    fn contributions_are_shapley_values_by_their_definition(rows in rows(), growth in growth()) {
        let (model, table) = train(&rows, growth, Objective::SquaredError);
        let file: Value = serde_json::from_slice(&model.to_json().unwrap()).unwrap();
        let trees = file["learner"]["gradient_booster"]["model"]["trees"].as_array().unwrap();

        let contributions = model.contributions(&table).unwrap();

        for (at, row) in rows.iter().enumerate().take(6) {
            let own = contributions.get(at, 0).unwrap();
            for (column, value) in (0..).zip(own.features) {
                let expected = by_definition(trees, &[row.0, row.1, row.2], column);
                prop_assert!((value - expected).abs() < 1e-5, "{column}: {value} {expected}");
            }
        }
    }
}

#[test]
fn a_column_that_no_tree_asks_about_adds_nothing() {
    let price: Vec<f32> = (0..50_u8).map(f32::from).collect();
    let sales: Vec<f32> = price.iter().map(|price| if *price < 20.0 { 5.0 } else { 1.0 }).collect();
    let columns = vec![Column::numbers("constant", vec![1.0; 50]), Column::numbers("price", price)];
    let table = Table::new(columns).unwrap();

    let model = Model::train(&table, &Target::new(sales), None, &Settings::default()).unwrap();

    let contributions = model.contributions(&table).unwrap();
    assert_eq!(contributions.features(), ["constant", "price"]);
    assert_eq!(contributions.of_output(0).count(), 50);
    assert!(contributions.of_output(0).all(|own| own.features[0].abs() <= 0.0));
    assert!(contributions.of_output(0).take(20).all(|own| own.features[1] > 1.0));
    assert!(contributions.get(0, 1).is_none() && contributions.get(50, 0).is_none());
}
