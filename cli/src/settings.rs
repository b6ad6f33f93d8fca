//! `--set KEY=VALUE`, held against the parameters that a pipeline has before anything runs.

use std::fmt::Write as _;

use execution::{BindError, Parameter};
use pipeline::lint::nearest;
use serde_json::Value;

use crate::arguments::Setting;
use crate::failure::Failure;

/// Refuses a parameter that the pipeline does not have, and a value that its parameter cannot take.
///
/// A definition whose parameters cannot be read is left to the service.
pub(crate) fn check(pipeline: &str, definition: &str, settings: &[Setting]) -> Result<(), Failure> {
    let Some(parameters) = parameters(definition) else { return Ok(()) };
    for Setting { key, value } in settings {
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == *key) else {
            return Err(unknown(pipeline, key, &parameters));
        };
        if let Err(error) = parameter.bind(value) {
            let why = why(&error, value, parameter);
            let end = if why.ends_with('?') { "" } else { ";" };
            return Err(Failure::BadValue {
                setting: format!("{key}={value}"),
                why: format!("{why}{end} {key} is {}", described(parameter)),
            });
        }
    }
    Ok(())
}

fn parameters(definition: &str) -> Option<Vec<Parameter>> {
    let definition: Value = serde_json::from_str(definition).ok()?;
    match definition.get("Parameters") {
        None => Some(Vec::new()),
        Some(declared) => declared.as_array()?.iter().map(Parameter::read).collect(),
    }
}

fn unknown(pipeline: &str, name: &str, parameters: &[Parameter]) -> Failure {
    let names = || parameters.iter().map(|parameter| parameter.name.as_str());
    let nearest = nearest(name, names());
    let widest = names().map(str::len).max().unwrap_or_default();
    let mut known = String::new();
    for parameter in parameters {
        // Writing to a text cannot fail.
        let _ = write!(known, "\n  {:<widest$}  {}", parameter.name, described(parameter));
    }
    Failure::NoSuchParameter {
        pipeline: pipeline.to_owned(),
        name: name.to_owned(),
        meant: nearest.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default(),
        known: if parameters.is_empty() {
            "; it has none".to_owned()
        } else {
            format!("\nIts parameters:{known}")
        },
    }
}

/// Type, default and values of a parameter.
fn described(parameter: &Parameter) -> String {
    let mut text = match &parameter.default {
        Some(default) => format!("{}, default {}", parameter.kind, plain(default)),
        None => format!("{}, no default", parameter.kind),
    };
    if !parameter.allowed.is_empty() {
        let values: Vec<String> = parameter.allowed.iter().map(plain).collect();
        // Writing to a text cannot fail.
        let _ = write!(text, ", one of {}", values.join(", "));
    }
    text
}

fn why(error: &BindError, value: &str, parameter: &Parameter) -> String {
    match error {
        BindError::TooShort { .. } => "a value cannot be empty".to_owned(),
        BindError::WrongType { expected, .. } => format!("`{value}` is no {expected}"),
        BindError::NotAllowed { .. } => {
            let allowed: Vec<String> = parameter.allowed.iter().map(plain).collect();
            let meant = nearest(value, allowed.iter().map(String::as_str));
            let meant = meant.map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
            format!("`{value}` is none of its values{meant}")
        }
        other => other.to_string(),
    }
}

/// A value as it is typed.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFINITION: &str = r#"{"Parameters": [
        {"Name": "Retailer", "Type": "String", "DefaultValue": "default"},
        {"Name": "TrainingDataS3", "Type": "String"},
        {"Name": "MinImprovement", "Type": "Float", "DefaultValue": 0.02},
        {"Name": "OnDifferentHoldout", "Type": "String", "DefaultValue": "refuse",
         "EnumValues": ["refuse", "compare"]}]}"#;

    fn said(setting: &str) -> String {
        let settings = [setting.parse().unwrap()];
        check("demand", DEFINITION, &settings).map_or_else(|it| it.to_string(), |()| String::new())
    }

    #[test]
    fn what_the_pipeline_takes_is_not_refused() {
        for setting in ["Retailer=acme", "MinImprovement=0", "OnDifferentHoldout=compare"] {
            assert_eq!(said(setting), "", "{setting}");
        }
    }

    #[test]
    fn an_unknown_parameter_is_told_with_the_nearest_one_and_all_there_are() {
        assert_eq!(
            said("MinImprovment=0.1"),
            "pipeline demand has no parameter `MinImprovment`; did you mean `MinImprovement`?\n\
             Its parameters:\n  \
             Retailer            String, default default\n  \
             TrainingDataS3      String, no default\n  \
             MinImprovement      Float, default 0.02\n  \
             OnDifferentHoldout  String, default refuse, one of refuse, compare"
        );
        assert!(said("Color=red").starts_with("pipeline demand has no parameter `Color`\nIts"));
    }

    #[test]
    fn a_value_that_does_not_fit_is_told_with_what_would() {
        assert_eq!(
            said("MinImprovement=much"),
            "--set MinImprovement=much: `much` is no Float; MinImprovement is Float, default 0.02"
        );
        assert_eq!(
            said("OnDifferentHoldout=Comparee"),
            "--set OnDifferentHoldout=Comparee: `Comparee` is none of its values; did you mean \
             `compare`? OnDifferentHoldout is String, default refuse, one of refuse, compare"
        );
        assert!(said("Retailer=").contains("a value cannot be empty"), "{}", said("Retailer="));
    }

    #[test]
    fn a_definition_that_cannot_be_read_is_left_to_the_service() {
        let settings = ["Anything=1".parse().unwrap()];

        assert!(check("demand", "{", &settings).is_ok());
        assert!(check("demand", r#"{"Parameters": [{"Name": "A"}]}"#, &settings).is_ok());
    }
}
