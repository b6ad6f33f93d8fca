//! What every operation needs: the machine, the caller's rights, and who runs things.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use machine::{Caller, Machine, Permissions, Refusal};
use serde_json::{Value, json};

use crate::entity::{Body, Kind, Named, required};
use crate::hosting::fleet::Fleets;
use crate::jobs::running::Running;
use crate::runs::Runs;
use crate::tags;

/// What an operation answers.
pub(crate) type Answer = Result<Value, Refusal>;

/// Has records that are not ours: pipelines and their executions.
pub trait Lender: fmt::Debug + Send + Sync {
    /// Every record of a resource of Search (`Pipeline`, `PipelineExecution`), as Search shows it.
    fn records(&self, resource: &str) -> Result<Vec<Value>, Refusal>;
    /// Whether it has something with this ARN.
    fn has(&self, arn: &str) -> Result<bool, Refusal>;
}

/// The control plane's inside.
#[derive(Debug)]
pub(crate) struct Plane {
    pub(crate) machine: Machine,
    pub(crate) runs: Arc<dyn Runs>,
    permissions: Arc<dyn Permissions>,
    lender: OnceLock<Arc<dyn Lender>>,
    pub(crate) running: Running,
    pub(crate) fleets: Fleets,
}

impl Plane {
    pub(crate) fn new(
        machine: Machine,
        runs: Arc<dyn Runs>,
        permissions: Arc<dyn Permissions>,
    ) -> Self {
        Self {
            machine,
            runs,
            permissions,
            lender: OnceLock::new(),
            running: Running::default(),
            fleets: Fleets::default(),
        }
    }

    /// The first lender stays.
    pub(crate) fn borrow_from(&self, lender: Arc<dyn Lender>) {
        if self.lender.set(lender).is_err() {
            tracing::error!("the records of pipelines were lent twice; the first lender stays");
        }
    }

    pub(crate) fn lender(&self) -> Option<&Arc<dyn Lender>> {
        self.lender.get()
    }

    /// The time as answers have it.
    pub(crate) fn now(&self) -> Value {
        json!(self.machine.clock.now().seconds())
    }

    /// The entity that a request names.
    pub(crate) fn named(&self, kind: &'static Kind, request: &Value) -> Result<Named, Refusal> {
        Ok(self.name(kind, required(request, kind.name)?))
    }

    /// The entity of a name, or of an ARN.
    pub(crate) fn name(&self, kind: &'static Kind, name: &str) -> Named {
        let name =
            if name.starts_with("arn:") { name.rsplit('/').next().unwrap_or(name) } else { name };
        let arn = self.arn(&format!("{}/{}", kind.path, name.to_lowercase()));
        Named { kind, name: name.to_owned(), arn }
    }

    /// The ARN of something of ours.
    pub(crate) fn arn(&self, resource: &str) -> String {
        self.machine.identity.arn("sagemaker", resource)
    }

    /// Refuses unless the caller may do it to a resource.
    pub(crate) fn allow(
        &self,
        caller: &Caller,
        operation: &str,
        resource: &str,
    ) -> Result<(), Refusal> {
        self.permissions.check(caller, &format!("sagemaker:{operation}"), resource)
    }

    /// Refuses unless the caller may tag what it makes, if it does.
    pub(crate) fn allow_tags(
        &self,
        caller: &Caller,
        request: &Value,
        arn: &str,
    ) -> Result<(), Refusal> {
        let has_tags =
            request.get("Tags").and_then(Value::as_array).is_some_and(|it| !it.is_empty());
        if has_tags { self.allow(caller, "AddTags", arn) } else { Ok(()) }
    }

    /// Refuses unless the caller may give a role to SageMaker.
    pub(crate) fn allow_role(&self, caller: &Caller, role: Option<&str>) -> Result<(), Refusal> {
        let Some(role) = role else { return Ok(()) };
        let passed = ("iam:PassedToService".to_owned(), "sagemaker.amazonaws.com".to_owned());
        self.permissions.check_in(caller, "iam:PassRole", role, &BTreeMap::from([passed]))
    }

    /// Makes an entity with the times and the tags that every one has. `body` has what is its own.
    pub(crate) fn make(
        &self,
        batch: &machine::Batch<'_>,
        named: &Named,
        request: &Value,
        mut body: Body,
    ) -> Result<Body, Refusal> {
        named.free(batch)?;
        body.insert(named.kind.name.to_owned(), json!(named.name));
        body.insert(named.kind.arn.to_owned(), json!(named.arn));
        body.insert("CreationTime".to_owned(), self.now());
        body.remove("Tags");
        named.put(batch, &body)?;
        if let Some(given) = request.get("Tags") {
            tags::put(batch, &named.arn, given)?;
        }
        Ok(body)
    }

    /// Reads an entity outside a transaction.
    pub(crate) fn find(&self, named: &Named) -> Result<Body, Refusal> {
        let found = self.machine.store.read(named.kind.documents, &named.key())?;
        found.ok_or_else(|| named.absent())
    }

    /// Every entity of a kind, in the order in which they came to be.
    pub(crate) fn all(&self, kind: &Kind) -> Result<Vec<Body>, Refusal> {
        let found = self.machine.store.all::<Body>(kind.documents)?;
        Ok(found.into_iter().map(|(_, body)| body).collect())
    }

    /// One transaction.
    pub(crate) fn change<T>(
        &self,
        work: impl FnOnce(&machine::Batch<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.machine.store.write(work)
    }
}

/// Who did it, as answers tell.
pub(crate) fn user(caller: &Caller) -> Value {
    json!({"IamIdentity": {"Arn": caller.arn}})
}
