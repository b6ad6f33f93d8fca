//! What the control plane keeps: entities by name, each as its Describe operation answers it.

use machine::{Batch, Refusal};
use serde_json::{Map, Value};

/// The members of an entity.
pub(crate) type Body = Map<String, Value>;

/// A kind of entity.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The kind of its documents.
    pub(crate) documents: &'static str,
    /// The member with its name.
    pub(crate) name: &'static str,
    /// The member with its ARN.
    pub(crate) arn: &'static str,
    /// What its ARN has before the name.
    pub(crate) path: &'static str,
    /// The refusal for one that is not there: of its name and ARN.
    pub(crate) absent: fn(&str, &str) -> Refusal,
    /// The refusal for one that is there already.
    pub(crate) taken: fn(&str, &str) -> Refusal,
}

/// An entity to be: its name and ARN, ready to be looked up.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) kind: &'static Kind,
    pub(crate) name: String,
    pub(crate) arn: String,
}

impl Named {
    /// Names are unique ignoring case.
    pub(crate) fn key(&self) -> String {
        self.name.to_lowercase()
    }

    /// The entity, or the refusal that it is not there.
    pub(crate) fn find(&self, batch: &Batch<'_>) -> Result<Body, Refusal> {
        let found = batch.read(self.kind.documents, &self.key())?;
        found.ok_or_else(|| self.absent())
    }

    /// Refuses if it is there.
    pub(crate) fn free(&self, batch: &Batch<'_>) -> Result<(), Refusal> {
        let found: Option<Body> = batch.read(self.kind.documents, &self.key())?;
        match found {
            Some(_) => Err((self.kind.taken)(&self.name, &self.arn)),
            None => Ok(()),
        }
    }

    /// Writes it.
    pub(crate) fn put(&self, batch: &Batch<'_>, body: &Body) -> Result<(), Refusal> {
        Ok(batch.put(self.kind.documents, &self.key(), body)?)
    }

    /// Removes it with its tags.
    pub(crate) fn remove(&self, batch: &Batch<'_>) -> Result<(), Refusal> {
        if !batch.remove(self.kind.documents, &self.key())? {
            return Err(self.absent());
        }
        crate::tags::forget(batch, &self.arn)
    }

    /// The refusal that it is not there.
    pub(crate) fn absent(&self) -> Refusal {
        (self.kind.absent)(&self.name, &self.arn)
    }
}

/// A text member, or nothing.
pub(crate) fn text<'a>(of: &'a Value, member: &str) -> Option<&'a str> {
    of.get(member)?.as_str()
}

/// A text member of a body, or the empty text.
pub(crate) fn word<'a>(of: &'a Body, member: &str) -> &'a str {
    of.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// A text member that the shapes require.
pub(crate) fn required<'a>(of: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    text(of, member).ok_or_else(|| {
        Refusal::invalid(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: \
             Member must not be null"
        ))
    })
}

/// The members of a request.
pub(crate) fn members(of: &Value) -> Body {
    of.as_object().cloned().unwrap_or_default()
}

/// Sets a member, or takes it away when there is no value.
pub(crate) fn set<T: Into<Value>>(body: &mut Body, member: &str, value: Option<T>) {
    match value {
        Some(value) => {
            body.insert(member.to_owned(), value.into());
        }
        None => {
            body.remove(member);
        }
    }
}

/// The refusal of something that the service does and this engine does not.
pub(crate) fn not_here(what: &str) -> Refusal {
    Refusal::invalid(format!("the local engine does not have {what}"))
}
