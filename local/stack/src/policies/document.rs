//! Policy documents, read strictly: what is not understood could deny or allow something.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

use super::condition::Condition;
use crate::StackError;
use crate::glob::Glob;
use crate::properties::Properties;

/// A policy with the name it has at its role.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyDocument {
    /// `PolicyName`, or the name of the managed policy.
    pub name: String,
    /// What it says.
    pub statements: Vec<Statement>,
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// Its name.
    pub sid: Option<String>,
    pub(super) effect: Effect,
    actions: Matching,
    resources: Matching,
    conditions: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Matching {
    AnyOf(Vec<Glob>),
    NoneOf(Vec<Glob>),
}

impl PolicyDocument {
    /// Reads an identity-based policy.
    pub fn read(name: &str, document: &Value) -> Result<Self, StackError> {
        let read = |statement| Statement::read(&statement);
        let statements = statements(document)?.map(read).collect::<Result<_, _>>();
        let statements = statements.map_err(|error| error.inside("Statement"))?;
        Ok(Self { name: name.to_owned(), statements })
    }
}

/// The services that a role's trust policy lets assume it.
pub(crate) fn trusted_services(document: &Value) -> Result<BTreeSet<String>, StackError> {
    let mut services = BTreeSet::new();
    for statement in statements(document)? {
        let told = trusted(&statement).map_err(|error| error.inside("Statement"))?;
        services.extend(told);
    }
    Ok(services)
}

fn trusted(statement: &Properties) -> Result<Vec<String>, StackError> {
    statement.only(&["Sid", "Effect", "Principal", "Action"])?;
    statement.word("Effect", &["Allow"])?;
    statement.word("Action", &["sts:AssumeRole"])?;
    let principal = statement.part("Principal")?;
    let principal = principal.ok_or_else(|| StackError::here("Principal is missing"))?;
    principal.only(&["Service"])?;
    texts(&principal, "Service")
}

fn statements(document: &Value) -> Result<impl Iterator<Item = Properties>, StackError> {
    let document = Properties::of(document.clone())?;
    document.only(&["Version", "Id", "Statement"])?;
    document.required("Version")?;
    document.word("Version", &["2012-10-17"])?;
    let statements = match document.0.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => return Err(StackError::here("Statement is missing")),
    };
    let statements: Vec<_> =
        statements.into_iter().map(Properties::of).collect::<Result<_, _>>()?;
    Ok(statements.into_iter())
}

impl Statement {
    fn read(statement: &Properties) -> Result<Self, StackError> {
        statement.only(&[
            "Sid",
            "Effect",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
        ])?;
        statement.required("Effect")?;
        let effect = match statement.word("Effect", &["Allow", "Deny"])? {
            "Allow" => Effect::Allow,
            _ => Effect::Deny,
        };
        let action = |text: &str| {
            let named = text == "*" || text.split_once(':').is_some_and(|(it, _)| !it.is_empty());
            named.then(|| text.to_lowercase()).ok_or("must be service:Action")
        };
        let resource = |text: &str| {
            let known = text == "*" || text.starts_with("arn:");
            known.then(|| text.to_owned()).ok_or("must be * or an ARN")
        };
        let conditions = match statement.part("Condition")? {
            None => Vec::new(),
            Some(all) => Condition::read(&all).map_err(|error| error.inside("Condition"))?,
        };
        Ok(Self {
            sid: statement.text("Sid")?,
            effect,
            actions: matching(statement, ["Action", "NotAction"], action)?,
            resources: matching(statement, ["Resource", "NotResource"], resource)?,
            conditions,
        })
    }

    /// Whether it has anything to say; condition keys come in lower case.
    pub(super) fn applies(
        &self,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, &str>,
    ) -> bool {
        self.actions.fits(&action.to_lowercase())
            && self.resources.fits(resource)
            && self.conditions.iter().all(|condition| condition.holds(context))
    }
}

impl Matching {
    fn fits(&self, text: &str) -> bool {
        match self {
            Self::AnyOf(globs) => globs.iter().any(|glob| glob.matches(text)),
            Self::NoneOf(globs) => !globs.iter().any(|glob| glob.matches(text)),
        }
    }
}

/// Reads one of two keys that exclude one another.
fn matching(
    statement: &Properties,
    [key, not_key]: [&str; 2],
    check: impl Fn(&str) -> Result<String, &'static str>,
) -> Result<Matching, StackError> {
    let globs = |key| {
        let checked = texts(statement, key)?.into_iter().map(|text| {
            let wrong = |reason| StackError::here(format!("{text} {reason}")).inside(key);
            check(&text).map_err(wrong).map(|text| Glob::of_policy(&text))
        });
        checked.collect::<Result<Vec<_>, _>>()
    };
    match (globs(key)?, globs(not_key)?) {
        (any, none) if !any.is_empty() && none.is_empty() => Ok(Matching::AnyOf(any)),
        (any, none) if any.is_empty() && !none.is_empty() => Ok(Matching::NoneOf(none)),
        _ => Err(StackError::here(format!("needs either {key} or {not_key}"))),
    }
}

/// A text or a list of texts; none is an empty list.
pub(super) fn texts(from: &Properties, key: &str) -> Result<Vec<String>, StackError> {
    let items = match from.0.get(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(items)) => items.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let text = |item: &Value| match crate::parameters::scalar_text(item) {
        Some(text) if text.contains("${") => {
            Err(StackError::here("policy variables are not known to the local engine").inside(key))
        }
        Some(text) => Ok(text),
        None => Err(StackError::here("must be a text or a list of texts").inside(key)),
    };
    items.iter().map(text).collect()
}
