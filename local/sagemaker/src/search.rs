//! `Search`: records of every kind, filtered, sorted and paged.

mod filter;
mod property;
mod records;

use std::sync::Arc;

use machine::{Caller, Refusal};
use serde_json::{Value, json};

use crate::call::Handler;
use crate::entity::{not_here, required, text};
use crate::listing;
use crate::plane::{Answer, Plane};

pub(crate) fn handler(operation: &str) -> Option<Handler> {
    (operation == "Search").then_some(search as Handler)
}

fn search(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    plane.allow(caller, "Search", "*")?;
    if request.get("VisibilityConditions").is_some() {
        return Err(not_here("Search with VisibilityConditions"));
    }
    if text(request, "CrossAccountFilterOption") == Some("CrossAccount") {
        return Err(not_here("other accounts"));
    }
    let resource = required(request, "Resource")?;
    let mut found = records::all(plane, resource)?;
    if let Some(expression) = request.get("SearchExpression") {
        filter::check(expression)?;
        found.retain(|record| filter::matches(expression, record));
    }
    let by = text(request, "SortBy").unwrap_or("LastModifiedTime");
    found.sort_by(|one, other| {
        let (one, other) = (property::values(one, by), property::values(other, by));
        listing::compare(one.first(), other.first())
    });
    if text(request, "SortOrder") != Some("Ascending") {
        found.reverse();
    }
    let hits = found.len();
    let (page, next) = listing::cut(request, found, records::arn)?;
    let member = records::member(resource).ok_or_else(|| Refusal::internal("lost a resource"))?;
    let results: Vec<Value> = page.into_iter().map(|record| json!({ (member): record })).collect();
    let total = json!({"Value": hits, "Relation": "EqualTo"});
    Ok(listing::with_next(json!({"Results": results, "TotalHits": total}), next))
}
