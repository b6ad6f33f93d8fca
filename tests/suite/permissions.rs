//! What a function's README says that it may do is what its role lets it do.
//!
//! A README lists actions in backticks below `## Permissions`. Logs, traces, keys, trust and the queue
//! of given-up events are the template's own business and are not compared.

use std::collections::BTreeSet;

use crate::repository::{functions, text};
use crate::template::resources;

const OWN_BUSINESS: [&str; 5] = ["logs:", "xray:", "kms:", "sqs:", "sts:"];

/// `service:Action` in backticks, within the section on permissions.
fn documented(function: &str) -> BTreeSet<String> {
    let readme = text(format!("functions/{function}/README.md"));
    let section = readme.split_once("## Permissions").map_or("", |(_, below)| below);
    let section = section.split("\n## ").next().unwrap_or_default();
    let in_backticks = section.split('`').skip(1).step_by(2);
    in_backticks.filter(|word| is_action(word)).map(str::to_owned).collect()
}

/// A service in lower case, a colon, and a name that begins with a capital letter.
fn is_action(word: &str) -> bool {
    word.split_once(':').is_some_and(|(service, name)| {
        service.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit())
            && name.starts_with(|letter: char| letter.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
            && name != "PassedToService"
    })
}

fn compared(actions: BTreeSet<String>) -> BTreeSet<String> {
    let is_own = |action: &String| OWN_BUSINESS.iter().any(|own| action.starts_with(own));
    actions.into_iter().filter(|action| !is_own(action)).collect()
}

#[test]
fn every_role_allows_what_the_readme_lists_and_nothing_else() {
    let resources = resources();
    for function in functions() {
        let policy = format!("- PolicyName: {function}\n");
        let role = resources.iter().find(|resource| resource.text.contains(&policy)).unwrap();

        let allowed = compared(role.actions());

        assert_eq!(allowed, compared(documented(&function)), "{function}");
    }
}

#[test]
fn no_role_allows_an_action_by_wildcard() {
    for resource in resources().iter().filter(|it| it.text.contains("Type: AWS::IAM::")) {
        let wild: Vec<_> =
            resource.actions().into_iter().filter(|action| action.contains('*')).collect();

        assert_eq!(wild, Vec::<String>::new(), "{}", resource.name);
    }
}
