//! The evaluation report, the forecast metrics and the promotion rule.
