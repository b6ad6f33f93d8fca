//! A definition that was read and checked, ready to be executed.

use std::collections::{BTreeMap, BTreeSet};

use pipeline::lint::{Severity, lint_text};
use serde_json::{Map, Value};

use crate::parameter::Parameter;
use crate::step::{Branch, Side, Step};

/// Why a definition is refused: everything that is wrong with it, in one message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Unable to parse pipeline definition. {}", .problems.join("; "))]
pub struct PlanError {
    /// One entry for each problem, with where it stands and a remedy.
    pub problems: Vec<String>,
}

/// A checked definition.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) steps: Vec<Step>,
    /// For each step, in the order of `steps`, the places of those that must be over before it.
    pub(crate) waits: Vec<BTreeSet<usize>>,
    /// The places of the steps, each after all that it waits for.
    pub(crate) order: Vec<usize>,
    places: BTreeMap<String, usize>,
    experiment: Option<Value>,
}

impl Plan {
    /// Reads a definition as strictly as `CreatePipeline` does.
    ///
    /// Beyond what the service refuses, a definition is refused here if the engine cannot run all
    /// of it: it would only fail halfway.
    pub fn read(definition: &str) -> Result<Self, PlanError> {
        let problems: Vec<String> = lint_text(definition)
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| {
                let at = if finding.pointer.is_empty() { "definition" } else { &finding.pointer };
                format!("{at}: {} ({})", finding.message, finding.remedy)
            })
            .collect();
        if !problems.is_empty() {
            return Err(PlanError { problems });
        }
        let text = definition.trim_start_matches('\u{feff}');
        let members: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| PlanError { problems: vec![error.to_string()] })?;
        Self::build(&members).map_err(|problems| PlanError { problems })
    }

    fn build(members: &Map<String, Value>) -> Result<Self, Vec<String>> {
        let list = |key: &str| members.get(key).and_then(Value::as_array).into_iter().flatten();
        let mut steps = Vec::new();
        let mut problems = Vec::new();

        if members.get("MlflowConfig").is_some_and(|config| !config.is_null()) {
            problems.push("MlflowConfig is not run by the local engine; remove it".to_owned());
        }
        list("Steps").for_each(|step| add(step, None, &mut steps, &mut problems));
        if !problems.is_empty() {
            return Err(problems);
        }
        let places: BTreeMap<String, usize> =
            steps.iter().enumerate().map(|(place, step)| (step.name.clone(), place)).collect();
        let waits = waits(&steps, &places);
        let order = order(&waits).map_err(|stuck| vec![circle(&steps, &stuck)])?;

        Ok(Self {
            parameters: list("Parameters").filter_map(Parameter::read).collect(),
            steps,
            waits,
            order,
            places,
            experiment: members.get("PipelineExperimentConfig").filter(|it| !it.is_null()).cloned(),
        })
    }

    /// The declared parameters, in order.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Every step, those in branches included, each after the Condition around it.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step of that name.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.get(*self.places.get(name)?)
    }

    /// `PipelineExperimentConfig`, unresolved: it may refer to parameters and execution variables.
    ///
    /// Resolve it at the start and put it into [`crate::Facts::experiment`].
    pub fn experiment(&self) -> Option<&Value> {
        self.experiment.as_ref()
    }

    /// The steps that `place` waits for.
    pub(crate) fn awaited_by(&self, place: usize) -> impl Iterator<Item = usize> {
        self.waits.get(place).into_iter().flatten().copied()
    }

    /// The place of the step of that name.
    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// Adds a step and the ones nested in it.
fn add(step: &Value, branch: Option<Branch>, steps: &mut Vec<Step>, problems: &mut Vec<String>) {
    let Some(members) = step.as_object() else { return };
    match Step::read(members, branch) {
        Ok(step) => {
            let condition = step.name.clone();
            steps.push(step);
            for (key, side) in [("IfSteps", Side::If), ("ElseSteps", Side::Else)] {
                let nested = members.get("Arguments").and_then(|arguments| arguments.get(key));
                for step in nested.and_then(Value::as_array).into_iter().flatten() {
                    let branch = Branch { condition: condition.clone(), side };
                    add(step, Some(branch), steps, problems);
                }
            }
        }
        Err(problem) => problems.push(problem),
    }
}

/// Who must be over before whom.
///
/// A step waits for what it needs and for the Condition around it. One that needs a Condition from
/// outside also waits for the steps of its branches: the branch is part of the Condition.
fn waits(steps: &[Step], places: &BTreeMap<String, usize>) -> Vec<BTreeSet<usize>> {
    let around: Vec<Vec<usize>> = steps.iter().map(|step| around(step, steps, places)).collect();
    let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, conditions) in around.iter().enumerate() {
        for condition in conditions {
            inside.entry(*condition).or_default().push(place);
        }
    }

    steps
        .iter()
        .zip(&around)
        .map(|(step, around)| {
            let mut waits: BTreeSet<usize> = around.first().copied().into_iter().collect();
            for needed in step.needs().into_iter().filter_map(|name| places.get(name)) {
                waits.insert(*needed);
                if !around.contains(needed) {
                    waits.extend(inside.get(needed).into_iter().flatten());
                }
            }
            waits
        })
        .collect()
}

/// The Conditions around a step, nearest first.
fn around(step: &Step, steps: &[Step], places: &BTreeMap<String, usize>) -> Vec<usize> {
    let mut around = Vec::new();
    let mut next = step.branch.as_ref();
    while let Some(place) = next.and_then(|branch| places.get(&branch.condition)) {
        around.push(*place);
        next = steps.get(*place).and_then(|step| step.branch.as_ref());
    }
    around
}

/// What to say of steps that never come.
fn circle(steps: &[Step], stuck: &[usize]) -> String {
    let stuck = stuck.iter().filter_map(|place| steps.get(*place));
    let names: Vec<&str> = stuck.map(|step| step.name.as_str()).collect();
    format!(
        "steps wait for each other: {}; a step that waits for a Condition waits for the steps of \
         its branches, too",
        names.join(", ")
    )
}

/// An order in which every step comes after all that it waits for; else those that never come.
fn order(waits: &[BTreeSet<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut open: Vec<usize> = waits.iter().map(BTreeSet::len).collect();
    let mut waiting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, awaited) in waits.iter().enumerate() {
        for other in awaited {
            waiting.entry(*other).or_default().push(place);
        }
    }
    let mut order: Vec<usize> =
        (0..waits.len()).filter(|place| open.get(*place) == Some(&0)).collect();
    let mut done = 0;
    while let Some(place) = order.get(done).copied() {
        done += 1;
        for next in waiting.get(&place).into_iter().flatten() {
            if let Some(count) = open.get_mut(*next) {
                *count -= 1;
                if *count == 0 {
                    order.push(*next);
                }
            }
        }
    }

    if order.len() == waits.len() {
        return Ok(order);
    }
    Err((0..waits.len()).filter(|place| open.get(*place) != Some(&0)).collect())
}
