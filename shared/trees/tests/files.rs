//! Which files are read, what do they answer, and how are the others refused?

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use proptest::prop_assert;
use serde::Deserialize;
use serde_json::{Value, json};
use trees::{Column, FileError, Growth, Model, Objective, Rounds, Settings, Table, Target};

/// A model of XGBoost in each format that its version writes, and what that version answered.
/// Made by `tests/peers/xgboost/make_fixtures.py`.
macro_rules! fixture {
    ($name:literal, $($ending:literal),+) => {
        Fixture {
            name: $name,
            files: vec![$(include_bytes!(concat!("fixtures/", $name, ".", $ending)).as_slice()),+],
            answers: serde_json::from_str(include_str!(concat!("fixtures/", $name, ".answers.json"))).unwrap(),
        }
    };
}

struct Fixture {
    name: &'static str,
    files: Vec<&'static [u8]>,
    answers: Answers,
}

#[derive(Deserialize)]
struct Answers {
    table: Columns,
    predictions: Vec<f64>,
    sagemaker: Vec<f64>,
    contributions: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Columns {
    columns: Vec<GivenColumn>,
}

#[derive(Deserialize, Clone)]
struct GivenColumn {
    name: String,
    values: Vec<Option<f32>>,
    levels: Option<u32>,
}

impl Answers {
    fn table(&self) -> Table {
        let column = |column: &GivenColumn| {
            let values = column.values.iter().map(|value| value.unwrap_or(f32::NAN)).collect();
            match column.levels {
                Some(levels) => Column::categories(&column.name, values, levels),
                None => Column::numbers(&column.name, values),
            }
        };
        Table::new(self.table.columns.iter().map(column).collect()).unwrap()
    }
}

fn fixtures() -> Vec<Fixture> {
    vec![
        fixture!("xgboost-1.7.6-poisson", "json", "ubj", "bin"),
        fixture!("xgboost-1.7.6-categories-grouped", "json", "ubj"),
        fixture!("xgboost-1.7.6-softprob", "json", "ubj", "bin"),
        fixture!("xgboost-1.7.6-forest", "json", "ubj", "bin"),
        fixture!("xgboost-1.7.6-early-stopping", "json", "ubj", "bin"),
        fixture!("xgboost-1.7.6-dart", "json", "ubj", "bin"),
        fixture!("xgboost-3.2.0-quantiles", "json", "ubj"),
        fixture!("xgboost-3.2.0-categories-one-by-one", "json", "ubj"),
    ]
}

fn assert_close(name: &str, ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (one, other) in ours.iter().zip(theirs) {
        assert!((one - other).abs() <= tolerance * other.abs().max(1.0), "{name}: {one} {other}");
    }
}

#[test]
fn models_of_old_and_new_xgboost_answer_and_explain_as_there() {
    for fixture in fixtures() {
        let table = fixture.answers.table();
        for bytes in &fixture.files {
            let model = Model::from_bytes(bytes).unwrap();

            let predictions = model.predict(&table).unwrap().into_values();
            let contributions = model.contributions(&table).unwrap();

            assert_close(fixture.name, &predictions, &fixture.answers.predictions, 1e-6);
            for (at, theirs) in fixture.answers.contributions.iter().enumerate() {
                let own = contributions.get(at / model.outputs(), at % model.outputs()).unwrap();
                let ours = [own.features, &[own.bias]].concat();
                assert_close(fixture.name, &ours, theirs, 1e-5);
            }
        }
    }
}

#[test]
fn sagemaker_answers_with_the_rounds_up_to_the_best_of_xgboost_1() {
    for fixture in fixtures() {
        let table = fixture.answers.table();
        for bytes in &fixture.files {
            let model = Model::from_bytes(bytes).unwrap().with_rounds(Rounds::SageMaker);

            let predictions = model.predict(&table).unwrap().into_values();

            assert_close(fixture.name, &predictions, &fixture.answers.sagemaker, 1e-6);
        }
    }
    let early = Model::from_bytes(fixtures()[4].files[0]).unwrap();
    let best = early.best_iteration().unwrap() + 1;
    assert!(best < early.rounds());
    assert_eq!(early.clone().with_rounds(Rounds::SageMaker).rounds(), best);
    assert_eq!(early.with_rounds(Rounds::Best).rounds(), best);
}

#[test]
fn a_model_that_was_read_is_written_and_read_as_the_same() {
    for fixture in fixtures() {
        let table = fixture.answers.table();
        let model = Model::from_bytes(fixture.files[0]).unwrap();

        let again = Model::from_bytes(&model.to_json().unwrap()).unwrap();

        assert_eq!(again.predict(&table), model.predict(&table), "{}", fixture.name);
        assert_eq!(again.contributions(&table), model.contributions(&table), "{}", fixture.name);
    }
}

fn small() -> (Model, Table) {
    let x: Vec<f32> =
        (0..60_u16).map(|row| if row % 9 == 0 { f32::NAN } else { f32::from(row) }).collect();
    let store: Vec<f32> = (0..60_u16).map(|row| f32::from(row * 7 % 12)).collect();
    let y =
        (0..60_u16).map(|row| (f32::from(row) * 0.3).sin() + f32::from(row * 7 % 12 / 5)).collect();
    let columns = vec![Column::numbers("x", x), Column::categories("store", store, 12)];
    let table = Table::new(columns).unwrap();
    let settings =
        Settings { rounds: 3, growth: Growth::Depthwise { depth: 3 }, ..Settings::default() };
    (Model::train(&table, &Target::new(y), None, &settings).unwrap(), table)
}

#[test]
fn a_trained_model_is_written_and_read_bit_for_bit() {
    let (table, target) = (small().1, Target::new((0..60_u16).map(f32::from).collect()));
    let objectives = [
        Objective::SquaredError,
        Objective::Quantiles { levels: vec![0.1, 0.5, 0.9] },
        Objective::Tweedie { power: 1.3 },
        Objective::PseudoHuber { slope: 0.7 },
    ];
    for objective in objectives {
        for growth in [Growth::Leafwise { leaves: 9 }, Growth::Oblivious { depth: 3 }] {
            let settings =
                Settings { rounds: 4, growth, objective: objective.clone(), ..Settings::default() };
            let model = Model::train(&table, &target, None, &settings).unwrap();

            let bytes = model.to_json().unwrap();
            let again = Model::from_json(&bytes).unwrap();

            assert_eq!(again, model);
            assert_eq!(again.to_json().unwrap(), bytes);
        }
    }
}

#[test]
fn columns_are_found_by_name_and_a_wrong_set_is_refused() {
    let (model, table) = small();
    let columns = table.columns();
    let with = |columns: Vec<Column>| Table::new(columns).unwrap();
    let refused = |columns: Vec<Column>| model.predict(&with(columns)).unwrap_err().to_string();

    let swapped = with(vec![columns[1].clone(), columns[0].clone()]);
    let renamed = vec![Column::numbers("y", vec![1.0]), Column::categories("store", vec![1.0], 12)];
    let more = vec![columns[0].clone(), columns[1].clone(), Column::numbers("z", vec![0.0; 60])];
    let numbers = vec![Column::numbers("x", vec![1.0]), Column::numbers("store", vec![1.0])];

    assert_eq!(model.predict(&swapped), model.predict(&table));
    assert!(refused(renamed).contains("needs column `x`"));
    assert!(refused(more).contains("column `z` of the table is unknown"));
    assert_eq!(
        refused(numbers),
        "column `store` holds numbers in the table and categories in the model"
    );
}

/// The small model with one value of its file changed.
fn refusal_of(pointer: &str, value: Value) -> String {
    let mut file: Value = serde_json::from_slice(&small().0.to_json().unwrap()).unwrap();
    *file.pointer_mut(pointer).unwrap() = value;
    Model::from_json(&serde_json::to_vec(&file).unwrap()).unwrap_err().to_string()
}

#[test]
fn what_is_wrong_in_a_file_is_named() {
    let tree = "/learner/gradient_booster/model/trees/1";
    let cases = [
        ("/version".to_owned(), json!([4, 0, 0]), "`version` is 4.0.0"),
        ("/version".to_owned(), json!([1, 5, 2]), "1.6 or later"),
        ("/version".to_owned(), json!([3]), "`version` has 1 values instead of 3"),
        (
            "/learner/objective/name".to_owned(),
            json!("rank:ndcg"),
            "`learner.objective.name` is rank:ndcg",
        ),
        ("/learner/gradient_booster/name".to_owned(), json!("gblinear"), "gblinear"),
        (
            "/learner/learner_model_param/base_score".to_owned(),
            json!("[1,2]"),
            "2 values for 1 outputs",
        ),
        ("/learner/learner_model_param/base_score".to_owned(), json!("nan"), "finite number"),
        (
            "/learner/learner_model_param/num_feature".to_owned(),
            json!("99999999999"),
            "num_feature",
        ),
        ("/learner/learner_model_param/num_class".to_owned(), json!("99999999999"), "num_class"),
        ("/learner/feature_names".to_owned(), json!(["x"]), "`learner.feature_names` has 1 items"),
        (format!("{tree}/left_children/0"), json!(0), "trees[1].left_children[0]` is 0"),
        (
            format!("{tree}/left_children/1"),
            json!(1),
            "trees[1].left_children` reaches node 1 twice",
        ),
        (format!("{tree}/left_children/0"), json!(9999), "left_children[0]` is 9999"),
        (format!("{tree}/right_children/0"), json!(-1), "has one child"),
        (format!("{tree}/right_children"), json!([1]), "right_children` has 1 values"),
        (format!("{tree}/split_indices/0"), json!(2), "split_indices[0]` is 2"),
        (format!("{tree}/split_conditions/0"), json!("NaN"), "split_conditions` is a list"),
        (format!("{tree}/sum_hessian/0"), json!(-1.0), "sum_hessian[0]` is -1"),
        (format!("{tree}/split_type/0"), json!(0), "`split_type` disagree"),
        (format!("{tree}/categories/0"), json!(4_000_000_000_u32), "categories` has a code above"),
        (format!("{tree}/categories_sizes/0"), json!(500), "a node needs"),
        (format!("{tree}/tree_param/size_leaf_vector"), json!("3"), "one_output_per_tree"),
        (format!("{tree}/tree_param/num_nodes"), json!("0"), "has no nodes"),
    ];
    for (pointer, value, words) in cases {
        let said = refusal_of(&pointer, value);

        assert!(said.contains(words), "{pointer}: {said}");
    }
}

#[test]
fn other_bytes_are_refused_with_what_to_do() {
    let pickle = Model::from_bytes(b"\x80\x04\x95model").unwrap_err();
    let cut = Model::from_bytes(&fixtures()[0].files[1][..900]).unwrap_err();
    let empty = Model::from_bytes(b"").unwrap_err();

    assert!(pickle.to_string().contains(".json"), "{pickle}");
    assert!(matches!(&cut, FileError::Syntax { format: "UBJSON", .. }), "{cut}");
    assert!(matches!(empty, FileError::NeitherFormat { .. }), "{empty}");
}

#[test]
fn a_list_that_claims_more_than_the_file_holds_sets_nothing_aside() {
    let mut bytes = b"{L\0\0\0\0\0\0\0\x01a[$d#L".to_vec();
    bytes.extend(i64::MAX.to_be_bytes());
    assert!(Model::from_ubjson(&bytes).unwrap_err().to_string().contains("the file was cut"));

    let deep = [b"{U\x01a".as_slice(), &vec![b'['; 100_000]].concat();
    assert!(Model::from_ubjson(&deep).unwrap_err().to_string().contains("in one another"));

    let deep = [b"{\"a\":".as_slice(), &vec![b'['; 100_000]].concat();
    assert!(Model::from_json(&deep).unwrap_err().to_string().contains("recursion"));
}

/// A model that was read at all answers and explains without an end in panic.
fn use_it(bytes: &[u8]) {
    if let Ok(model) = Model::from_bytes(bytes) {
        let columns = model.feature_names().map(|name| Column::numbers(name, vec![0.5, f32::NAN]));
        let Ok(table) = Table::new(columns.collect()) else { return };
        let _ =
            (model.predict(&table), model.contributions(&table), model.to_json(), model.gains());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_and_cut_files_never_panic(
        which in 0..22_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let files: Vec<&[u8]> = fixtures().into_iter().flat_map(|fixture| fixture.files).collect();
        let mut bytes = files[which % files.len()].to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        use_it(&bytes);
    }

    #[test]
    fn changed_values_of_a_tree_never_panic(
        tree in 0..3_usize,
        key in prop::sample::select(vec![
            "left_children", "right_children", "split_indices", "split_type", "categories",
            "categories_nodes", "categories_segments", "categories_sizes", "default_left",
            "sum_hessian", "split_conditions",
        ]),
        at in any::<prop::sample::Index>(),
        value in prop::sample::select(vec![json!(-1), json!(0), json!(1), json!(3), json!(14), json!(1e300), json!(2.5), json!(null)]),
    ) {
        let mut file: Value = serde_json::from_slice(&small().0.to_json().unwrap()).unwrap();
        let list = file["learner"]["gradient_booster"]["model"]["trees"][tree][key].as_array_mut().unwrap();
        if !list.is_empty() {
            let at = at.index(list.len());
            list[at] = value;
        }
        use_it(&serde_json::to_vec(&file).unwrap());
    }

    #[test]
    fn bytes_that_begin_like_a_model_never_panic(rest in prop::collection::vec(any::<u8>(), 0..200), start in 0..4_usize) {
        let start = [b"{L".as_slice(), b"{\"", b"binf", b"{[$"][start];
        let bytes = [start, &rest].concat();
        use_it(&bytes);
        prop_assert!(Model::from_ubjson(&bytes).is_err() && Model::from_json(&bytes).is_err());
    }
}
