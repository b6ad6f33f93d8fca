//! Why functions and queues cannot be offered at all.

use std::io;
use std::path::PathBuf;

/// What is wrong with the set-up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeliveryError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] machine::StoreError),
    /// A queue or topic of the template cannot be made.
    #[error("{name} of the template cannot be made here: {reason}")]
    Resource {
        /// The queue or topic.
        name: String,
        /// Why.
        reason: machine::Refusal,
    },
    /// A function has no program.
    #[error(
        "there is no program for the function {binary} in {}; build it with `cargo lambda build --release --bin {binary}`",
        folder.display()
    )]
    NoProgram {
        /// The binary's name.
        binary: String,
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// A zip cannot be used.
    #[error("{} cannot be used as a function: {reason}", path.display())]
    Zip {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be used", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
