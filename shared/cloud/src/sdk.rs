//! The traits over the network, by the official SDK.
//!
//! Everything that AWS says in prose is read in `errors`: no other file looks at a message.
//! Retries are the SDK's own, set by `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`; addresses come from
//! `AWS_ENDPOINT_URL`, so the same binary meets a local engine without knowing it.

mod errors;
mod experiments;
mod hosting;
mod mail;
mod objects;
mod registry;

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};

/// AWS, reached with the credentials and the region of the process.
#[derive(Clone)]
pub struct Aws {
    config: SdkConfig,
    s3: OnceLock<aws_sdk_s3::Client>,
    sagemaker: OnceLock<aws_sdk_sagemaker::Client>,
    metrics: OnceLock<aws_sdk_sagemakermetrics::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.config.region()).finish_non_exhaustive()
    }
}

impl Aws {
    /// Reads region, credentials and addresses as the AWS tools do; no call is made yet.
    pub async fn connect() -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_attempt_timeout(Duration::from_secs(10))
            .build();
        let loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        Self::with_config(loader.load().await)
    }

    /// AWS as `config` describes it.
    pub fn with_config(config: SdkConfig) -> Self {
        Self {
            config,
            s3: OnceLock::new(),
            sagemaker: OnceLock::new(),
            metrics: OnceLock::new(),
            sns: OnceLock::new(),
        }
    }

    fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let elsewhere = self.config.endpoint_url().is_some();
            let config =
                aws_sdk_s3::config::Builder::from(&self.config).force_path_style(elsewhere).build();
            aws_sdk_s3::Client::from_conf(config)
        })
    }

    fn sagemaker(&self) -> &aws_sdk_sagemaker::Client {
        self.sagemaker.get_or_init(|| aws_sdk_sagemaker::Client::new(&self.config))
    }

    fn metrics(&self) -> &aws_sdk_sagemakermetrics::Client {
        self.metrics.get_or_init(|| aws_sdk_sagemakermetrics::Client::new(&self.config))
    }

    fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| aws_sdk_sns::Client::new(&self.config))
    }
}
