//! The lint, judged by a corpus: broken definitions, tricky good ones, and what AWS's SDK emits.

#[cfg(test)]
#[path = "lint/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "lint/fixtures.rs"]
mod fixtures;
#[cfg(test)]
#[path = "lint/fuzz.rs"]
mod fuzz;
#[cfg(test)]
#[path = "lint/mutation.rs"]
mod mutation;
#[cfg(test)]
#[path = "lint/sdk.rs"]
mod sdk;
#[cfg(test)]
#[path = "lint/text.rs"]
mod text;
