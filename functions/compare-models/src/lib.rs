//! Lambda function compare-models.
