//! Events, written in the transaction of the change that they tell of.
//!
//! Whoever delivers them takes them out of the outbox in the transaction that queues what comes of
//! them, so none is lost and none is invented.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::store::{Batch, StoreError};
use crate::{Identity, Time, ids};

/// What EventBridge is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Such as `aws.sagemaker`.
    pub source: String,
    /// Such as `SageMaker Endpoint State Change`.
    pub detail_type: String,
    /// ARNs.
    pub resources: Vec<String>,
    /// The rest.
    pub detail: Value,
}

/// The documents of the outbox, in order.
pub const KIND: &str = "outbox";

impl Event {
    /// As rules and functions see it.
    pub fn envelope(&self, identity: &Identity, time: Time) -> Value {
        let whole_seconds = Time(time.0 - time.0.rem_euclid(1000)).iso().replace(".000", "");
        json!({
            "version": "0",
            "id": ids::uuid(),
            "detail-type": self.detail_type,
            "source": self.source,
            "account": identity.account,
            "time": whole_seconds,
            "region": identity.region,
            "resources": self.resources,
            "detail": self.detail,
        })
    }
}

impl Batch<'_> {
    /// Puts an event into the outbox; it is delivered once the transaction is committed.
    pub fn emit(&self, event: &Event, identity: &Identity, time: Time) -> Result<(), StoreError> {
        let sequence = self.next_number(KIND)?;
        self.put(KIND, &format!("{sequence:020}"), &event.envelope(identity, time))
    }
}
