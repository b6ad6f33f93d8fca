//! The lint, judged by a corpus: broken definitions, tricky good ones, and what AWS's SDK emits.

#[path = "lint/corpus.rs"]
mod corpus;
#[path = "lint/fixtures.rs"]
mod fixtures;
#[path = "lint/fuzz.rs"]
mod fuzz;
#[path = "lint/sdk.rs"]
mod sdk;
#[path = "lint/text.rs"]
mod text;
