//! One small object per version, so that a version is announced once.
//!
//! It is claimed before the mail and kept after it, both by conditional writes: of two deliveries
//! of an event one sends. A claim ends by itself, so that a crash between the two costs a minute
//! and not the mail.

use cloud::objects::{NotAnS3Uri, Precondition, ReadObject, WriteObject};
use cloud::registry::Package;
use cloud::{CallError, Reason, S3Uri};
use invocation::{Kind, Kinded};
use serde::{Deserialize, Serialize};

use crate::settings::NotifySettings;

/// How long a claim holds, in seconds: longer than the function may run, shorter than Lambda
/// waits before it repeats a failed event.
const LEASE: i64 = 50;

/// Why a version could not be claimed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MarkerError {
    #[error("another delivery of this event is sending the mail at the moment ({0})")]
    Claimed(S3Uri),
    #[error("the marker {0} is not one of ours: delete it to have the mail sent again")]
    Foreign(S3Uri),
    #[error("the group and version of the package make no marker")]
    NoAddress(#[from] NotAnS3Uri),
    #[error("cannot claim the version")]
    Call(#[from] CallError),
}

impl Kinded for MarkerError {
    fn kind(&self) -> Kind {
        match self {
            Self::Claimed(_) => Kind::Transient,
            Self::Foreign(_) | Self::NoAddress(_) => Kind::Rejected,
            Self::Call(error) => error.kind(),
        }
    }
}

/// What the object says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum State {
    Claimed { until: i64 },
    Sent { message_id: String, at: i64 },
}

impl State {
    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Where the marker of a version is.
#[derive(Debug)]
pub(crate) struct Marker {
    uri: S3Uri,
}

/// The right to send, which the entity tag of the claim proves.
#[derive(Debug)]
pub(crate) struct OurClaim {
    etag: String,
}

/// What claiming came to.
#[derive(Debug)]
pub(crate) enum Claim {
    Ours(OurClaim),
    Sent,
}

impl Marker {
    pub(crate) fn new(settings: &NotifySettings, package: &Package) -> Result<Self, MarkerError> {
        let prefix = &settings.marker_prefix;
        let (group, version) = (&package.group, package.summary.version);
        let key = format!("{}/{group}/{version}.json", prefix.key().trim_end_matches('/'));
        Ok(Self { uri: S3Uri::new(prefix.bucket(), &key)? })
    }

    /// Claims the version, unless its mail was sent or is being sent.
    pub(crate) async fn claim<Aws>(&self, aws: &Aws, now: i64) -> Result<Claim, MarkerError>
    where
        Aws: ReadObject + WriteObject,
    {
        let claim = State::Claimed { until: now.saturating_add(LEASE) }.bytes();
        match aws.write(&self.uri, claim.clone(), &Precondition::Absent).await {
            Ok(etag) => return Ok(Claim::Ours(OurClaim { etag })),
            Err(error) if error.reason == Reason::Conflict => {}
            Err(error) => return Err(error.into()),
        }
        let found = aws.read(&self.uri).await?;
        let state = serde_json::from_slice(&found.bytes);
        match state.map_err(|_| MarkerError::Foreign(self.uri.clone()))? {
            State::Sent { .. } => Ok(Claim::Sent),
            State::Claimed { until } if until > now => Err(MarkerError::Claimed(self.uri.clone())),
            State::Claimed { .. } => {
                let unchanged = Precondition::Unchanged(found.etag);
                match aws.write(&self.uri, claim, &unchanged).await {
                    Ok(etag) => Ok(Claim::Ours(OurClaim { etag })),
                    Err(error) if error.reason == Reason::Conflict => {
                        Err(MarkerError::Claimed(self.uri.clone()))
                    }
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// Notes that the mail was sent.
    pub(crate) async fn keep(
        &self,
        aws: &impl WriteObject,
        claim: &OurClaim,
        message_id: &str,
        now: i64,
    ) -> Result<(), CallError> {
        let sent = State::Sent { message_id: message_id.to_owned(), at: now };
        let ours = Precondition::Unchanged(claim.etag.clone());
        aws.write(&self.uri, sent.bytes(), &ours).await.map(|_| ())
    }

    /// Gives the claim back after a failure; if that fails too, it ends by itself.
    pub(crate) async fn release(&self, aws: &impl WriteObject, claim: &OurClaim) {
        let ours = Precondition::Unchanged(claim.etag.clone());
        let released = State::Claimed { until: 0 };
        if let Err(error) = aws.write(&self.uri, released.bytes(), &ours).await {
            tracing::warn!(%error, "the claim ends by itself");
        }
    }
}
