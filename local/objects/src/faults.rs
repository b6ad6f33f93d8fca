//! What S3 answers when it refuses, in its words.

use machine::Refusal;
use s3s::{Body, HttpResponse};

pub(crate) fn no_such_bucket(bucket: &str) -> Refusal {
    Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist")
        .with("BucketName", bucket)
}

pub(crate) fn no_such_key(key: &str) -> Refusal {
    Refusal::new(404, "NoSuchKey", "The specified key does not exist.").with("Key", key)
}

pub(crate) fn no_such_upload(upload: &str) -> Refusal {
    let words = "The specified upload does not exist. The upload ID may be invalid, or the upload \
                 may have been aborted or completed.";
    Refusal::new(404, "NoSuchUpload", words).with("UploadId", upload)
}

pub(crate) fn precondition_failed() -> Refusal {
    let words = "At least one of the pre-conditions you specified did not hold";
    Refusal::new(412, "PreconditionFailed", words)
}

pub(crate) fn not_modified() -> Refusal {
    Refusal::new(304, "NotModified", "Not Modified")
}

pub(crate) fn bad_range() -> Refusal {
    Refusal::new(416, "InvalidRange", "The requested range is not satisfiable")
}

pub(crate) fn bad_argument(words: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidArgument", words)
}

pub(crate) fn bad_request(words: impl Into<String>) -> Refusal {
    Refusal::new(400, "InvalidRequest", words)
}

pub(crate) fn bad_digest(name: &str) -> Refusal {
    let words = format!("The {name} you specified did not match the calculated checksum.");
    Refusal::new(400, "BadDigest", words)
}

pub(crate) fn not_implemented(what: &str) -> Refusal {
    Refusal::new(501, "NotImplemented", format!("the local engine does not have {what}"))
}

/// The protocol crate refuses some requests by itself, with a code and no message, which S3 always
/// has: this puts it there.
pub(crate) fn worded(mut response: HttpResponse) -> HttpResponse {
    let Some(body) = response.body().bytes() else { return response };
    let text = String::from_utf8_lossy(&body);
    let Some((start, rest)) = text.split_once("</Code>") else { return response };
    if rest.contains("<Message>") {
        return response;
    }
    let words = words_of(start.rsplit('>').next().unwrap_or_default());
    *response.body_mut() = Body::from(format!("{start}</Code><Message>{words}</Message>{rest}"));
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    response
}

fn words_of(code: &str) -> &'static str {
    match code {
        "IncompleteBody" => {
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
        }
        "InvalidAccessKeyId" => "The AWS Access Key Id you provided does not exist in our records.",
        "InvalidBucketName" => "The specified bucket is not valid.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        "KeyTooLongError" => "Your key is too long",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "NotImplemented" => {
            "A header you provided implies functionality that is not implemented here"
        }
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method."
        }
        _ => "The request cannot be answered",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worded_body(body: &str) -> String {
        let response = worded(HttpResponse::new(Body::from(body.to_owned())));
        String::from_utf8(response.body().bytes().unwrap().to_vec()).unwrap()
    }

    #[test]
    fn a_refusal_without_a_message_gets_one() {
        assert_eq!(
            worded_body("<?xml version=\"1.0\"?><Error><Code>KeyTooLongError</Code></Error>"),
            "<?xml version=\"1.0\"?><Error><Code>KeyTooLongError</Code>\
             <Message>Your key is too long</Message></Error>"
        );
    }

    #[test]
    fn a_refusal_with_a_message_stays_as_it_is() {
        let body = "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>";

        assert_eq!(worded_body(body), body);
    }
}
