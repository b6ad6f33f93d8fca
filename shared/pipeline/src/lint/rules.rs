//! Which rules are there? The catalogue that findings name and users look up.

/// A rule that a [`crate::lint::Finding`] may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in kebab-case.
    pub name: &'static str,
    /// What it asks for.
    pub asks: &'static str,
}

const fn rule(name: &'static str, asks: &'static str) -> Rule {
    Rule { name, asks }
}

/// Every rule, by family.
pub const RULES: &[Rule] = &[
    // The text.
    rule("not-json", "the text is JSON"),
    rule("duplicate-key", "no object has a key twice"),
    rule("too-deep", "nesting stays within 128 levels"),
    rule("definition-too-large", "the definition has at most 1,048,576 characters"),
    // The frame.
    rule("version", "Version is 2020-12-01"),
    rule("missing-steps", "there is a list of steps, and it is not empty"),
    rule("missing-key", "what must be there is there"),
    rule("unknown-key", "the service's parser knows every key: it refuses what it does not"),
    rule("wrong-kind", "a list is where a list is wanted, an object where an object is"),
    rule("unknown-step-type", "the step type exists"),
    rule("undocumented", "the definition keeps to what is publicly documented"),
    rule("unknown-value", "a value is one of the listed ones"),
    // Names.
    rule("step-name", "step names are 1 to 64 letters, digits, hyphens and underscores"),
    rule("parameter-name", "parameter names are, too"),
    rule("duplicate-step-name", "each step name is given once, branches included"),
    rule("duplicate-parameter", "each parameter is declared once"),
    // Parameters.
    rule("parameter-type", "the parameter type exists"),
    rule("parameter-default", "the default is of the declared type"),
    rule("parameter-enum", "allowed values are of the type and contain the default"),
    rule("too-many-parameters", "a start can set every parameter: at most 200"),
    // References.
    rule("malformed-reference", "a Get names a parameter, a variable or a property"),
    rule("unknown-parameter", "the parameter is declared"),
    rule("unknown-execution-variable", "the execution variable exists"),
    rule("unknown-experiment-property", "the experiment is configured and has the property"),
    rule("unknown-step", "the step exists"),
    rule("unknown-property", "a step of that type has the property"),
    rule("undeclared-output", "the Lambda or Callback step declares the output"),
    rule("unknown-channel", "the Processing step has the input or output of that name"),
    rule("self-reference", "no step refers to or waits for itself"),
    rule("reference-into-branch", "nothing outside relies on a step of a branch"),
    rule("reference-across-branches", "nothing relies on a step of the other branch"),
    rule("for-each-reference", "the current item is used in the body of a loop only"),
    rule("malformed-function", "Std:Join and Std:JsonGet are well formed; there are no others"),
    rule("json-get-path", "the path of Std:JsonGet is literal and well formed"),
    rule("json-get-source", "Std:JsonGet reads one property file or one S3 URI"),
    rule("property-file-unknown", "the property file is declared on a Processing step"),
    rule("property-file-misplaced", "property files are declared on Processing only"),
    rule("property-file-output", "a property file lies in an output of its step"),
    rule("property-file-twice", "a step declares each property file once"),
    // Order.
    rule("cycle", "no steps wait for each other"),
    rule("depends-on-unknown", "DependsOn names steps that exist"),
    rule("depends-on-fail", "nothing waits for a Fail step"),
    rule("depends-on-branch", "nothing outside waits for a step of a branch"),
    // Arguments.
    rule("missing-argument", "the arguments without which the job is refused are there"),
    rule("unknown-argument", "the step type knows every argument"),
    rule("recent-argument", "arguments are not newer than the pipeline parser"),
    rule("job-name", "the service names the jobs"),
    rule("number-needs-join", "a number reaches a text slot through Std:Join"),
    rule("number-as-text", "a literal in a text slot is text"),
    rule("text-as-number", "a literal in a number slot is a number"),
    rule("out-of-range", "numbers and lengths are within the limits"),
    rule("too-many-variables", "a job has no more environment variables than allowed"),
    // Lambda and Callback.
    rule("literal-target", "FunctionArn and SqsQueueUrl are literal"),
    rule("lambda-argument", "Lambda arguments are flat and single values"),
    rule("output-name", "outputs have a name, each its own"),
    rule("output-type", "outputs are String, Integer, Boolean or Float"),
    rule("too-many-outputs", "a step declares at most 50 outputs"),
    // Conditions and loops.
    rule("unknown-condition", "the condition type exists"),
    rule("condition-not", "a Not holds a Condition, not an Expression"),
    rule("literal-on-the-left", "the left side of a condition is not a literal"),
    rule("condition-types", "a condition compares values of one type"),
    rule("nested-condition", "conditions do not nest"),
    rule("empty-condition", "a condition has something to decide"),
    rule("for-each-body", "the body of a loop holds no Condition, Fail or ForEach"),
    // AutoML and the registry.
    rule("automl-v2", "the AutoML step makes V1 jobs: no time series"),
    rule("automl-mode", "the AutoML step runs in ENSEMBLING mode"),
    rule("automl-problem-type", "ProblemType is left out or a parameter"),
    rule("register-refused", "RegisterModel sends nothing that pipelines refuse"),
    rule("group-name", "a model package group has a name that the registry takes"),
    rule("customer-metadata", "metadata keeps to the registry's characters and lengths"),
    // Retries and caching.
    rule("retry-unsupported", "the step type has retry policies"),
    rule("retry-exception", "the exception type exists and the step type retries it"),
    rule("retry-range", "attempts, interval and expiry are within their ranges"),
    rule("retry-conflict", "a policy ends by attempts or by time, not both"),
    rule("cache-config", "Enabled is a literal and ExpireAfter an ISO 8601 duration"),
    rule("cache-ineffective", "steps that must run each time are not cached"),
];
