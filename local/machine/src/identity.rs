//! Account and region, and the names made of them.

/// Whose resources they are, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// Such as `eu-west-1`.
    pub region: String,
}

impl Default for Identity {
    /// An account that nobody has.
    fn default() -> Self {
        Self { account: "000000000000".to_owned(), region: "eu-west-1".to_owned() }
    }
}

impl Identity {
    /// The ARN of a regional resource: `sagemaker`, `pipeline/demand`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.account)
    }

    /// The ARN of something in IAM or STS, which have no region.
    pub fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}::{}:{resource}", self.account)
    }
}
