//! The variables of a container: what the contract says, and nothing of ours but where programs
//! and temporary files are.

use std::collections::BTreeMap;
use std::path::Path;

use machine::Credentials;

use crate::Shared;
use crate::opt_ml::OptMl;

/// Variables by name.
pub(crate) type Variables = BTreeMap<String, String>;

/// Those of this process that a container has too.
const INHERITED: [&str; 4] = ["PATH", "HOME", "LANG", "TMPDIR"];

/// Credentials of a role that end with the job.
#[derive(Debug)]
pub(crate) struct RoleKey {
    credentials: Credentials,
    access_key: String,
}

impl Drop for RoleKey {
    fn drop(&mut self) {
        self.credentials.revoke(&self.access_key);
    }
}

impl Shared {
    /// What every container of a role has.
    pub(crate) fn variables(&self, role_arn: &str, session: &str) -> (Variables, RoleKey) {
        let key = self.machine.credentials.for_role(role_arn, session);
        let mut variables = inherited();
        let mut set = |name: &str, value: &str| variables.insert(name.into(), value.into());
        set("AWS_REGION", &self.machine.identity.region);
        set("AWS_DEFAULT_REGION", &self.machine.identity.region);
        set("AWS_ACCESS_KEY_ID", &key.access_key);
        set("AWS_SECRET_ACCESS_KEY", &key.secret);
        if let Some(token) = &key.session_token {
            set("AWS_SESSION_TOKEN", token);
        }
        if let Some(url) = &self.endpoint_url {
            set("AWS_ENDPOINT_URL", url);
        }
        let credentials = self.machine.credentials.clone();
        (variables, RoleKey { credentials, access_key: key.access_key })
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn inherited() -> Variables {
    let read = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    INHERITED.into_iter().filter_map(read).collect()
}

/// Where a container finds its `/opt/ml`.
pub(crate) fn base(opt_ml: OptMl, folder: &Path) -> String {
    match opt_ml {
        OptMl::Mounted => "/opt/ml".to_owned(),
        OptMl::Variable => folder.display().to_string(),
    }
}
