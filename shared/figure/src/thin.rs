//! Which points of a long series are drawn, so that a page stays small and looks the same?

#![expect(clippy::indexing_slicing, reason = "windows and buckets are within their series")]

use crate::number::{factor, floor};

/// A point on a plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
}

/// First, lowest, highest and last point of each of so many buckets of equal width: every peak is
/// still there. Points must ascend in `x` and be finite.
pub(crate) fn envelope(points: &[Point], buckets: usize) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    if points.len() <= buckets.saturating_mul(4) || last.x <= first.x {
        return points.to_vec();
    }
    let bucket_of = |point: &Point| {
        let share = (point.x - first.x) / (last.x - first.x);
        floor(share * factor(buckets)).min(buckets - 1)
    };
    let mut kept = Vec::new();
    for bucket in points.chunk_by(|a, b| bucket_of(a) == bucket_of(b)) {
        let by_y = |a: &usize, b: &usize| bucket[*a].y.total_cmp(&bucket[*b].y);
        let lowest = (0..bucket.len()).min_by(by_y).unwrap_or(0);
        let highest = (0..bucket.len()).max_by(by_y).unwrap_or(0);
        let mut chosen = [0, lowest.min(highest), lowest.max(highest), bucket.len() - 1].to_vec();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|index| bucket[index]));
    }
    kept
}

/// About so many points that keep the look of the line: largest triangle three buckets
/// (Steinarsson 2013, "Downsampling Time Series for Visual Representation").
pub(crate) fn largest_triangles(points: &[Point], wanted: usize) -> Vec<Point> {
    if points.len() <= wanted.max(3) || wanted < 3 {
        return points.to_vec();
    }
    let size = factor(points.len() - 2) / factor(wanted - 2);
    let start = |bucket: usize| floor(factor(bucket) * size) + 1;
    let mut kept = vec![points[0]];
    for bucket in 0..wanted - 2 {
        let here = &points[start(bucket)..start(bucket + 1).min(points.len() - 1)];
        let next = &points[start(bucket + 1).min(points.len() - 1)
            ..start(bucket + 2).clamp(start(bucket + 1).min(points.len() - 1) + 1, points.len())];
        let (a, c) = (kept[kept.len() - 1], centre(next));
        let area = |b: &Point| ((a.x - c.x) * (b.y - a.y) - (a.x - b.x) * (c.y - a.y)).abs();
        let largest = here.iter().max_by(|p, q| area(p).total_cmp(&area(q)));
        kept.extend(largest.copied());
    }
    kept.extend(points.last().copied());
    kept
}

fn centre(points: &[Point]) -> Point {
    let count = factor(points.len().max(1));
    Point {
        x: points.iter().map(|point| point.x / count).sum(),
        y: points.iter().map(|point| point.y / count).sum(),
    }
}

/// At most so many of them, evenly spread.
pub(crate) fn every_nth<T: Clone>(items: &[T], most: usize) -> Vec<T> {
    let step = items.len().div_ceil(most.max(1)).max(1);
    items.iter().step_by(step).cloned().collect()
}
