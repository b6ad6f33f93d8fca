//! Where a template is deployed to, and the pseudo parameters that follow from it.

use std::collections::BTreeMap;

/// The place and the parameters of one deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Twelve digits.
    pub account: String,
    /// For instance `eu-west-1`.
    pub region: String,
    /// Name of the stack; resources without a name of their own are named after it.
    pub stack_name: String,
    /// Where queues are reached, without a slash at the end; a queue's address begins with it.
    pub queue_base: String,
    /// What is given in place of the template's defaults.
    pub parameters: BTreeMap<String, String>,
}

impl Settings {
    /// `aws`, `aws-cn` and so on, by the region.
    pub fn partition(&self) -> &'static str {
        self.place().0
    }

    /// The domain that AWS uses in the region's partition.
    pub fn url_suffix(&self) -> &'static str {
        self.place().1
    }

    /// ARN of something in this account and region.
    pub(crate) fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition(), self.region, self.account)
    }

    /// ARN of something of IAM, which knows no regions.
    pub(crate) fn iam_arn(&self, rest: &str) -> String {
        format!("arn:{}:iam::{}:{rest}", self.partition(), self.account)
    }

    /// A stack's real id ends with a random UUID. Nothing here may be random, so it is zero.
    pub(crate) fn stack_id(&self) -> String {
        let name = &self.stack_name;
        self.arn("cloudformation", &format!("stack/{name}/00000000-0000-0000-0000-000000000000"))
    }

    fn place(&self) -> (&'static str, &'static str) {
        let partitions = [
            ("cn-", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-", "aws-us-gov", "amazonaws.com"),
            ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
            ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
            ("us-iso-", "aws-iso", "c2s.ic.gov"),
            ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"),
        ];
        partitions
            .into_iter()
            .find(|(prefix, ..)| self.region.starts_with(prefix))
            .map_or(("aws", "amazonaws.com"), |(_, partition, suffix)| (partition, suffix))
    }
}
