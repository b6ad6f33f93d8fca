//! Lambda function deploy-approved.
