//! Runs the sample events of a function: `events/<function>/<case>.json`.
//!
//! Each is answered by the handler in a fresh account that holds `world.json`, and compared with
//! what `expected.json` says of it. `tests/peers/events` does the same with the built binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cloud::double::{Account, World};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Failure, Settings};

/// What an event leads to; what is not said is not compared.
#[derive(Debug, Deserialize)]
struct Expectation {
    outcome: String,
    #[serde(default)]
    message_contains: Option<String>,
    #[serde(default, rename = "needs")]
    _needs: Option<String>,
    #[serde(flatten)]
    answer: Map<String, Value>,
}

/// The samples of one function.
#[derive(Debug)]
pub struct Samples {
    world: World,
    expected: BTreeMap<String, Expectation>,
    events: BTreeMap<String, Value>,
}

impl Samples {
    /// Reads a folder of samples.
    ///
    /// # Errors
    /// What is wrong with which file: unreadable, without expectation, or without event.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let text = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        let world = World::parse(&text("world.json")?).map_err(|it| format!("world.json: {it}"))?;
        let expected: BTreeMap<String, Expectation> = serde_json::from_str(&text("expected.json")?)
            .map_err(|error| format!("expected.json: {error}"))?;
        let mut events = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(|error| error.to_string())? {
            let name = entry.map_err(|error| error.to_string())?.file_name();
            let name = name.to_string_lossy().into_owned();
            if name != "world.json" && name != "expected.json" {
                let event = serde_json::from_str(&text(&name)?);
                events.insert(name.clone(), event.map_err(|error| format!("{name}: {error}"))?);
            }
        }
        let files: BTreeSet<_> = events.keys().collect();
        let listed: BTreeSet<_> = expected.keys().collect();
        if files != listed {
            let odd: Vec<_> = files.symmetric_difference(&listed).collect();
            return Err(format!("events and expectations differ in {odd:?}"));
        }
        Ok(Self { world, expected, events })
    }

    /// The settings that the expectations rest on.
    pub fn settings(&self) -> Settings {
        let settings = self.world.settings.clone();
        Settings::of(move |name| settings.get(name).cloned())
    }

    /// Runs every event by `handle`, twice; answers what is not as expected, a line each.
    ///
    /// The second time nothing may change: every function is safe to repeat.
    pub fn run(
        &self,
        now: i64,
        handle: impl Fn(&Account, Value) -> Result<Value, Failure>,
    ) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, expectation) in &self.expected {
            let event = self.events.get(name).cloned().unwrap_or_default();
            let account = match self.world.account(now) {
                Ok(account) => account,
                Err(error) => return vec![format!("world.json: {error}")],
            };
            let outcome = handle(&account, event.clone());
            wrong.extend(expectation.judge(outcome).into_iter().map(|it| format!("{name}: {it}")));
            let before = account.look(everything);
            let _repeated = handle(&account, event);
            if before != account.look(everything) {
                wrong.push(format!("{name}: repeating it changed something"));
            }
        }
        wrong
    }
}

/// All that an account holds, as text: everything but the record of calls.
fn everything(state: &cloud::double::State) -> String {
    let (objects, registry) = (&state.objects, &state.registry);
    let (experiments, hosting, mails) = (&state.experiments, &state.hosting, &state.mailbox);
    format!("{objects:?} {registry:?} {experiments:?} {hosting:?} {mails:?}")
}

impl Expectation {
    fn judge(&self, outcome: Result<Value, Failure>) -> Vec<String> {
        match outcome {
            Ok(answer) if self.outcome == "ok" => {
                let differs = |(key, value): &(&String, &Value)| answer.get(*key) != Some(*value);
                let wrong = self.answer.iter().filter(differs);
                wrong.map(|(key, value)| format!("{key} is not {value} in {answer}")).collect()
            }
            Ok(answer) => vec![format!("{} was expected, not {answer}", self.outcome)],
            Err(failure) => {
                let kind = failure.kind().word();
                let words = self.message_contains.as_deref().unwrap_or_default();
                if kind == self.outcome && failure.to_string().contains(words) {
                    return Vec::new();
                }
                vec![format!("{} with `{words}` was expected, not {kind}: {failure}", self.outcome)]
            }
        }
    }
}
