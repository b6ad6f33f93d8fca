//! How much of each candidate goes into the mixture?
#![expect(
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "numeric kernel: one place for each candidate"
)]

use crate::candidate::Candidate;
use crate::local::Local;
use crate::task::{Objective, Task};
use crate::tournament::evidence::{Evidence, terms};
use crate::view::Origins;

/// Draws of the greedy selection.
const DRAWS: usize = 24;

/// So many independent forecasts weigh as much as the belief in the safe mixture.
const BELIEF: f64 = 6.0;

/// By how much a mixture must have been better than the safe combination of local models to be
/// believed as far as there is evidence; half of it is believed half.
const GAIN: f64 = 0.06;

/// The correlation of the errors of different series from the same origin.
const ALIKE: f64 = 0.2;

/// Points from which on a third of the horizon gets weights of its own.
const PLENTY: usize = 3000;

/// What dear models must gain together, to be worth their work.
const WORTH: f64 = 0.01;

/// The share of the loss of the best dear model that free ones must stay below.
const CLEARLY: f64 = 0.95;

/// Series without which no model is sent away for its price.
const ENOUGH: usize = 8;

/// The best candidate alone.
pub(super) fn best(losses: &[f64]) -> Vec<[f64; 3]> {
    let best = (0..losses.len()).min_by(|&a, &b| losses[a].total_cmp(&losses[b]));
    (0..losses.len()).map(|place| [f64::from(Some(place) == best); 3]).collect()
}

/// Whether models that cost work are to stay.
///
/// They are sent away only where the free ones are clearly better without them and would hardly gain
/// by them: the sample that says so is small, and the dear ones are the safe ones.
pub(super) fn dear_ones_pay(evidence: &Evidence, task: &Task) -> bool {
    let losses = evidence.losses(task.objective);
    let usable: Vec<usize> = (0..losses.len()).filter(|&place| losses[place].is_finite()).collect();
    let free: Vec<usize> =
        usable.iter().copied().filter(|&place| evidence.candidates[place].cost() == 0).collect();
    // Series that have nothing to do with each other say little about those not in the sample.
    let unrelated = task.origins == Origins::Each;
    if free.is_empty() || unrelated || evidence.size.series < ENOUGH {
        return true;
    }
    if free.len() == usable.len() {
        return false;
    }
    let (_, with) = greedy(evidence, task.objective, &usable, None);
    let (_, without) = greedy(evidence, task.objective, &free, None);
    let dear = usable.iter().filter(|place| !free.contains(place)).map(|&place| losses[place]);
    let best_dear = dear.fold(f64::INFINITY, f64::min);
    without > (1.0 + WORTH) * with || without > CLEARLY * best_dear
}

/// The weights of each candidate in each third.
pub(super) fn mixture(evidence: &Evidence, task: &Task, losses: &[f64]) -> Vec<[f64; 3]> {
    let allowed: Vec<usize> =
        (0..losses.len()).filter(|&place| losses[place].is_finite()).collect();
    let overall = greedy(evidence, task.objective, &allowed, None);
    let (overall, loss) = overall;
    let safe = safe(evidence, losses, &allowed);
    let seen = independent(evidence.size.series, evidence.size.origins);
    let auto = Candidate::Local(Local::Auto);
    let auto = allowed.iter().find(|&&place| evidence.candidates[place] == auto);
    let gain = auto.map_or(GAIN, |&place| 1.0 - loss / losses[place]);
    let belief = (BELIEF / (BELIEF + seen)).max(1.0 - gain / GAIN).min(1.0);
    let mut weights = vec![[0.0; 3]; losses.len()];
    for third in 0..3 {
        let count = evidence.points.iter().filter(|point| point.third == third).count();
        let own =
            (count >= PLENTY).then(|| greedy(evidence, task.objective, &allowed, Some(third)).0);
        for (place, weights) in weights.iter_mut().enumerate() {
            let of_third = own.as_ref().map_or(overall[place], |own| own[place]);
            let found = 0.5 * (overall[place] + of_third);
            weights[third] = (1.0 - belief) * found + belief * safe[place];
        }
    }
    prune(&mut weights);
    weights
}

/// How many independent forecasts so many series from so many origins are worth: what surprised one
/// series surprised others too (Kish's effective sample of clusters).
fn independent(series: usize, origins: usize) -> f64 {
    let series = series as f64;
    series * origins as f64 / (1.0 + ALIKE * (series - 1.0).max(0.0))
}

/// Forgets weights that are hardly any.
fn prune(weights: &mut [[f64; 3]]) {
    for third in 0..3 {
        let peak = weights.iter().map(|weights| weights[third]).fold(0.0, f64::max);
        for weights in weights.iter_mut() {
            if weights[third] < 0.06 * peak {
                weights[third] = 0.0;
            }
        }
        let sum: f64 = weights.iter().map(|weights| weights[third]).sum();
        for weights in weights.iter_mut() {
            weights[third] /= sum;
        }
    }
}

/// What is believed without evidence: the combination of local models if it competes, else the
/// three best in equal parts.
fn safe(evidence: &Evidence, losses: &[f64], allowed: &[usize]) -> Vec<f64> {
    let mut safe = vec![0.0; losses.len()];
    let auto = Candidate::Local(Local::Auto);
    if let Some(&place) = allowed.iter().find(|&&place| evidence.candidates[place] == auto) {
        safe[place] = 1.0;
        return safe;
    }
    let mut order = allowed.to_vec();
    order.sort_by(|&a, &b| losses[a].total_cmp(&losses[b]));
    order.truncate(3);
    for &place in &order {
        safe[place] = 1.0 / order.len() as f64;
    }
    safe
}

/// Draws candidates with replacement, each time the one that makes the mean of those drawn best.
fn greedy(
    evidence: &Evidence,
    objective: Objective,
    allowed: &[usize],
    third: Option<usize>,
) -> (Vec<f64>, f64) {
    use rayon::prelude::*;
    let points: Vec<usize> = (0..evidence.points.len())
        .filter(|&at| third.is_none_or(|third| evidence.points[at].third == third))
        .collect();
    let mut sum = vec![0.0; points.len()];
    let mut drawn = vec![0.0; evidence.candidates.len()];
    let mut best_loss = f64::INFINITY;
    for draw in 1..=DRAWS {
        let share = 1.0 / draw as f64;
        let losses: Vec<(usize, f64)> = allowed
            .par_iter()
            .map(|&place| {
                let said = &evidence.forecasts[place];
                let loss: f64 = points
                    .iter()
                    .zip(&sum)
                    .map(|(&at, sum)| {
                        terms(&evidence.points[at], (sum + said[at]) * share, objective)
                    })
                    .sum();
                (place, loss)
            })
            .collect();
        let Some(&(place, loss)) = losses.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        if draw > 4 && loss > best_loss * 1.0005 {
            break;
        }
        best_loss = best_loss.min(loss);
        drawn[place] += 1.0;
        for (sum, &at) in sum.iter_mut().zip(&points) {
            *sum += evidence.forecasts[place][at];
        }
    }
    let total: f64 = drawn.iter().sum::<f64>().max(1.0);
    for weight in &mut drawn {
        *weight /= total;
    }
    let mean = best_loss / points.len().max(1) as f64;
    (drawn, if objective == Objective::Rmse { mean.sqrt() } else { mean })
}
