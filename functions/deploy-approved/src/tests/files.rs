//! Every event of `events/deploy-approved` against the world beside it, each in a fresh account.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use cloud::double::Account;
use cloud::hosting::{Capacity, Endpoint, EndpointStatus, NewEndpointConfig, NewModel};
use cloud::registry::Approval;
use invocation::Settings;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::group::now;
use crate::{DeploySettings, handle};

/// The account before each event.
#[derive(Debug, Deserialize)]
struct World {
    settings: BTreeMap<String, String>,
    packages: Vec<PackageFact>,
    unversioned: Vec<UnversionedFact>,
    models: Vec<ModelFact>,
    endpoint_configs: Vec<ConfigFact>,
    endpoints: Vec<EndpointFact>,
}

#[derive(Debug, Deserialize)]
struct PackageFact {
    group: String,
    version: u32,
    approval: String,
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct UnversionedFact {
    name: String,
    approval: String,
}

#[derive(Debug, Deserialize)]
struct ModelFact {
    name: String,
    package: String,
    role: String,
}

#[derive(Debug, Deserialize)]
struct ConfigFact {
    name: String,
    model: String,
    memory_mb: u16,
    max_concurrency: u16,
}

#[derive(Debug, Deserialize)]
struct EndpointFact {
    name: String,
    config: String,
}

/// What an event leads to; what is not said is not compared.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    outcome: String,
    action: Option<String>,
    version: Option<u32>,
    pruned: Option<usize>,
    message_contains: Option<String>,
    #[serde(rename = "needs")]
    _needs: Option<String>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/deploy-approved")
}

fn read<T: DeserializeOwned>(name: &str) -> T {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl World {
    fn settings(&self) -> DeploySettings {
        let settings = self.settings.clone();
        DeploySettings::read(&Settings::of(move |name| settings.get(name).cloned())).unwrap()
    }

    fn account(&self) -> Account {
        let account = Account::new();
        self.add_packages(&account);
        account.change(|state| {
            let hosting = &mut state.hosting;
            for fact in &self.models {
                let model = NewModel {
                    name: fact.name.clone(),
                    package_arn: fact.package.clone(),
                    role_arn: fact.role.clone(),
                    tags: BTreeMap::new(),
                };
                hosting.models.insert(fact.name.clone(), model);
            }
            for fact in &self.endpoint_configs {
                let config = NewEndpointConfig {
                    name: fact.name.clone(),
                    model: fact.model.clone(),
                    capacity: Capacity::Serverless {
                        memory_mb: fact.memory_mb,
                        max_concurrency: fact.max_concurrency,
                        provisioned_concurrency: None,
                    },
                    tags: BTreeMap::new(),
                };
                hosting.configs.insert(fact.name.clone(), config);
            }
            for fact in &self.endpoints {
                let endpoint = Endpoint {
                    status: EndpointStatus::InService,
                    config: fact.config.clone(),
                    pending_config: None,
                    failure: None,
                    modified: 0,
                };
                hosting.endpoints.insert(fact.name.clone(), endpoint);
            }
        });
        account
    }

    fn add_packages(&self, account: &Account) {
        account.change(|state| {
            for fact in &self.packages {
                let metadata: Vec<_> =
                    fact.metadata.iter().map(|(key, value)| (&**key, &**value)).collect();
                let arn = state.registry.register(&fact.group, &metadata, 0);
                assert_eq!(state.registry.packages[&arn].summary.version, fact.version);
                state.registry.decide(&arn, Approval::from_word(&fact.approval), 0);
            }
            for fact in &self.unversioned {
                let made = state.registry.register("", &[], 0);
                let mut package = state.registry.packages.remove(&made).unwrap();
                let arn = made.replace("model-package//1", &format!("model-package/{}", fact.name));
                package.summary.arn.clone_from(&arn);
                package.summary.approval = Approval::from_word(&fact.approval);
                state.registry.packages.insert(arn, package);
            }
        });
    }
}

fn assert_as_expected(name: &str, world: &World, expected: &Expectation) {
    let event: Value = read(name);
    let answer = now(handle(&world.account(), &world.settings(), event));
    match answer {
        Ok(answer) => {
            assert_eq!(expected.outcome, "ok", "{name}: {answer:?}");
            let shown = serde_json::to_value(&answer).unwrap();
            let action = shown["action"].as_str().map(str::to_owned);
            assert_eq!(expected.action, action, "{name}: {answer:?}");
            assert_eq!(expected.version, answer.version, "{name}: {answer:?}");
            assert!(expected.pruned.is_none_or(|it| it == answer.pruned), "{name}: {answer:?}");
        }
        Err(failure) => {
            assert_eq!(expected.outcome, failure.kind().word(), "{name}: {failure}");
            let words = expected.message_contains.as_deref().unwrap_or_default();
            assert!(failure.to_string().contains(words), "{name}: {failure}");
        }
    }
}

#[test]
fn every_event_in_the_folder_leads_to_what_is_expected_of_it() {
    let (world, expected): (World, BTreeMap<String, Expectation>) =
        (read("world.json"), read("expected.json"));
    let names = std::fs::read_dir(folder()).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let cases: BTreeSet<String> =
        names.filter(|name| !["world.json", "expected.json"].contains(&name.as_str())).collect();

    assert_eq!(cases, expected.keys().cloned().collect(), "files and expectations differ");
    for (name, expectation) in &expected {
        assert_as_expected(name, &world, expectation);
    }
}
