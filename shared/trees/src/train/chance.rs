//! Which rows and columns does a tree see?
//!
//! Every draw is a function of the seed, the tree and the place, never of what was drawn before, so
//! that threads may draw in any order.

/// Chance for one tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    state: u64,
}

impl Chance {
    /// For the tree of this number, counted over rounds and outputs.
    pub(crate) fn of(seed: u64, tree: u64) -> Self {
        Self { state: mix(seed ^ mix(tree.wrapping_add(1))) }
    }

    /// Whether the row belongs to the share that the tree learns from.
    pub(crate) fn takes_row(self, row: u32, share: f64) -> bool {
        share >= 1.0 || unit(mix(self.state ^ u64::from(row))) < share
    }

    /// The columns that the tree may ask about, ascending: the share of `count`, at least one.
    pub(crate) fn columns(self, count: usize, share: f64) -> Vec<usize> {
        if share >= 1.0 {
            return (0..count).collect();
        }
        let drawn = |column: usize| mix(!self.state ^ mix(column as u64));
        let mut columns: Vec<usize> = (0..count).collect();
        columns.sort_by_key(|column| (drawn(*column), *column));
        columns.truncate(wanted(count, share));
        columns.sort_unstable();
        columns
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share in (0, 1] of a number of columns"
)]
fn wanted(count: usize, share: f64) -> usize {
    ((count as f64 * share).round() as usize).clamp(1, count.max(1))
}

/// SplitMix64 (Steele, Lea and Flood 2014).
fn mix(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}
