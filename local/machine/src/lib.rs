//! What every service of the local engine needs once.
//!
//! [`Machine`] binds it: a home folder that one process holds, a store whose changes are
//! transactions, a clock that tests advance, who we are, and who calls. A service that answers
//! badly answers a [`Refusal`]: a typed error as AWS words it.

pub mod caller;
pub mod clock;
pub mod faults;
pub mod home;
pub mod identity;
pub mod ids;
pub mod outbox;
pub mod refusal;
pub mod store;

use std::path::Path;
use std::sync::Arc;

pub use caller::{AllowAll, Caller, Credentials, Permissions};
pub use clock::{Clock, Time};
pub use faults::{Fault, Faults};
pub use home::{Home, HomeError};
pub use identity::Identity;
pub use outbox::Event;
pub use refusal::Refusal;
pub use store::{Batch, Store, StoreError};

/// What the services of one engine share. Clones are the same machine.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The folder that everything is kept in.
    pub home: Arc<Home>,
    /// What is known, durably.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Account and region.
    pub identity: Identity,
    /// Who may sign requests.
    pub credentials: Credentials,
    /// What goes wrong on purpose.
    pub faults: Faults,
}

/// Why a machine cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MachineError {
    /// The folder cannot be had.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Machine {
    /// Opens the machine that is kept in `home`, or makes a new one there.
    pub fn open(home: &Path, identity: Identity, clock: Clock) -> Result<Self, MachineError> {
        let home = Arc::new(Home::open(home)?);
        let store = Store::open(&home.state_file())?;
        let credentials = Credentials::open(&store, &identity)?;
        Ok(Self { home, store, clock, identity, credentials, faults: Faults::default() })
    }
}
