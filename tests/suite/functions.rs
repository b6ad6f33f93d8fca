//! Folder = crate = binary = resource = role = README: a function has everything that it needs.

use crate::repository::{functions, root, text};
use crate::template::{Resource, resources};

const LONGEST_MAIN: usize = 30;

/// The functions for which `is_whole` does not hold.
fn without(is_whole: impl Fn(&str) -> bool) -> Vec<String> {
    let functions = functions();
    assert!(!functions.is_empty());
    functions.into_iter().filter(|name| !is_whole(name)).collect()
}

fn resource_of<'a>(resources: &'a [Resource], function: &str) -> Option<&'a Resource> {
    let binary = format!("Binary: {function}}}");
    resources.iter().find(|resource| resource.text.contains(&binary))
}

#[test]
fn every_function_has_a_readme() {
    let is_there = |name: &str| root().join("functions").join(name).join("README.md").is_file();

    assert_eq!(without(is_there), Vec::<String>::new());
}

#[test]
fn every_main_only_puts_things_together() {
    let is_short =
        |name: &str| text(format!("functions/{name}/src/main.rs")).lines().count() <= LONGEST_MAIN;

    assert_eq!(without(is_short), Vec::<String>::new());
}

#[test]
fn every_function_is_deployed_under_its_own_name() {
    let resources = resources();
    let is_deployed = |name: &str| {
        resource_of(&resources, name).is_some_and(|resource| {
            resource.text.contains("Type: AWS::Serverless::Function")
                && resource.text.contains(&format!("FunctionName: !Sub ${{Prefix}}-{name}\n"))
        })
    };

    assert_eq!(without(is_deployed), Vec::<String>::new());
}

#[test]
fn every_function_has_a_role_logs_and_an_alarm_of_its_own() {
    let resources = resources();
    let has_all = |name: &str| {
        let function = &resource_of(&resources, name).unwrap().name;
        let is_there = |suffix: &str| {
            resources.iter().any(|resource| resource.name == format!("{function}{suffix}"))
        };
        let role = format!("Role: !GetAtt {function}Role.Arn\n");
        ["Role", "Logs", "Errors"].iter().all(|suffix| is_there(suffix))
            && resource_of(&resources, name).unwrap().text.contains(&role)
    };

    assert_eq!(without(has_all), Vec::<String>::new());
}

#[test]
fn every_function_of_the_template_is_one_of_ours() {
    let resources = resources();
    let deployed =
        resources.iter().filter(|it| it.text.contains("Type: AWS::Serverless::Function"));

    assert_eq!(deployed.count(), functions().len());
}

#[test]
fn every_setting_in_the_template_is_described_in_the_readme() {
    for resource in resources() {
        let Some(function) = resource.binary() else { continue };
        let readme = text(format!("functions/{function}/README.md"));
        let unknown: Vec<_> =
            resource.variables().into_iter().filter(|name| !readme.contains(name)).collect();

        assert_eq!(unknown, Vec::<String>::new(), "{function}");
    }
}
