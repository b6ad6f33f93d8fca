//! STS: who the caller is, and credentials of the roles that the stack has.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use machine::{Caller, Machine, Permissions, Refusal};

use crate::query::{self, Form, Xml};
use crate::wire::{Request, Response};

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// The service. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    machine: Machine,
    permissions: Arc<dyn Permissions>,
    roles: Arc<BTreeSet<String>>,
}

impl Tokens {
    /// Gives credentials of these roles, by ARN.
    pub(crate) fn open(
        machine: &Machine,
        permissions: Arc<dyn Permissions>,
        roles: BTreeSet<String>,
    ) -> Self {
        Self { machine: machine.clone(), permissions, roles: Arc::new(roles) }
    }

    /// Answers a request.
    pub(crate) fn answer(&self, caller: &Caller, request: &Request) -> Response {
        let form = Form::read(request);
        let done = match form.action() {
            "GetCallerIdentity" => Ok(self.identity(caller)),
            "AssumeRole" => self.assume(caller, &form),
            action => {
                let refusal = Refusal::unknown_operation("STS", action);
                Err(Refusal { code: "InvalidAction".into(), ..refusal })
            }
        };
        match done {
            Ok(result) => query::done(NAMESPACE, form.action(), Some(result)),
            Err(refusal) => query::refused(NAMESPACE, &refusal),
        }
    }

    fn identity(&self, caller: &Caller) -> Xml {
        let account = &self.machine.identity.account;
        let session = caller.arn.rsplit('/').next().unwrap_or_default();
        let user = caller.role.as_ref().map(|role| format!("{}:{session}", role_id(role)));
        let mut result = Xml::default();
        result.text("UserId", &user.unwrap_or_else(|| account.clone()));
        result.text("Account", account);
        result.text("Arn", &caller.arn);
        result
    }

    fn assume(&self, caller: &Caller, form: &Form) -> Result<Xml, Refusal> {
        let role = form.need("RoleArn")?;
        let session = form.need("RoleSessionName")?;
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_=,.@-".contains(&byte);
        if !(2..=64).contains(&session.len()) || !session.bytes().all(allowed) {
            let message = format!(
                "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]{{2,64}}"
            );
            return Err(Refusal::new(400, "ValidationError", message));
        }
        let denied = || {
            let message = format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {role}",
                caller.arn
            );
            Refusal::new(403, "AccessDenied", message)
        };
        if !self.roles.contains(role) {
            return Err(denied());
        }
        self.permissions.check(caller, "sts:AssumeRole", role).map_err(|_| denied())?;
        let key = self.machine.credentials.for_role(role, session);
        let expires = self.machine.clock.now().after(Duration::from_hours(1));
        self.revoke_at(expires, key.access_key.clone());
        let assumed = self.machine.credentials.assumed(role, session);
        let mut result = Xml::default();
        result.element("Credentials", |xml| {
            xml.text("AccessKeyId", &key.access_key);
            xml.text("SecretAccessKey", &key.secret);
            xml.text("SessionToken", key.session_token.as_deref().unwrap_or_default());
            xml.text("Expiration", &expires.iso());
        });
        result.element("AssumedRoleUser", |xml| {
            xml.text("AssumedRoleId", &format!("{}:{session}", role_id(role)));
            xml.text("Arn", &assumed.arn);
        });
        Ok(result)
    }
}

impl Tokens {
    fn revoke_at(&self, expires: machine::Time, access_key: String) {
        let machine = self.machine.clone();
        tokio::spawn(async move {
            machine.clock.sleep_until(expires).await;
            machine.credentials.revoke(&access_key);
        });
    }
}

/// Made of the name, so that it is the same each time.
fn role_id(role_arn: &str) -> String {
    let digest = crate::sqs::md5(role_arn.as_bytes()).to_uppercase();
    format!("AROA{}", digest.get(..16).unwrap_or_default())
}
