//! JSON lines on standard output, at the level that Lambda's logging configuration asks for.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt;

use crate::Settings;

/// Installs the subscriber; a second call changes nothing.
pub(crate) fn start(settings: &Settings) {
    let level = settings
        .optional("AWS_LAMBDA_LOG_LEVEL")
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    let lines = fmt::Subscriber::builder()
        .with_max_level(level)
        .with_target(false)
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .finish();
    if tracing::subscriber::set_global_default(lines).is_err() {
        tracing::debug!("logs were started before");
    }
}
