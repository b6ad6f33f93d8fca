//! Which numbers become parameters: a component holds 300, a panel's report may have thousands.

use std::collections::BTreeMap;

use cloud::experiments::ParameterValue;
use cloud::reports::FINGERPRINT_KEY;
use metric::Report;

use crate::event::Event;

/// The most parameters that a component holds.
const MOST: usize = 300;
/// The longest name of a parameter.
const LONGEST_NAME: usize = 320;

/// What goes into the component, and how many numbers found no room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selection {
    /// Every parameter that the component should have, those of others included.
    pub(crate) parameters: BTreeMap<String, ParameterValue>,
    /// How many numbers of the report are among them.
    pub(crate) numbers: usize,
    /// How many are not.
    pub(crate) left_out: usize,
}

impl Selection {
    /// Facts first, then numbers from the headline to the single group, while there is room.
    ///
    /// `existing` is what the component holds; the update replaces it, so it is kept here.
    pub(crate) fn new(
        event: &Event,
        report: &Report,
        numbers: &BTreeMap<String, f64>,
        existing: &BTreeMap<String, ParameterValue>,
    ) -> Self {
        let mut facts = event.facts();
        if let Some(fingerprint) = &report.holdout.fingerprint {
            let fingerprint = ParameterValue::Text(fingerprint.clone());
            facts.insert(FINGERPRINT_KEY.to_owned(), fingerprint);
        }
        let ours = |name: &String| facts.contains_key(name) || numbers.contains_key(name);
        let theirs = existing.iter().filter(|(name, _)| !ours(name));
        let mut parameters: BTreeMap<_, _> =
            theirs.chain(&facts).map(|(name, it)| (name.clone(), it.clone())).collect();

        let mut by_rank: Vec<_> = numbers.iter().collect();
        by_rank.sort_by_key(|(name, _)| (rank(report, name), *name));
        let mut written = 0;
        for (name, number) in by_rank {
            let room = parameters.len() < MOST && name.chars().count() <= LONGEST_NAME;
            if room && !facts.contains_key(name) {
                parameters.insert(name.clone(), ParameterValue::Number(*number));
                written += 1;
            }
        }
        Self { parameters, numbers: written, left_out: numbers.len() - written }
    }
}

/// Headline metrics, then quantiles and the like, then baselines, then single groups.
fn rank(report: &Report, name: &str) -> usize {
    if report.metrics.contains_key(name) {
        0
    } else if name.starts_with("baseline.") {
        2
    } else {
        name.matches('.').count().max(1) * 2 - 1
    }
}
