//! Lambda function record-metrics.
