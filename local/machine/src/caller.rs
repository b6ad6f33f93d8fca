//! Who calls, and may they?
//!
//! The engine's user signs with the root credentials that `almanac up` prints. Functions and jobs
//! get credentials of their role, made when they start; the access key says which role it is.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};

use crate::store::{Store, StoreError};
use crate::{Identity, Refusal, ids};

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `arn:aws:iam::1:root`, or `arn:aws:sts::1:assumed-role/ROLE/SESSION`.
    pub arn: String,
    /// The role, or none for the root user, who may do everything.
    pub role: Option<String>,
}

/// Decides what a caller may do.
pub trait Permissions: fmt::Debug + Send + Sync {
    /// Refuses with `AccessDeniedException` in the words of AWS.
    fn check_in(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal>;

    /// The same, where nothing but action and resource matters.
    fn check(&self, caller: &Caller, action: &str, resource: &str) -> Result<(), Refusal> {
        self.check_in(caller, action, resource, &BTreeMap::new())
    }
}

/// Everybody may do everything: for tests of what is not about permissions.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

impl Permissions for AllowAll {
    fn check_in(
        &self,
        _: &Caller,
        _: &str,
        _: &str,
        _: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        Ok(())
    }
}

/// An access key with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Public: it comes with every request.
    pub access_key: String,
    /// What requests are signed with.
    pub secret: String,
    /// Sent along by those who assumed a role.
    pub session_token: Option<String>,
}

/// Who may sign. Clones are the same.
#[derive(Debug, Clone)]
pub struct Credentials {
    identity: Identity,
    root: Key,
    roles: Arc<RwLock<HashMap<String, (Key, Caller)>>>,
}

const KIND: &str = "credentials";

impl Credentials {
    /// The root key of a store, made when there is none.
    pub(crate) fn open(store: &Store, identity: &Identity) -> Result<Self, StoreError> {
        let root = if let Some(key) = store.read(KIND, "root")? {
            key
        } else {
            let key = Key {
                access_key: format!("AKIA{}", ids::alphanumeric(16).to_uppercase()),
                secret: ids::hex(20),
                session_token: None,
            };
            store.write(|batch| batch.put(KIND, "root", &key))?;
            key
        };
        Ok(Self { identity: identity.clone(), root, roles: Arc::default() })
    }

    /// The root user's key.
    pub fn root(&self) -> &Key {
        &self.root
    }

    /// The root user.
    pub fn root_caller(&self) -> Caller {
        Caller { arn: self.identity.global_arn("iam", "root"), role: None }
    }

    /// Somebody who assumed a role, without a key: what the engine does on behalf of a role.
    pub fn assumed(&self, role_arn: &str, session: &str) -> Caller {
        let name = role_arn.rsplit('/').next().unwrap_or(role_arn);
        let arn = self.identity.global_arn("sts", &format!("assumed-role/{name}/{session}"));
        Caller { arn, role: Some(role_arn.to_owned()) }
    }

    /// A new key for a role; it ends with the engine or when it is taken back.
    pub fn for_role(&self, role_arn: &str, session: &str) -> Key {
        let key = Key {
            access_key: format!("ASIA{}", ids::alphanumeric(16).to_uppercase()),
            secret: ids::hex(20),
            session_token: Some(ids::hex(32)),
        };
        let caller = self.assumed(role_arn, session);
        if let Ok(mut roles) = self.roles.write() {
            roles.insert(key.access_key.clone(), (key.clone(), caller));
        }
        key
    }

    /// Takes a role's key back.
    pub fn revoke(&self, access_key: &str) {
        if let Ok(mut roles) = self.roles.write() {
            roles.remove(access_key);
        }
    }

    /// Whose key it is, and its secret.
    pub fn find(&self, access_key: &str) -> Option<(Key, Caller)> {
        if access_key == self.root.access_key {
            return Some((self.root.clone(), self.root_caller()));
        }
        self.roles.read().ok()?.get(access_key).cloned()
    }
}
