//! The definition as the rules see it: parameters and steps, flat, with where each stands.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::lint::pointer::Pointer;
use crate::lint::reference::{self, Reference};
use crate::lint::report::Report;

/// The arguments that hold steps of their own, with the side they stand on.
const NESTING: [(&str, Side); 3] =
    [("IfSteps", Side::If), ("ElseSteps", Side::Else), ("ForEachBody", Side::Body)];

/// A declared parameter.
#[derive(Debug)]
pub(crate) struct Parameter<'a> {
    /// Its name, empty if it has none.
    pub(crate) name: &'a str,
    /// `String`, `Integer`, `Float`, `Boolean`, or whatever was written.
    pub(crate) kind: &'a str,
    /// Where it stands.
    pub(crate) at: Pointer,
    /// All of it.
    pub(crate) members: &'a Map<String, Value>,
}

/// Which list of its parent a nested step stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// `IfSteps`
    If,
    /// `ElseSteps`
    Else,
    /// `ForEachBody`
    Body,
}

/// The parent of a nested step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inside {
    /// The parent's place in [`Definition::steps`].
    pub(crate) parent: usize,
    /// Which of its lists.
    pub(crate) side: Side,
}

/// A step, at whatever depth.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    /// Its name, empty if it has none.
    pub(crate) name: &'a str,
    /// Its type as written, empty if it has none.
    pub(crate) kind: &'a str,
    /// Where it stands.
    pub(crate) at: Pointer,
    /// All of it.
    pub(crate) members: &'a Map<String, Value>,
    /// Its parent, unless it stands at top level.
    pub(crate) inside: Option<Inside>,
    /// What it refers to itself, its nested steps left out.
    pub(crate) references: Vec<Reference<'a>>,
}

impl<'a> Step<'a> {
    /// Its `Arguments`, if they are an object.
    pub(crate) fn arguments(&self) -> Option<(&'a Map<String, Value>, Pointer)> {
        let arguments = self.members.get("Arguments").and_then(Value::as_object)?;
        Some((arguments, self.at.key("Arguments")))
    }

    /// One of its arguments, unless absent or null.
    pub(crate) fn argument(&self, name: &str) -> Option<(&'a Value, Pointer)> {
        let (arguments, at) = self.arguments()?;
        let value = arguments.get(name).filter(|value| !value.is_null())?;
        Some((value, at.key(name)))
    }

    /// A member beside `Arguments`, unless absent or null.
    pub(crate) fn member(&self, name: &str) -> Option<(&'a Value, Pointer)> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        Some((value, self.at.key(name)))
    }

    /// The elements of a list beside `Arguments`.
    pub(crate) fn list(&self, name: &str) -> Vec<(&'a Value, Pointer)> {
        self.member(name).map(|(value, at)| elements(value, &at)).unwrap_or_default()
    }
}

/// The elements of `value` with their pointers; none if it is no list.
pub(crate) fn elements<'a>(value: &'a Value, at: &Pointer) -> Vec<(&'a Value, Pointer)> {
    let items = value.as_array().into_iter().flatten();
    items.enumerate().map(|(index, item)| (item, at.index(index))).collect()
}

/// A definition that is at least an object.
#[derive(Debug)]
pub(crate) struct Definition<'a> {
    /// All of it.
    pub(crate) members: &'a Map<String, Value>,
    /// Its parameters, in order.
    pub(crate) parameters: Vec<Parameter<'a>>,
    /// Its steps, each before the ones nested in it.
    pub(crate) steps: Vec<Step<'a>>,
    first: BTreeMap<&'a str, usize>,
    declared: BTreeMap<&'a str, usize>,
}

impl<'a> Definition<'a> {
    /// Flattens a definition; one that is no object is reported instead.
    pub(crate) fn read(document: &'a Value, report: &mut Report) -> Option<Self> {
        let Some(members) = document.as_object() else {
            report.error(
                &Pointer::default(),
                "wrong-kind",
                "a definition is a JSON object",
                "write {\"Version\": \"2020-12-01\", \"Steps\": [...]}",
            );
            return None;
        };
        let mut definition = Self {
            members,
            parameters: parameters(members),
            steps: Vec::new(),
            first: BTreeMap::new(),
            declared: BTreeMap::new(),
        };
        if let Some(steps) = members.get("Steps") {
            definition.add_steps(steps, &Pointer::default().key("Steps"), None);
        }
        for (index, step) in definition.steps.iter().enumerate() {
            definition.first.entry(step.name).or_insert(index);
        }
        for (index, parameter) in definition.parameters.iter().enumerate() {
            definition.declared.entry(parameter.name).or_insert(index);
        }
        Some(definition)
    }

    fn add_steps(&mut self, list: &'a Value, at: &Pointer, inside: Option<Inside>) {
        for (item, at) in elements(list, at) {
            let Some(members) = item.as_object() else { continue };
            let kind = text(members, "Type");
            let nesting = nesting(kind);
            let skip: Vec<&str> = nesting.iter().map(|(key, _)| *key).collect();
            let references = reference::collect(members, &at, &skip);
            let parent = self.steps.len();
            let name = text(members, "Name");
            self.steps.push(Step { name, kind, at: at.clone(), members, inside, references });

            for (key, side) in nesting {
                if let Some(nested) = members.get("Arguments").and_then(|value| value.get(key)) {
                    let at = at.key("Arguments").key(key);
                    self.add_steps(nested, &at, Some(Inside { parent, side: *side }));
                }
            }
        }
    }

    /// The first step of that name.
    pub(crate) fn step(&self, name: &str) -> Option<(usize, &Step<'a>)> {
        let index = self.first.get(name).copied()?;
        Some((index, self.steps.get(index)?))
    }

    /// The first parameter of that name.
    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter<'a>> {
        self.parameters.get(self.declared.get(name).copied()?)
    }

    /// The parents of a step, nearest first.
    pub(crate) fn ancestors(&self, index: usize) -> Vec<Inside> {
        let mut ancestors = Vec::new();
        let mut next = self.steps.get(index).and_then(|step| step.inside);
        while let Some(inside) = next {
            ancestors.push(inside);
            next = self.steps.get(inside.parent).and_then(|step| step.inside);
        }
        ancestors
    }
}

/// The arguments of a step type that hold steps.
pub(crate) fn nesting(kind: &str) -> &'static [(&'static str, Side)] {
    match kind {
        "Condition" => NESTING.get(..2).unwrap_or_default(),
        "ForEach" => NESTING.get(2..).unwrap_or_default(),
        _ => &[],
    }
}

fn parameters(members: &Map<String, Value>) -> Vec<Parameter<'_>> {
    let at = Pointer::default().key("Parameters");
    let list = members.get("Parameters").map(|list| elements(list, &at)).unwrap_or_default();
    let read = |(item, at): (_, _)| -> Option<Parameter<'_>> {
        let item: &Value = item;
        let members = item.as_object()?;
        Some(Parameter { name: text(members, "Name"), kind: text(members, "Type"), at, members })
    };
    list.into_iter().filter_map(read).collect()
}

/// A text member, empty if it is not there or no text.
pub(crate) fn text<'a>(members: &'a Map<String, Value>, key: &str) -> &'a str {
    members.get(key).and_then(Value::as_str).unwrap_or_default()
}
