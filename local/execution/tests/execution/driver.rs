//! The smallest driver: everything that is ready runs and is over before it looks again.

use std::collections::BTreeMap;
use std::fmt::Write;

use execution::{Facts, Kind, Plan, State, States, Step, Type};
use serde_json::{Value, json};

/// What the world answers during a run.
#[derive(Default)]
pub(crate) struct World {
    /// The parameters.
    pub(crate) given: Vec<(String, String)>,
    /// What Lambda and Callback steps answer, by step; others answer a value of each type.
    pub(crate) answers: BTreeMap<String, Value>,
    /// What stands in files, by the end of their URI.
    pub(crate) files: Vec<(String, Value)>,
    /// Steps whose job fails.
    pub(crate) failing: Vec<String>,
}

impl World {
    /// With these parameters.
    pub(crate) fn given(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { given: pairs.iter().map(own).collect(), ..Self::default() }
    }

    /// And this answer of a Lambda or Callback step.
    pub(crate) fn answer(mut self, step: &str, answer: Value) -> Self {
        self.answers.insert(step.to_owned(), answer);
        self
    }

    /// And this file.
    pub(crate) fn file(mut self, end: &str, content: Value) -> Self {
        self.files.push((end.to_owned(), content));
        self
    }
}

/// A definition of these steps and parameters.
pub(crate) fn definition(steps: &Value, parameters: &Value) -> String {
    json!({"Version": "2020-12-01", "Parameters": parameters, "Steps": steps}).to_string()
}

/// The plan of a definition of these steps.
pub(crate) fn plan(steps: &Value) -> Plan {
    Plan::read(&definition(steps, &json!([]))).unwrap_or_else(|error| panic!("{error}"))
}

/// A Lambda step with one output of each type.
pub(crate) fn lambda(name: &str, depends_on: &[&str]) -> Value {
    json!({
        "Name": name,
        "Type": "Lambda",
        "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "DependsOn": depends_on,
        "OutputParameters": [
            {"OutputName": "text", "OutputType": "String"},
            {"OutputName": "whole", "OutputType": "Integer"},
            {"OutputName": "number", "OutputType": "Float"},
            {"OutputName": "truth", "OutputType": "Boolean"},
        ],
    })
}

/// A Lambda step that refers to an output of others.
pub(crate) fn reader(name: &str, of: &[&str]) -> Value {
    let mut step = lambda(name, &[]);
    for other in of {
        step["Arguments"][*other] =
            json!({"Get": format!("Steps.{other}.OutputParameters['text']")});
    }
    step
}

/// A Condition that holds if `left` equals `right`.
pub(crate) fn condition(name: &str, (left, right): (Value, Value), branches: [Value; 2]) -> Value {
    let [if_steps, else_steps] = branches;
    json!({
        "Name": name,
        "Type": "Condition",
        "Arguments": {
            "Conditions": [{"Type": "Equals", "LeftValue": left, "RightValue": right}],
            "IfSteps": if_steps,
            "ElseSteps": else_steps,
        },
    })
}

/// A Fail step.
pub(crate) fn fail(name: &str) -> Value {
    json!({"Name": name, "Type": "Fail", "Arguments": {"ErrorMessage": "no"}})
}

/// What happened, one line a round.
pub(crate) fn run(plan: &Plan, world: &World) -> String {
    let mut log = String::new();
    let mut states = States::new();
    let mut facts = facts(plan, world);

    for round in 1..100 {
        let next = plan.next(&states);
        for step in &next.skip {
            writeln!(log, "- skip {}", step.name).unwrap();
            states.insert(step.name.clone(), State::Skipped);
        }
        for step in &next.start {
            write!(log, "{round} {}", step.name).unwrap();
            let state = execute(plan, step, world, &mut facts).unwrap_or_else(|problem| {
                write!(log, ": {problem}").unwrap();
                State::Failed
            });
            if let State::Decided(side) = state {
                write!(log, " -> {}", side.outcome()).unwrap();
            }
            log.push('\n');
            states.insert(step.name.clone(), state);
        }
        if let Some(ending) = next.done {
            writeln!(log, "= {ending:?}").unwrap();
            return log;
        }
    }
    panic!("the execution does not end:\n{log}");
}

/// What is known at the start.
pub(crate) fn facts(plan: &Plan, world: &World) -> Facts {
    let mut facts = Facts {
        parameters: plan.bind(&world.given).unwrap_or_else(|error| panic!("{error}")),
        ..Facts::default()
    };
    for (name, value) in [
        ("StartDateTime", "2026-01-01T00:00:00Z"),
        ("CurrentDateTime", "2026-01-01T00:00:00Z"),
        ("PipelineName", "demand"),
        ("PipelineArn", "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/demand"),
        ("PipelineExecutionId", "abcdefghijkl"),
        (
            "PipelineExecutionArn",
            "arn:aws:sagemaker:eu-west-1:111122223333:pipeline/demand/execution/abcdefghijkl",
        ),
        ("TrainingJobName", "pipelines-abcdefghijkl-t"),
        ("ProcessingJobName", "pipelines-abcdefghijkl-p"),
    ] {
        facts.execution.insert(name.to_owned(), json!(value));
    }
    if let Some(experiment) = plan.experiment() {
        let resolved = plan.resolve(experiment, &facts).unwrap();
        let members = resolved.as_object().unwrap().clone();
        facts.experiment = members.into_iter().collect();
    }
    facts
}

fn execute(plan: &Plan, step: &Step, world: &World, facts: &mut Facts) -> Result<State, String> {
    loop {
        let unread =
            plan.unread_files(&step.arguments, facts).map_err(|error| error.to_string())?;
        if unread.is_empty() {
            break;
        }
        for uri in unread {
            let content = world.files.iter().find(|(end, _)| uri.ends_with(end));
            let content = content.map(|(_, content)| content.clone());
            facts.files.insert(uri, content.ok_or_else(|| "no such file".to_owned()));
        }
    }
    let name = step.name.clone();
    if step.kind == Kind::Condition {
        let side = plan.evaluate(step, facts).map_err(|error| error.to_string())?;
        facts.properties.insert(name, json!({"Outcome": side.outcome()}));
        return Ok(State::Decided(side));
    }
    let arguments = plan.resolve(&step.arguments, facts).map_err(|error| error.to_string())?;
    if step.kind == Kind::Fail {
        return Err(arguments["ErrorMessage"].as_str().unwrap().to_owned());
    }
    if world.failing.contains(&name) {
        return Err("the job failed".to_owned());
    }
    facts.properties.insert(name, properties(step, arguments, world));
    Ok(State::Succeeded)
}

/// What the service would describe, as far as definitions ask for it.
fn properties(step: &Step, mut arguments: Value, world: &World) -> Value {
    let name = format!("pipelines-abcdefghijkl-{}", step.name);
    match step.kind {
        Kind::Training => {
            let folder = arguments["OutputDataConfig"]["S3OutputPath"].as_str().unwrap();
            let model = format!("{folder}/{name}/output/model.tar.gz");
            arguments["ModelArtifacts"] = json!({"S3ModelArtifacts": model});
            if arguments.get("InputDataConfig").is_none() {
                arguments["InputDataConfig"] = json!([{"ChannelName": "train"}]);
            }
            arguments["FinalMetricDataList"] =
                json!([{"MetricName": "validation:rmse", "Value": 1.5}]);
        }
        Kind::Model => arguments["ModelName"] = json!(name),
        Kind::RegisterModel => arguments["ModelPackageArn"] = json!(format!("arn:{name}")),
        Kind::Lambda | Kind::Callback => {
            let mut answer = json!({});
            for output in &step.output_parameters {
                answer[&output.name] = match output.kind {
                    Type::String => json!("t"),
                    Type::Integer => json!(1),
                    Type::Float => json!(0.5),
                    Type::Boolean => json!(true),
                };
            }
            let own = world.answers.get(&step.name).and_then(Value::as_object);
            for (output, value) in own.into_iter().flatten() {
                answer[output] = value.clone();
            }
            return step.output_properties(&answer).unwrap();
        }
        _ => {}
    }
    for key in ["ProcessingJob", "TrainingJob", "TransformJob"] {
        arguments[format!("{key}Name")] = json!(name);
        arguments[format!("{key}Arn")] = json!(format!("arn:{name}"));
    }
    arguments
}
