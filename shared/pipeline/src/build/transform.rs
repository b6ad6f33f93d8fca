//! Transform steps: a model applied to files.

use std::marker::PhantomData;

use serde_json::{Map, Value, json};

use crate::build::draft::{Draft, Envelope, JobDraft, Step};
use crate::build::error::BuildError;
use crate::build::processing::Machines;
use crate::build::value::{Expression, Text};

/// How a file is cut into requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Not at all: a file is a request, since a series may not be cut.
    WholeFile,
    /// By lines, as many to a request as the payload limit lets in.
    Lines,
}

/// Which columns the model sees, and which the output keeps beside its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// JSONPath of what the model sees, such as `$[2:]`.
    pub input: String,
    /// JSONPath of what is kept of the input joined with the answer, such as `$[0,1,-1]`.
    pub output: String,
}

/// A Transform step that is being written.
#[derive(Debug)]
pub struct TransformDraft<'s> {
    envelope: Envelope<'s>,
    model_name: Expression<'s, Text>,
    input: Expression<'s, Text>,
    output: Expression<'s, Text>,
    cut: Cut,
    columns: Option<Columns>,
    max_payload_mib: u32,
    timeout_seconds: u32,
    machines: Machines<'s>,
}

impl<'s> TransformDraft<'s> {
    pub(crate) fn new(name: &str, model_name: Expression<'s, Text>) -> Self {
        Self {
            envelope: Envelope::new(name, "Transform"),
            model_name,
            input: "".into(),
            output: "".into(),
            cut: Cut::WholeFile,
            columns: None,
            max_payload_mib: 6,
            timeout_seconds: 600,
            machines: Machines::one("ml.m5.xlarge"),
        }
    }

    /// CSV files below this prefix.
    pub fn input(&mut self, uri: impl Into<Expression<'s, Text>>, cut: Cut) {
        self.input = uri.into();
        self.cut = cut;
    }

    /// The prefix below which `FILE.out` is put for each file.
    pub fn output(&mut self, uri: impl Into<Expression<'s, Text>>) {
        self.output = uri.into();
    }

    /// Joins the answers to columns of the input.
    pub fn columns(&mut self, columns: Columns) {
        self.columns = Some(columns);
    }

    /// The largest request, 0 (no limit) to 100 MiB; 6 otherwise.
    pub fn max_payload_mib(&mut self, mib: u32) {
        self.envelope.within("largest payload in MiB", mib.into(), 0, 100);
        self.max_payload_mib = mib;
    }

    /// How long one request may take, up to an hour; ten minutes otherwise.
    pub fn timeout_seconds(&mut self, seconds: u32) {
        self.envelope.within("request timeout in seconds", seconds.into(), 1, 3600);
        self.timeout_seconds = seconds;
    }

    /// Runs on these instances; one `ml.m5.xlarge` otherwise.
    pub fn machines(&mut self, machines: Machines<'s>) {
        self.machines = machines;
    }

    pub(crate) fn into_step(mut self) -> (Value, Vec<BuildError>) {
        let faults = std::mem::take(&mut self.envelope.faults);
        let mut arguments = Map::new();
        arguments.insert("ModelName".into(), self.model_name.into_json());
        let split = match self.cut {
            // One at a time: requests at once, times their size, may not pass 100 MiB.
            Cut::WholeFile => {
                arguments.insert("MaxConcurrentTransforms".into(), 1.into());
                "None"
            }
            Cut::Lines => {
                arguments.insert("BatchStrategy".into(), "MultiRecord".into());
                "Line"
            }
        };
        arguments.insert("MaxPayloadInMB".into(), self.max_payload_mib.into());
        let client = json!({
            "InvocationsTimeoutInSeconds": self.timeout_seconds, "InvocationsMaxRetries": 1,
        });
        arguments.insert("ModelClientConfig".into(), client);
        if let Some(columns) = self.columns {
            let processing = json!({
                "InputFilter": columns.input,
                "JoinSource": "Input",
                "OutputFilter": columns.output,
            });
            arguments.insert("DataProcessing".into(), processing);
        }
        let source = json!({ "S3DataType": "S3Prefix", "S3Uri": self.input.into_json() });
        let input = json!({
            "DataSource": { "S3DataSource": source },
            "ContentType": "text/csv",
            "SplitType": split,
            "CompressionType": "None",
        });
        arguments.insert("TransformInput".into(), input);
        let output = self.output.into_json();
        let output =
            json!({ "S3OutputPath": output, "AssembleWith": "Line", "Accept": "text/csv" });
        arguments.insert("TransformOutput".into(), output);
        arguments.insert("TransformResources".into(), self.machines.without_volume());
        (self.envelope.into_json(None, arguments, Map::new()), faults)
    }
}

impl<'s> Draft<'s> for TransformDraft<'s> {
    fn envelope(&mut self) -> &mut Envelope<'s> {
        &mut self.envelope
    }
}

impl<'s> JobDraft<'s> for TransformDraft<'s> {}

/// A Transform step of the scope `'s`.
#[derive(Debug, Clone)]
pub struct Transform<'s> {
    name: String,
    scope: PhantomData<&'s ()>,
}

impl<'s> Transform<'s> {
    pub(crate) fn added(name: &str) -> Self {
        Self { name: name.to_owned(), scope: PhantomData }
    }

    /// The prefix that the answers were put below.
    pub fn output_uri(&self) -> Expression<'s, Text> {
        Expression::property(&self.name, "TransformOutput.S3OutputPath")
    }
}

impl<'s> Step<'s> for Transform<'s> {
    fn name(&self) -> &str {
        &self.name
    }
}
