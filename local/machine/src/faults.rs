//! Faults on purpose, for those who want to see that nothing is lost by them.
//!
//! None happens unless somebody asks for it. Which calls are hit is a matter of the seed, so that
//! what was seen once can be seen again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// The greatest probability: what is put off for ever never comes.
const MOST: f64 = 0.9;

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A call is answered `ThrottlingException`.
    Throttle,
    /// An event is delivered once more, after those that wait now.
    DuplicateEvent,
    /// An event is delivered after those that wait now.
    LateEvent,
}

/// How probable each fault is, from 0 to 0.9.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probabilities {
    /// Of [`Fault::Throttle`].
    pub throttle: f64,
    /// Of [`Fault::DuplicateEvent`].
    pub duplicate_events: f64,
    /// Of [`Fault::LateEvent`].
    pub late_events: f64,
    /// The same seed hits the same calls, if they come in the same order.
    pub seed: u64,
}

/// How often each fault happened since the engine started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Happened {
    /// How many calls were throttled.
    pub throttled: u64,
    /// How many events were delivered once more.
    pub duplicated: u64,
    /// How often an event was put off.
    pub late: u64,
}

/// A probability that is none.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{0} is not a probability from 0 to {MOST}")]
pub struct NotAProbability(f64);

#[derive(Debug, Default)]
struct State {
    wanted: Probabilities,
    random: u64,
    happened: Happened,
}

/// Decides what goes wrong. Clones decide together.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

impl Faults {
    /// From now on faults happen as often as this says.
    pub fn set(&self, wanted: Probabilities) -> Result<(), NotAProbability> {
        let all = [wanted.throttle, wanted.duplicate_events, wanted.late_events];
        if let Some(wrong) = all.into_iter().find(|it| !(0.0..=MOST).contains(it)) {
            return Err(NotAProbability(wrong));
        }
        let mut state = self.state();
        (state.wanted, state.random) = (wanted, wanted.seed);
        Ok(())
    }

    /// Whether it happens now.
    pub fn strikes(&self, fault: Fault) -> bool {
        let mut state = self.state();
        let probability = match fault {
            Fault::Throttle => state.wanted.throttle,
            Fault::DuplicateEvent => state.wanted.duplicate_events,
            Fault::LateEvent => state.wanted.late_events,
        };
        if probability <= 0.0 || state.draw() >= probability {
            return false;
        }
        let count = match fault {
            Fault::Throttle => &mut state.happened.throttled,
            Fault::DuplicateEvent => &mut state.happened.duplicated,
            Fault::LateEvent => &mut state.happened.late,
        };
        *count += 1;
        true
    }

    /// What happened so far.
    pub fn happened(&self) -> Happened {
        self.state().happened
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// From 0 to 1, by SplitMix64.
    fn draw(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
        f64::from(top) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(faults: &Faults, seed: u64) -> Vec<bool> {
        faults.set(Probabilities { throttle: 0.3, seed, ..Probabilities::default() }).unwrap();
        (0..1000).map(|_| faults.strikes(Fault::Throttle)).collect()
    }

    #[test]
    fn nothing_goes_wrong_unless_it_is_asked_for() {
        let faults = Faults::default();

        assert!((0..1000).all(|_| !faults.strikes(Fault::Throttle)));
        assert_eq!(faults.happened(), Happened::default());
    }

    #[test]
    fn a_seed_hits_the_same_calls_as_often_as_was_asked_for() {
        let faults = Faults::default();

        let first = struck(&faults, 7);

        let count = first.iter().filter(|struck| **struck).count();
        assert!((250..350).contains(&count), "{count}");
        assert_eq!(first, struck(&faults, 7));
        assert_ne!(first, struck(&faults, 8));
        assert!(!faults.strikes(Fault::LateEvent));
    }

    #[test]
    fn what_would_never_end_is_refused() {
        let faults = Faults::default();

        let refused = faults.set(Probabilities { late_events: 1.0, ..Probabilities::default() });

        assert_eq!(refused.unwrap_err().to_string(), "1 is not a probability from 0 to 0.9");
    }
}
