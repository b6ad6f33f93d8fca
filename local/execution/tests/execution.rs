//! The interpreter, rule by rule and on whole definitions: ours, a corpus, and random ones.

#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

#[cfg(test)]
#[path = "execution/bind.rs"]
mod bind;
#[cfg(test)]
#[path = "execution/cache.rs"]
mod cache;
#[cfg(test)]
#[path = "execution/condition.rs"]
mod condition;
#[cfg(test)]
#[path = "execution/corpus.rs"]
mod corpus;
#[cfg(test)]
#[path = "execution/driver.rs"]
mod driver;
#[cfg(test)]
#[path = "execution/golden.rs"]
mod golden;
#[cfg(test)]
#[path = "execution/order.rs"]
mod order;
#[cfg(test)]
#[path = "execution/plan.rs"]
mod plan;
#[cfg(test)]
#[path = "execution/random.rs"]
mod random;
#[cfg(test)]
#[path = "execution/resolve.rs"]
mod resolve;
#[cfg(test)]
#[path = "execution/retry.rs"]
mod retry;
#[cfg(test)]
#[path = "execution/selection.rs"]
mod selection;
