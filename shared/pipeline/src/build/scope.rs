//! Where steps live: the pipeline itself, and the two branches of a condition.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::call::{Callback, CallbackDraft, Lambda, LambdaDraft};
use crate::build::condition::{Condition, Rule};
use crate::build::definition::Definition;
use crate::build::draft::Envelope;
use crate::build::error::BuildError;
use crate::build::literal::{FunctionArn, QueueUrl};
use crate::build::model::{Model, ModelDraft, ModelSource};
use crate::build::parameter::{Declaration, Parameter};
use crate::build::processing::{Container, Processing, ProcessingDraft};
use crate::build::register::{RegisterDraft, RegisterModel};
use crate::build::training::{Training, TrainingDraft};
use crate::build::transform::{Transform, TransformDraft};
use crate::build::value::{Expression, Kind, Text};
use scenario::literal::is_name;

/// The steps collected so far.
#[derive(Debug, Default)]
pub struct Shelf {
    steps: Vec<Value>,
    names: Vec<String>,
    faults: Vec<BuildError>,
}

impl Shelf {
    fn put(&mut self, name: String, step: Value, faults: Vec<BuildError>) {
        self.names.push(name);
        self.steps.push(step);
        self.faults.extend(faults);
    }

    fn absorb(&mut self, branch: Self) -> Vec<Value> {
        self.names.extend(branch.names);
        self.faults.extend(branch.faults);
        branch.steps
    }
}

/// A place steps can be added to. `write` says what the step does and returns the handles of what
/// it declares, which the step's own handle then carries as `outputs`.
pub trait StepScope<'s> {
    /// The steps collected so far.
    #[doc(hidden)]
    fn shelf(&mut self) -> &mut Shelf;

    /// A job that runs a container over files.
    fn processing<O>(
        &mut self,
        name: &str,
        container: Container<'_>,
        write: impl FnOnce(&mut ProcessingDraft<'s>) -> O,
    ) -> Processing<'s, O> {
        let mut draft = ProcessingDraft::new(name, container);
        let outputs = write(&mut draft);
        let (step, faults) = draft.into_step();
        self.shelf().put(name.to_owned(), step, faults);
        Processing::added(name, outputs)
    }

    /// A job that makes a model.
    fn training(
        &mut self,
        name: &str,
        container: Container<'_>,
        write: impl FnOnce(&mut TrainingDraft<'s>),
    ) -> Training<'s> {
        let mut draft = TrainingDraft::new(name, container);
        write(&mut draft);
        let (step, faults) = draft.into_step();
        self.shelf().put(name.to_owned(), step, faults);
        Training::added(name)
    }

    /// A model that Transform steps can use.
    fn model(
        &mut self,
        name: &str,
        source: ModelSource<'s>,
        write: impl FnOnce(&mut ModelDraft<'s>),
    ) -> Model<'s> {
        let mut draft = ModelDraft::new(name, source);
        write(&mut draft);
        let (step, faults) = draft.into_step();
        self.shelf().put(name.to_owned(), step, faults);
        Model::added(name)
    }

    /// A job that applies a model to files.
    fn transform(
        &mut self,
        name: &str,
        model_name: impl Into<Expression<'s, Text>>,
        write: impl FnOnce(&mut TransformDraft<'s>),
    ) -> Transform<'s> {
        let mut draft = TransformDraft::new(name, model_name.into());
        write(&mut draft);
        let (step, faults) = draft.into_step();
        self.shelf().put(name.to_owned(), step, faults);
        Transform::added(name)
    }

    /// A new version in a model package group.
    fn register(
        &mut self,
        name: &str,
        group: impl Into<Expression<'s, Text>>,
        write: impl FnOnce(&mut RegisterDraft<'s>),
    ) -> RegisterModel<'s> {
        let mut draft = RegisterDraft::new(name, group.into());
        write(&mut draft);
        let (step, faults) = draft.into_step();
        self.shelf().put(name.to_owned(), step, faults);
        RegisterModel::added(name)
    }

    /// A call of a function, which must answer within ten minutes.
    fn lambda<O>(
        &mut self,
        name: &str,
        function: &FunctionArn,
        write: impl FnOnce(&mut LambdaDraft<'s>) -> O,
    ) -> Lambda<'s, O> {
        let mut draft = LambdaDraft::new(name);
        let outputs = write(&mut draft);
        let (step, faults) = draft.into_step(("FunctionArn", function.as_str()));
        self.shelf().put(name.to_owned(), step, faults);
        Lambda::added(name, outputs)
    }

    /// A wait for somebody who takes a token from a queue.
    fn callback<O>(
        &mut self,
        name: &str,
        queue: &QueueUrl,
        write: impl FnOnce(&mut CallbackDraft<'s>) -> O,
    ) -> Callback<'s, O> {
        let mut draft = CallbackDraft::new(name);
        let outputs = write(&mut draft);
        let (step, faults) = draft.into_step(("SqsQueueUrl", queue.as_str()));
        self.shelf().put(name.to_owned(), step, faults);
        Callback::added(name, outputs)
    }

    /// Ends the execution as Failed. Nothing can depend on it, so it has no handle.
    fn fail(&mut self, name: &str, message: impl Into<Expression<'s, Text>>) {
        let mut arguments = Map::new();
        arguments.insert("ErrorMessage".into(), message.into().into_json());
        let envelope = Envelope::new(name, "Fail");
        let step = envelope.into_json(None, arguments, Map::new());
        self.shelf().put(name.to_owned(), step, Vec::new());
    }
}

/// One branch of a condition. It has no `condition` of its own: the service refuses nesting.
///
/// What the pipeline `'p` declared can be used in the branch, because `'p` outlives `'b`; what the
/// branch declares cannot leave it.
#[derive(Debug)]
pub struct Branch<'b, 'p: 'b> {
    shelf: Shelf,
    scope: PhantomData<&'b &'p ()>,
}

impl Branch<'_, '_> {
    fn empty() -> Self {
        Self { shelf: Shelf::default(), scope: PhantomData }
    }
}

impl<'b, 'p: 'b> StepScope<'b> for Branch<'b, 'p> {
    fn shelf(&mut self) -> &mut Shelf {
        &mut self.shelf
    }
}

/// The experiment and trial that the service keeps for each execution.
#[derive(Debug, Clone)]
pub struct Experiment<'p> {
    /// The name of the experiment.
    pub name: Expression<'p, Text>,
    /// The name of the trial.
    pub trial: Expression<'p, Text>,
}

/// A pipeline that is being written.
#[derive(Debug)]
pub struct Pipeline<'p> {
    parameters: Vec<Value>,
    parameter_names: Vec<String>,
    experiment: Option<Value>,
    shelf: Shelf,
    scope: PhantomData<&'p ()>,
}

impl<'p> StepScope<'p> for Pipeline<'p> {
    fn shelf(&mut self) -> &mut Shelf {
        &mut self.shelf
    }
}

impl<'p> Pipeline<'p> {
    pub(crate) fn empty() -> Self {
        Self {
            parameters: Vec::new(),
            parameter_names: Vec::new(),
            experiment: None,
            shelf: Shelf::default(),
            scope: PhantomData,
        }
    }

    /// Declares a parameter.
    pub fn parameter<K: Kind>(&mut self, declaration: Declaration<K>) -> Parameter<'p, K> {
        let parameter = Parameter::declared(declaration.name());
        self.parameter_names.push(declaration.name().to_owned());
        self.parameters.push(declaration.into_json());
        parameter
    }

    /// Keeps an experiment and, for each execution, a trial. Without it there is neither.
    pub fn experiment(
        &mut self,
        name: impl Into<Expression<'p, Text>>,
        trial: impl Into<Expression<'p, Text>>,
    ) -> Experiment<'p> {
        self.experiment = Some(json!({
            "ExperimentName": name.into().into_json(),
            "TrialName": trial.into().into_json(),
        }));
        Experiment {
            name: Expression::get("PipelineExperimentConfig.ExperimentName"),
            trial: Expression::get("PipelineExperimentConfig.TrialName"),
        }
    }

    /// Goes on with the steps of one branch, as `rule` decides.
    pub fn condition(
        &mut self,
        name: &str,
        rule: Rule<'p>,
        then: impl for<'b> FnOnce(&mut Branch<'b, 'p>),
        otherwise: impl for<'b> FnOnce(&mut Branch<'b, 'p>),
    ) -> Condition<'p> {
        let mut branches = (Branch::empty(), Branch::empty());
        then(&mut branches.0);
        otherwise(&mut branches.1);
        let if_steps = self.shelf.absorb(branches.0.shelf);
        let else_steps = self.shelf.absorb(branches.1.shelf);
        let step = rule.into_step(name, if_steps, else_steps);
        self.shelf.put(name.to_owned(), step, Vec::new());
        Condition::added(name)
    }

    pub(crate) fn finish(self) -> Result<Definition, BuildError> {
        if let Some(fault) = self.shelf.faults.into_iter().next() {
            return Err(fault);
        }
        check_names("parameter", &self.parameter_names, BuildError::RepeatedParameter)?;
        check_names("step", &self.shelf.names, BuildError::RepeatedStep)?;
        let mut json = Map::new();
        json.insert("Version".into(), "2020-12-01".into());
        json.insert("Metadata".into(), Value::Object(Map::new()));
        json.insert("Parameters".into(), self.parameters.into());
        if let Some(experiment) = self.experiment {
            json.insert("PipelineExperimentConfig".into(), experiment);
        }
        json.insert("Steps".into(), self.shelf.steps.into());
        Definition::checked(Value::Object(json))
    }
}

fn check_names(
    what: &'static str,
    names: &[String],
    repeated: fn(String) -> BuildError,
) -> Result<(), BuildError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !is_name(name) {
            return Err(BuildError::InvalidName { what, name: name.clone() });
        }
        if !seen.insert(name) {
            return Err(repeated(name.clone()));
        }
    }
    Ok(())
}
