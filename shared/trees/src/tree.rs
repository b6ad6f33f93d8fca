//! Which leaf does a row reach, and what is known of the nodes on the way?
//!
//! A tree that exists ends: nodes stand after their parent, the two children of a node side by side.

/// The most questions between the root and a leaf: deeper files are not XGBoost's.
pub(crate) const DEEPEST: usize = 512;

/// Where a row goes from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

/// A question, or a leaf when `child` is 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The column that is asked about.
    pub(crate) feature: u32,
    /// The left child; the right one is the next. 0 for a leaf: the root is nobody's child.
    pub(crate) child: u32,
    /// The threshold of a question, the answer of a leaf.
    pub(crate) value: f32,
    /// Where a missing value goes.
    pub(crate) missing: Side,
    /// The categories that go right, one bit each, when the question is about categories.
    pub(crate) right: Option<Box<[u32]>>,
    /// Sum of second derivatives of the rows that came here.
    pub(crate) cover: f32,
    /// What the split gained.
    pub(crate) gain: f32,
    /// What the node would answer as a leaf.
    pub(crate) weight: f32,
}

impl Node {
    pub(crate) fn leaf(value: f32, cover: f32) -> Self {
        Self {
            feature: 0,
            child: 0,
            value,
            missing: Side::Right,
            right: None,
            cover,
            gain: 0.0,
            weight: value,
        }
    }

    pub(crate) fn is_leaf(&self) -> bool {
        self.child == 0
    }

    /// Where this value goes; XGBoost's `Decision` for categories, which sends unknown ones left.
    pub(crate) fn side(&self, value: f32) -> Side {
        if value.is_nan() {
            return self.missing;
        }
        let is_left = match &self.right {
            None => value < self.value,
            Some(right) => !holds(right, value),
        };
        if is_left { Side::Left } else { Side::Right }
    }

    pub(crate) fn next(&self, value: f32) -> usize {
        self.child as usize + usize::from(self.side(value) == Side::Right)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of f32 to u32 saturates, and what is negative is answered before"
)]
fn holds(bits: &[u32], value: f32) -> bool {
    if value < 0.0 {
        return false;
    }
    let code = value as u32;
    bits.get((code / 32) as usize).is_some_and(|word| word >> (code % 32) & 1 == 1)
}

/// The bits of these categories.
pub(crate) fn bits_of(categories: &[u32]) -> Box<[u32]> {
    let words = categories.iter().max().map_or(0, |largest| largest / 32 + 1);
    let mut bits = vec![0_u32; words as usize];
    for category in categories {
        if let Some(word) = bits.get_mut((category / 32) as usize) {
            *word |= 1 << (category % 32);
        }
    }
    bits.into_boxed_slice()
}

/// The categories of these bits, ascending.
pub(crate) fn categories_of(bits: &[u32]) -> Vec<u32> {
    let of_word = |(start, word): (u32, &u32)| {
        let word = *word;
        (0..32).filter(move |bit| word >> bit & 1 == 1).map(move |bit| start * 32 + bit)
    };
    (0..).zip(bits).flat_map(of_word).collect()
}

/// A tree: its root is the first node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) nodes: Vec<Node>,
}

impl Tree {
    /// The answer for a row, given as its values in the order of the model's columns.
    pub(crate) fn answer(&self, row: &[f32]) -> f32 {
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            if node.is_leaf() {
                return node.value;
            }
            at = node.next(row.get(node.feature as usize).copied().unwrap_or(f32::NAN));
        }
        f32::NAN
    }

    /// The same tree with its nodes level by level, which is the order of a file that was read.
    pub(crate) fn in_levels(self) -> Self {
        let mut order = vec![0];
        let mut at = 0;
        while let Some(node) = order.get(at).and_then(|old| self.nodes.get(*old)) {
            if !node.is_leaf() {
                order.extend([node.child as usize, node.child as usize + 1]);
            }
            at += 1;
        }
        let mut child = 1;
        let mut nodes = Vec::with_capacity(order.len());
        for node in order.into_iter().filter_map(|old| self.nodes.get(old)) {
            let mut node = node.clone();
            if !node.is_leaf() {
                node.child = child;
                child += 2;
            }
            nodes.push(node);
        }
        Self { nodes }
    }
}
