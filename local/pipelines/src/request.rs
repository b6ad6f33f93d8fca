//! Reads requests, and cuts long answers into pages.
//!
//! Requests were checked against the API's model before they come here; what is read is there.

use machine::{Refusal, Time};
use serde_json::{Value, json};

/// A request's members.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a>(pub(crate) &'a Value);

impl<'a> Request<'a> {
    /// A member that is text.
    pub(crate) fn text(self, member: &str) -> Option<&'a str> {
        self.0.get(member)?.as_str()
    }

    /// The same, as owned text.
    pub(crate) fn owned(self, member: &str) -> Option<String> {
        self.text(member).map(ToOwned::to_owned)
    }

    /// A member that must be there.
    pub(crate) fn required(self, member: &str) -> Result<&'a str, Refusal> {
        self.text(member).ok_or_else(|| {
            let mut letters = member.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            let member: String = first.into_iter().chain(letters).collect();
            Refusal::invalid(format!(
                "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// `MaxParallelExecutionSteps`, if given.
    pub(crate) fn parallel(self) -> Option<u64> {
        self.0.pointer("/ParallelismConfiguration/MaxParallelExecutionSteps")?.as_u64()
    }

    /// A list of pairs, such as parameters with Name and Value.
    pub(crate) fn pairs(self, member: &str) -> Vec<(String, String)> {
        let list = self.0.get(member).and_then(Value::as_array).into_iter().flatten();
        let text = |item: &Value, key: &str| item.get(key)?.as_str().map(ToOwned::to_owned);
        list.filter_map(|item| Some((text(item, "Name")?, text(item, "Value")?))).collect()
    }

    /// Whether a time is between `CreatedAfter` and `CreatedBefore`.
    pub(crate) fn covers(self, time: Time) -> bool {
        let limit = |member: &str| self.0.get(member).and_then(Value::as_f64);
        limit("CreatedAfter").is_none_or(|after| time.seconds() > after)
            && limit("CreatedBefore").is_none_or(|before| time.seconds() < before)
    }

    /// Refuses members that would change what is done, and that the engine does not know.
    pub(crate) fn without(self, members: &[&str]) -> Result<(), Refusal> {
        let given =
            members.iter().find(|member| self.0.get(**member).is_some_and(|it| !it.is_null()));
        given.map_or(Ok(()), |member| {
            Err(Refusal::invalid(format!("the local engine does not have {member}; leave it out")))
        })
    }
}

/// What a list operation lists: how it is sorted if nobody says, and how long a page is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listing {
    pub(crate) operation: &'static str,
    /// The member that holds the items.
    pub(crate) member: &'static str,
    pub(crate) order: &'static str,
    pub(crate) length: usize,
}

impl Listing {
    /// One page of items, each with a key that sorts it and that no other has.
    ///
    /// A page begins after the key of the last item of the page before, so what comes or goes
    /// between two calls makes nothing appear twice.
    pub(crate) fn page(
        self,
        request: Request<'_>,
        mut items: Vec<(String, Value)>,
    ) -> Result<Value, Refusal> {
        let descending = request.text("SortOrder").unwrap_or(self.order) == "Descending";
        items.sort_by(|left, right| left.0.cmp(&right.0));
        if descending {
            items.reverse();
        }
        if let Some(token) = request.text("NextToken") {
            let last = self.key_in(token)?;
            items.retain(|(key, _)| if descending { *key < last } else { *key > last });
        }
        let asked = request.0.get("MaxResults").and_then(Value::as_u64);
        let length = asked.and_then(|it| usize::try_from(it).ok()).unwrap_or(self.length).max(1);
        let more = items.len() > length;
        items.truncate(length);

        let next = items.last().filter(|_| more).map(|(key, _)| self.token(key));
        let shown: Vec<Value> = items.into_iter().map(|(_, item)| item).collect();
        let mut answer = json!({ self.member: shown });
        if let (Some(members), Some(next)) = (answer.as_object_mut(), next) {
            members.insert("NextToken".to_owned(), Value::from(next));
        }
        Ok(answer)
    }

    fn token(self, key: &str) -> String {
        hex(format!("{} {key}", self.operation).as_bytes())
    }

    fn key_in(self, token: &str) -> Result<String, Refusal> {
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = token.as_bytes().chunks(2).map(byte).collect();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let key =
            text.as_deref().and_then(|text| text.strip_prefix(self.operation)?.strip_prefix(' '));
        key.map(ToOwned::to_owned).ok_or_else(|| {
            Refusal::invalid(format!(
                "Invalid pagination token: it is not from {}.",
                self.operation
            ))
        })
    }
}

/// Bytes, in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A key that sorts by time, then by name.
pub(crate) fn by_time(time: Time, name: &str) -> String {
    format!("{:020} {name}", time.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: Listing =
        Listing { operation: "ListThings", member: "Things", order: "Descending", length: 2 };

    fn items(count: i64) -> Vec<(String, Value)> {
        (1..=count).map(|number| (by_time(Time(number), "x"), json!(number))).collect()
    }

    #[test]
    fn pages_follow_each_other_even_if_something_new_came_first() {
        let first = LISTING.page(Request(&json!({})), items(3)).unwrap();
        assert_eq!(first.get("Things"), Some(&json!([3, 2])));

        let next = json!({"NextToken": first.get("NextToken")});
        let second = LISTING.page(Request(&next), items(5)).unwrap();

        assert_eq!(second, json!({"Things": [1]}));
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let other = Listing { operation: "ListOthers", ..LISTING };
        let first = other.page(Request(&json!({})), items(3)).unwrap();
        let request = json!({"NextToken": first.get("NextToken")});

        let refused = LISTING.page(Request(&request), items(3)).unwrap_err();

        assert_eq!(refused.code, "ValidationException");
        for token in ["", "zz", "€", "4c"] {
            LISTING.page(Request(&json!({"NextToken": token})), items(3)).unwrap_err();
        }
    }

    #[test]
    fn a_member_that_is_missing_is_named_as_the_service_does() {
        let refused = Request(&json!({})).required("PipelineName").unwrap_err();

        assert!(refused.message.contains("'pipelineName'"), "{refused}");
    }
}
