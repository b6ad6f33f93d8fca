//! Texts that the service takes only as literals, checked once.

/// A text that is not what its place asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {wanted}")]
pub struct LiteralError {
    text: String,
    wanted: &'static str,
}

/// Declares a text type whose possession proves that the text was checked.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $wanted:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Accepts ", $wanted, ".")]
            pub fn new(text: impl Into<String>) -> Result<Self, $crate::build::literal::LiteralError> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) {
                    Ok(Self(text))
                } else {
                    Err($crate::build::literal::LiteralError::new(text, $wanted))
                }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::build::literal::LiteralError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::new(text)
            }
        }
    };
}
pub(crate) use checked_text;

impl LiteralError {
    pub(crate) fn new(text: String, wanted: &'static str) -> Self {
        Self { text, wanted }
    }
}

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

/// Whether the service takes it as the name of a step or parameter.
pub(crate) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
