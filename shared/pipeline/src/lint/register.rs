//! Will the registry take the model package?

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;

/// What the workflow service refuses, although CreateModelPackage takes it.
const REFUSED: [&str; 3] = ["ModelPackageName", "CertifyForMarketplace", "ModelPackageDescription"];

const MOST_PROPERTIES: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// Reports what a RegisterModel step may not send.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for step in definition.steps.iter().filter(|step| step.kind == "RegisterModel") {
        for key in REFUSED {
            if let Some((_, at)) = step.argument(key) {
                report.error(
                    &at,
                    "register-refused",
                    format!("pipelines refuse `{key}` in RegisterModel"),
                    "remove it; the version is named by its group",
                );
            }
        }
        let statuses = ["Approved", "Rejected", "PendingManualApproval"];
        value(step, "ModelApprovalStatus", &statuses, report);
        value(step, "SkipModelValidation", &["All", "None"], report);
        group(step, report);
        metadata(step, report);
    }
}

fn value(step: &Step<'_>, key: &str, known: &[&str], report: &mut Report) {
    let Some((value, at)) = step.argument(key) else { return };
    if value.as_str().is_some_and(|value| !known.contains(&value)) {
        report.error(
            &at,
            "unknown-value",
            format!("{value} is no {key}"),
            format!("known: {}", known.join(", ")),
        );
    }
}

fn group(step: &Step<'_>, report: &mut Report) {
    let Some((value, at)) = step.argument("ModelPackageGroupName") else { return };
    let Some(name) = value.as_str().filter(|name| !name.starts_with("arn:")) else { return };

    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let ends = name.starts_with('-') || name.ends_with('-');
    if name.is_empty() || name.len() > 63 || ends || !name.bytes().all(allowed) {
        report.error(
            &at,
            "group-name",
            format!("`{name}` is no name of a model package group"),
            "use 1 to 63 letters, digits and inner hyphens",
        );
    }
}

fn metadata(step: &Step<'_>, report: &mut Report) {
    let Some((metadata, at)) = step.argument("CustomerMetadataProperties") else { return };
    let Some(members) = metadata.as_object() else { return };

    if !(1..=MOST_PROPERTIES).contains(&members.len()) {
        report.error(
            &at,
            "customer-metadata",
            format!("there are {} properties", members.len()),
            format!("from 1 to {MOST_PROPERTIES}, or leave the map out"),
        );
    }
    for (key, value) in members {
        text(key, LONGEST_KEY, &at.key(key), report);
        if let Value::String(value) = value {
            text(value, LONGEST_VALUE, &at.key(key), report);
        }
    }
}

fn text(text: &str, longest: usize, at: &Pointer, report: &mut Report) {
    let allowed = |letter: char| letter.is_alphanumeric() || " _.:/=+-@".contains(letter);

    if !(1..=longest).contains(&text.chars().count()) || !text.chars().all(allowed) {
        report.error(
            at,
            "customer-metadata",
            format!("the registry refuses `{text}`"),
            format!("1 to {longest} letters, digits, spaces and _ . : / = + - @"),
        );
    }
}
