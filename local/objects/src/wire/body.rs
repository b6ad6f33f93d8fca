//! Bodies that come in, and whether they are what the client says they are.

use http::HeaderMap;
use machine::Refusal;
use s3s::dto::{ChecksumAlgorithm, StreamingBlob};
use s3s::{Body, TrailingHeaders};

use crate::blobs::Blob;
use crate::checksum::{Algorithm, Values, base64};
use crate::faults::{bad_digest, bad_request};
use crate::shelf::{Shelf, fill};

/// What the client says about a body.
#[derive(Debug)]
pub(super) struct Announced {
    pub(super) md5: Option<String>,
    pub(super) length: Option<i64>,
    given: Values,
    /// The checksums that come after the body.
    trailing: Vec<Algorithm>,
    /// Computed although no value comes with the request.
    asked: Option<Algorithm>,
}

impl Announced {
    /// `given` are the checksums of the headers, `asked` is the algorithm that the client names.
    pub(super) fn new(
        headers: &HeaderMap,
        given: Values,
        asked: Option<&ChecksumAlgorithm>,
    ) -> Result<Self, Refusal> {
        if given.len() > 1 {
            return Err(bad_request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
            ));
        }
        let trailers = headers.get_all("x-amz-trailer");
        let announced: Vec<&str> = trailers
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(',').map(str::trim))
            .collect();
        let named =
            |one: &Algorithm| announced.iter().any(|name| name.eq_ignore_ascii_case(&one.header()));
        let trailing = Algorithm::ALL.into_iter().filter(named).collect();
        let asked = asked.map(|asked| {
            let unknown =
                || bad_request("Value for x-amz-sdk-checksum-algorithm header is invalid.");
            Algorithm::named(asked.as_str()).ok_or_else(unknown)
        });
        Ok(Self { md5: None, length: None, given, trailing, asked: asked.transpose()? })
    }

    /// The algorithms that the client speaks of.
    pub(super) fn algorithms(&self) -> Vec<Algorithm> {
        let spoken_of = self.given.keys().chain(&self.trailing).chain(&self.asked);
        let mut algorithms: Vec<Algorithm> = spoken_of.copied().collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        algorithms
    }
}

/// Takes the body in as a blob with these checksums, and compares.
pub(super) async fn receive(
    announced: Announced,
    shelf: &Shelf,
    algorithms: &[Algorithm],
    body: Option<StreamingBlob>,
    trailers: Option<TrailingHeaders>,
) -> Result<Blob, Refusal> {
    let intake = shelf.intake(algorithms)?;
    let body = body.unwrap_or_else(|| StreamingBlob::from(Body::empty()));
    let blob = fill(intake, body).await?;
    if announced.length.is_some_and(|length| u64::try_from(length) != Ok(blob.size)) {
        let words =
            "You did not provide the number of bytes specified by the Content-Length HTTP header";
        return Err(Refusal::new(400, "IncompleteBody", words));
    }
    if announced.md5.is_some_and(|md5| md5 != base64(&blob.md5)) {
        return Err(bad_digest("Content-MD5"));
    }
    let trailers = trailers.and_then(|handle| handle.take()).unwrap_or_default();
    for algorithm in announced.trailing {
        let value = trailers.get(algorithm.header()).and_then(|value| value.to_str().ok());
        compare(&blob, algorithm, value.ok_or_else(no_trailer)?)?;
    }
    announced.given.iter().try_for_each(|(algorithm, value)| compare(&blob, *algorithm, value))?;
    Ok(blob)
}

fn no_trailer() -> Refusal {
    let words = "The request contained trailing data that was not well-formed or did not conform to our published schema.";
    Refusal::new(400, "MalformedTrailerError", words)
}

fn compare(blob: &Blob, algorithm: Algorithm, value: &str) -> Result<(), Refusal> {
    if blob.checksums.get(&algorithm).is_some_and(|computed| computed == value) {
        return Ok(());
    }
    Err(bad_digest(algorithm.name()))
}
