//! Whose signature is it? Signature Version 4, as AWS describes it.
//!
//! S3 has ways of its own to sign (streams, presigned addresses) and judges them itself; this is
//! for all others, whose body is whole in one request.

use std::fmt::Write as _;

use http::HeaderMap;
use http::request::Parts;
use machine::{Caller, Credentials, Refusal};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The header, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authorization {
    access_key: String,
    date: String,
    region: String,
    /// The service that the request is signed for.
    pub(crate) service: String,
    signed_headers: Vec<String>,
    signature: String,
}

impl Authorization {
    /// The header of a request; `None` if there is none of this algorithm.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
        let members = text.strip_prefix(ALGORITHM)?;
        let member = |name: &str| {
            members
                .split(',')
                .find_map(|member| member.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let mut scope = member("Credential")?.split('/');
        let mut next = || scope.next().map(str::to_owned);
        let (access_key, date, region, service) = (next()?, next()?, next()?, next()?);
        Some(Self {
            access_key,
            date,
            region,
            service,
            signed_headers: member("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: member("Signature")?.to_owned(),
        })
    }

    /// Who signed this request, if the signature is right.
    pub(crate) fn caller(
        &self,
        credentials: &Credentials,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Caller, Refusal> {
        let unknown = || {
            let message = "The security token included in the request is invalid.";
            Refusal::new(403, "UnrecognizedClientException", message)
        };
        let (key, caller) = credentials.find(&self.access_key).ok_or_else(unknown)?;
        let token = parts.headers.get("x-amz-security-token").and_then(|it| it.to_str().ok());
        if key.session_token.as_deref() != token && key.session_token.is_some() {
            return Err(unknown());
        }
        let expected = self.sign(&key.secret, parts, body);
        if same(expected.as_bytes(), self.signature.as_bytes()) {
            return Ok(caller);
        }
        let message = "The request signature we calculated does not match the signature you \
                       provided. Check your AWS Secret Access Key and signing method.";
        Err(Refusal::new(403, "InvalidSignatureException", message))
    }

    fn sign(&self, secret: &str, parts: &Parts, body: &[u8]) -> String {
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let time = header(&parts.headers, "x-amz-date");
        let canonical = hex(&Sha256::digest(self.canonical(parts, body)));
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{canonical}");
        let parts = [&self.date, &self.region, &self.service, "aws4_request"];
        let start = format!("AWS4{secret}").into_bytes();
        let key = parts.iter().fold(start, |key, part| hmac(&key, part.as_bytes()));
        hex(&hmac(&key, text.as_bytes()))
    }

    fn canonical(&self, parts: &Parts, body: &[u8]) -> String {
        let mut text = format!("{}\n{}\n", parts.method, encoded_path(parts.uri.path()));
        let mut pairs: Vec<(String, String)> = parts
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        pairs.sort();
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        text.push_str(&pairs.join("&"));
        text.push('\n');
        for name in &self.signed_headers {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{name}:{}", header(&parts.headers, name));
        }
        let hash = header(&parts.headers, "x-amz-content-sha256");
        let hash = if hash.is_empty() { hex(&Sha256::digest(body)) } else { hash };
        let _ = write!(text, "\n{}\n{hash}", self.signed_headers.join(";"));
        text
    }
}

/// The values of a header as they are signed: trimmed, several joined by commas.
fn header(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let words = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    values.map(words).collect::<Vec<_>>().join(",")
}

/// A path is encoded once more for the signature, by all services but S3.
fn encoded_path(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut block = if key.len() > BLOCK { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(BLOCK, 0);
    let padded = |pad: u8| block.iter().map(move |byte| byte ^ pad).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

/// In a time that does not tell where two texts begin to differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of AWS's documentation: `GET ListUsers` of IAM.
    #[test]
    fn the_documented_example_gets_the_documented_signature() {
        let request = http::Request::get("/?Action=ListUsers&Version=2010-05-08")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("host", "iam.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .header(
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature=00",
            );
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let authorization = Authorization::of(&parts.headers).unwrap();

        let signature = authorization.sign("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &parts, b"");

        assert_eq!(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    #[test]
    fn a_path_is_encoded_once_more() {
        assert_eq!(encoded_path("/functions/arn%3Aaws"), "/functions/arn%253Aaws");
    }
}
