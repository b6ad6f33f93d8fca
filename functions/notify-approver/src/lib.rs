//! Lambda function notify-approver.
