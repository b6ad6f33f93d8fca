//! A step as the driver sees it: what it is, what it waits for, and its unresolved arguments.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::cache::CacheConfig;
use crate::reference;
use crate::retry::RetryPolicy;
use crate::value::Type;

/// The step types that the engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A processing job.
    Processing,
    /// A training job.
    Training,
    /// A batch transform job.
    Transform,
    /// Makes a model.
    Model,
    /// Makes a version in a model package group.
    RegisterModel,
    /// Calls a function.
    Lambda,
    /// Sends a message, and waits until somebody answers.
    Callback,
    /// Chooses a branch.
    Condition,
    /// Ends the execution as failed.
    Fail,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Processing,
        Self::Training,
        Self::Transform,
        Self::Model,
        Self::RegisterModel,
        Self::Lambda,
        Self::Callback,
        Self::Condition,
        Self::Fail,
    ];

    /// The step type, as a definition writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Processing => "Processing",
            Self::Training => "Training",
            Self::Transform => "Transform",
            Self::Model => "Model",
            Self::RegisterModel => "RegisterModel",
            Self::Lambda => "Lambda",
            Self::Callback => "Callback",
            Self::Condition => "Condition",
            Self::Fail => "Fail",
        }
    }

    /// The kind of that name, if the engine runs it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A side of a Condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// `IfSteps`: the conditions hold.
    If,
    /// `ElseSteps`: they do not.
    Else,
}

impl Side {
    /// The outcome as the service shows it in the step's metadata and properties.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::If => "True",
            Self::Else => "False",
        }
    }
}

/// Where a nested step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The Condition around it.
    pub condition: String,
    /// The side it stands on.
    pub side: Side,
}

/// A JSON file in an output of a Processing step that `Std:JsonGet` may read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyFile {
    /// `PropertyFileName`
    pub name: String,
    /// `OutputName`
    pub output: String,
    /// `FilePath`, below the output.
    pub path: String,
}

/// A declared output of a Lambda or Callback step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputParameter {
    /// `OutputName`
    pub name: String,
    /// `OutputType`
    pub kind: Type,
}

/// A step, at top level or in a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name, unique in the definition.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// `DisplayName`
    pub display_name: Option<String>,
    /// `Description`
    pub description: Option<String>,
    /// `Arguments`, unresolved; of a Condition without the steps of its branches.
    pub arguments: Value,
    /// `DependsOn`
    pub depends_on: Vec<String>,
    /// The steps whose properties or property files it refers to.
    pub references: BTreeSet<String>,
    /// The branch it stands in.
    pub branch: Option<Branch>,
    /// `RetryPolicies`
    pub retries: Vec<RetryPolicy>,
    /// `CacheConfig`, if enabled.
    pub cache: Option<CacheConfig>,
    /// `PropertyFiles`, of a Processing step.
    pub property_files: Vec<PropertyFile>,
    /// `FunctionArn`, of a Lambda step.
    pub function_arn: Option<String>,
    /// `SqsQueueUrl`, of a Callback step.
    pub queue_url: Option<String>,
    /// `OutputParameters`, of a Lambda or Callback step.
    pub output_parameters: Vec<OutputParameter>,
}

impl Step {
    /// Reads a step that the lint has nothing against; what the engine cannot run is a problem.
    pub(crate) fn read(
        members: &Map<String, Value>,
        branch: Option<Branch>,
    ) -> Result<Self, String> {
        let name = text(members, "Name").unwrap_or_default();
        let written = text(members, "Type").unwrap_or_default();
        let kind = Kind::named(&written).ok_or_else(|| {
            let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
            format!(
                "step `{name}` is of type {written}, which the local engine does not \
                 run; it runs {}",
                known.join(", ")
            )
        })?;
        let arguments = own_arguments(members);
        let mut references = BTreeSet::new();
        reference::collect_steps(&arguments, &mut references);

        Ok(Self {
            kind,
            display_name: text(members, "DisplayName"),
            description: text(members, "Description"),
            depends_on: depends_on(&name, members)?,
            references,
            branch,
            retries: list(members, "RetryPolicies").filter_map(RetryPolicy::read).collect(),
            cache: CacheConfig::read(members.get("CacheConfig"))
                .map_err(|problem| format!("step `{name}`: {problem}"))?,
            property_files: list(members, "PropertyFiles").filter_map(property_file).collect(),
            function_arn: text(members, "FunctionArn"),
            queue_url: text(members, "SqsQueueUrl"),
            output_parameters: list(members, "OutputParameters").filter_map(output).collect(),
            arguments,
            name,
        })
    }

    /// The steps that it waits for: those in `DependsOn`, and those it refers to.
    pub fn needs(&self) -> BTreeSet<&str> {
        self.depends_on.iter().chain(&self.references).map(String::as_str).collect()
    }
}

fn text(members: &Map<String, Value>, key: &str) -> Option<String> {
    members.get(key).and_then(Value::as_str).map(ToOwned::to_owned)
}

fn list<'a>(members: &'a Map<String, Value>, key: &str) -> impl Iterator<Item = &'a Value> {
    members.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn own_arguments(members: &Map<String, Value>) -> Value {
    let mut arguments = match members.get("Arguments") {
        Some(Value::Object(arguments)) => arguments.clone(),
        _ => Map::new(),
    };
    if text(members, "Type").as_deref() == Some(Kind::Condition.name()) {
        arguments.retain(|key, _| key != "IfSteps" && key != "ElseSteps");
    }
    Value::Object(arguments)
}

fn depends_on(step: &str, members: &Map<String, Value>) -> Result<Vec<String>, String> {
    let name = |entry: &Value| entry.as_str().map(ToOwned::to_owned);
    list(members, "DependsOn").map(name).collect::<Option<_>>().ok_or_else(|| {
        format!(
            "step `{step}` has a trigger in DependsOn, which the local engine does not run; \
             write the plain name of the step"
        )
    })
}

fn property_file(file: &Value) -> Option<PropertyFile> {
    let members = file.as_object()?;
    Some(PropertyFile {
        name: text(members, "PropertyFileName")?,
        output: text(members, "OutputName")?,
        path: text(members, "FilePath")?,
    })
}

fn output(output: &Value) -> Option<OutputParameter> {
    let members = output.as_object()?;
    let kind = Type::named(&text(members, "OutputType")?)?;
    Some(OutputParameter { name: text(members, "OutputName")?, kind })
}
