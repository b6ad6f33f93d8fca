//! Every intrinsic function, by the outputs of small templates.

use std::collections::BTreeMap;

use stack::Stack;

use super::{refused, settings};

const RESOURCES: &str = r"
Parameters:
  Name: {Type: String, Default: ann}
  Count: {Type: Number, Default: 3}
  Empty: {Type: String, Default: ''}
  Many: {Type: CommaDelimitedList, Default: 'a, b,c'}
Mappings:
  Places: {eu-west-1: {City: Dublin, Hills: [x, y]}}
Conditions:
  Holds: !Equals [1, '1']
  Fails: !Not [!Condition Holds]
  Both: !And [!Condition Holds, !Equals [!Ref Count, '3'], Condition: Holds]
  Either: !Or [!Condition Fails, !Equals [!Ref Empty, '']]
  Neither: {'Fn::Or': [!Condition Fails, !Equals [a, b]]}
  Same: !Equals [!Ref Many, [a, b, c]]
Resources:
  Queue: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Sub '${Name}-queue'}}
  Topic: {Type: 'AWS::SNS::Topic'}
  Bucket: {Type: 'AWS::S3::Bucket'}
  Logs: {Type: 'AWS::Logs::LogGroup', Properties: {LogGroupName: /x}}
  Guard: {Type: 'AWS::SQS::QueuePolicy'}
  Absent: {Type: 'AWS::SQS::Queue', Condition: Fails}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: p
      PolicyDocument: {Version: '2012-10-17', Statement: []}
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: r
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}
  Function:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: f}}
    Properties: {FunctionName: f, Role: !GetAtt Role.Arn, Runtime: provided.al2023}
  Rule:
    Type: AWS::Events::Rule
    Properties: {Name: rule, EventPattern: {source: [x]}}
";

fn template(outputs: &[(&str, &str)]) -> String {
    let line = |(name, value): &(&str, &str)| format!("  {name}: {{Value: {value}}}");
    let lines = outputs.iter().map(line).collect::<Vec<_>>().join("\n");
    format!("{RESOURCES}Outputs:\n{lines}\n")
}

/// Each expression with the text that it gives.
fn check(cases: &[(&str, &str)]) {
    let names: Vec<String> = (0..cases.len()).map(|index| format!("O{index}")).collect();
    let outputs: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(cases.iter().map(|case| case.0)).collect();
    let stack = Stack::read(&template(&outputs), &settings(&[]));
    let stack = stack.unwrap_or_else(|error| panic!("{error}"));
    for (name, (expression, expected)) in names.iter().zip(cases) {
        assert_eq!(stack.outputs[name], *expected, "{expression}");
    }
}

#[test]
fn references() {
    check(&[
        ("!Ref Name", "ann"),
        ("!Ref Count", "3"),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref AWS::AccountId", "111122223333"),
        ("!Ref AWS::Partition", "aws"),
        ("!Ref AWS::URLSuffix", "amazonaws.com"),
        ("!Ref AWS::StackName", "almanac"),
        (
            "!Ref AWS::StackId",
            "arn:aws:cloudformation:eu-west-1:111122223333:stack/almanac/00000000-0000-0000-0000-000000000000",
        ),
        ("!Ref Queue", "http://127.0.0.1:4566/111122223333/ann-queue"),
        ("!Ref Topic", "arn:aws:sns:eu-west-1:111122223333:almanac-Topic"),
        ("!Ref Bucket", "almanac-bucket-111122223333-eu-west-1"),
        ("!Ref Logs", "/x"),
        ("!Ref Policy", "arn:aws:iam::111122223333:policy/p"),
        ("!Ref Role", "r"),
        ("!Ref Function", "f"),
        ("!Ref Rule", "rule"),
    ]);
}

#[test]
fn attributes() {
    check(&[
        ("!GetAtt Queue.Arn", "arn:aws:sqs:eu-west-1:111122223333:ann-queue"),
        ("!GetAtt Queue.QueueName", "ann-queue"),
        ("{'Fn::GetAtt': [Queue, QueueUrl]}", "http://127.0.0.1:4566/111122223333/ann-queue"),
        ("!GetAtt [Topic, TopicName]", "almanac-Topic"),
        ("{'Fn::GetAtt': Topic.TopicArn}", "arn:aws:sns:eu-west-1:111122223333:almanac-Topic"),
        ("!GetAtt Bucket.Arn", "arn:aws:s3:::almanac-bucket-111122223333-eu-west-1"),
        ("!GetAtt Logs.Arn", "arn:aws:logs:eu-west-1:111122223333:log-group:/x:*"),
        ("!GetAtt Role.Arn", "arn:aws:iam::111122223333:role/r"),
        ("!GetAtt Function.Arn", "arn:aws:lambda:eu-west-1:111122223333:function:f"),
        ("!GetAtt Rule.Arn", "arn:aws:events:eu-west-1:111122223333:rule/rule"),
        ("!GetAtt Policy.PolicyArn", "arn:aws:iam::111122223333:policy/p"),
    ]);
}

#[test]
fn texts_and_lists() {
    check(&[
        (
            "!Sub '${Name}/${AWS::Region}/${Queue.QueueName}/${!Literal}/$x'",
            "ann/eu-west-1/ann-queue/${Literal}/$x",
        ),
        ("!Sub ['${A}-${Name}-${B}', {A: !Ref Count, B: 1, Name: own}]", "3-own-1"),
        ("!Join [':', [a, !Ref Name, 1]]", "a:ann:1"),
        ("!Join ['', !Ref Many]", "abc"),
        ("!Join [',', [a, !Ref AWS::NoValue, b]]", "a,b"),
        ("!Select [1, !Ref Many]", "b"),
        ("!Select ['0', !Split ['-', !GetAtt Queue.QueueName]]", "ann"),
        ("!FindInMap [Places, !Ref 'AWS::Region', City]", "Dublin"),
        ("!Select [1, !FindInMap [Places, eu-west-1, Hills]]", "y"),
    ]);
}

#[test]
fn conditions() {
    let chosen = |name: &str| format!("!If [{name}, held, failed]");
    let cases = ["Holds", "Both", "Either", "Same"].map(|name| (chosen(name), "held"));
    let others = ["Fails", "Neither"].map(|name| (chosen(name), "failed"));
    let all: Vec<(&str, &str)> = cases
        .iter()
        .chain(&others)
        .map(|(expression, told)| (expression.as_str(), *told))
        .collect();
    check(&all);
    check(&[("!If [Fails, !Ref Absent, !If [Holds, a, b]]", "a")]);
}

#[test]
fn what_is_not_created_is_not_in_the_stack() {
    let text = template(&[("Gone", "x, Condition: Fails"), ("Here", "y, Condition: Holds")]);
    let stack = Stack::read(&text, &settings(&[])).unwrap();
    assert_eq!(stack.queues.len(), 1);
    assert_eq!(stack.outputs, BTreeMap::from([("Here".to_owned(), "y".to_owned())]));
}

#[test]
fn what_cannot_be_resolved_is_refused_with_its_place() {
    let cases = [
        ("!Ref Nothing", "Ref: Nothing is no parameter or resource of the template"),
        ("!Ref AWS::Nothing", "Ref: AWS::Nothing is no pseudo parameter"),
        ("!Ref AWS::NoValue", "AWS::NoValue cannot stand here"),
        ("!Ref Guard", "Ref: what Ref gives for Guard is not known"),
        ("!GetAtt Guard.Arn", "Fn::GetAtt: attribute Arn of Guard is not known"),
        ("!Ref Absent", "Ref: Absent is not created, because condition Fails does not hold"),
        ("!GetAtt Queue.Colour", "Fn::GetAtt: attribute Colour of Queue is not known"),
        ("!GetAtt Nothing.Arn", "Fn::GetAtt: Nothing is no parameter or resource"),
        ("!Sub '${Nothing}'", "Fn::Sub.Nothing: Nothing is no parameter or resource"),
        ("!Sub '${Name'", "Fn::Sub: ${Name has no closing brace"),
        ("!Sub '${Many}'", "Fn::Sub.Many: must be a text"),
        ("!Select [3, !Ref Many]", "Fn::Select: 3 is no index of a list of 3"),
        ("!FindInMap [Places, eu-west-2, City]", "no value Places.eu-west-2.City"),
        ("!If [Perhaps, a, b]", "Fn::If: Perhaps is no condition of the template"),
        ("!If [Holds, a]", "Fn::If: takes a list of 3 arguments"),
        ("!Equals [a, b]", "Fn::Equals: belongs in Conditions"),
        ("!ImportValue x", "Fn::ImportValue: no other stack exists locally"),
        ("!Base64 x", "Fn::Base64: is not known to the local engine"),
        ("{Ref: Name, 'Fn::Sub': x}", "an intrinsic function must stand alone"),
        ("!Ref Many", "must be a text, not"),
    ];
    for (expression, expected) in cases {
        let told = refused(&template(&[("O", expression)]));
        assert!(told.starts_with("Outputs.O.Value"), "{told}");
        assert!(told.contains(expected), "{told} / {expected}");
    }
}
