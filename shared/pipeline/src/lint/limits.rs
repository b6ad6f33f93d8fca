//! Does everything stay within the limits of the service?

use std::io;

use serde_json::Value;

use crate::lint::definition::{Definition, Step};
use crate::lint::pointer::Pointer;
use crate::lint::report::Report;
use crate::lint::{MAX_CHARACTERS, Place};

/// Parameters that one start may set.
const MOST_PARAMETERS: usize = 200;

/// Environment variables of a Transform job, and of a container of a model package.
const MOST_TRANSFORM_VARIABLES: usize = 16;
const MOST_VARIABLES: usize = 100;

/// Reports a definition that is too long however it is written.
pub(crate) fn check_size(document: &Value, report: &mut Report) {
    let mut counter = Counter(0);
    // Counting cannot fail; if it did, nothing would be known about the size.
    if serde_json::to_writer(&mut counter, document).is_ok() && counter.0 > MAX_CHARACTERS {
        too_large(counter.0, report);
    }
}

/// Reports a length in characters.
pub(crate) fn too_large(length: usize, report: &mut Report) {
    report.error(
        &Pointer::default(),
        "definition-too-large",
        format!("the definition has {length} characters"),
        format!("at most {MAX_CHARACTERS}: share what repeats, or split the pipeline"),
    );
}

/// Counts characters instead of keeping them.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The first byte of each character is the one that is no continuation.
        self.0 += bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reports what is too many, too long or out of range.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    parameters(definition, report);
    for step in &definition.steps {
        match step.kind {
            "Transform" => transform(step, report),
            "RegisterModel" => register(step, report),
            _ => {}
        }
    }
}

fn parameters(definition: &Definition<'_>, report: &mut Report) {
    let count = definition.parameters.len();
    if count <= MOST_PARAMETERS {
        return;
    }
    let without_default = |members: &serde_json::Map<String, Value>| {
        members.get("DefaultValue").is_none_or(Value::is_null)
    };
    let needed = definition.parameters.iter().filter(|item| without_default(item.members)).count();
    let at = Pointer::default().key("Parameters");

    if needed > MOST_PARAMETERS {
        report.error(
            &at,
            "too-many-parameters",
            format!("{needed} parameters have no default, and a start sets {MOST_PARAMETERS}"),
            "give defaults, or join settings into one text",
        );
    } else {
        report.warning(
            &at,
            "too-many-parameters",
            format!("{count} parameters are declared, and a start sets {MOST_PARAMETERS}"),
            "join settings into one text",
        );
    }
}

fn transform(step: &Step<'_>, report: &mut Report) {
    if let Some((environment, at)) = step.argument("Environment") {
        entries(environment, MOST_TRANSFORM_VARIABLES, &at, report);
    }
    if let Some((client, at)) = step.argument("ModelClientConfig") {
        range(client, ("InvocationsTimeoutInSeconds", 1, 3600), &at, report);
        range(client, ("InvocationsMaxRetries", 0, 3), &at, report);
    }
    if let Some((processing, at)) = step.argument("DataProcessing") {
        for key in ["InputFilter", "OutputFilter"] {
            let filter = processing.get(key).and_then(Value::as_str).unwrap_or_default();
            if filter.chars().count() > 63 {
                report.error(
                    &at.key(key),
                    "out-of-range",
                    format!("{key} is longer than 63 characters"),
                    "shorten the path, or filter in the container",
                );
            }
        }
    }
}

fn register(step: &Step<'_>, report: &mut Report) {
    let Some((specification, at)) = step.argument("InferenceSpecification") else { return };
    let Some(containers) = specification.get("Containers").and_then(Value::as_array) else {
        return;
    };
    let at = at.key("Containers");
    if !(1..=15).contains(&containers.len()) {
        report.error(
            &at,
            "out-of-range",
            format!("the package has {} containers", containers.len()),
            "from 1 to 15",
        );
    }
    for (index, container) in containers.iter().enumerate() {
        if let Some(environment) = container.get("Environment") {
            entries(environment, MOST_VARIABLES, &at.index(index).key("Environment"), report);
        }
    }
}

fn entries(map: &Value, most: usize, at: &Pointer, report: &mut Report) {
    let count = map.as_object().map_or(0, serde_json::Map::len);
    if count > most {
        report.error(
            at,
            "too-many-variables",
            format!("there are {count} environment variables"),
            format!("at most {most}"),
        );
    }
}

fn range(config: &Value, (key, least, most): (&str, u64, u64), at: &Pointer, report: &mut Report) {
    let Some(value) = config.get(key).filter(|value| value.is_number()) else { return };
    if !value.as_u64().is_some_and(|number| (least..=most).contains(&number)) {
        report.error(
            &at.key(key),
            "out-of-range",
            format!("{key} is {value}"),
            format!("an integer from {least} to {most}"),
        );
    }
}

/// Where the limit of characters is passed in `text`, if it is.
pub(crate) fn excess(text: &str) -> Option<Place> {
    let mut place = Place { line: 1, column: 1 };
    for (count, letter) in text.chars().enumerate() {
        if count == MAX_CHARACTERS {
            return Some(place);
        }
        if letter == '\n' {
            place = Place { line: place.line + 1, column: 1 };
        } else {
            place.column += 1;
        }
    }
    None
}
