//! Puts values in the place of references and functions.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::path::{self, Segment};
use crate::plan::Plan;
use crate::reference::{Function, Target, function, target};
use crate::value::{Type, text};

/// What is known about an execution so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// The bound parameters.
    pub parameters: BTreeMap<String, Value>,
    /// `Execution.X` by X: StartDateTime, CurrentDateTime, PipelineName, PipelineArn,
    /// PipelineExecutionId, PipelineExecutionArn, and for a job step TrainingJobName or
    /// ProcessingJobName, the name that its job will have.
    pub execution: BTreeMap<String, Value>,
    /// ExperimentName and TrialName, if the definition configures them.
    pub experiment: BTreeMap<String, Value>,
    /// The properties of each step that succeeded, in the shapes of the crate's documentation.
    pub properties: BTreeMap<String, Value>,
    /// What was read, by S3 URI: the JSON, or why there is none.
    pub files: BTreeMap<String, Result<Value, String>>,
}

/// Why a value cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// A `Get` that names nothing.
    #[error("{reference} is no reference; write Parameters.X, Execution.X or Steps.X.property")]
    Unreadable {
        /// What stands behind `Get`.
        reference: String,
    },
    /// A parameter, variable or property that has no value.
    #[error("{reference} is undefined; nothing in this execution has set it")]
    Undefined {
        /// The reference.
        reference: String,
    },
    /// A step that has not succeeded.
    #[error("{reference} is undefined: step `{step}` has no properties because it did not succeed")]
    NoProperties {
        /// The reference.
        reference: String,
        /// The step it names.
        step: String,
    },
    /// An output that is not of the declared type.
    #[error(
        "{reference} is \"{value}\", which is not of the declared type {declared}; \
         return such a value, or declare another type"
    )]
    OutputType {
        /// The reference.
        reference: String,
        /// What the function or the caller back answered.
        value: String,
        /// The declared type.
        declared: Type,
    },
    /// A function that is written wrongly.
    #[error("{function} is malformed: {problem}")]
    Malformed {
        /// Its name.
        function: String,
        /// What is wrong.
        problem: String,
    },
    /// Something other than a single value in `Std:Join`.
    #[error("Std:Join cannot write {value} as text; join text, numbers and booleans only")]
    NotText {
        /// The value, as JSON.
        value: String,
    },
    /// A property file that no step declares.
    #[error("{reference} is no property file; declare it in PropertyFiles of a Processing step")]
    NoPropertyFile {
        /// The reference.
        reference: String,
    },
    /// A file that [`Plan::unread_files`] names and [`Facts::files`] does not have.
    #[error("the file {uri} was not read yet")]
    Unread {
        /// The file.
        uri: String,
    },
    /// A file that could not be read.
    #[error("the file {uri} cannot be read: {reason}")]
    FileRefused {
        /// The file.
        uri: String,
        /// Why.
        reason: String,
    },
    /// A path that leads nowhere in a file.
    #[error("Invalid json path '{path}': the file {uri} has nothing there")]
    NothingAtPath {
        /// The path.
        path: String,
        /// The file.
        uri: String,
    },
}

impl Plan {
    /// `value` with every reference and function in it replaced by what it stands for.
    pub fn resolve(&self, value: &Value, facts: &Facts) -> Result<Value, ResolveError> {
        match function(value) {
            Some(Function::Get(argument)) => self.get(argument, facts),
            Some(Function::Join(argument)) => self.join(argument, facts),
            Some(Function::JsonGet(argument)) => self.json_get(argument, facts),
            Some(Function::Unknown(name)) => Err(malformed(name, "there is no such function")),
            None => match value {
                Value::Array(items) => items.iter().map(|item| self.resolve(item, facts)).collect(),
                Value::Object(members) => members
                    .iter()
                    .map(|(key, item)| Ok((key.clone(), self.resolve(item, facts)?)))
                    .collect(),
                single => Ok(single.clone()),
            },
        }
    }

    /// The S3 URIs of the files that must be put into [`Facts::files`] before `value` resolves.
    ///
    /// Ask again after reading them: the place of one file may stand in another.
    pub fn unread_files(
        &self,
        value: &Value,
        facts: &Facts,
    ) -> Result<BTreeSet<String>, ResolveError> {
        let mut unread = BTreeSet::new();
        self.collect_unread(value, facts, &mut unread)?;
        Ok(unread)
    }

    fn collect_unread(
        &self,
        value: &Value,
        facts: &Facts,
        unread: &mut BTreeSet<String>,
    ) -> Result<(), ResolveError> {
        if let Some(Function::JsonGet(argument)) = function(value) {
            match self.location(argument, facts) {
                Ok(uri) if facts.files.contains_key(&uri) => {}
                Ok(uri) | Err(ResolveError::Unread { uri }) => {
                    unread.insert(uri);
                }
                Err(error) => return Err(error),
            }
            return Ok(());
        }
        match value {
            Value::Array(items) => {
                items.iter().try_for_each(|item| self.collect_unread(item, facts, unread))
            }
            Value::Object(members) => {
                members.values().try_for_each(|item| self.collect_unread(item, facts, unread))
            }
            _ => Ok(()),
        }
    }

    fn get(&self, argument: &Value, facts: &Facts) -> Result<Value, ResolveError> {
        let reference = argument.as_str().unwrap_or_default();
        let undefined = || ResolveError::Undefined { reference: reference.to_owned() };
        let found = match target(reference) {
            Some(Target::Parameter(name)) => facts.parameters.get(name),
            Some(Target::Execution(name)) => facts.execution.get(name),
            Some(Target::Experiment(name)) => facts.experiment.get(name),
            Some(Target::Step(name, path)) => {
                return self.property(reference, (name, &path), facts);
            }
            None => return Err(ResolveError::Unreadable { reference: argument.to_string() }),
        };
        found.cloned().ok_or_else(undefined)
    }

    fn property(
        &self,
        reference: &str,
        (step, path): (&str, &[Segment<'_>]),
        facts: &Facts,
    ) -> Result<Value, ResolveError> {
        let owned = || reference.to_owned();
        let undefined = || ResolveError::Undefined { reference: owned() };
        let properties = facts.properties.get(step).ok_or_else(|| ResolveError::NoProperties {
            reference: owned(),
            step: step.to_owned(),
        })?;
        let [Segment::Member("OutputParameters"), Segment::Key(output), rest @ ..] = path else {
            return path::in_properties(properties, path).cloned().ok_or_else(undefined);
        };
        // An output is its value: text, read as the declared type. What was nested is text, too,
        // and has nothing inside.
        let outputs = properties.get("OutputParameters").and_then(Value::as_array);
        let value = outputs
            .and_then(|outputs| path::named(outputs, output))
            .and_then(|output| output.get("Value")?.as_str())
            .filter(|_| rest.is_empty())
            .ok_or_else(undefined)?;
        let declared = self.step(step).into_iter().flat_map(|step| &step.output_parameters);
        let declared =
            declared.filter(|declared| declared.name == *output).map(|it| it.kind).next();
        let declared = declared.ok_or_else(undefined)?;
        declared.read(value).ok_or_else(|| ResolveError::OutputType {
            reference: owned(),
            value: value.to_owned(),
            declared,
        })
    }

    fn join(&self, argument: &Value, facts: &Facts) -> Result<Value, ResolveError> {
        let on = match argument.get("On") {
            None => "",
            Some(on) => on.as_str().ok_or_else(|| malformed("Std:Join", "`On` is text"))?,
        };
        let values = argument.get("Values").and_then(Value::as_array);
        let values = values.ok_or_else(|| malformed("Std:Join", "`Values` is a list"))?;
        let parts: Vec<String> = values
            .iter()
            .map(|value| {
                let value = self.resolve(value, facts)?;
                text(&value).ok_or_else(|| ResolveError::NotText { value: value.to_string() })
            })
            .collect::<Result<_, _>>()?;
        Ok(Value::from(parts.join(on)))
    }

    fn json_get(&self, argument: &Value, facts: &Facts) -> Result<Value, ResolveError> {
        let text = argument.get("Path").and_then(Value::as_str).unwrap_or_default();
        let path = path::parse_file_path(text)
            .ok_or_else(|| malformed("Std:JsonGet", "`Path` is literal, such as a.b[0]"))?;
        let uri = self.location(argument, facts)?;
        match facts.files.get(&uri) {
            None => Err(ResolveError::Unread { uri }),
            Some(Err(reason)) => Err(ResolveError::FileRefused { uri, reason: reason.clone() }),
            Some(Ok(file)) => path::in_file(file, &path)
                .cloned()
                .ok_or_else(|| ResolveError::NothingAtPath { path: text.to_owned(), uri }),
        }
    }

    /// The S3 URI of the file that `Std:JsonGet` reads.
    fn location(&self, argument: &Value, facts: &Facts) -> Result<String, ResolveError> {
        match (argument.get("PropertyFile"), argument.get("S3Uri")) {
            (Some(file), None) => self.property_file(file, facts),
            (None, Some(uri)) => {
                let uri = self.resolve(uri, facts)?;
                text(&uri)
                    .filter(|uri| uri.starts_with("s3://"))
                    .ok_or_else(|| malformed("Std:JsonGet", &format!("{uri} is no S3 URI")))
            }
            _ => Err(malformed("Std:JsonGet", "it reads one PropertyFile or one S3Uri")),
        }
    }

    fn property_file(&self, file: &Value, facts: &Facts) -> Result<String, ResolveError> {
        let reference = match function(file) {
            Some(Function::Get(argument)) => argument.as_str().unwrap_or_default(),
            _ => "",
        };
        let unknown = || ResolveError::NoPropertyFile { reference: file.to_string() };
        let Some(Target::Step(name, path)) = target(reference) else { return Err(unknown()) };
        let [Segment::Member("PropertyFiles"), Segment::Member(wanted) | Segment::Key(wanted)] =
            path.as_slice()
        else {
            return Err(unknown());
        };
        let mut declared = self.step(name).into_iter().flat_map(|step| &step.property_files);
        let file = declared.find(|file| file.name == *wanted).ok_or_else(unknown)?;

        let output = [
            Segment::Member("ProcessingOutputConfig"),
            Segment::Member("Outputs"),
            Segment::Key(&file.output),
            Segment::Member("S3Output"),
            Segment::Member("S3Uri"),
        ];
        let folder = self.property(reference, (name, &output), facts)?;
        let folder = folder
            .as_str()
            .ok_or_else(|| ResolveError::Undefined { reference: reference.to_owned() })?;
        Ok(format!("{}/{}", folder.trim_end_matches('/'), file.path.trim_start_matches('/')))
    }
}

fn malformed(function: &str, problem: &str) -> ResolveError {
    ResolveError::Malformed { function: function.to_owned(), problem: problem.to_owned() }
}
