//! List operations: what they filter by, how they sort, and how a page goes on.
//!
//! A token names the last item of a page, so that what is made or deleted between two pages moves
//! nothing. It holds for the request that it was given for and no other.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use machine::Refusal;
use serde_json::{Value, json};

use crate::entity::{Body, text};
use crate::shapes;

/// How many items a page has unless the request says.
const PAGE: usize = 10;

/// The order of a list unless the request says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Oldest or first name first.
    Ascending,
    /// Newest or last name first.
    Descending,
}

/// What a List operation answers of entities.
#[derive(Debug)]
pub(crate) struct Listing {
    /// The member with the list.
    pub(crate) list: &'static str,
    /// The shape of its items.
    pub(crate) summary: &'static str,
    /// The member of an entity with its name.
    pub(crate) name: &'static str,
    /// The member with its ARN, by which pages go on.
    pub(crate) arn: &'static str,
    /// The member with its status.
    pub(crate) status: &'static str,
    /// The order unless the request says.
    pub(crate) order: Order,
}

/// Filters, sorts and cuts a page out of entities.
pub(crate) fn page(
    listing: &Listing,
    request: &Value,
    mut found: Vec<Body>,
) -> Result<Value, Refusal> {
    found.retain(|body| is_wanted(listing, request, body));
    let by = match text(request, "SortBy") {
        Some("Name") => listing.name,
        Some("Status") => listing.status,
        Some("LastModifiedTime") => "LastModifiedTime",
        _ => "CreationTime",
    };
    let order = match text(request, "SortOrder") {
        Some("Ascending") => Order::Ascending,
        Some("Descending") => Order::Descending,
        _ => listing.order,
    };
    // The sort is stable, so those of the same moment stay in the order in which they were made.
    found.sort_by(|one, other| compare(one.get(by), other.get(by)));
    if order == Order::Descending {
        found.reverse();
    }
    let (page, next) = cut(request, found, |body| json!(body.get(listing.arn)))?;
    let items: Vec<Value> = page.iter().map(|body| summary(listing.summary, body)).collect();
    Ok(with_next(json!({ (listing.list): items }), next))
}

/// An entity as lists show it.
fn summary(shape: &str, body: &Body) -> Value {
    let mut summary = shapes::for_shape(shape, body);
    if let Some(source) = body.get("Source") {
        let member = shape.replace("Summary", "Source");
        summary.insert(member.clone(), source.clone());
        summary = shapes::for_shape(shape, &summary);
    }
    Value::Object(summary)
}

fn is_wanted(listing: &Listing, request: &Value, body: &Body) -> bool {
    let moment = |member: &str| body.get(member).and_then(Value::as_f64);
    let asked = |names: [&str; 2]| names.into_iter().find_map(|name| request.get(name)?.as_f64());
    let after = |names, member| asked(names).is_none_or(|limit| moment(member) > Some(limit));
    let before = |names, member| {
        asked(names).is_none_or(|limit| moment(member).is_some_and(|time| time < limit))
    };
    let name = body.get(listing.name).and_then(Value::as_str).unwrap_or_default();
    let part = text(request, "NameContains").unwrap_or_default();
    let status = text(request, "StatusEquals");
    name.to_lowercase().contains(&part.to_lowercase())
        && status.is_none_or(|status| body.get(listing.status) == Some(&json!(status)))
        && after(["CreationTimeAfter", "CreatedAfter"], "CreationTime")
        && before(["CreationTimeBefore", "CreatedBefore"], "CreationTime")
        && after(["LastModifiedTimeAfter"; 2], "LastModifiedTime")
        && before(["LastModifiedTimeBefore"; 2], "LastModifiedTime")
}

/// Compares numbers as numbers and texts as texts; what is missing comes first.
pub(crate) fn compare(one: Option<&Value>, other: Option<&Value>) -> Ordering {
    match (one, other) {
        (Some(Value::String(one)), Some(Value::String(other))) => one.cmp(other),
        (Some(one), Some(other)) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => one.total_cmp(&other),
            (one, other) => one.is_some().cmp(&other.is_some()),
        },
        (one, other) => one.is_some().cmp(&other.is_some()),
    }
}

/// The page that a request asks for, and the token of the next.
pub(crate) fn cut<T>(
    request: &Value,
    items: Vec<T>,
    id: impl Fn(&T) -> Value,
) -> Result<(Vec<T>, Option<String>), Refusal> {
    let size = request.get("MaxResults").and_then(Value::as_u64);
    let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE);
    let from = match text(request, "NextToken") {
        None => 0,
        Some(token) => {
            let (last, place) = read_token(request, token)?;
            let found = items.iter().position(|item| id(item) == last);
            // If the last item is gone, those behind it have moved up to its place.
            found.map_or(place, |found| found + 1)
        }
    };
    let more = items.len() > from.saturating_add(size);
    let page: Vec<T> = items.into_iter().skip(from).take(size).collect();
    let last = page.last().filter(|_| more).map(id);
    Ok((page, last.map(|last| token(request, &last, from + size - 1))))
}

/// An answer with the token of its next page.
pub(crate) fn with_next(mut answer: Value, next: Option<String>) -> Value {
    if let (Some(members), Some(next)) = (answer.as_object_mut(), next) {
        members.insert("NextToken".to_owned(), json!(next));
    }
    answer
}

fn token(request: &Value, last: &Value, place: usize) -> String {
    let text = json!([digest(request), last, place]).to_string();
    let digits = text.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

fn read_token(request: &Value, token: &str) -> Result<(Value, usize), Refusal> {
    let wrong = || {
        Refusal::invalid(
            "The NextToken is not valid: it was not given for this request.".to_owned(),
        )
    };
    let pair = |at: usize| token.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..token.len()).step_by(2).map(pair).collect();
    let read: (u64, Value, usize) =
        serde_json::from_slice(&bytes.ok_or_else(wrong)?).map_err(|_| wrong())?;
    let (of, last, place) = read;
    if of == digest(request) { Ok((last, place)) } else { Err(wrong()) }
}

/// What a request asks for, apart from which page.
fn digest(request: &Value) -> u64 {
    let mut rest = request.as_object().cloned().unwrap_or_default();
    rest.remove("NextToken");
    rest.remove("MaxResults");
    let mut hasher = DefaultHasher::new();
    Value::Object(rest).to_string().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(request: &Value, items: &[i32]) -> (Vec<i32>, Option<String>) {
        cut(request, items.to_vec(), |item| json!(item)).unwrap()
    }

    #[test]
    fn pages_follow_one_another_though_items_come_and_go() {
        let (first, next) = pages(&json!({"MaxResults": 2}), &[1, 2, 3, 4, 5]);
        let request = json!({"MaxResults": 2, "NextToken": next});

        assert_eq!(first, [1, 2]);
        assert_eq!(pages(&request, &[0, 1, 2, 3, 4, 5]).0, [3, 4]);
        assert_eq!(pages(&request, &[1, 3, 4, 5]).0, [3, 4]);
        let last = pages(&request, &[1, 2, 3, 4]);
        assert_eq!((last.0, last.1), (vec![3, 4], None));
    }

    #[test]
    fn a_token_of_another_request_or_of_nobody_is_refused() {
        let (_, next) = pages(&json!({"MaxResults": 1}), &[1, 2]);
        for request in [
            json!({"MaxResults": 1, "NextToken": next, "NameContains": "a"}),
            json!({"NextToken": "xyz"}),
            json!({"NextToken": "ä"}),
        ] {
            let refused = cut(&request, vec![1, 2], |item| json!(item)).unwrap_err();
            assert_eq!(refused.code, "ValidationException");
        }
    }
}
