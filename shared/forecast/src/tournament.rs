//! Which mixture of models would have forecast this panel best?
//!
//! Every candidate forecasts from earlier origins what is known by now. First all of them on a
//! sample of series from the last origin; those clearly worse than the best leave (successive
//! halving: Jamieson and Talwalkar 2016). Then the rest on as many series and origins as the work
//! budget allows. The budget counts values read, so that every machine decides alike.
//!
//! The weights are those of greedy forward selection with replacement (Caruana et al. 2004), drawn
//! towards a safe mixture by as much as there is little evidence, and finer by parts of the horizon
//! where there is plenty.

pub(crate) mod evidence;
pub(crate) mod measure;
mod weights;

use serde::{Deserialize, Serialize};
use series::panel::Panel;

use crate::candidate::Candidate;
use crate::error::Error;
use crate::local::Local;
use crate::task::{Combination, Task};
use crate::tournament::evidence::Evidence;
use crate::view::{Origins, View, end};

/// A candidate that is farther behind the best than this leaves after the first round.
const HOPELESS: f64 = 1.25;

/// The same for the combination of local models, which is seldom far off where others are.
const SAFEST: f64 = 3.0;

/// The same for models that cost work, where many series can be pooled for nothing.
const NOT_WORTH: f64 = 1.06;

/// Series that are many.
const MANY: usize = 100;

/// Series in the first round, at most.
const SCREENED: usize = 48;

/// Points that are scored, at most; more would not change a weight.
const POINTS: usize = 400_000;

/// Origins, at most.
const ROUNDS: usize = 4;

/// What a tournament decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// The models that are mixed.
    pub members: Vec<Member>,
    /// Every candidate with its loss, the best first.
    pub table: Vec<Placing>,
    /// How many series were forecast from how many origins over how many steps to find out.
    pub evidence: Size,
}

/// A model of the mixture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// The model.
    pub candidate: Candidate,
    /// Its weight in each third of the horizon.
    pub weights: [f64; 3],
}

/// How a candidate did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Placing {
    /// Its name.
    pub name: String,
    /// Its loss under the objective.
    pub loss: f64,
    /// The number by which candidates are listed; none in what earlier versions stored.
    #[serde(default)]
    pub measured: Option<f64>,
    /// How far it came.
    pub stage: Stage,
}

impl Placing {
    fn of(name: String, (evidence, said): (&Evidence, &[f64]), task: &Task, stage: Stage) -> Self {
        let loss = evidence.loss(said, task.objective);
        let measured = Some(task.measure.of(evidence, said, task)).filter(|it| it.is_finite());
        Self { name, loss, measured, stage }
    }
}

/// How far a candidate came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It left after the first round, on the sample.
    Screened,
    /// It was scored on all rounds.
    Finished,
    /// It is the mixture.
    Mixture,
}

/// How much a tournament has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Size {
    /// Series.
    pub series: usize,
    /// Origins.
    pub origins: usize,
    /// Steps from each.
    pub steps: usize,
}

/// The third of the horizon that a step lies in.
pub(crate) fn third(step: usize, horizon: usize) -> usize {
    (3 * step / horizon.max(1)).min(2)
}

/// Holds the tournament. A candidate that breaks is an error, not a loser.
pub(crate) fn hold(panel: &Panel, task: &Task) -> Result<(Choice, Evidence), Error> {
    let rounds = rounds(panel, task);
    let now = View::before_end(panel, task.origins, 0, task.horizon);
    let candidates = task.members(&now);
    let Some(first) = rounds.first() else {
        return Ok((without_evidence(&candidates), Evidence::default()));
    };
    let known = series_with_history(panel, first);
    let mut placings = Vec::new();
    let left = screen(panel, task, &candidates, (first, &known), &mut placings)?;
    if left.is_empty() {
        return Ok((without_evidence(&candidates), Evidence::default()));
    }
    let few = spread(&known, finished_count(panel, task, &left, rounds.len()));
    let mut evidence = Evidence::gather(task, &rounds, &left, &few)?;
    if task.combination == Combination::Weighted && !weights::dear_ones_pay(&evidence, task) {
        let (free, dear): (Vec<Candidate>, Vec<Candidate>) =
            left.iter().partition(|candidate| candidate.cost() == 0);
        for (candidate, said) in evidence.candidates.iter().zip(&evidence.forecasts) {
            if dear.contains(candidate) {
                let name = candidate.name(&panel.keys);
                placings.push(Placing::of(name, (&evidence, said), task, Stage::Screened));
            }
        }
        let many = spread(&known, finished_count(panel, task, &free, rounds.len()));
        evidence = Evidence::gather(task, &rounds, &free, &many)?;
    }
    let choice = decide(panel, task, &mut evidence, placings);
    Ok((choice, evidence))
}

/// Sends away those that are clearly worse from the last origin: free ones on many series, dear
/// ones on few, where they are compared with the best free ones.
fn screen(
    panel: &Panel,
    task: &Task,
    candidates: &[Candidate],
    (first, known): (&View<'_>, &[usize]),
    placings: &mut Vec<Placing>,
) -> Result<Vec<Candidate>, Error> {
    let (free, dear): (Vec<Candidate>, Vec<Candidate>) =
        candidates.iter().partition(|candidate| candidate.cost() == 0);
    let many = spread(known, finished_count(panel, task, &free, 1));
    let few = spread(known, screened_count(panel, task, candidates));
    let mut left = Vec::new();
    let safest = Candidate::Local(Local::Auto);
    // Series of several keys, such as stores and items, are related; those of one may be anything.
    let related = task.origins == Origins::Common && panel.keys.len() > 1;
    let many_related = related && known.len() >= MANY;
    let mut judge = |competing: &[Candidate], sample: &[usize], new: &[Candidate]| {
        let evidence = Evidence::gather(task, std::slice::from_ref(first), competing, sample)?;
        let losses = evidence.losses(task.objective);
        let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
        let telling = sample.len() >= 8 && evidence.points.len() >= 60;
        let mut order: Vec<(Candidate, f64)> = Vec::new();
        let judged = competing.iter().zip(losses).zip(&evidence.forecasts);
        for ((candidate, loss), said) in judged.filter(|((it, _), _)| new.contains(it)) {
            let bound = match (*candidate == safest, candidate.cost() > 0 && many_related) {
                (_, true) => NOT_WORTH * best,
                (true, false) => SAFEST * best,
                (false, false) => HOPELESS * best,
            };
            if loss.is_finite() && (!telling || loss <= bound) {
                order.push((*candidate, loss));
            } else {
                let name = candidate.name(&panel.keys);
                placings.push(Placing::of(name, (&evidence, said), task, Stage::Screened));
            }
        }
        order.sort_by(|a, b| a.1.total_cmp(&b.1));
        left.extend(order.iter().map(|(candidate, _)| *candidate));
        Ok::<_, Error>(order.into_iter().map(|(candidate, _)| candidate).collect::<Vec<_>>())
    };
    let good = judge(&free, &many, &free)?;
    let mut competing: Vec<Candidate> = good.into_iter().take(3).collect();
    competing.extend(&dear);
    if !dear.is_empty() {
        judge(&competing, &few, &dear)?;
    }
    Ok(left)
}

fn decide(
    panel: &Panel,
    task: &Task,
    evidence: &mut Evidence,
    mut placings: Vec<Placing>,
) -> Choice {
    let losses = evidence.losses(task.objective);
    let weights = match task.combination {
        Combination::Best => weights::best(&losses),
        Combination::Weighted => weights::mixture(evidence, task, &losses),
    };
    evidence.mix(&weights);
    for (candidate, said) in evidence.candidates.iter().zip(&evidence.forecasts) {
        let name = candidate.name(&panel.keys);
        placings.push(Placing::of(name, (evidence, said), task, Stage::Finished));
    }
    let mixture = (&*evidence, evidence.mixture.as_slice());
    placings.push(Placing::of("mixture".to_owned(), mixture, task, Stage::Mixture));
    placings.retain(|placing| placing.loss.is_finite());
    placings.sort_by(|a, b| {
        (a.stage == Stage::Screened, a.loss)
            .partial_cmp(&(b.stage == Stage::Screened, b.loss))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let members = evidence.candidates.iter().zip(weights);
    let members = members
        .filter(|(_, weights)| weights.iter().any(|&weight| weight > 0.0))
        .map(|(&candidate, weights)| Member { candidate, weights })
        .collect();
    Choice { members, table: placings, evidence: evidence.size }
}

/// The views from earlier origins, the last first: as far apart as the horizon, and each with a
/// history that shows the longest season once and a quarter if any history does.
fn rounds<'a>(panel: &'a Panel, task: &Task) -> Vec<View<'a>> {
    let first = panel.series.iter().map(|series| series.start).min().unwrap_or_default();
    let span = match task.origins {
        Origins::Common => usize::try_from(end(panel) - first).unwrap_or(0),
        Origins::Each => typical_length(panel),
    };
    let longest = task.seasons.iter().copied().max().unwrap_or(1);
    let shortest = task.seasons.iter().copied().min().unwrap_or(1);
    let enough = |season: usize| season + season / 4;
    let steps = if span >= enough(longest) + task.horizon || span >= 3 * task.horizon {
        task.horizon
    } else {
        (span / 3).min(task.horizon)
    };
    let least = [longest, shortest, 1]
        .map(enough)
        .into_iter()
        .find(|&least| least + steps <= span)
        .unwrap_or(2)
        .max(if span >= 4 * steps { 2 * steps } else { 2 });
    if steps == 0 {
        return Vec::new();
    }
    let backs = (1..=ROUNDS).map(|round| round * steps);
    backs
        .filter(|back| least + back <= span)
        .map(|back| View::before_end(panel, task.origins, back, steps))
        .collect()
}

fn typical_length(panel: &Panel) -> usize {
    let mut lengths: Vec<usize> = panel.series.iter().map(|series| series.target.len()).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied().unwrap_or(0)
}

fn series_with_history(panel: &Panel, view: &View<'_>) -> Vec<usize> {
    let seen = |&series: &usize| view.history(series).values.iter().any(|value| !value.is_nan());
    (0..panel.series.len()).filter(seen).collect()
}

/// So many of the series, evenly spread over their order.
fn spread(series: &[usize], count: usize) -> Vec<usize> {
    let count = count.min(series.len());
    (0..count).filter_map(|place| series.get(place * series.len() / count)).copied().collect()
}

/// What forecasting one series from one origin costs all candidates together.
fn cost(panel: &Panel, candidates: &[Candidate]) -> u64 {
    let length = u64::try_from(typical_length(panel)).unwrap_or(u64::MAX);
    let each: u64 = candidates.iter().map(Candidate::cost).sum();
    each.saturating_mul(length)
}

fn screened_count(panel: &Panel, task: &Task, candidates: &[Candidate]) -> usize {
    let affordable = task.budget / 4 / cost(panel, candidates).max(1);
    usize::try_from(affordable).unwrap_or(usize::MAX).clamp(8, SCREENED)
}

fn finished_count(panel: &Panel, task: &Task, left: &[Candidate], rounds: usize) -> usize {
    let rounds = rounds.max(1);
    let each = cost(panel, left).saturating_mul(u64::try_from(rounds).unwrap_or(1));
    let affordable = usize::try_from(task.budget / each.max(1)).unwrap_or(usize::MAX);
    affordable.clamp(8, (POINTS / (rounds * task.horizon).max(1)).max(8))
}

/// The safest candidate alone.
fn without_evidence(candidates: &[Candidate]) -> Choice {
    let auto = Candidate::Local(Local::Auto);
    let safe = candidates.iter().find(|candidate| **candidate == auto);
    let safe = safe.or_else(|| candidates.iter().find(|candidate| candidate.is_local()));
    let member = Member { candidate: safe.copied().unwrap_or(auto), weights: [1.0; 3] };
    Choice { members: vec![member], table: Vec::new(), evidence: Size::default() }
}
