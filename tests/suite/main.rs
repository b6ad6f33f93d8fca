//! Tests that cross crates: is the house tidy, and do documents, template and events agree?
//!
//! What a linter or the compiler finds is not repeated here.

#[cfg(test)]
mod events;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod template;
#[cfg(test)]
mod tidy;
