//! What a template may not say: nothing is passed over in silence.

use proptest::prelude::proptest;
use stack::Stack;

use super::{refused, root, settings};

fn resource(kind: &str, properties: &str) -> String {
    refused(&format!("Resources:\n  X: {{Type: '{kind}', Properties: {{{properties}}}}}\n"))
}

#[test]
fn types_and_properties_that_are_not_known_are_named() {
    let cases = [
        (
            resource("AWS::SQS::Queue", "FifoQueue: true"),
            "Resources.X.Properties.FifoQueue: is not",
        ),
        (
            resource("AWS::DynamoDB::Table", ""),
            "Resources.X.Type: type AWS::DynamoDB::Table is not",
        ),
        (
            resource("AWS::Events::Rule", "ScheduleExpression: rate(1 day)"),
            "ScheduleExpression: is not",
        ),
        (
            resource(
                "AWS::Events::Rule",
                "EventPattern: {a: [1]}, Targets: [{Id: a, Arn: b, Input: c}]",
            ),
            "Resources.X.Properties.Targets.0.Input: is not",
        ),
        (
            resource("AWS::Events::Rule", "EventPattern: {a: [{prefixx: b}]}"),
            "Resources.X.Properties.EventPattern: $.a.0.prefixx: is no matcher",
        ),
        (
            resource("AWS::Serverless::Function", "Events: {}"),
            "Resources.X.Properties.Events: is not",
        ),
        (resource("AWS::SQS::Queue", "VisibilityTimeout: 99999"), "from 0 to 43200"),
        (
            resource("AWS::SNS::Subscription", "TopicArn: a, Protocol: email, Endpoint: b"),
            "which this stack does not create",
        ),
        (
            resource("AWS::CloudWatch::Alarm", "AlarmActions: [!Ref Nobody]"),
            "AlarmActions.0.Ref: Nobody is no",
        ),
        (
            refused("Resources: {X: {Type: 'AWS::SNS::Topic', Creation: 1}}"),
            "Resources.X.Creation: is not",
        ),
        (
            refused(
                "Resources: {A: {Type: 'AWS::SNS::Topic', Properties: {TopicName: t}}, \
                 B: {Type: 'AWS::SNS::Topic', Properties: {TopicName: t}}}",
            ),
            "Resources.B: A has the name t already",
        ),
        (refused("Resources: {}"), "Resources: a template must have at least one"),
        (refused("Macros: {}"), "Macros: is not known"),
        (refused("[]"), "template: must be an object of sections"),
    ];
    for (told, expected) in cases {
        assert!(told.contains(expected), "{told} / {expected}");
    }
}

#[test]
fn circles_come_to_an_end() {
    let queues = "Resources:\n  A: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref B}}\n  \
                  B: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref A}}\n";
    assert!(refused(queues).contains("refers to itself"));
    let conditions = "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\n\
                      Resources: {T: {Type: 'AWS::SNS::Topic'}}\n";
    assert!(refused(conditions).contains("refers to itself"));
}

#[test]
fn policies_of_others_are_not_guessed() {
    let told = resource(
        "AWS::IAM::Role",
        "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}, \
         ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']",
    );
    assert!(told.contains("AdministratorAccess is no policy of this template"), "{told}");
}

#[test]
fn parameters_need_a_value_of_a_known_type() {
    let with = |declaration: &str| {
        refused(&format!(
            "Parameters: {{P: {declaration}}}\nResources: {{T: {{Type: 'AWS::SNS::Topic'}}}}\n"
        ))
    };
    let cases = [
        ("{Type: String}", "parameter P: it has no default, so a value must be given"),
        ("{Type: 'AWS::EC2::VPC::Id', Default: x}", "type AWS::EC2::VPC::Id is not known"),
        ("{Type: String, Default: abc, MaxLength: 2}", "must have from 0 to 2 characters"),
        ("{Type: 'List<Number>', Default: '1,x'}", "\"x\" must be a number"),
        ("{Type: String, Default: x, Colour: red}", "Colour is not known"),
        ("{Type: String, Default: x, AllowedPattern: '['}", "AllowedPattern [ cannot be read"),
    ];
    for (declaration, expected) in cases {
        let told = with(declaration);
        assert!(told.contains(expected), "{told} / {expected}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[\\PC\n]{0,80}") {
        let _: Result<Stack, _> = Stack::read(&text, &settings(&[]));
    }

    #[test]
    fn our_template_with_lines_missing_or_swapped_is_read_or_refused(
        start in 0..1200_usize,
        length in 1..40_usize,
        moved in 0..1200_usize,
    ) {
        let text = std::fs::read_to_string(root().join("template.yaml")).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let start = start.min(lines.len());
        let end = (start + length).min(lines.len());
        let mut cut: Vec<&str> = lines.drain(start..end).collect();
        let _: Result<Stack, _> = Stack::read(&lines.join("\n"), &settings(&[]));
        let rest = lines.split_off(moved.min(lines.len()));
        lines.append(&mut cut);
        lines.extend(rest);
        let _: Result<Stack, _> = Stack::read(&lines.join("\n"), &settings(&[]));
    }
}
