//! A processing job.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use machine::Refusal;
use serde::Deserialize;
use serde_json::Value;

use super::{
    Gzip, Sharing, Source, SourceKind, StoppingCondition, check_distinct, check_mode, check_name,
    read,
};

/// A processing job that can be run.
#[derive(Debug, Clone)]
pub struct ProcessingJob {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) given: Value,
    pub(crate) request: Request,
    pub(crate) inputs: Vec<Input>,
    pub(crate) outputs: Vec<Output>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Request {
    pub(crate) app_specification: AppSpecification,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    processing_inputs: Vec<GivenInput>,
    processing_output_config: Option<OutputConfig>,
    pub(crate) processing_resources: Resources,
    pub(crate) stopping_condition: Option<StoppingCondition>,
    pub(crate) role_arn: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct AppSpecification {
    pub(crate) image_uri: String,
    #[serde(default)]
    pub(crate) container_entrypoint: Vec<String>,
    #[serde(default)]
    pub(crate) container_arguments: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Resources {
    pub(crate) cluster_config: ClusterConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ClusterConfig {
    pub(crate) instance_count: usize,
    pub(crate) instance_type: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenInput {
    input_name: String,
    s3_input: Option<S3Input>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3Input {
    s3_uri: String,
    local_path: String,
    #[serde(default, rename = "S3DataType")]
    kind: SourceKind,
    #[serde(rename = "S3InputMode")]
    mode: Option<String>,
    #[serde(default, rename = "S3DataDistributionType")]
    sharing: Sharing,
    #[serde(default, rename = "S3CompressionType")]
    gzip: Gzip,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OutputConfig {
    #[serde(default)]
    outputs: Vec<GivenOutput>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenOutput {
    output_name: String,
    s3_output: Option<S3Output>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct S3Output {
    s3_uri: String,
    local_path: String,
    #[serde(default)]
    s3_upload_mode: Upload,
}

/// When an output is taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub(crate) enum Upload {
    /// When the job has ended well.
    #[default]
    EndOfJob,
    /// All along, so that also a failed job leaves something.
    Continuous,
}

/// Where an input comes from, and its folder below `/opt/ml`.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) source: Source,
    pub(crate) place: String,
}

/// Where an output goes, and its folder below `/opt/ml`.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) uri: String,
    pub(crate) place: String,
    pub(crate) upload: Upload,
}

impl ProcessingJob {
    /// Reads a `CreateProcessingJob` request; refuses what this machine cannot do.
    pub fn new(name: &str, arn: &str, request: Value) -> Result<Self, Refusal> {
        check_name(name)?;
        let read: Request = read(&request)?;
        if read.processing_resources.cluster_config.instance_count == 0 {
            return Err(Refusal::invalid("InstanceCount must be at least 1"));
        }
        let inputs = read.processing_inputs.iter().map(Input::read).collect::<Result<_, _>>()?;
        check_distinct("ProcessingInput", read.processing_inputs.iter().map(|it| &it.input_name))?;
        let outputs = read.processing_output_config.iter().flat_map(|config| &config.outputs);
        check_distinct("ProcessingOutput", outputs.clone().map(|output| &output.output_name))?;
        let outputs = outputs.map(Output::read).collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.to_owned(),
            arn: arn.to_owned(),
            given: request,
            request: read,
            inputs,
            outputs,
        })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Input {
    fn read(given: &GivenInput) -> Result<Self, Refusal> {
        let name = &given.input_name;
        let s3 = given.s3_input.as_ref().ok_or_else(|| {
            let words = "only S3Input is available in the local engine";
            Refusal::invalid(format!("ProcessingInput {name}: {words}"))
        })?;
        check_mode(s3.mode.as_deref(), &format!("ProcessingInput {name}"))?;
        let source =
            Source { uri: s3.s3_uri.clone(), kind: s3.kind, sharing: s3.sharing, gzip: s3.gzip };
        Ok(Self { source, place: place(&s3.local_path)? })
    }
}

impl Output {
    fn read(given: &GivenOutput) -> Result<Self, Refusal> {
        let name = &given.output_name;
        let s3 = given.s3_output.as_ref().ok_or_else(|| {
            let words = "only S3Output is available in the local engine";
            Refusal::invalid(format!("ProcessingOutput {name}: {words}"))
        })?;
        Ok(Self {
            uri: s3.s3_uri.clone(),
            place: place(&s3.local_path)?,
            upload: s3.s3_upload_mode,
        })
    }
}

/// The folder below `/opt/ml` that a LocalPath means.
fn place(local: &str) -> Result<String, Refusal> {
    let path = Path::new(local).strip_prefix("/opt/ml").ok();
    let plain = |path: &&Path| {
        path.starts_with("processing")
            && path.components().count() > 1
            && path.components().all(|part| matches!(part, Component::Normal(_)))
    };
    let place = path.filter(plain).and_then(Path::to_str);
    place.map(str::to_owned).ok_or_else(|| {
        Refusal::invalid(format!("LocalPath {local} must be a folder below /opt/ml/processing/"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(input: &Value) -> Result<ProcessingJob, Refusal> {
        let request = json!({
            "AppSpecification": {"ImageUri": "x"},
            "ProcessingInputs": [{"InputName": "a", "S3Input": input}],
            "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3"}},
            "RoleArn": "arn:aws:iam::000000000000:role/job",
        });
        ProcessingJob::new("job", "arn", request)
    }

    #[test]
    fn a_local_path_must_lie_below_processing() {
        for path in ["/opt/ml/model", "/tmp/x", "/opt/ml/processing/../x", "/opt/ml/processing"] {
            let refused = with(&json!({"S3Uri": "s3://b/k", "LocalPath": path})).unwrap_err();

            assert_eq!(refused.code, "ValidationException");
            assert!(refused.message.contains(path), "{refused}");
        }
        let good = json!({"S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/input/a"});
        assert_eq!(with(&good).unwrap().inputs[0].place, "processing/input/a");
    }

    #[test]
    fn two_inputs_or_outputs_of_one_name_are_refused() {
        let input = json!({"InputName": "a", "S3Input": {
            "S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/a"}});
        let output = json!({"OutputName": "o", "S3Output": {
            "S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/o"}});
        let of = |inputs: Value, outputs: Value| {
            let request = json!({
                "AppSpecification": {"ImageUri": "x"},
                "ProcessingInputs": inputs,
                "ProcessingOutputConfig": {"Outputs": outputs},
                "ProcessingResources": {
                    "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3"}},
                "RoleArn": "arn:aws:iam::000000000000:role/job",
            });
            ProcessingJob::new("job", "arn", request)
        };

        assert!(of(json!([input]), json!([output])).is_ok());
        let inputs = of(json!([input, input]), json!([])).unwrap_err().message;
        assert_eq!(inputs, "ProcessingInput `a` is given twice; give each a name of its own");
        let outputs = of(json!([]), json!([output, output])).unwrap_err().message;
        assert_eq!(outputs, "ProcessingOutput `o` is given twice; give each a name of its own");
    }

    #[test]
    fn pipes_are_refused() {
        let input = json!({
            "S3Uri": "s3://b/k", "LocalPath": "/opt/ml/processing/a", "S3InputMode": "Pipe",
        });

        let refused = with(&input).unwrap_err();

        assert!(refused.message.contains("Pipe"), "{refused}");
    }
}
