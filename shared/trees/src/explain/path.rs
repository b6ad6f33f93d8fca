//! The Shapley values of one tree and one row.
//!
//! On the way to a leaf let each column `j` have `z_j`, the share of covers that its questions let
//! through, and `o_j`, 1 if the row passes all of them and 0 otherwise. The game where a leaf of
//! value `v` counts `v` times the product of `o` over the known columns and `z` over the others
//! gives column `i`
//!
//! ```text
//! phi_i = v (o_i - z_i) * integral over u in (0, 1) of the product over j != i of ((1 - u) z_j + u o_j)
//! ```
//!
//! since the weight of a set of `k` out of `m` columns, `k! (m - 1 - k)! / m!`, is the integral of
//! `u^k (1 - u)^(m - 1 - k)`. The integrand is a polynomial of degree `m - 1`: Gauss-Legendre with
//! `m / 2` points, rounded up, is exact. Nothing is divided by what may be 0, and no sign changes,
//! so nothing cancels. As in Yu et al. 2022 (Linear TreeSHAP) products are passed down and sums over
//! the leaves up, so that a row takes time in the number of nodes. `z` and so both values that a
//! factor can have are known for each node, and what they give is computed once.

#![expect(
    clippy::indexing_slicing,
    reason = "all vectors are made here with a place for every node and point"
)]

use crate::tree::{Side, Tree};

/// Points that are worked on at once; a rule with more points than needed is exact too.
const LANES: usize = 4;

type Lane = [f64; LANES];

/// The least share, in place of 0, so that a factor can be taken out of a product again.
const LEAST_SHARE: f64 = 1e-15;

/// How a row passes a node and the nearest node above it that asked about the same column.
const STATES: usize = 3;
const NEITHER: usize = 0;
const ABOVE_ONLY: usize = 1;
const BOTH: usize = 2;

/// The edge from a parent to a node.
#[derive(Debug, Clone)]
struct Edge {
    parent: usize,
    /// Which side of the parent this is.
    side: Side,
    /// The column that the parent asks about.
    feature: usize,
    /// The nearest edge above that belongs to the same column.
    above: Option<usize>,
    /// The share of the parent's cover, times those of the edges above of the same column.
    share: f64,
}

/// A tree made ready to explain.
#[derive(Debug)]
pub(crate) struct Paths {
    tree: Tree,
    /// The edge to each node but the root.
    edges: Vec<Edge>,
    /// Lanes of points of a node.
    lanes: usize,
    /// For each edge, state and point: by what the product changes along the edge.
    factors: Vec<Lane>,
    /// For each edge, state and point: what the sum below adds to the column.
    gains: Vec<Lane>,
    mean: f64,
}

/// What is reused from row to row.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    products: Vec<Lane>,
    states: Vec<usize>,
}

impl Paths {
    /// Prepares a tree.
    pub(crate) fn of(tree: &Tree) -> Self {
        let edges = edges(tree);
        let lanes = most_columns(&edges).div_ceil(2 * LANES).max(1);
        let rule = gauss_legendre(lanes * LANES);
        let (mut factors, mut gains) = (Vec::new(), Vec::new());
        for edge in &edges {
            let above = edge.above.map_or(1.0, |above| edges[above].share);
            for state in 0..STATES {
                let along = Along { above, share: edge.share, state };
                for points in rule.as_chunks::<LANES>().0 {
                    factors.push(points.map(|(point, _)| along.change(point)));
                    gains.push(points.map(|(point, weight)| weight * along.gain(point)));
                }
            }
        }
        let mean = mean(tree, &edges);
        Self { tree: tree.clone(), edges, lanes, factors, gains, mean }
    }

    /// The mean answer, by covers.
    pub(crate) fn mean(&self) -> f64 {
        self.mean
    }

    /// Adds the values of a row, times `scale`, to those of the columns.
    pub(crate) fn add_to(&self, row: &[f32], scale: f64, into: &mut [f64], scratch: &mut Scratch) {
        let lanes = self.lanes;
        scratch.products.clear();
        scratch.products.resize(self.tree.nodes.len() * lanes, [1.0; LANES]);
        scratch.states.clear();
        scratch.states.resize(self.edges.len(), NEITHER);
        let Scratch { products, states } = scratch;
        for (at, edge) in self.edges.iter().enumerate() {
            let parent = &self.tree.nodes[edge.parent];
            let passes_above = edge.above.is_none_or(|above| states[above] == BOTH);
            let value = row.get(edge.feature).copied().unwrap_or(f32::NAN);
            let state = match (passes_above, parent.side(value) == edge.side) {
                (false, _) => NEITHER,
                (true, false) => ABOVE_ONLY,
                (true, true) => BOTH,
            };
            states[at] = state;
            let (above, below) = products.split_at_mut((at + 1) * lanes);
            let above = &above[edge.parent * lanes..][..lanes];
            let factors = &self.factors[(at * STATES + state) * lanes..][..lanes];
            for ((below, above), factor) in below.iter_mut().zip(above).zip(factors) {
                for lane in 0..LANES {
                    below[lane] = above[lane] * factor[lane];
                }
            }
        }
        self.collect(scale, into, scratch);
    }

    /// From the last node to the first: leaves turn products into values, parents sum them up.
    fn collect(&self, scale: f64, into: &mut [f64], scratch: &mut Scratch) {
        let lanes = self.lanes;
        let Scratch { products, states } = scratch;
        for (at, edge) in self.edges.iter().enumerate().rev() {
            let node = &self.tree.nodes[at + 1];
            let (above, below) = products.split_at_mut((at + 1) * lanes);
            let own = &mut below[..lanes];
            if node.is_leaf() {
                let value = f64::from(node.value) * scale;
                for product in own.as_flattened_mut() {
                    *product *= value;
                }
            }
            let gains = &self.gains[(at * STATES + states[at]) * lanes..][..lanes];
            let mut gain = [0.0; LANES];
            for (own, gains) in own.iter().zip(gains) {
                for lane in 0..LANES {
                    gain[lane] += own[lane] * gains[lane];
                }
            }
            into[edge.feature] += gain.iter().sum::<f64>();
            let parent = &mut above[edge.parent * lanes..][..lanes];
            match edge.side {
                // The right child is met first, and the parent's product is not needed any more.
                Side::Right => parent.copy_from_slice(own),
                Side::Left => {
                    let cells = parent.as_flattened_mut().iter_mut().zip(own.as_flattened());
                    cells.for_each(|(sum, own)| *sum += *own);
                }
            }
        }
    }
}

/// An edge, the nearest one above of the same column, and how a row passes them.
#[derive(Debug, Clone, Copy)]
struct Along {
    above: f64,
    share: f64,
    state: usize,
}

impl Along {
    /// `z` and `o` of the column before the edge.
    fn before(self) -> (f64, f64) {
        (self.above, if self.state == NEITHER { 0.0 } else { 1.0 })
    }

    /// `z` and `o` of the column after it.
    fn after(self) -> (f64, f64) {
        (self.share, if self.state == BOTH { 1.0 } else { 0.0 })
    }

    /// By what the product changes.
    fn change(self, point: f64) -> f64 {
        factor(self.after(), point) / factor(self.before(), point)
    }

    /// What the product of the leaves below adds, without what it no longer adds for the edge above.
    fn gain(self, point: f64) -> f64 {
        let part = |(share, passes)| (passes - share) / factor((share, passes), point);
        part(self.after()) - part(self.before())
    }
}

fn factor((share, passes): (f64, f64), point: f64) -> f64 {
    (1.0 - point) * share + point * passes
}

/// The edge to each node but the root, in the order of the nodes.
fn edges(tree: &Tree) -> Vec<Edge> {
    let mut edges: Vec<Option<Edge>> = vec![None; tree.nodes.len()];
    for (parent, node) in tree.nodes.iter().enumerate().filter(|(_, node)| !node.is_leaf()) {
        let feature = node.feature as usize;
        let above = nearest(&edges, parent, feature);
        let shares = shares(tree, parent);
        let before = above.and_then(|at| edges[at + 1].as_ref()).map_or(1.0, |edge| edge.share);
        for (place, (side, share)) in [Side::Left, Side::Right].into_iter().zip(shares).enumerate()
        {
            let share = (before * share).max(LEAST_SHARE);
            edges[node.child as usize + place] = Some(Edge { parent, side, feature, above, share });
        }
    }
    edges.into_iter().flatten().collect()
}

/// Where among the edges (not nodes) the nearest edge of a column on the way to a node stands.
fn nearest(edges: &[Option<Edge>], mut node: usize, feature: usize) -> Option<usize> {
    while let Some(edge) = &edges[node] {
        if edge.feature == feature {
            return Some(node - 1);
        }
        node = edge.parent;
    }
    None
}

/// The shares of the left and the right child; halves where no row ever came.
fn shares(tree: &Tree, parent: usize) -> [f64; 2] {
    let child = tree.nodes[parent].child as usize;
    let covers = [child, child + 1].map(|node| f64::from(tree.nodes[node].cover));
    let whole = f64::from(tree.nodes[parent].cover);
    if whole > 0.0 { covers.map(|cover| cover / whole) } else { [0.5; 2] }
}

fn mean(tree: &Tree, edges: &[Edge]) -> f64 {
    let mut reach = vec![1.0; tree.nodes.len()];
    for (at, edge) in edges.iter().enumerate() {
        let above = edge.above.map_or(1.0, |above| edges[above].share);
        reach[at + 1] = reach[edge.parent] * edge.share / above;
    }
    let leaves = tree.nodes.iter().zip(&reach).filter(|(node, _)| node.is_leaf());
    leaves.map(|(node, reach)| f64::from(node.value) * reach).sum()
}

/// The most different columns on the way to a leaf.
fn most_columns(edges: &[Edge]) -> usize {
    let mut columns = vec![0; edges.len() + 1];
    for (at, edge) in edges.iter().enumerate() {
        columns[at + 1] = columns[edge.parent] + usize::from(edge.above.is_none());
    }
    columns.into_iter().max().unwrap_or(0)
}

/// Points in (0, 1) and weights of the rule that is exact up to degree `2 points - 1`.
///
/// Newton's iteration on the Legendre polynomial from Tricomi's guess of its roots.
#[expect(clippy::cast_precision_loss, reason = "at most half of the deepest tree")]
fn gauss_legendre(points: usize) -> Vec<(f64, f64)> {
    let count = points as f64;
    let rule = (0..points).map(|at| {
        let mut root = (std::f64::consts::PI * (at as f64 + 0.75) / (count + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (value, derivative) = legendre(points, root);
            slope = derivative;
            let step = value / derivative;
            root -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        (f64::midpoint(1.0, root), 1.0 / ((1.0 - root * root) * slope * slope))
    });
    rule.collect()
}

/// The Legendre polynomial of a degree of at least 1 and its derivative.
#[expect(clippy::cast_precision_loss, reason = "at most half of the deepest tree")]
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for step in 2..=degree {
        let step = step as f64;
        (before, value) = (value, ((2.0 * step - 1.0) * x * value - (step - 1.0) * before) / step);
    }
    (value, degree as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::gauss_legendre;

    #[test]
    fn the_rule_integrates_every_polynomial_that_it_has_to() {
        for points in [1, 2, 3, 5, 16, 64] {
            let rule = gauss_legendre(points);
            for degree in 0..2 * i32::try_from(points).unwrap() {
                let sum: f64 = rule.iter().map(|(point, weight)| weight * point.powi(degree)).sum();

                assert!((sum - 1.0 / f64::from(degree + 1)).abs() < 1e-13, "{points} {degree}");
            }
        }
    }
}
