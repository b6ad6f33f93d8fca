//! Every ordering of decisions and deliveries, up to a length, from every start.
//!
//! A walk takes one step after the other: something happens in the account, its event is handled,
//! the rules are checked. After each step the account is copied, brought to rest, and compared with
//! what people decided. Copies share their beginnings, so each ordering costs one step.

use cloud::hosting::EndpointStatus as Status;
use cloud::registry::Approval::{Approved, Pending, Rejected};
use invocation::Kind;
use serde_json::Value;

use super::group::{FOREIGN, Group, package_event};
use crate::Action;

const LENGTH: usize = 6;
/// How many orderings can happen, from all starts together.
const ORDERINGS: u64 = 48_419;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Register(usize),
    Approve(usize),
    Reject(usize),
    /// Approves what was rejected last.
    Reconsider,
    /// The last event comes again.
    Duplicate,
    /// The first event comes again.
    Late,
}

const STEPS: [Step; 9] = [
    Step::Register(0),
    Step::Register(1),
    Step::Approve(0),
    Step::Approve(1),
    Step::Reject(0),
    Step::Reject(1),
    Step::Reconsider,
    Step::Duplicate,
    Step::Late,
];

/// When a change of the endpoint that is under way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// Before the next step, and its event is handled at once.
    Quick,
    /// Before the next step, but its event is handled when all is over.
    Unheard,
    /// When all is over.
    Slow,
    /// Before the next step, and every creation and update fails.
    Failing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Absent,
    Creating,
    InService,
    Updating,
    Failed,
    RolledBack,
    Foreign,
}

const STARTS: [Start; 7] = [
    Start::Absent,
    Start::Creating,
    Start::InService,
    Start::Updating,
    Start::Failed,
    Start::RolledBack,
    Start::Foreign,
];

impl Start {
    fn group(self) -> Group {
        match self {
            Self::Absent => Group::new(),
            Self::Creating => Group::of(&[Approved]).with_version(1, Status::Creating),
            Self::InService => Group::of(&[Approved]).serving(1),
            Self::Updating => {
                let group = Group::of(&[Approved, Approved]).with_blueprint(2);
                let to = group.names.blueprint(2);
                group.with_version(1, Status::Updating).with_pending(&to)
            }
            Self::Failed => Group::of(&[Approved]).with_version(1, Status::Failed).with_failure(),
            Self::RolledBack => {
                Group::of(&[Approved, Approved]).with_blueprint(2).serving(1).with_failure()
            }
            Self::Foreign => Group::new().with_endpoint(FOREIGN, Status::InService),
        }
    }
}

/// An account somewhere along an ordering.
struct Walk {
    group: Group,
    start: Start,
    pace: Pace,
    trail: Vec<Step>,
    /// The ARNs of the versions that the steps register.
    arns: Vec<String>,
    rejected: Option<usize>,
    /// Every event so far, oldest first.
    events: Vec<Value>,
    /// The events that Lambda would deliver again.
    retries: Vec<Value>,
    /// Endpoint events that were not delivered yet.
    unheard: usize,
    handled: u64,
}

impl Walk {
    fn new(start: Start, pace: Pace) -> Self {
        let (trail, arns, events, retries) = (vec![], vec![], vec![], vec![]);
        let group = start.group();
        let (rejected, unheard, handled) = (None, 0, 0);
        Self { group, start, pace, trail, arns, rejected, events, retries, unheard, handled }
    }

    fn fork(&self) -> Self {
        Self {
            group: self.group.fork(),
            trail: self.trail.clone(),
            arns: self.arns.clone(),
            events: self.events.clone(),
            retries: self.retries.clone(),
            handled: 0,
            ..*self
        }
    }

    /// Walks on from here in every way; answers the counts of cases and of events handled.
    fn explore(&self) -> (u64, u64) {
        let (mut cases, mut handled) = (0, 0);
        for step in STEPS {
            let mut next = self.fork();
            let Some(event) = next.take(step) else { continue };
            next.trail.push(step);
            next.deliver(event);
            next.pass_time();
            handled += next.handled;
            cases += 1;
            handled += next.fork().assert_comes_to_rest();
            if next.trail.len() < LENGTH {
                let (more_cases, more_handled) = next.explore();
                cases += more_cases;
                handled += more_handled;
            }
        }
        (cases, handled)
    }

    /// Does what a step says; its event, or `None` if it cannot be done here.
    fn take(&mut self, step: Step) -> Option<Value> {
        let event = match step {
            Step::Register(index) if index == self.arns.len() => {
                self.arns.push(self.group.register());
                package_event(super::group::GROUP, &self.arns[index], Pending)
            }
            Step::Register(_) => return None,
            Step::Approve(index) => self.group.decide(self.arns.get(index)?, Approved),
            Step::Reject(index) => {
                let event = self.group.decide(self.arns.get(index)?, Rejected);
                self.rejected = Some(index);
                event
            }
            Step::Reconsider => self.group.decide(&self.arns[self.rejected.take()?], Approved),
            Step::Duplicate => return self.events.last().cloned(),
            Step::Late => return self.events.first().cloned(),
        };
        self.events.push(event.clone());
        Some(event)
    }

    /// Handles an event and checks the rules that hold after each one.
    fn deliver(&mut self, event: Value) {
        let before = self.group.target();
        let outcome = self.group.handle(event.clone());
        self.handled += 1;
        let after = self.group.target();
        let version = |config: &Option<String>| {
            config.as_deref().and_then(|config| self.group.names.version_of(config))
        };
        let (old, new) = (version(&before), version(&after));
        if before != after
            && let Some(new) = new
        {
            self.assert(self.group.is_approved(new), "moved to a version that is not approved");
            let down = old.is_some_and(|old| new < old && self.group.is_approved(old));
            self.assert(!down, "moved to an older version although the newer one is approved");
        }
        match outcome {
            Ok(answer) => {
                self.assert(answer.action != Action::Ignored, "ignored an event of the group");
                let leaves = self.group.endpoint().is_none_or(|it| it.status == Status::Deleting);
                let right = leaves || new.is_none_or(|new| self.group.is_approved(new));
                self.assert(right, "answered although a version without approval serves");
            }
            Err(failure) if failure.kind() == Kind::Transient => self.retries.push(event),
            Err(failure) => {
                let failed = matches!(self.start, Start::Failed | Start::RolledBack);
                let fails = self.pace == Pace::Failing;
                let words = failure.to_string();
                self.assert((failed || fails) && words.contains("failed"), &words);
                let gives_up = self.has_decided() && !fails;
                self.assert(!gives_up, "gave a version up although people decided");
            }
        }
    }

    /// Ends a change under way; whether there was one.
    fn settle(&self) -> bool {
        let busy = self.group.endpoint().filter(|endpoint| endpoint.status.is_busy());
        if self.pace == Pace::Failing && busy.is_some_and(|it| it.status != Status::Deleting) {
            let name = super::group::ENDPOINT;
            self.group.change(|state| state.hosting.fail(name, "failed once more", state.now));
            return true;
        }
        self.group.settle()
    }

    fn pass_time(&mut self) {
        if self.pace == Pace::Slow || !self.settle() {
            return;
        }
        match self.pace {
            Pace::Quick | Pace::Failing => {
                self.deliver(super::group::endpoint_event(super::group::ENDPOINT));
            }
            Pace::Unheard | Pace::Slow => self.unheard += 1,
        }
    }

    /// Lets everything under way end and Lambda retry, then checks what has become of it.
    fn assert_comes_to_rest(mut self) -> u64 {
        let look = super::group::endpoint_event(super::group::ENDPOINT);
        for _ in 0..std::mem::take(&mut self.unheard) {
            self.deliver(look.clone());
        }
        let mut rounds = 0;
        loop {
            let has_moved = self.settle();
            if !has_moved && self.retries.is_empty() {
                break;
            }
            rounds += 1;
            self.assert(rounds <= 4, "does not come to rest");
            for event in std::mem::take(&mut self.retries) {
                self.deliver(event);
            }
            if has_moved {
                self.deliver(look.clone());
            }
        }
        if self.pace != Pace::Failing {
            self.assert_is_as_decided();
        }

        self.deliver(look);
        let changes = self.group.changes().len();
        for event in self.events.clone() {
            self.deliver(event);
        }
        self.assert(self.group.changes().len() == changes, "a repeated event changed something");
        self.handled
    }

    fn assert_is_as_decided(&self) {
        let endpoint = self.group.endpoint();
        let newest = (1..=4).rev().find(|version| self.group.is_approved(*version));
        let was_tried = matches!(self.start, Start::Failed | Start::RolledBack);
        let as_it_was = match (newest, &endpoint) {
            (None, Some(endpoint)) => self.start == Start::Foreign && endpoint.config == FOREIGN,
            (Some(_), Some(endpoint)) => {
                was_tried && !self.has_decided() && endpoint.failure.is_some()
            }
            (_, None) => newest.is_none(),
        };
        let is_wanted = newest.zip(endpoint).is_some_and(|(newest, endpoint)| {
            endpoint.status == Status::InService
                && endpoint.config == self.group.names.blueprint(newest)
        });
        self.assert(is_wanted || as_it_was, "is not as people decided");
    }

    fn has_decided(&self) -> bool {
        let decision =
            |step: &Step| matches!(step, Step::Approve(_) | Step::Reject(_) | Step::Reconsider);
        self.trail.iter().any(decision)
    }

    fn assert(&self, holds: bool, what: &str) {
        assert!(
            holds,
            "{what}: {:?} {:?} {:?} ends with {:?}",
            self.start,
            self.pace,
            self.trail,
            self.group.endpoint()
        );
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the counts show what was covered")]
fn every_ordering_from_every_start_ends_as_people_decided() {
    let explore = |pace: Pace| {
        std::thread::spawn(move || {
            let counts = STARTS.map(|start| Walk::new(start, pace).explore());
            counts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        })
    };
    let threads =
        [Pace::Quick, Pace::Unheard, Pace::Slow, Pace::Failing].map(|pace| (pace, explore(pace)));
    for (pace, thread) in threads {
        let (cases, handled) = thread.join().unwrap();
        println!("{pace:?}: {cases} orderings, {handled} events handled");
        assert_eq!(cases, ORDERINGS, "the walk left something out");
    }
}
