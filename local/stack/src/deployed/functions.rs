//! Lambda functions, and who may call them.

use std::collections::BTreeMap;

use super::{Deploying, Function, Permission};
use crate::StackError;
use crate::properties::Properties;

/// What AWS takes where a template is silent.
mod default {
    pub(super) const TIMEOUT_SECONDS: u32 = 3;
    pub(super) const MEMORY_MB: u32 = 128;
    pub(super) const RETRIES: u8 = 2;
    pub(super) const EVENT_AGE_SECONDS: u32 = 21_600;
}

/// How asynchronous events are handled.
struct Asynchronous {
    retries: u8,
    max_event_age_seconds: u32,
    on_failure: Option<String>,
}

impl Deploying<'_> {
    pub(super) fn function(&self, properties: &Properties) -> Result<Function, StackError> {
        properties.only(&[
            "FunctionName",
            "CodeUri",
            "Description",
            "Role",
            "Timeout",
            "MemorySize",
            "Environment",
            "LoggingConfig",
            "EventInvokeConfig",
            "ReservedConcurrentExecutions",
            "Handler",
            "Runtime",
            "Architectures",
            "Tracing",
            "KmsKeyArn",
            "Tags",
        ])?;
        properties.required("Runtime")?;
        properties.word("Runtime", &["provided.al2023", "provided.al2"])?;
        let binary = self.resource.binary.clone().ok_or_else(|| {
            StackError::here("needs Metadata.BuildProperties.Binary, the name of its binary")
        })?;
        let name = self.name()?;
        let (log_level, log_group) = logging(properties, &name)?;
        let Asynchronous { retries, max_event_age_seconds, on_failure } = asynchronous(properties)?;
        let reserved = properties.text("ReservedConcurrentExecutions")?;
        let reserved_concurrency = reserved
            .map(|_| properties.number("ReservedConcurrentExecutions", 0..=1000, 0))
            .transpose()?;
        Ok(Function {
            binary,
            arn: self.arn()?,
            role_arn: properties.required("Role")?,
            timeout_seconds: properties.number("Timeout", 1..=900, default::TIMEOUT_SECONDS)?,
            memory_mb: properties.number("MemorySize", 128..=10_240, default::MEMORY_MB)?,
            environment: environment(properties)?,
            reserved_concurrency,
            retries,
            max_event_age_seconds,
            on_failure,
            log_level,
            log_group,
            name,
        })
    }

    pub(super) fn permission(&self, properties: &Properties) -> Result<Permission, StackError> {
        properties.only(&["Action", "FunctionName", "Principal", "SourceArn"])?;
        properties.required("Action")?;
        properties.word("Action", &["lambda:InvokeFunction"])?;
        let function = properties.required("FunctionName")?;
        let settings = self.resolver.settings;
        let function_arn = if function.starts_with("arn:") {
            function
        } else {
            settings.arn("lambda", &format!("function:{function}"))
        };
        let principal = properties.required("Principal")?;
        Ok(Permission { function_arn, principal, source_arn: properties.text("SourceArn")? })
    }
}

fn environment(properties: &Properties) -> Result<BTreeMap<String, String>, StackError> {
    let Some(environment) = properties.part("Environment")? else { return Ok(BTreeMap::new()) };
    let read = || {
        environment.only(&["Variables"])?;
        let Some(variables) = environment.part("Variables")? else { return Ok(BTreeMap::new()) };
        let read = |key: &String| Ok((key.clone(), variables.required(key)?));
        let all: Result<_, StackError> = variables.0.keys().map(read).collect();
        all.map_err(|error| error.inside("Variables"))
    };
    read().map_err(|error| error.inside("Environment"))
}

fn logging(properties: &Properties, name: &str) -> Result<(String, String), StackError> {
    let own_group = format!("/aws/lambda/{name}");
    let Some(logging) = properties.part("LoggingConfig")? else {
        return Ok(("INFO".into(), own_group));
    };
    let read = || {
        logging.only(&["LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"])?;
        let levels = ["INFO", "TRACE", "DEBUG", "WARN", "ERROR", "FATAL"];
        let level = logging.word("ApplicationLogLevel", &levels)?;
        Ok((level.to_owned(), logging.text("LogGroup")?.unwrap_or(own_group)))
    };
    read().map_err(|error: StackError| error.inside("LoggingConfig"))
}

fn asynchronous(properties: &Properties) -> Result<Asynchronous, StackError> {
    let config = properties.part("EventInvokeConfig")?;
    let config = config.unwrap_or(Properties(serde_json::Map::new()));
    let read = || {
        config.only(&["MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig"])?;
        let ages = 60..=default::EVENT_AGE_SECONDS;
        Ok(Asynchronous {
            retries: config.number("MaximumRetryAttempts", 0..=2, default::RETRIES)?,
            max_event_age_seconds: config.number(
                "MaximumEventAgeInSeconds",
                ages,
                default::EVENT_AGE_SECONDS,
            )?,
            on_failure: on_failure(&config)?,
        })
    };
    read().map_err(|error: StackError| error.inside("EventInvokeConfig"))
}

fn on_failure(config: &Properties) -> Result<Option<String>, StackError> {
    let Some(destinations) = config.part("DestinationConfig")? else { return Ok(None) };
    let read = || {
        destinations.only(&["OnFailure"])?;
        let Some(queue) = destinations.part("OnFailure")? else { return Ok(None) };
        queue.only(&["Type", "Destination"])?;
        queue.required("Type")?;
        queue.word("Type", &["SQS"])?;
        queue.required("Destination").map(Some)
    };
    read().map_err(|error: StackError| error.inside("DestinationConfig"))
}
