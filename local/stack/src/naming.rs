//! What a resource is called: what `Ref` and `GetAtt` give for each type.

use crate::intrinsics::Resolver;
use crate::{Settings, StackError};

/// The types of resources that the local engine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Function,
    Role,
    ManagedPolicy,
    LogGroup,
    Rule,
    Queue,
    Topic,
    Bucket,
    Permission,
    Subscription,
    /// Known, but nothing on one machine acts on it: alarms, and the policies of buckets and
    /// queues, which guard against other accounts and against transport without TLS.
    LeftToAws,
}

impl Kind {
    /// The kind of a CloudFormation type.
    pub(crate) fn of(name: &str) -> Result<Self, StackError> {
        Ok(match name {
            "AWS::Serverless::Function" => Self::Function,
            "AWS::IAM::Role" => Self::Role,
            "AWS::IAM::ManagedPolicy" => Self::ManagedPolicy,
            "AWS::Logs::LogGroup" => Self::LogGroup,
            "AWS::Events::Rule" => Self::Rule,
            "AWS::SQS::Queue" => Self::Queue,
            "AWS::SNS::Topic" => Self::Topic,
            "AWS::S3::Bucket" => Self::Bucket,
            "AWS::Lambda::Permission" => Self::Permission,
            "AWS::SNS::Subscription" => Self::Subscription,
            "AWS::CloudWatch::Alarm" | "AWS::S3::BucketPolicy" | "AWS::SQS::QueuePolicy" => {
                Self::LeftToAws
            }
            other => {
                let reason = format!("type {other} is not known to the local engine");
                return Err(StackError::here(reason));
            }
        })
    }

    /// Which property names it; none for what is never named by others.
    pub(crate) fn name_property(self) -> Option<&'static str> {
        match self {
            Self::Function => Some("FunctionName"),
            Self::Role => Some("RoleName"),
            Self::ManagedPolicy => Some("ManagedPolicyName"),
            Self::LogGroup => Some("LogGroupName"),
            Self::Rule => Some("Name"),
            Self::Queue => Some("QueueName"),
            Self::Topic => Some("TopicName"),
            Self::Bucket => Some("BucketName"),
            Self::Permission | Self::Subscription | Self::LeftToAws => None,
        }
    }

    fn arn(self, settings: &Settings, name: &str) -> Option<String> {
        Some(match self {
            Self::Function => settings.arn("lambda", &format!("function:{name}")),
            Self::Role => settings.iam_arn(&format!("role/{name}")),
            Self::ManagedPolicy => settings.iam_arn(&format!("policy/{name}")),
            Self::LogGroup => settings.arn("logs", &format!("log-group:{name}:*")),
            Self::Rule => settings.arn("events", &format!("rule/{name}")),
            Self::Queue => settings.arn("sqs", name),
            Self::Topic => settings.arn("sns", name),
            Self::Bucket => format!("arn:{}:s3:::{name}", settings.partition()),
            Self::Permission | Self::Subscription | Self::LeftToAws => return None,
        })
    }
}

/// Address of a queue.
pub(crate) fn queue_url(settings: &Settings, name: &str) -> String {
    format!("{}/{}/{name}", settings.queue_base, settings.account)
}

/// The name a resource has in AWS: its own, or one made from the stack's name.
///
/// CloudFormation puts random letters into the names it makes. Here they follow from the
/// settings alone, so that the second start finds what the first one left.
pub(crate) fn physical_name(
    resolver: &Resolver<'_>,
    logical: &str,
    depth: u32,
) -> Result<String, StackError> {
    let resource = resolver.resource(logical, depth)?;
    let kind = Kind::of(&resource.kind)?;
    let given = kind.name_property().and_then(|key| Some((key, resource.properties.get(key)?)));
    if let Some((key, value)) = given
        && let Some(value) = resolver.resolve(value, depth)?
    {
        let text = value.as_str().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| StackError::here("must be a name").inside(key));
        return text.map(str::to_owned);
    }
    let Settings { stack_name, account, region, .. } = resolver.settings;
    if kind != Kind::Bucket {
        return Ok(format!("{stack_name}-{logical}"));
    }
    let name = format!("{stack_name}-{logical}-{account}-{region}").to_lowercase();
    if name.len() > 63 {
        let reason = format!("the name {name} is longer than 63 characters; give BucketName");
        return Err(StackError::here(reason));
    }
    Ok(name)
}

/// ARN of a resource.
pub(crate) fn arn(
    resolver: &Resolver<'_>,
    logical: &str,
    depth: u32,
) -> Result<String, StackError> {
    let kind = Kind::of(&resolver.resource(logical, depth)?.kind)?;
    let name = physical_name(resolver, logical, depth)?;
    let arn = kind.arn(resolver.settings, &name);
    arn.ok_or_else(|| StackError::here(format!("the ARN of {logical} is not known")))
}

/// What `Ref` gives.
pub(crate) fn reference(
    resolver: &Resolver<'_>,
    logical: &str,
    depth: u32,
) -> Result<String, StackError> {
    let name = || physical_name(resolver, logical, depth);
    match Kind::of(&resolver.resource(logical, depth)?.kind)? {
        Kind::Topic | Kind::ManagedPolicy => arn(resolver, logical, depth),
        Kind::Queue => name().map(|name| queue_url(resolver.settings, &name)),
        Kind::Function | Kind::Role | Kind::LogGroup | Kind::Rule | Kind::Bucket => name(),
        Kind::Permission | Kind::Subscription | Kind::LeftToAws => {
            let reason = format!("what Ref gives for {logical} is not known to the local engine");
            Err(StackError::here(reason))
        }
    }
}

/// What `GetAtt` gives.
pub(crate) fn attribute(
    resolver: &Resolver<'_>,
    logical: &str,
    attribute: &str,
    depth: u32,
) -> Result<String, StackError> {
    let kind = Kind::of(&resolver.resource(logical, depth)?.kind)?;
    let name = || physical_name(resolver, logical, depth);
    match (kind, attribute) {
        (
            Kind::Function | Kind::Role | Kind::LogGroup | Kind::Rule | Kind::Queue | Kind::Bucket,
            "Arn",
        )
        | (Kind::ManagedPolicy, "PolicyArn")
        | (Kind::Topic, "TopicArn") => arn(resolver, logical, depth),
        (Kind::Queue, "QueueName") | (Kind::Topic, "TopicName") => name(),
        (Kind::Queue, "QueueUrl") => name().map(|name| queue_url(resolver.settings, &name)),
        _ => {
            let reason = format!("attribute {attribute} of {logical} is not known");
            Err(StackError::here(format!("{reason} to the local engine")))
        }
    }
}
