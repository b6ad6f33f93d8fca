//! When is one value of a metric better than another?
//!
//! RMSE and R2 improve in opposite directions and a bias or a coverage has a place it should be
//! at, so a comparison that assumes "less is better" would promote the worse model.

/// Metrics of which less is better.
const LOWER: [&str; 11] =
    ["mae", "mape", "mase", "mean_wql", "mse", "rmse", "rmsse", "smape", "wape", "wmae", "wql"];

/// Where a metric should go.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Direction {
    /// Errors: `rmse`, `mae`, `wape` and their like.
    LowerIsBetter,
    /// Shares explained: `r2`.
    HigherIsBetter,
    /// Signed errors: `bias`.
    CloserToZero,
    /// Coverages: `coverage_80` should be 0.8, neither less (overconfident) nor more (vague).
    CloserTo(f64),
}

impl Direction {
    /// How bad `value` is: less is better, whatever the metric.
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Self::LowerIsBetter => value,
            Self::HigherIsBetter => -value,
            Self::CloserToZero => value.abs(),
            Self::CloserTo(target) => (value - target).abs(),
        }
    }
}

/// The direction of a metric, or `None` when its name is not known.
///
/// Dotted names as in [`crate::Report::numbers`] have the direction of their last part, so
/// `store.1.rmse` is an RMSE; `p10.coverage` should be 0.1.
pub fn direction_of(metric: &str) -> Option<Direction> {
    if let Some((before, percent)) = metric.rsplit_once("coverage_") {
        return share(percent).filter(|_| before.is_empty() || before.ends_with('.'));
    }
    let (prefix, name) = metric.rsplit_once('.').unwrap_or(("", metric));
    match name {
        name if LOWER.contains(&name) => Some(Direction::LowerIsBetter),
        "r2" => Some(Direction::HigherIsBetter),
        "bias" => Some(Direction::CloserToZero),
        "coverage" => {
            let of_group = prefix.rsplit_once(".p").map(|(_, percent)| percent);
            share(of_group.or_else(|| prefix.strip_prefix('p'))?)
        }
        _ => None,
    }
}

/// The names that [`direction_of`] knows, for messages.
pub fn known_metrics() -> String {
    let mut known = LOWER.to_vec();
    known.extend(["r2", "bias", "coverage_80", "p10.coverage"]);
    known.sort_unstable();
    known.join(", ")
}

/// `"80"` -> 0.8; `None` outside (0, 100) or when it is no plain number.
fn share(percent: &str) -> Option<Direction> {
    let plain = percent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let share = percent.parse::<f64>().ok().filter(|_| plain)? / 100.0;
    (share > 0.0 && share < 1.0).then_some(Direction::CloserTo(share))
}
