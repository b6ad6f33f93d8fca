//! Do the parameters hold together: type, default and allowed values?

use serde_json::Value;

use crate::lint::definition::{Definition, Parameter};
use crate::lint::report::Report;
use crate::lint::suggest;

const KNOWN: [&str; 5] = ["Name", "Type", "DefaultValue", "EnumValues", "Description"];
const TYPES: [&str; 4] = ["String", "Integer", "Float", "Boolean"];

/// Reports parameters that contradict themselves.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for parameter in &definition.parameters {
        keys(parameter, report);
        kind(parameter, report);
        default(parameter, report);
        values(parameter, report);
    }
}

fn keys(parameter: &Parameter<'_>, report: &mut Report) {
    for key in parameter.members.keys().filter(|key| !KNOWN.contains(&key.as_str())) {
        report.error(
            &parameter.at.key(key),
            "unknown-key",
            format!("a parameter knows no `{key}`"),
            suggest::remedy(key, KNOWN),
        );
    }
}

fn kind(parameter: &Parameter<'_>, report: &mut Report) {
    if !parameter.members.contains_key("Type") {
        report.error(
            &parameter.at,
            "missing-key",
            format!("parameter `{}` has no `Type`", parameter.name),
            format!("known: {}", TYPES.join(", ")),
        );
    } else if !TYPES.contains(&parameter.kind) {
        report.error(
            &parameter.at.key("Type"),
            "parameter-type",
            format!("`{}` is no parameter type", parameter.kind),
            suggest::remedy(parameter.kind, TYPES),
        );
    }
}

/// Whether a literal is of a parameter type; of an unknown type everything is.
fn fits(kind: &str, value: &Value) -> bool {
    match kind {
        "String" => value.is_string(),
        "Integer" => value.is_i64() || value.is_u64(),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        _ => true,
    }
}

fn default(parameter: &Parameter<'_>, report: &mut Report) {
    let Some(value) = parameter.members.get("DefaultValue").filter(|value| !value.is_null()) else {
        return;
    };
    if !fits(parameter.kind, value) {
        report.error(
            &parameter.at.key("DefaultValue"),
            "parameter-default",
            format!("{value} is not of type {}", parameter.kind),
            "write the default as the declared type, without quotes around numbers",
        );
    }
}

fn values(parameter: &Parameter<'_>, report: &mut Report) {
    let Some(values) = parameter.members.get("EnumValues") else { return };
    let at = parameter.at.key("EnumValues");
    let Some(list) = values.as_array().filter(|list| !list.is_empty()) else {
        report.error(
            &at,
            "parameter-enum",
            format!("`{}` allows no value at all", parameter.name),
            "list the allowed values, or remove EnumValues",
        );
        return;
    };
    if let Some(wrong) = list.iter().position(|value| !fits(parameter.kind, value)) {
        report.error(
            &at.index(wrong),
            "parameter-enum",
            format!("an allowed value of `{}` is not of type {}", parameter.name, parameter.kind),
            "list values of the declared type",
        );
    }
    let default = parameter.members.get("DefaultValue").filter(|value| !value.is_null());
    if let Some(default) = default.filter(|default| !list.contains(default)) {
        report.error(
            &parameter.at.key("DefaultValue"),
            "parameter-enum",
            format!("the default {default} is not among the allowed values"),
            "add it to EnumValues, or choose another default",
        );
    }
}
