//! The protocol of SNS and STS, and of SQS clients of old: forms in, XML out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use machine::{Refusal, ids};

use crate::wire::{Request, Response, answer, blame};

/// The members of a form, such as `Action` and `Attributes.entry.1.key`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads body and query of a request.
    pub(crate) fn read(request: &Request) -> Self {
        let mut members = BTreeMap::new();
        let body = String::from_utf8_lossy(request.body());
        for text in [request.uri().query().unwrap_or_default(), body.as_ref()] {
            for pair in text.split('&').filter(|pair| !pair.is_empty()) {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                members.insert(decoded(name), decoded(value));
            }
        }
        Self(members)
    }

    /// What is to be done.
    pub(crate) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    /// A member; an empty one counts as given.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A member that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            let message = format!("Invalid parameter: {name} Reason: it is missing");
            Refusal::new(400, "InvalidParameter", message)
        })
    }

    /// The forms `PREFIX.1`, `PREFIX.2`, ..., each without its prefix; a plain value is its `""`.
    pub(crate) fn items(&self, prefix: &str) -> Vec<Self> {
        let mut items = Vec::new();
        for number in 1.. {
            let own = format!("{prefix}.{number}");
            let under = format!("{own}.");
            let item: BTreeMap<String, String> = self
                .0
                .range(own.clone()..)
                .take_while(|(name, _)| name.starts_with(&own))
                .filter_map(|(name, value)| {
                    let rest = if *name == own { Some("") } else { name.strip_prefix(&under) };
                    rest.map(|rest| (rest.to_owned(), value.clone()))
                })
                .collect();
            if item.is_empty() {
                break;
            }
            items.push(Self(item));
        }
        items
    }

    /// Pairs, as `PREFIX.entry.N.key` and `.value` or other names of the two.
    pub(crate) fn pairs(&self, prefix: &str, key: &str, value: &str) -> BTreeMap<String, String> {
        let pair = |item: &Self| Some((item.get(key)?.to_owned(), item.get(value)?.to_owned()));
        self.items(prefix).iter().filter_map(pair).collect()
    }
}

pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits: Vec<u8> = rest.by_ref().take(2).collect();
                let number = std::str::from_utf8(&digits).ok();
                let number = number.and_then(|digits| u8::from_str_radix(digits, 16).ok());
                bytes.push(number.unwrap_or(b'?'));
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// XML that is being written.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// An element with text.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        let value = value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('\r', "&#13;");
        // Writing to a text cannot fail.
        let _ = write!(self.0, "<{name}>{value}</{name}>");
    }

    /// An element with elements.
    pub(crate) fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        let _ = write!(self.0, "<{name}>");
        inside(self);
        let _ = write!(self.0, "</{name}>");
    }

    /// `entry`, `member` or other pairs.
    pub(crate) fn pairs<'a>(
        &mut self,
        names: [&str; 3],
        pairs: impl IntoIterator<Item = (&'a String, &'a String)>,
    ) {
        let [entry, key_name, value_name] = names;
        for (key, value) in pairs {
            self.element(entry, |xml| {
                xml.text(key_name, key);
                xml.text(value_name, value);
            });
        }
    }
}

/// The answer to an action.
pub(crate) fn done(namespace: &str, action: &str, result: Option<Xml>) -> Response {
    let mut body = Xml::default();
    let _ = write!(body.0, "<{action}Response xmlns=\"{namespace}\">");
    if let Some(result) = result {
        body.element(&format!("{action}Result"), |xml| xml.0.push_str(&result.0));
    }
    body.element("ResponseMetadata", |xml| xml.text("RequestId", &ids::uuid()));
    let _ = write!(body.0, "</{action}Response>");
    answer(200, "text/xml", body.0)
}

/// The answer that refuses one.
pub(crate) fn refused(namespace: &str, refusal: &Refusal) -> Response {
    let mut body = Xml::default();
    let _ = write!(body.0, "<ErrorResponse xmlns=\"{namespace}\">");
    body.element("Error", |xml| {
        xml.text("Type", blame(refusal));
        xml.text("Code", &refusal.code);
        xml.text("Message", &refusal.message);
    });
    body.text("RequestId", &ids::uuid());
    body.0.push_str("</ErrorResponse>");
    answer(refusal.status, "text/xml", body.0)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn form(body: &'static str) -> Form {
        Form::read(&Request::new(Bytes::from_static(body.as_bytes())))
    }

    #[test]
    fn a_form_is_decoded() {
        let form = form("Action=Publish&Message=a+b%26c%C3%A9%0A&Subject=");

        assert_eq!(form.action(), "Publish");
        assert_eq!(form.get("Message"), Some("a b&c\u{e9}\n"));
        assert_eq!(form.need("Subject").unwrap_err().code, "InvalidParameter");
    }

    #[test]
    fn numbered_members_are_items_beyond_the_ninth_too() {
        use std::fmt::Write as _;
        let mut body = String::from("Action=X");
        for number in 1..=12 {
            write!(body, "&A.member.{number}=v{number}").unwrap();
        }
        let form = Form::read(&Request::new(Bytes::from(body)));

        let values: Vec<String> = form
            .items("A.member")
            .iter()
            .map(|item| item.get("").unwrap_or_default().to_owned())
            .collect();

        assert_eq!(values.len(), 12);
        assert_eq!(values[10], "v11");
    }

    #[test]
    fn text_is_written_so_that_xml_stays_whole() {
        let mut xml = Xml::default();
        xml.text("Message", "a<b>&c");

        assert_eq!(xml.0, "<Message>a&lt;b&gt;&amp;c</Message>");
    }
}
