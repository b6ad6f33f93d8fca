//! The traits over the network, by the official SDK.
//!
//! Everything that AWS says in prose is read in `errors`: no other file looks at a message.
//! Retries are the SDK's own, set by `AWS_MAX_ATTEMPTS` and `AWS_RETRY_MODE`; addresses come from
//! `AWS_ENDPOINT_URL`, so the same binary meets a local engine without knowing it.

mod errors;
mod experiments;
mod hosting;
mod inference;
mod mail;
mod objects;
mod pipelines;
mod registry;

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sagemaker::config::Credentials;

/// Where AWS is and who asks, as far as a person says so.
#[derive(Clone, Default)]
pub struct Place {
    /// Another address than AWS's own, such as a local engine's.
    pub endpoint_url: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// A profile of the configuration files.
    pub profile: Option<String>,
    /// Access key and secret.
    pub key: Option<(String, String)>,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("endpoint_url", &self.endpoint_url).finish_non_exhaustive()
    }
}

/// AWS, reached with the credentials and the region of the process.
#[derive(Clone)]
pub struct Aws {
    config: SdkConfig,
    s3: OnceLock<aws_sdk_s3::Client>,
    sagemaker: OnceLock<aws_sdk_sagemaker::Client>,
    metrics: OnceLock<aws_sdk_sagemakermetrics::Client>,
    runtime: OnceLock<aws_sdk_sagemakerruntime::Client>,
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

    /// The AWS that a person names: an address, a profile, a region, a key; the rest is read as the
    /// AWS tools do.
    pub async fn connect_to(place: Place) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(5))
            .operation_attempt_timeout(Duration::from_mins(1))
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts);
        if let Some(url) = place.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        if let Some(region) = place.region {
            loader = loader.region(aws_sdk_sagemaker::config::Region::new(region));
        }
        if let Some(profile) = place.profile {
            loader = loader.profile_name(profile);
        }
        if let Some((access_key, secret)) = place.key {
            let source = "given";
            let key = Credentials::new(access_key, secret, None, None, source);
            loader = loader.credentials_provider(key);
        }
        Self::with_config(loader.load().await)
    }

    /// AWS as `config` describes it.
    pub fn with_config(config: SdkConfig) -> Self {
        Self {
            config,
            s3: OnceLock::new(),
            sagemaker: OnceLock::new(),
            metrics: OnceLock::new(),
            runtime: OnceLock::new(),
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

    fn runtime(&self) -> &aws_sdk_sagemakerruntime::Client {
        self.runtime.get_or_init(|| {
            // A model may take a minute to answer, and a serverless one first has to wake.
            let timeouts = TimeoutConfig::builder()
                .connect_timeout(Duration::from_secs(2))
                .operation_attempt_timeout(Duration::from_secs(70))
                .build();
            let config = aws_sdk_sagemakerruntime::config::Builder::from(&self.config);
            aws_sdk_sagemakerruntime::Client::from_conf(config.timeout_config(timeouts).build())
        })
    }

    fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| aws_sdk_sns::Client::new(&self.config))
    }
}
