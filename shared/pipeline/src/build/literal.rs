//! Texts that the service takes only as literals, checked once.

use scenario::checked_text;
pub use scenario::literal::LiteralError;

checked_text!(
    /// The function a Lambda step calls. A reference is not accepted here, hence not expressible.
    FunctionArn,
    "the ARN of a Lambda function, arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME",
    |text| is_arn(text, "lambda") && text.contains(":function:")
);
checked_text!(
    /// The role a job or a model runs as.
    RoleArn,
    "the ARN of an IAM role, arn:PARTITION:iam::ACCOUNT:role/NAME",
    |text| is_arn(text, "iam") && text.contains(":role/")
);
checked_text!(
    /// The queue a Callback step sends its token to.
    QueueUrl,
    "the https URL of an SQS queue",
    |text| text.starts_with("https://") && text.len() > "https://".len() && !has_space(text)
);
checked_text!(
    /// A container image in ECR.
    ImageUri,
    "an ECR image, ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG",
    |text| text.contains(".dkr.ecr.") && text.contains('/') && !has_space(text)
);

fn is_arn(text: &str, service: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next() == Some(service)
        && parts.nth(2).is_some_and(|resource| !resource.is_empty())
        && !has_space(text)
}

fn has_space(text: &str) -> bool {
    text.contains(char::is_whitespace)
}
