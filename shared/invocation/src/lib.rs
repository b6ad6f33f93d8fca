//! What every Lambda needs once: logs, settings, events, and failures as Lambda shows them.
//!
//! A function's `main` reads its [`settings`], connects its clients and calls [`serve`]; its
//! handler returns [`Failure`], which is the only road to the error that callers see.

pub mod clock;
pub mod event;
pub mod failure;
mod logs;
pub mod samples;
pub mod settings;

use std::future::Future;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde_json::Value;

pub use event::decode;
pub use failure::{Failure, Kind, Kinded};
pub use settings::{SettingError, Settings};

/// Answers events one after the other until the sandbox ends.
///
/// # Errors
/// Only if the Runtime API itself fails; a failed event is answered and the next one taken.
pub async fn serve<Answer, Handling>(
    handle: impl Fn(Value) -> Handling,
) -> Result<(), lambda_runtime::Error>
where
    Answer: Serialize,
    Handling: Future<Output = Result<Answer, Failure>>,
{
    let handle = &handle;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| async move {
        let answered = handle(event.payload).await;
        answered.map_err(|failure| {
            let request_id = &event.context.request_id;
            tracing::error!(request_id, kind = failure.kind().word(), %failure, "event failed");
            Diagnostic::from(failure)
        })
    }))
    .await
}

/// Starts the logs; to be called first in `main`.
pub fn start_logs(settings: &Settings) {
    logs::start(settings);
}
