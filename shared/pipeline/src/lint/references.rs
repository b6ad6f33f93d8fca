//! Does every `{"Get": ...}` name something that exists and may be seen from where it stands?

use crate::lint::definition::{Definition, Inside, Side};
use crate::lint::pointer::Pointer;
use crate::lint::properties;
use crate::lint::reference::{self, Reference, Role, Segment, Target};
use crate::lint::report::Report;
use crate::lint::suggest;

/// The variables of an execution; there is no region and no account among them.
const EXECUTION: &[&str] = &[
    "StartDateTime",
    "CurrentDateTime",
    "PipelineName",
    "PipelineArn",
    "PipelineExecutionId",
    "PipelineExecutionArn",
    "TrainingJobName",
    "ProcessingJobName",
];

/// Reports references that cannot be resolved.
pub(crate) fn check(definition: &Definition<'_>, report: &mut Report) {
    for (index, step) in definition.steps.iter().enumerate() {
        for reference in &step.references {
            one(definition, Some(index), reference, report);
        }
    }
    for key in ["PipelineExperimentConfig", "MlflowConfig"] {
        let Some(config) = definition.members.get(key).and_then(|value| value.as_object()) else {
            continue;
        };
        for found in reference::collect(config, &Pointer::default().key(key), &[]) {
            one(definition, None, &found, report);
        }
    }
}

fn one(
    definition: &Definition<'_>,
    from: Option<usize>,
    reference: &Reference<'_>,
    report: &mut Report,
) {
    match &reference.target {
        Target::Parameter(name) => parameter(definition, reference, name, report),
        Target::Execution(name) if EXECUTION.contains(name) => {}
        Target::Execution(name) => report.error(
            &reference.at,
            "unknown-execution-variable",
            format!("there is no Execution.{name}"),
            suggest::remedy(name, EXECUTION.iter().copied()),
        ),
        Target::Experiment(name) => experiment(definition, reference, name, report),
        Target::Step(name, path) => step(definition, from, reference, (name, path), report),
        Target::CurrentItem | Target::Iteration(_) => {
            iteration(definition, from, reference, report);
        }
        Target::Unreadable => report.error(
            &reference.at,
            "malformed-reference",
            match reference.text {
                "" => "Get holds no text".to_owned(),
                text => format!("`{text}` is no reference"),
            },
            "write Parameters.X, Execution.X, Steps.X.property or \
             PipelineExperimentConfig.ExperimentName",
        ),
    }
}

fn parameter(
    definition: &Definition<'_>,
    reference: &Reference<'_>,
    name: &str,
    report: &mut Report,
) {
    if definition.parameter(name).is_none() {
        report.error(
            &reference.at,
            "unknown-parameter",
            format!("parameter `{name}` is not declared"),
            suggest::remedy(name, definition.parameters.iter().map(|parameter| parameter.name)),
        );
    }
}

fn experiment(
    definition: &Definition<'_>,
    reference: &Reference<'_>,
    name: &str,
    report: &mut Report,
) {
    let known = ["ExperimentName", "TrialName"];
    let config = definition.members.get("PipelineExperimentConfig");

    if !known.contains(&name) {
        report.error(
            &reference.at,
            "unknown-experiment-property",
            format!("there is no PipelineExperimentConfig.{name}"),
            suggest::remedy(name, known),
        );
    } else if config.is_none_or(serde_json::Value::is_null) {
        report.error(
            &reference.at,
            "unknown-experiment-property",
            "the definition has no PipelineExperimentConfig, so no experiment and no trial",
            "declare PipelineExperimentConfig at top level",
        );
    }
}

fn step(
    definition: &Definition<'_>,
    from: Option<usize>,
    reference: &Reference<'_>,
    (name, path): (&str, &[Segment<'_>]),
    report: &mut Report,
) {
    let Some((index, step)) = definition.step(name) else {
        report.error(
            &reference.at,
            "unknown-step",
            format!("there is no step `{name}`"),
            suggest::remedy(name, definition.steps.iter().map(|step| step.name)),
        );
        return;
    };
    if from == Some(index) {
        report.error(
            &reference.at,
            "self-reference",
            format!("step `{name}` refers to itself"),
            "refer to an earlier step, a parameter or an execution variable",
        );
        return;
    }
    if let Some(from) = from {
        visible(definition, (from, index), reference, report);
    }
    if reference.role == Role::Value {
        properties::check(reference, step, path, report);
    }
}

/// How a step stands towards one that may be in a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Both run, or neither.
    Clear,
    /// The target runs only if the branch around it is taken.
    Outside(Inside),
    /// The target stands in the branch that is not taken.
    Across(Inside),
}

/// Whether the step `from` may rely on the step `to`.
pub(crate) fn sight(definition: &Definition<'_>, from: usize, to: usize) -> Sight {
    let around = definition.ancestors(from);

    for inside in definition.ancestors(to).into_iter().rev() {
        if from == inside.parent {
            // A condition that waits for its own branch is a cycle, and reported as one.
            return Sight::Clear;
        }
        match around.iter().find(|other| other.parent == inside.parent) {
            None => return Sight::Outside(inside),
            Some(other) if other.side != inside.side => return Sight::Across(inside),
            Some(_) => {}
        }
    }
    Sight::Clear
}

fn visible(
    definition: &Definition<'_>,
    (from, to): (usize, usize),
    reference: &Reference<'_>,
    report: &mut Report,
) {
    let name = |index: usize| definition.steps.get(index).map_or("", |step| step.name);

    match sight(definition, from, to) {
        Sight::Clear => {}
        Sight::Outside(inside) if inside.side == Side::Body => report.error(
            &reference.at,
            "reference-into-branch",
            format!("`{}` runs once for each item of `{}`", name(to), name(inside.parent)),
            format!("write Steps.{}.IterationOutputs[0].{}", name(inside.parent), name(to)),
        ),
        Sight::Outside(inside) => report.error(
            &reference.at,
            "reference-into-branch",
            format!("`{}` runs only if `{}` takes its branch", name(to), name(inside.parent)),
            "move the referring step into the same branch, or the target before the condition",
        ),
        Sight::Across(inside) => report.error(
            &reference.at,
            "reference-across-branches",
            format!("`{}` is in the branch of `{}` not taken", name(to), name(inside.parent)),
            "move the target before the condition",
        ),
    }
}

fn iteration(
    definition: &Definition<'_>,
    from: Option<usize>,
    reference: &Reference<'_>,
    report: &mut Report,
) {
    let parents = from.map(|index| definition.ancestors(index)).unwrap_or_default();
    let in_body = parents.iter().any(|inside| inside.side == Side::Body);
    let step = from.and_then(|index| definition.steps.get(index));
    let in_loop = step.is_some_and(|step| step.kind == "ForEach");

    let allowed = match reference.target {
        Target::CurrentItem => in_body,
        _ => in_loop,
    };
    if !allowed {
        report.error(
            &reference.at,
            "for-each-reference",
            format!("`{}` has no meaning here", reference.text),
            "ForEach.CurrentItem belongs in ForEachBody, IterationOutput in Selector.Field",
        );
    }
}
