//! Collects findings and puts them in the order of the document.

use serde_json::Value;

use crate::lint::places;
use crate::lint::pointer::Pointer;
use crate::lint::{Finding, Severity};

/// The findings so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    /// Adds what the service refuses or no execution survives.
    pub(crate) fn error(
        &mut self,
        at: &Pointer,
        rule: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Severity::Error, at, rule, (message.into(), remedy.into()));
    }

    /// Adds what is accepted but hardly meant.
    pub(crate) fn warning(
        &mut self,
        at: &Pointer,
        rule: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.push(Severity::Warning, at, rule, (message.into(), remedy.into()));
    }

    fn push(
        &mut self,
        severity: Severity,
        at: &Pointer,
        rule: &'static str,
        (message, remedy): (String, String),
    ) {
        let pointer = at.as_str().to_owned();
        self.findings.push(Finding { pointer, rule, severity, message, remedy, place: None });
    }

    /// The findings, sorted by where they stand in `document`, then by rule.
    pub(crate) fn in_order_of(self, document: &Value) -> Vec<Finding> {
        let mut findings = self.findings;
        let wanted = findings.iter().map(|finding| finding.pointer.clone()).collect();
        let order = places::order(document, wanted);

        findings.sort_by_cached_key(|finding| {
            let position = order.get(&finding.pointer).copied().unwrap_or(usize::MAX);
            (position, finding.rule, finding.message.clone())
        });
        findings.dedup();
        findings
    }
}
