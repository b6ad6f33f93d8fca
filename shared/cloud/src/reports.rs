//! Evaluation reports where they are kept: in S3, and attached to versions in the registry.

use metric::{Report, ReportError};

use crate::objects::{Object, ReadObject};
use crate::registry::Package;
use crate::{CallError, Reason, S3Uri};

/// The report's file below the prefix that an evaluation job writes to.
pub const FILE: &str = "evaluation.json";
/// Under which a version's metadata says where its report is.
pub const URI_KEY: &str = "evaluation_s3_uri";
/// Under which a version's metadata and a trial component say what data was held out.
pub const FINGERPRINT_KEY: &str = "holdout_fingerprint";
/// Under which a version's metadata and a trial component say which execution made them.
pub const EXECUTION_KEY: &str = "execution_id";

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadReportError {
    /// The object could not be read.
    #[error("cannot read the evaluation report")]
    Call(#[from] CallError),
    /// The object is not a report.
    #[error("{uri} is not an evaluation report")]
    NotAReport {
        /// Where it is.
        uri: S3Uri,
        /// What is wrong with it.
        source: ReportError,
    },
}

/// Reads the report at `uri`, which may be the file itself or the prefix above it.
///
/// The object comes with it: its bytes, and when it was written.
pub async fn read_report(
    objects: &impl ReadObject,
    uri: &S3Uri,
) -> Result<(Report, Object), ReadReportError> {
    let uri = uri.file(FILE);
    let object = objects.read(&uri).await?;
    let report = Report::parse(&object.bytes);
    report
        .map(|report| (report, object))
        .map_err(|source| ReadReportError::NotAReport { uri, source })
}

/// Reads the report of a version, if it says where that is and it is still there.
///
/// A report that is gone, hidden or damaged counts as none: an old version must not keep new ones
/// from being judged. Only what may pass by itself is an error.
pub async fn read_report_of(
    objects: &impl ReadObject,
    package: &Package,
) -> Result<Option<Report>, CallError> {
    let Some(uri) = package.metadata.get(URI_KEY).and_then(|uri| uri.parse::<S3Uri>().ok()) else {
        return Ok(None);
    };
    match read_report(objects, &uri).await {
        Ok((report, _)) => Ok(Some(report)),
        Err(ReadReportError::Call(error))
            if !matches!(error.reason, Reason::NotFound | Reason::Denied) =>
        {
            Err(error)
        }
        Err(ReadReportError::Call(_) | ReadReportError::NotAReport { .. }) => Ok(None),
    }
}
