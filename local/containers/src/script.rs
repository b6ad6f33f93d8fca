//! A training script, as the containers of frameworks run one: `sagemaker_program` out of
//! `sagemaker_submit_directory`, with the hyperparameters as arguments and the `SM_` variables.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::archive;
use crate::environment::Variables;
use crate::error::ContainerError;
use crate::instances::{hosts, resources};
use crate::job::training::TrainingJob;
use crate::log::Log;
use crate::storage::{Storage, Uri};
use crate::training::input_config;

/// The user's script.
#[derive(Debug)]
pub(crate) struct Script {
    program: String,
    submitted: String,
    /// The user's own hyperparameters, each as the text that it has and the value that it means.
    told: BTreeMap<String, (String, Value)>,
}

impl Script {
    /// The script of a job that names one.
    pub(crate) fn read(job: &TrainingJob) -> Result<Option<Self>, ContainerError> {
        let given = &job.request.hyper_parameters;
        let text = |name: &str| given.get(name).map(|value| plain(value));
        let (Some(program), Some(submitted)) =
            (text("sagemaker_program"), text("sagemaker_submit_directory"))
        else {
            return Ok(None);
        };
        if program.starts_with('/') || program.split('/').any(|part| part == "..") {
            return Err(ContainerError::Client(format!(
                "sagemaker_program {program} must be a file of sagemaker_submit_directory"
            )));
        }
        let own = given.iter().filter(|(name, _)| !name.starts_with("sagemaker_"));
        let told = own.map(|(name, value)| (name.clone(), (plain(value), meant(value))));
        Ok(Some(Self { program, submitted, told: told.collect() }))
    }

    /// Puts the user's files into `code`.
    pub(crate) fn unpack(
        &self,
        storage: &dyn Storage,
        folder: &Path,
        log: &Log,
    ) -> Result<(), ContainerError> {
        let uri = Uri::read(&self.submitted)?;
        let stored = storage.find(&uri.bucket, &uri.key)?.ok_or_else(|| {
            ContainerError::Client(format!("sagemaker_submit_directory: there is no {uri}"))
        })?;
        let code = folder.join("code");
        archive::unpack(&stored.path, &self.submitted, &code)?;
        if !code.join(&self.program).is_file() {
            let Self { program, submitted, .. } = self;
            let words = format!("sagemaker_program {program} is not in {submitted}");
            return Err(ContainerError::Client(words));
        }
        if code.join("requirements.txt").is_file() {
            log.note(
                "requirements.txt is not installed here: the script has the packages of the \
                 command that almanac.toml names",
            );
        }
        Ok(())
    }

    /// The script and its arguments.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = vec![format!("/opt/ml/code/{}", self.program)];
        words.extend(self.arguments());
        words
    }

    fn arguments(&self) -> Vec<String> {
        let pairs = self.told.iter().flat_map(|(name, (text, value))| {
            let dashes = if name.chars().count() == 1 { "-" } else { "--" };
            // The toolkit writes them as Python does.
            let text = match value {
                Value::Bool(true) => "True".to_owned(),
                Value::Bool(false) => "False".to_owned(),
                Value::Null => "None".to_owned(),
                _ => text.clone(),
            };
            [format!("{dashes}{name}"), text]
        });
        pairs.collect()
    }

    /// The `SM_` variables.
    pub(crate) fn variables(&self, job: &TrainingJob, base: &str, host: &str) -> Variables {
        let at = |place: &str| format!("{base}/{place}");
        let channels: Vec<&str> = job.channels.iter().map(|it| it.name.as_str()).collect();
        let cluster = &job.request.resource_config;
        let hosts = hosts(cluster.instance_count);
        let resources = resources(host, &hosts, &cluster.instance_type);
        let told: Map<String, Value> =
            self.told.iter().map(|(name, (_, value))| (name.clone(), value.clone())).collect();
        let module = self.program.strip_suffix(".py").unwrap_or(&self.program);
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let environment = json!({
            "channel_input_dirs": channels.iter()
                .map(|name| ((*name).to_owned(), json!(at(&format!("input/data/{name}")))))
                .collect::<Map<_, _>>(),
            "current_host": host, "hosts": hosts, "hyperparameters": told,
            "input_config_dir": at("input/config"), "input_data_config": input_config(job),
            "input_dir": at("input"), "is_master": host == "algo-1", "job_name": job.name,
            "log_level": 20, "model_dir": at("model"), "module_dir": self.submitted,
            "module_name": module, "network_interface_name": "lo", "num_cpus": processors,
            "num_gpus": 0, "output_data_dir": at("output/data"), "output_dir": at("output"),
            "resource_config": resources, "user_entry_point": self.program,
        });
        let mut variables = Variables::new();
        let mut set = |name: &str, value: String| variables.insert(name.to_owned(), value);
        set("SM_MODEL_DIR", at("model"));
        set("SM_INPUT_DIR", at("input"));
        set("SM_INPUT_CONFIG_DIR", at("input/config"));
        set("SM_OUTPUT_DIR", at("output"));
        set("SM_OUTPUT_DATA_DIR", at("output/data"));
        set("SM_OUTPUT_INTERMEDIATE_DIR", at("output/intermediate"));
        set("SM_CHANNELS", json!(channels).to_string());
        set("SM_CURRENT_HOST", host.to_owned());
        set("SM_HOSTS", json!(hosts).to_string());
        set("SM_NUM_CPUS", processors.to_string());
        set("SM_NUM_GPUS", "0".to_owned());
        set("SM_LOG_LEVEL", "20".to_owned());
        set("SM_NETWORK_INTERFACE_NAME", "lo".to_owned());
        set("SM_MODULE_NAME", module.to_owned());
        set("SM_MODULE_DIR", self.submitted.clone());
        set("SM_USER_ENTRY_POINT", self.program.clone());
        set("SM_USER_ARGS", json!(self.arguments()).to_string());
        set("SM_HPS", Value::Object(told).to_string());
        set("SM_RESOURCE_CONFIG", resources.to_string());
        set("SM_INPUT_DATA_CONFIG", input_config(job).to_string());
        set("SM_TRAINING_ENV", environment.to_string());
        set("PYTHONUNBUFFERED", "1".to_owned());
        set("PYTHONPATH", at("code"));
        for name in channels {
            set(&format!("SM_CHANNEL_{}", upper(name)), at(&format!("input/data/{name}")));
        }
        for (name, (text, _)) in &self.told {
            set(&format!("SM_HP_{}", upper(name)), text.clone());
        }
        variables
    }
}

fn upper(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// The SDK writes hyperparameters as JSON: `"train.py"` with its quotation marks, `3`, `true`.
fn meant(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| json!(text))
}

fn plain(text: &str) -> String {
    match meant(text) {
        Value::String(inner) => inner,
        _ => text.to_owned(),
    }
}
