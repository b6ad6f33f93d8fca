//! Which local command stands for a container image.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::error::ContainerError;

/// An entry `[[images]]` of almanac.toml.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageRule {
    /// The image's URI, in which `*` stands for any text.
    pub image: String,
    /// What the image's entry point would be.
    #[serde(default)]
    pub command: Vec<String>,
    /// What follows it to serve a model; `serve` otherwise. `{port}` stands for the port, which
    /// `SAGEMAKER_BIND_TO_PORT` also says.
    #[serde(default)]
    pub serve: Option<Vec<String>>,
    /// Variables that the image would have.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Whether a training job is a script, as the containers of frameworks take it: the
    /// hyperparameters `sagemaker_program` and `sagemaker_submit_directory` say which.
    #[serde(default)]
    pub script_mode: bool,
}

/// The entries, of which the first that fits counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Images {
    rules: Vec<ImageRule>,
}

impl Images {
    /// The user's rules, and after them our own: `own` runs our jobs, such as `almanac job`.
    pub fn read(rules: &[ImageRule], own: &[String]) -> Result<Self, ContainerError> {
        for rule in rules {
            let bad = |problem| ContainerError::BadRule { image: rule.image.clone(), problem };
            if rule.image.is_empty() {
                return Err(bad("needs a pattern, such as \"*/my-jobs:*\""));
            }
            if rule.script_mode && rule.command.is_empty() {
                return Err(bad("runs scripts and needs a command, such as [\"python3\"]"));
            }
        }
        let serve = ["serve", "--host", "127.0.0.1", "--port", "{port}"];
        let ours = |image: &str| ImageRule {
            image: image.to_owned(),
            command: own.to_vec(),
            serve: Some(serve.map(str::to_owned).to_vec()),
            ..ImageRule::default()
        };
        let mut rules = rules.to_vec();
        rules.push(ours("*/almanac-jobs:*"));
        rules.push(ours("*/sagemaker-xgboost:*"));
        Ok(Self { rules })
    }

    /// The rule of an image.
    pub fn find(&self, image: &str) -> Result<&ImageRule, ContainerError> {
        let rule = self.rules.iter().find(|rule| matches(&rule.image, image));
        rule.ok_or_else(|| ContainerError::NoImage { image: image.to_owned() })
    }
}

impl ImageRule {
    /// What Docker would run: the entry point, the image's or another, and arguments.
    pub(crate) fn command(
        &self,
        entry_point: &[String],
        arguments: &[String],
    ) -> Result<Vec<String>, ContainerError> {
        let first = if entry_point.is_empty() { &self.command } else { entry_point };
        if first.is_empty() {
            return Err(ContainerError::BadRule {
                image: self.image.clone(),
                problem: "has no command, and the job names no ContainerEntrypoint",
            });
        }
        Ok(first.iter().chain(arguments).cloned().collect())
    }

    /// What serves a model at a port.
    pub(crate) fn server(&self, port: u16) -> Result<Vec<String>, ContainerError> {
        let usual = ["serve".to_owned()];
        let words = self.serve.as_deref().unwrap_or(&usual).iter();
        let words: Vec<String> =
            words.map(|word| word.replace("{port}", &port.to_string())).collect();
        self.command(&[], &words)
    }
}

/// Whether a text is what a pattern says, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches(
            "*/almanac-jobs:*",
            "1.dkr.ecr.eu-west-1.amazonaws.com/almanac-jobs:latest"
        ));
        assert!(matches("exact", "exact"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches("a*b*c", "a-b-d"));
        assert!(!matches("exact", "exactly"));
        assert!(!matches("*/almanac-jobs:*", "almanac-jobs:latest"));
    }

    #[test]
    fn the_users_rule_goes_before_ours() {
        let rule = ImageRule {
            image: "*/almanac-jobs:next".to_owned(),
            command: words(&["next"]),
            ..ImageRule::default()
        };
        let images = Images::read(&[rule], &words(&["almanac", "job"])).unwrap();

        assert_eq!(images.find("x/almanac-jobs:next").unwrap().command, ["next"]);
        assert_eq!(images.find("x/almanac-jobs:1").unwrap().command, ["almanac", "job"]);
        assert_eq!(
            images.find("x/sagemaker-xgboost:1.7-1").unwrap().server(81).unwrap(),
            ["almanac", "job", "serve", "--host", "127.0.0.1", "--port", "81"]
        );
    }

    #[test]
    fn an_image_without_a_rule_is_told_what_to_add() {
        let images = Images::read(&[], &words(&["almanac", "job"])).unwrap();

        let refused = images.find("mine:1").unwrap_err().reason();

        assert!(refused.contains("[[images]] image = \"mine:1\""), "{refused}");
    }

    #[test]
    fn an_entry_point_takes_the_place_of_the_images() {
        let rule = ImageRule { command: words(&["own", "x"]), ..ImageRule::default() };

        let with = rule.command(&words(&["sh"]), &words(&["-c"])).unwrap();
        let without = rule.command(&[], &words(&["-c"])).unwrap();

        assert_eq!(with, ["sh", "-c"]);
        assert_eq!(without, ["own", "x", "-c"]);
    }
}
