//! "Only if it is still the one I know": the conditions of reads and writes.

use machine::{Refusal, Time};
use s3s::dto::{ETagCondition, Timestamp};

use crate::faults::{no_such_key, not_implemented, not_modified, precondition_failed};
use crate::words::timestamp;

/// The conditions of a read, or of the source of a copy.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) modified_since: Option<Timestamp>,
    pub(crate) unmodified_since: Option<Timestamp>,
}

/// The conditions of a write.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
}

impl Reading {
    /// In the order of RFC 9110: entity tags before dates.
    pub(crate) fn check(&self, etag: &str, modified: Time) -> Result<(), Refusal> {
        let modified = timestamp(modified);
        let unmodified = || self.unmodified_since.as_ref().is_none_or(|since| modified <= *since);
        let changed = || self.modified_since.as_ref().is_none_or(|since| modified > *since);
        if !self.if_match.as_ref().map_or_else(unmodified, |wanted| matches(wanted, etag)) {
            return Err(precondition_failed());
        }
        if !self.if_none_match.as_ref().map_or_else(changed, |known| !matches(known, etag)) {
            return Err(not_modified());
        }
        Ok(())
    }

    /// The same for the source of a copy, which knows no 304.
    pub(crate) fn check_source(&self, etag: &str, modified: Time) -> Result<(), Refusal> {
        self.check(etag, modified).map_err(|_| precondition_failed())
    }
}

impl Writing {
    /// Conditions that S3 has for writes.
    pub(crate) fn new(
        if_match: Option<ETagCondition>,
        if_none_match: Option<ETagCondition>,
    ) -> Result<Self, Refusal> {
        if if_none_match.as_ref().is_some_and(|known| !known.is_any()) {
            return Err(not_implemented("If-None-Match of a write with another value than *"));
        }
        Ok(Self { if_match, if_none_match })
    }

    /// `current` is the entity tag of the object that is there.
    pub(crate) fn check(&self, key: &str, current: Option<&str>) -> Result<(), Refusal> {
        if self.if_none_match.is_some() && current.is_some() {
            return Err(precondition_failed());
        }
        match (&self.if_match, current) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(no_such_key(key)),
            (Some(wanted), Some(etag)) if matches(wanted, etag) => Ok(()),
            (Some(_), Some(_)) => Err(precondition_failed()),
        }
    }
}

fn matches(condition: &ETagCondition, etag: &str) -> bool {
    condition.as_etag().is_none_or(|wanted| wanted.value() == etag)
}

#[cfg(test)]
mod tests {
    use s3s::dto::ETag;

    use super::*;

    fn tag(etag: &str) -> ETagCondition {
        ETagCondition::ETag(ETag::Strong(etag.to_owned()))
    }

    #[test]
    fn a_date_does_not_count_where_there_is_an_entity_tag() {
        let long_ago = Some(timestamp(Time(0)));
        let reading =
            Reading { if_match: Some(tag("a")), unmodified_since: long_ago, ..Reading::default() };

        assert_eq!(reading.check("a", Time(5000)), Ok(()));
        assert_eq!(reading.check("b", Time(5000)), Err(precondition_failed()));
    }

    #[test]
    fn an_object_is_unmodified_within_the_second_of_the_header() {
        let since = Some(timestamp(Time(5000)));
        let reading = Reading { modified_since: since, ..Reading::default() };

        assert_eq!(reading.check("a", Time(5999)), Err(not_modified()));
        assert_eq!(reading.check("a", Time(6000)), Ok(()));
    }

    #[test]
    fn a_write_over_nothing_needs_nothing() {
        let create = Writing::new(None, Some(ETagCondition::Any)).unwrap();
        let replace = Writing::new(Some(tag("a")), None).unwrap();

        assert_eq!(create.check("k", None), Ok(()));
        assert_eq!(create.check("k", Some("a")), Err(precondition_failed()));
        assert_eq!(replace.check("k", None), Err(no_such_key("k")));
        assert_eq!(replace.check("k", Some("a")), Ok(()));
        assert_eq!(replace.check("k", Some("b")), Err(precondition_failed()));
    }
}
