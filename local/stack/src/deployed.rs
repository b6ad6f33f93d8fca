//! What a template deploys, everything resolved.

mod functions;
mod messages;
mod roles;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use crate::intrinsics::Resolver;
use crate::naming::{self, Kind};
use crate::parameters::scalar_text;
use crate::pattern::Pattern;
use crate::policies::PolicyDocument;
use crate::properties::Properties;
use crate::template::{Resource, Template, refuse_others};
use crate::{Settings, StackError};

/// Everything that a template deploys and that the local engine acts on. Each list is in the
/// order of the logical names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stack {
    /// Lambda functions.
    pub functions: Vec<Function>,
    /// Rules of the default event bus.
    pub rules: Vec<Rule>,
    /// SQS queues.
    pub queues: Vec<Queue>,
    /// SNS topics, with their subscriptions.
    pub topics: Vec<Topic>,
    /// S3 buckets.
    pub buckets: Vec<Bucket>,
    /// Roles that this stack creates, with their policies.
    pub roles: Vec<Role>,
    /// Who besides roles may call which function.
    pub permissions: Vec<Permission>,
    /// Names of log groups.
    pub log_groups: Vec<String>,
    /// What the stack tells those who use it.
    pub outputs: BTreeMap<String, String>,
}

/// A Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// `FunctionName`.
    pub name: String,
    /// The binary it is built from, as in `BuildProperties`.
    pub binary: String,
    /// Its ARN, without a version.
    pub arn: String,
    /// The role it acts under.
    pub role_arn: String,
    /// After so long it is stopped.
    pub timeout_seconds: u32,
    /// What it is given.
    pub memory_mb: u32,
    /// Variables of its own, without those that Lambda sets.
    pub environment: BTreeMap<String, String>,
    /// How many may run at once, if that is bounded.
    pub reserved_concurrency: Option<u32>,
    /// How often an asynchronous event is tried again.
    pub retries: u8,
    /// When an asynchronous event is given up.
    pub max_event_age_seconds: u32,
    /// ARN of the queue that receives what was given up.
    pub on_failure: Option<String>,
    /// The least severe lines that it logs.
    pub log_level: String,
    /// Where its logs go.
    pub log_group: String,
}

/// A rule of the default event bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// `Name`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Which events it wants.
    pub pattern: Pattern,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Where the events go.
    pub targets: Vec<Target>,
}

/// Where a rule sends events, whole and as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// `Id`.
    pub id: String,
    /// What receives them.
    pub arn: String,
    /// How often a delivery is tried again.
    pub retry_attempts: u32,
    /// When a delivery is given up.
    pub max_event_age_seconds: u32,
    /// ARN of the queue for what could not be delivered.
    pub dead_letter: Option<String>,
}

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// `QueueName`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its address.
    pub url: String,
    /// Messages older than this are dropped.
    pub retention_seconds: u32,
    /// How long a received message is hidden from others.
    pub visibility_timeout_seconds: u32,
}

/// An SNS topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// `TopicName`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// What mails say they come from.
    pub display_name: Option<String>,
    /// Who receives what is published.
    pub subscriptions: Vec<Subscription>,
}

/// Somebody who receives what is published to a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, for instance.
    pub protocol: String,
    /// The address.
    pub endpoint: String,
}

/// An S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Whether replaced and deleted objects are kept as versions.
    pub versioned: bool,
}

/// A role that the stack creates.
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    /// `RoleName`.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Services that may assume it, for instance `lambda.amazonaws.com`.
    pub trusted_services: BTreeSet<String>,
    /// Its own policies, and those of the template that are attached to it.
    pub policies: Vec<PolicyDocument>,
}

/// A service may call a function, for one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The function.
    pub function_arn: String,
    /// The service, for instance `events.amazonaws.com`.
    pub principal: String,
    /// In whose name, for instance a rule's ARN.
    pub source_arn: Option<String>,
}

impl Stack {
    /// Resolves a template, given as text, for one place and one choice of parameters.
    pub fn read(template: &str, settings: &Settings) -> Result<Self, StackError> {
        let template = Template::read(template)?;
        let resolver = Resolver::new(&template, settings)?;
        resolver.check_conditions()?;
        resolver.check_rules()?;
        let mut stack = Self::default();
        let mut subscriptions = Vec::new();
        refuse_namesakes(&resolver)?;
        for (logical, resource) in &template.resources {
            let added = Deploying { resolver: &resolver, logical, resource }
                .add_to(&mut stack, &mut subscriptions);
            added.map_err(|error| error.inside(logical).inside("Resources"))?;
        }
        for (topic_arn, subscription) in subscriptions {
            let topic = stack.topics.iter_mut().find(|topic| topic.arn == topic_arn);
            let unknown = || {
                let reason = format!("a subscription names the topic {topic_arn}");
                StackError::here(format!("{reason}, which this stack does not create"))
                    .inside("Resources")
            };
            topic.ok_or_else(unknown)?.subscriptions.push(subscription);
        }
        stack.outputs = outputs(&resolver)?;
        Ok(stack)
    }
}

/// Two resources of a type cannot have one name: the second would fail in AWS, and take the
/// place of the first here.
fn refuse_namesakes(resolver: &Resolver<'_>) -> Result<(), StackError> {
    let mut names = BTreeMap::new();
    for (logical, resource) in &resolver.template.resources {
        let inside = |error: StackError| error.inside(logical).inside("Resources");
        let kind = Kind::of(&resource.kind).map_err(|error| inside(error.inside("Type")))?;
        if kind.name_property().is_none() || !resolver.is_created(resource, 0).map_err(inside)? {
            continue;
        }
        let name = naming::physical_name(resolver, logical, 0).map_err(inside)?;
        if let Some(other) = names.insert((&resource.kind, name.clone()), logical) {
            return Err(inside(StackError::here(format!("{other} has the name {name} already"))));
        }
    }
    Ok(())
}

/// A resource on its way into the stack.
struct Deploying<'a> {
    resolver: &'a Resolver<'a>,
    logical: &'a str,
    resource: &'a Resource,
}

impl Deploying<'_> {
    fn add_to(
        &self,
        stack: &mut Stack,
        subscriptions: &mut Vec<(String, Subscription)>,
    ) -> Result<(), StackError> {
        let kind = Kind::of(&self.resource.kind).map_err(|error| error.inside("Type"))?;
        let created = self.resolver.is_created(self.resource, 0);
        if !created.map_err(|error| error.inside("Condition"))? {
            return Ok(());
        }
        let properties = self.properties()?;
        let added = match kind {
            Kind::Function => self.function(&properties).map(|it| stack.functions.push(it)),
            Kind::Rule => self.rule(&properties).map(|it| stack.rules.push(it)),
            Kind::Queue => self.queue(&properties).map(|it| stack.queues.push(it)),
            Kind::Topic => self.topic(&properties).map(|it| stack.topics.push(it)),
            Kind::Bucket => self.bucket(&properties).map(|it| stack.buckets.push(it)),
            Kind::Role => self.role(&properties).map(|it| stack.roles.push(it)),
            Kind::Permission => self.permission(&properties).map(|it| stack.permissions.push(it)),
            Kind::LogGroup => self.log_group(&properties).map(|it| stack.log_groups.push(it)),
            Kind::Subscription => subscription(&properties).map(|it| subscriptions.push(it)),
            // Read where roles are attached to it, and here for its own mistakes.
            Kind::ManagedPolicy => roles::managed_policy(&properties).map(|_| ()),
            Kind::LeftToAws => Ok(()),
        };
        added.map_err(|error| error.inside("Properties"))
    }

    fn properties(&self) -> Result<Properties, StackError> {
        let fields = self.resolver.fields(&self.resource.properties, 0);
        fields.map(Properties).map_err(|error| error.inside("Properties"))
    }

    fn name(&self) -> Result<String, StackError> {
        naming::physical_name(self.resolver, self.logical, 0)
    }

    fn arn(&self) -> Result<String, StackError> {
        naming::arn(self.resolver, self.logical, 0)
    }

    /// Encryption, versions and retention of objects change nothing that is seen in one machine.
    fn bucket(&self, properties: &Properties) -> Result<Bucket, StackError> {
        properties.only(&[
            "BucketName",
            "BucketEncryption",
            "VersioningConfiguration",
            "OwnershipControls",
            "PublicAccessBlockConfiguration",
            "LifecycleConfiguration",
            "Tags",
        ])?;
        let versioning = properties.part("VersioningConfiguration")?;
        let status = versioning.map(|part| part.word("Status", &["Suspended", "Enabled"]));
        Ok(Bucket { name: self.name()?, versioned: status.transpose()? == Some("Enabled") })
    }

    fn log_group(&self, properties: &Properties) -> Result<String, StackError> {
        properties.only(&["LogGroupName", "RetentionInDays", "KmsKeyId", "Tags"])?;
        self.name()
    }
}

fn subscription(properties: &Properties) -> Result<(String, Subscription), StackError> {
    properties.only(&["TopicArn", "Protocol", "Endpoint"])?;
    let protocol = properties.required("Protocol")?;
    let endpoint = properties.required("Endpoint")?;
    Ok((properties.required("TopicArn")?, Subscription { protocol, endpoint }))
}

fn outputs(resolver: &Resolver<'_>) -> Result<BTreeMap<String, String>, StackError> {
    let mut outputs = BTreeMap::new();
    for (name, output) in &resolver.template.outputs {
        let value = output_value(resolver, output);
        let value = value.map_err(|error| error.inside(name).inside("Outputs"))?;
        outputs.extend(value.map(|value| (name.clone(), value)));
    }
    Ok(outputs)
}

fn output_value(
    resolver: &Resolver<'_>,
    output: &serde_json::Value,
) -> Result<Option<String>, StackError> {
    let output = output.as_object().ok_or_else(|| StackError::here("must be an object"))?;
    refuse_others(output, &["Description", "Value", "Condition", "Export"])?;
    if let Some(condition) = output.get("Condition") {
        let name = scalar_text(condition).unwrap_or_default();
        if !resolver.condition(&name, 0)? {
            return Ok(None);
        }
    }
    let value = output.get("Value").ok_or_else(|| StackError::here("Value is missing"))?;
    resolver.text(value, 0).map(Some).map_err(|error| error.inside("Value"))
}
