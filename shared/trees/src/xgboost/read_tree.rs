//! Which tree does a document describe?
//!
//! Nodes are taken by walking from the root, so that what XGBoost pruned is left out and what is no
//! tree (a cycle, a child of two parents, an endless chain) is refused.

use crate::table::LARGEST_LEVELS;
use crate::tree::{DEEPEST, Node, Side, Tree, bits_of};
use crate::xgboost::FileError;
use crate::xgboost::document::{At, as_count};

/// Words of 32 categories that the questions of a model may need together: 64 MB.
const MOST_WORDS: usize = 1 << 24;

/// What the trees of a file share.
#[derive(Debug)]
pub(crate) struct Forest {
    features: usize,
    words: usize,
}

impl Forest {
    /// Trees over this many columns.
    pub(crate) fn new(features: usize) -> Self {
        Self { features, words: 0 }
    }

    /// Reads one tree.
    pub(crate) fn read(&mut self, at: &At<'_>) -> Result<Tree, FileError> {
        let params = at.get("tree_param")?;
        if let Some(size) = params.find("size_leaf_vector")?
            && size.spelled::<usize>("a count")? > 1
        {
            let remedy = "train with multi_strategy one_output_per_tree";
            return Err(size.unsupported("a tree with several outputs", remedy));
        }
        let fields = Fields::of(at, params.get("num_nodes")?.spelled("a count")?)?;
        let categories = self.read_categories(at, &fields)?;
        walk(&fields, categories, self.features)
    }

    /// For each node the categories that go right, when it asks about categories.
    fn read_categories(
        &mut self,
        at: &At<'_>,
        fields: &Fields<'_>,
    ) -> Result<Vec<Option<Box<[u32]>>>, FileError> {
        let count = fields.left.1.len();
        let mut of_node = vec![None; count];
        let Some(types) = at.find("split_type")? else { return Ok(of_node) };
        let types = types.counts(Some(count))?;
        let nodes_at = at.get("categories_nodes")?;
        let nodes = nodes_at.counts(None)?;
        let starts = at.get("categories_segments")?.counts(Some(nodes.len()))?;
        let sizes = at.get("categories_sizes")?.counts(Some(nodes.len()))?;
        let all_at = at.get("categories")?;
        let all = all_at.counts(None)?;
        for ((node, start), size) in nodes.into_iter().zip(starts).zip(sizes) {
            let end = start.saturating_add(size);
            let listed = all.get(start..end).ok_or_else(|| {
                all_at.wrong(format!("has {} values, a node needs {start} to {end}", all.len()))
            })?;
            let place = of_node
                .get_mut(node)
                .ok_or_else(|| nodes_at.wrong(format!("names node {node} of {count}")))?;
            *place = Some(self.bits(&all_at, listed)?);
        }
        for (node, (kind, categories)) in types.iter().zip(&of_node).enumerate() {
            if (*kind == 1) != categories.is_some() {
                return Err(nodes_at.wrong(format!("and `split_type` disagree about node {node}")));
            }
        }
        Ok(of_node)
    }

    fn bits(&mut self, at: &At<'_>, listed: &[usize]) -> Result<Box<[u32]>, FileError> {
        let code = |listed: &usize| u32::try_from(*listed).ok().filter(|own| *own < LARGEST_LEVELS);
        let codes: Option<Vec<u32>> = listed.iter().map(code).collect();
        let codes = codes.ok_or_else(|| at.wrong(format!("has a code above {LARGEST_LEVELS}")))?;
        self.words += codes.iter().max().map_or(0, |largest| *largest as usize / 32 + 1);
        if self.words > MOST_WORDS {
            return Err(at.wrong("needs more than 64 MB: number the categories from 0 on"));
        }
        Ok(bits_of(&codes))
    }
}

/// What the condition of a node is.
#[derive(Debug, Clone, Copy)]
enum Value {
    Answer,
    Threshold,
    Categories,
}

type Field<'a> = (At<'a>, &'a [f64]);

/// The lists of a tree, all of the same length.
struct Fields<'a> {
    left: Field<'a>,
    right: Field<'a>,
    feature: Field<'a>,
    condition: Field<'a>,
    default_left: Field<'a>,
    cover: Field<'a>,
    gain: Field<'a>,
    weight: Field<'a>,
}

impl<'a> Fields<'a> {
    fn of(at: &At<'a>, count: usize) -> Result<Self, FileError> {
        let field = |key: &str| -> Result<Field<'a>, FileError> {
            let at = at.get(key)?;
            let numbers = at.numbers(Some(count))?;
            Ok((at, numbers))
        };
        if count == 0 {
            return Err(at.wrong("has no nodes"));
        }
        Ok(Self {
            left: field("left_children")?,
            right: field("right_children")?,
            feature: field("split_indices")?,
            condition: field("split_conditions")?,
            default_left: field("default_left")?,
            cover: field("sum_hessian")?,
            gain: field("loss_changes")?,
            weight: field("base_weights")?,
        })
    }

    /// A leaf or a question, whose children and categories are still missing.
    fn node(&self, at: usize, features: usize, value: Value) -> Result<Node, FileError> {
        let feature = pick(&self.feature, at, "a column of the model", |number| {
            let feature = as_count(number).filter(|feature| *feature < features)?;
            u32::try_from(feature).ok()
        })?;
        let number = |field: &Field<'_>| {
            pick(field, at, "a number", |number| (!number.is_nan()).then_some(single(number)))
        };
        let cover = pick(&self.cover, at, "at least 0", |number| {
            (number >= 0.0 && number.is_finite()).then_some(single(number))
        })?;
        let is_left = pick(&self.default_left, at, "0 or 1", |number| match as_count(number) {
            Some(0) => Some(Side::Right),
            Some(1) => Some(Side::Left),
            _ => None,
        })?;
        Ok(Node {
            feature,
            missing: is_left,
            cover,
            gain: number(&self.gain)?,
            weight: number(&self.weight)?,
            ..Node::leaf(self.value(at, value)?, cover)
        })
    }

    fn value(&self, at: usize, value: Value) -> Result<f32, FileError> {
        match value {
            // XGBoost 1 leaves NaN there, later versions a number without a meaning.
            Value::Categories => Ok(0.0),
            Value::Answer => pick(&self.condition, at, "finite in a leaf", |number| {
                Some(single(number)).filter(|answer| answer.is_finite())
            }),
            Value::Threshold => pick(&self.condition, at, "a number", |number| {
                (!number.is_nan()).then_some(single(number))
            }),
        }
    }

    /// Both children, or none.
    fn children(&self, at: usize) -> Result<Option<[usize; 2]>, FileError> {
        let count = self.left.1.len();
        let child = |field: &Field<'_>| {
            let expected = format!("-1 or a node between 0 and {count}");
            pick(field, at, &expected, |number| match as_count(number) {
                Some(child) => (child > 0 && child < count).then_some(Some(child)),
                None => (-1.0..0.0).contains(&number).then_some(None),
            })
        };
        match (child(&self.left)?, child(&self.right)?) {
            (Some(left), Some(right)) => Ok(Some([left, right])),
            (None, None) => Ok(None),
            _ => Err(self.left.0.wrong(format!("and `right_children`: node {at} has one child"))),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "XGBoost holds them as f32")]
fn single(number: f64) -> f32 {
    number as f32
}

fn pick<T>(
    field: &Field<'_>,
    at: usize,
    expected: &str,
    check: impl Fn(f64) -> Option<T>,
) -> Result<T, FileError> {
    let number = field.1.get(at).copied().unwrap_or(f64::NAN);
    check(number).ok_or_else(|| field.0.wrong_item(at, number, expected))
}

/// Takes the nodes level by level, the children of each side by side.
fn walk(
    fields: &Fields<'_>,
    mut categories: Vec<Option<Box<[u32]>>>,
    features: usize,
) -> Result<Tree, FileError> {
    let count = fields.left.1.len();
    let mut is_taken = vec![false; count];
    let mut nodes: Vec<Node> = Vec::with_capacity(count);
    let mut level = vec![0];
    let mut child = 1;
    for _ in 0..=DEEPEST {
        let mut next = Vec::new();
        for at in level {
            if is_taken.get_mut(at).is_none_or(|taken| std::mem::replace(taken, true)) {
                return Err(fields.left.0.wrong(format!("reaches node {at} twice")));
            }
            let node = match fields.children(at)? {
                None => fields.node(at, features, Value::Answer)?,
                Some(children) => {
                    let right = categories.get_mut(at).and_then(Option::take);
                    let value = right.as_ref().map_or(Value::Threshold, |_| Value::Categories);
                    next.extend(children);
                    child += 2;
                    Node { child: child - 2, right, ..fields.node(at, features, value)? }
                }
            };
            nodes.push(node);
        }
        if next.is_empty() {
            return Ok(Tree { nodes });
        }
        level = next;
    }
    Err(fields.left.0.wrong(format!("is deeper than {DEEPEST} questions: set max_depth")))
}
