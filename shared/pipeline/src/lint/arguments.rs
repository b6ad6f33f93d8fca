//! Are the arguments of each step the ones its job needs, and no others?

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::lint::argument_tables;
use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::reference;
use crate::lint::report::Report;
use crate::lint::suggest;

/// What stands beside `Arguments`, and is often put inside by mistake.
const BESIDE: [&str; 7] = [
    "CacheConfig",
    "RetryPolicies",
    "PropertyFiles",
    "DependsOn",
    "OutputParameters",
    "CheckType",
    "FunctionArn",
];

/// Keys of containers that the pipeline parser did not know when the API already did.
const RECENT: [&str; 1] = ["AdditionalModelDataSources"];

/// Arguments that have rules of their own, in [`crate::lint::automl`] and [`crate::lint::register`].
const ELSEWHERE: [&str; 7] = [
    "AutoMLProblemTypeConfig",
    "AutoMLJobInputDataConfig",
    "ModelDeployConfig",
    "GenerateCandidateDefinitionsOnly",
    "ModelPackageName",
    "CertifyForMarketplace",
    "ModelPackageDescription",
];

/// Reports what is missing, unknown or not for the author to say.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in &definition.steps {
        let Some((arguments, at)) = step.arguments() else { continue };

        required(step, arguments, &at, report);
        for key in arguments.keys() {
            unknown(step, key, &at, report);
        }
        recent(step, arguments, &at, report);
    }
}

fn required(step: &Step<'_>, arguments: &Map<String, Value>, at: &Pointer, report: &mut Report) {
    let mut said = BTreeSet::new();

    for requirement in argument_tables::required(step.kind) {
        if requirement.split('|').any(|path| lacks(arguments, at, path).is_none()) {
            continue;
        }
        let first = requirement.split('|').next().unwrap_or_default();
        let Some((place, missing)) = lacks(arguments, at, first) else { continue };
        if said.insert((place.clone(), missing.clone())) {
            report.error(
                &place,
                "missing-argument",
                format!("{} step `{}` needs `{missing}`", step.kind, step.name),
                format!("required: {}", requirement.replace('|', " or ")),
            );
        }
    }
}

/// Where a dotted path breaks off, and the key that is not there.
fn lacks(arguments: &Map<String, Value>, at: &Pointer, path: &str) -> Option<(Pointer, String)> {
    let mut place = at.clone();
    let mut members = arguments;

    for key in path.split('.') {
        let value = match members.get(key) {
            None | Some(Value::Null) => return Some((place, key.to_owned())),
            Some(value) => value,
        };
        match value.as_object() {
            // What a function answers, and what is of the wrong kind, is not judged here.
            None => return None,
            Some(_) if reference::is_function(value) => return None,
            Some(inner) => members = inner,
        }
        place = place.key(key);
    }
    None
}

fn unknown(step: &Step<'_>, key: &str, at: &Pointer, report: &mut Report) {
    let Some(known) = argument_tables::known(step.kind) else { return };
    let job_name = argument_tables::job_name(step.kind);

    if key == job_name {
        report.warning(
            &at.key(key),
            "job-name",
            format!("`{key}` is for the service to choose"),
            "remove it: jobs are named pipelines-<execution>-<step>-<random>",
        );
    } else if BESIDE.contains(&key) {
        report.error(
            &at.key(key),
            "unknown-argument",
            format!("`{key}` stands beside Arguments, not inside"),
            "move it one level up",
        );
    } else if !ELSEWHERE.contains(&key) && !known.split(' ').any(|name| name == key) {
        report.error(
            &at.key(key),
            "unknown-argument",
            format!("a {} step knows no argument `{key}`", step.kind),
            suggest::remedy(key, known.split(' ')),
        );
    }
}

fn recent(step: &Step<'_>, arguments: &Map<String, Value>, at: &Pointer, report: &mut Report) {
    if !matches!(step.kind, "Model" | "RegisterModel") {
        return;
    }
    let specification = arguments.get("InferenceSpecification").and_then(Value::as_object);
    let holders =
        [(Some(arguments), at.clone()), (specification, at.key("InferenceSpecification"))];

    for (holder, at) in holders {
        let Some(holder) = holder else { continue };
        let containers = holder.get("Containers").and_then(Value::as_array).into_iter().flatten();
        let listed = containers
            .enumerate()
            .map(|(index, container)| (container, at.key("Containers").index(index)));
        let primary =
            holder.get("PrimaryContainer").map(|value| (value, at.key("PrimaryContainer")));
        for (container, at) in listed.chain(primary) {
            for key in RECENT.iter().filter(|key| container.get(*key).is_some()) {
                report.warning(
                    &at.key(key),
                    "recent-argument",
                    format!("the pipeline parser has refused `{key}` although the API knows it"),
                    "create the model in a Lambda step if CreatePipeline refuses it",
                );
            }
        }
    }
}
