//! Which rows count as high demand, and how much does each row weigh?

/// The rows with much demand.
#[derive(Debug, Clone, PartialEq)]
pub struct HighDemand {
    /// The least target that is high.
    pub threshold: f64,
    /// Whether the target of each row is.
    pub labels: Vec<bool>,
}

/// The rows at or above this share of the distribution of the targets; none without a target.
///
/// The quantile is the smallest target that is not below that share of them. To label rows by what
/// was known when the model was made, compare them with the threshold of the training rows.
pub fn high_demand(targets: &[f64], share: f64) -> Option<HighDemand> {
    let mut sorted: Vec<f64> = targets.iter().copied().filter(|target| !target.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let threshold = *sorted.get(rank(share, sorted.len()).min(last))?;
    let labels = targets.iter().map(|&target| target >= threshold).collect();
    Some(HighDemand { threshold, labels })
}

/// How many targets lie below the share.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "the share is clamped, and a rank beside its neighbour would not matter"
)]
fn rank(share: f64, count: usize) -> usize {
    ((share.clamp(0.0, 1.0) * count as f64).ceil() as usize).saturating_sub(1)
}

/// A weight for each row so that all classes of the target weigh the same together and the mean
/// weight is 1. The bounds, ascending, are the first values of the second class and those after it.
/// Rows without target weigh nothing; classes without row are not counted.
#[expect(clippy::cast_precision_loss, reason = "weights are no counts")]
pub fn class_weights(targets: &[f64], bounds: &[f64]) -> Vec<f32> {
    let class = |target: f64| bounds.partition_point(|&bound| bound <= target);
    let mut counts = vec![0_usize; bounds.len() + 1];
    for &target in targets.iter().filter(|target| !target.is_nan()) {
        if let Some(count) = counts.get_mut(class(target)) {
            *count += 1;
        }
    }
    let rows: usize = counts.iter().sum();
    let classes = counts.iter().filter(|&&count| count > 0).count();
    let weight = |target: f64| {
        let count = counts.get(class(target)).copied().unwrap_or(0).max(1);
        if target.is_nan() { 0.0 } else { rows as f32 / (classes.max(1) * count) as f32 }
    };
    targets.iter().map(|&target| weight(target)).collect()
}
