//! How is a verdict told to a person who reads it in an e-mail?
//!
//! Each condition becomes a clause with its numbers; the reason joins those that matter and stays
//! below 400 characters, whatever names and numbers it is given.

use crate::direction::Direction;
use crate::promotion::{Bound, DifferentHoldout, NOISE, Previous, PromotionRule};
use crate::report::Report;

/// Characters that a reason may have, below the promised 400.
const LONGEST_REASON: usize = 390;
/// Characters of a name or a reason from outside that a clause repeats.
const LONGEST_NAME: usize = 32;
const LONGEST_WHY: usize = 70;

/// The conditions judged so far.
#[derive(Debug, Default)]
pub(super) struct Clauses {
    passed: Vec<String>,
    failed: Vec<String>,
    note: Option<&'static str>,
}

impl Clauses {
    pub(super) fn add(&mut self, passes: bool, clause: String) {
        if passes { self.passed.push(clause) } else { self.failed.push(clause) }
    }

    pub(super) fn fail(&mut self, clause: String) {
        self.failed.push(clause);
    }

    pub(super) fn all_pass(&self) -> bool {
        self.failed.is_empty()
    }

    /// Failed conditions when there are any, else those that were met.
    pub(super) fn reason(&self) -> String {
        let (opening, clauses) = if self.all_pass() {
            ("Promoted: ", &self.passed)
        } else {
            ("Not promoted: ", &self.failed)
        };
        let note = self.note.map_or(String::new(), |note| format!(" {note}"));
        let room = LONGEST_REASON.saturating_sub(length(&note) + " and 999999 more.".len());
        let mut reason = opening.to_owned();
        for (index, clause) in clauses.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            if length(&reason) + separator.len() + length(clause) > room {
                let left = clauses.len() - index;
                return format!("{reason} and {left} more.{note}");
            }
            reason.push_str(separator);
            reason.push_str(clause);
        }
        format!("{reason}.{note}")
    }
}

/// How the candidate stands to the previous model.
pub(super) struct Standing {
    pub(super) previous: Option<f64>,
    pub(super) improvement: Option<f64>,
    pub(super) comparable: bool,
}

/// The candidate's value under a rule.
pub(super) struct Comparison<'a> {
    pub(super) rule: &'a PromotionRule,
    pub(super) direction: Direction,
    pub(super) candidate: f64,
}

impl Comparison<'_> {
    /// The value as `max_value` bounds it: a distance where the metric has a target.
    pub(super) fn distance(&self, value: f64) -> f64 {
        match self.direction {
            Direction::HigherIsBetter => value,
            direction => direction.loss(value),
        }
    }

    pub(super) fn ceiling(&self, most: f64) -> String {
        let what = match self.direction {
            Direction::LowerIsBetter | Direction::HigherIsBetter => String::new(),
            Direction::CloserToZero => " away from 0".to_owned(),
            Direction::CloserTo(target) => format!(" away from {}", number(target)),
        };
        let value = number(self.candidate);
        format!("{} {value} (at most {}{what} is allowed)", self.metric(), number(most))
    }

    pub(super) fn with_previous(
        &self,
        report: &Report,
        previous: Option<&Previous>,
        clauses: &mut Clauses,
    ) -> Standing {
        let alone = Standing { previous: None, improvement: None, comparable: true };
        let (metric, candidate) = (self.metric(), number(self.candidate));
        let Some(previous) = previous else {
            clauses.add(true, format!("{metric} {candidate}, with no previous model to beat"));
            return alone;
        };
        let name = short(&previous.name);
        let Some(value) = previous.value.filter(|value| value.is_finite()) else {
            let clause = format!(
                "{metric} {candidate}; {name} has no {metric} on record and counts as no \
                 previous model"
            );
            clauses.add(true, clause);
            return alone;
        };
        let comparable = same_holdout(report, previous);
        if !comparable && self.rule.on_different_holdout == DifferentHoldout::Refuse {
            clauses.fail(format!(
                "{metric} {} of {name} was measured on a different holdout and cannot be compared \
                 with {candidate}: evaluate {name} again on the new holdout",
                number(value)
            ));
            return Standing { previous: Some(value), improvement: None, comparable };
        }
        if !comparable {
            clauses.note = Some("The two holdouts differ, and the rule compares them anyway.");
        }
        let improvement = self.improvement(value);
        clauses.add(self.is_enough(value, improvement), self.against(value, &name, improvement));
        Standing { previous: Some(value), improvement, comparable }
    }

    /// The improvement as a share of the previous value; `None` where that is 0.
    fn improvement(&self, previous: f64) -> Option<f64> {
        let whole = match self.direction {
            Direction::LowerIsBetter | Direction::HigherIsBetter => previous.abs(),
            direction => direction.loss(previous),
        };
        let gain = self.direction.loss(previous) - self.direction.loss(self.candidate);
        Some(gain / whole).filter(|share| share.is_finite())
    }

    fn is_enough(&self, previous: f64, improvement: Option<f64>) -> bool {
        let asked = self.rule.min_improvement;
        match improvement {
            Some(share) if asked < 0.0 => share >= asked - NOISE,
            Some(share) => share > NOISE && share >= asked - NOISE,
            // No share exists; what is better than 0 is better by more than any share of 0.
            None if asked < 0.0 => {
                self.direction.loss(self.candidate) <= self.direction.loss(previous)
            }
            None => self.direction.loss(self.candidate) < self.direction.loss(previous),
        }
    }

    fn against(&self, previous: f64, name: &str, improvement: Option<f64>) -> String {
        let asked = self.rule.min_improvement;
        let (closer, farther) = match self.direction {
            Direction::LowerIsBetter | Direction::HigherIsBetter => {
                ("better than".to_owned(), "worse than".to_owned())
            }
            Direction::CloserToZero => ("closer to 0 than".into(), "farther from 0 than".into()),
            Direction::CloserTo(target) => {
                let target = number(target);
                (format!("closer to {target} than"), format!("farther from {target} than"))
            }
        };
        let words = match improvement {
            Some(share) if share.abs() <= NOISE => "no better than".to_owned(),
            Some(share) if share > 0.0 => {
                let only = if self.is_enough(previous, improvement) { "" } else { "only " };
                format!("{only}{} {closer}", percent(share, asked))
            }
            Some(share) => format!("{} {farther}", percent(-share, -asked)),
            None if self.is_enough(previous, None) => closer,
            None => "no better than".to_owned(),
        };
        let demand = match asked {
            asked if asked > 0.0 => format!("at least {} was asked", percent(asked, 0.0)),
            asked if asked < 0.0 => format!("{} worse is allowed", percent(-asked, 0.0)),
            _ => "any improvement was asked".to_owned(),
        };
        let (metric, candidate) = (self.metric(), number(self.candidate));
        format!("{metric} {candidate} is {words} {} of {name} ({demand})", number(previous))
    }

    fn metric(&self) -> String {
        clip(&self.rule.metric, LONGEST_NAME)
    }
}

fn same_holdout(report: &Report, previous: &Previous) -> bool {
    match (&report.holdout.fingerprint, &previous.fingerprint) {
        (Some(candidate), Some(previous)) => candidate == previous,
        _ => true,
    }
}

pub(super) fn bound(metric: &str, value: f64, bound: Bound) -> String {
    let (words, limit) = match bound {
        Bound::AtMost(limit) => ("at most", limit),
        Bound::AtLeast(limit) => ("at least", limit),
    };
    let metric = clip(metric, LONGEST_NAME);
    format!("{metric} {} ({words} {} was asked)", number(value), number(limit))
}

pub(super) fn undefined(metric: &str, why: &str) -> String {
    format!("{} has no value: {}", clip(metric, LONGEST_NAME), clip(why, LONGEST_WHY))
}

pub(super) fn no_baseline(metric: &str) -> String {
    format!("the report has no baseline with {} to beat", clip(metric, LONGEST_NAME))
}

pub(super) fn baseline(metric: &str, value: f64, (name, best): (&str, f64)) -> String {
    let (metric, name) = (clip(metric, LONGEST_NAME), clip(name, LONGEST_NAME));
    format!("{metric} {} against {} of the best baseline {name}", number(value), number(best))
}

/// Up to six significant digits, without trailing zeros.
fn number(value: f64) -> String {
    significant(value, 6)
}

fn significant(value: f64, digits: usize) -> String {
    let rounded: f64 = format!("{value:.*e}", digits - 1).parse().unwrap_or(value);
    let plain = rounded == 0.0 || (1e-4..1e12).contains(&rounded.abs());
    if plain { format!("{}", rounded + 0.0) } else { format!("{rounded:e}") }
}

/// A share in percent, with as few digits as keep it apart from `other`.
fn percent(share: f64, other: f64) -> String {
    let text = |value: f64, digits| {
        format!("{} %", significant((value * 100.0).clamp(f64::MIN, f64::MAX), digits))
    };
    let apart = (2..6).find(|digits| text(share, *digits) != text(other, *digits));
    text(share, apart.unwrap_or(6))
}

/// The last part of an ARN or path, which is the part that tells versions apart.
fn short(name: &str) -> String {
    match name.rsplit_once('/') {
        Some((_, last)) if !last.is_empty() => format!("…/{}", clip(last, LONGEST_NAME)),
        _ => clip(name, LONGEST_NAME),
    }
}

/// At most `most` characters on one line.
fn clip(text: &str, most: usize) -> String {
    let mut clipped: String =
        text.chars().map(|one| if one.is_control() { ' ' } else { one }).take(most).collect();
    if length(text) > most {
        clipped.push('…');
    }
    clipped
}

fn length(text: &str) -> usize {
    text.chars().count()
}
