//! Intrinsic functions: every value of the template with what it refers to put in its place.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

use crate::parameters::scalar_text;
use crate::template::{Resource, Template, is_function};
use crate::{Settings, StackError, naming, parameters};

/// More references after one another than any template needs; a circle never ends.
pub(crate) const DEEPEST: u32 = 64;

type Resolved = Result<Option<Value>, StackError>;

/// Resolves values of one template for one place and one choice of parameters.
pub(crate) struct Resolver<'a> {
    pub(crate) template: &'a Template,
    pub(crate) settings: &'a Settings,
    parameters: BTreeMap<String, Value>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(template: &'a Template, settings: &'a Settings) -> Result<Self, StackError> {
        let parameters = parameters::settle(&template.parameters, settings)?;
        Ok(Self { template, settings, parameters })
    }

    /// The value, or nothing where `AWS::NoValue` takes it away. `depth` counts references.
    pub(crate) fn resolve(&self, value: &Value, depth: u32) -> Resolved {
        if depth > DEEPEST {
            return Err(StackError::here("refers to itself, over other places or at once"));
        }
        match value {
            Value::Object(fields) if is_function(fields) => {
                let mut only = fields.iter();
                match (only.next(), only.next()) {
                    (Some((name, argument)), None) => {
                        self.call(name, argument, depth + 1).map_err(|error| error.inside(name))
                    }
                    _ => Err(StackError::here("an intrinsic function must stand alone")),
                }
            }
            Value::Object(fields) => self.fields(fields, depth).map(|it| Some(Value::Object(it))),
            Value::Array(items) => {
                let mut all = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let item = self
                        .resolve(item, depth)
                        .map_err(|error| error.inside(&index.to_string()))?;
                    all.extend(item);
                }
                Ok(Some(Value::Array(all)))
            }
            scalar => Ok(Some(scalar.clone())),
        }
    }

    /// Every field of an object.
    pub(crate) fn fields(
        &self,
        fields: &Map<String, Value>,
        depth: u32,
    ) -> Result<Map<String, Value>, StackError> {
        let mut all = Map::new();
        for (key, value) in fields {
            if let Some(value) = self.resolve(value, depth).map_err(|error| error.inside(key))? {
                all.insert(key.clone(), value);
            }
        }
        Ok(all)
    }

    /// A value that must be there.
    pub(crate) fn value(&self, value: &Value, depth: u32) -> Result<Value, StackError> {
        self.resolve(value, depth)?
            .ok_or_else(|| StackError::here("AWS::NoValue cannot stand here"))
    }

    /// A value that must be a text, number or truth value.
    pub(crate) fn text(&self, value: &Value, depth: u32) -> Result<String, StackError> {
        let value = self.value(value, depth)?;
        scalar_text(&value).ok_or_else(|| StackError::here(format!("must be a text, not {value}")))
    }

    /// A resource that is created.
    pub(crate) fn resource(&self, name: &str, depth: u32) -> Result<&'a Resource, StackError> {
        let resource = self.template.resources.get(name).ok_or_else(|| {
            StackError::here(format!("{name} is no parameter or resource of the template"))
        })?;
        if self.is_created(resource, depth)? {
            return Ok(resource);
        }
        let condition = resource.condition.as_deref().unwrap_or_default();
        let reason = format!("{name} is not created, because condition {condition} does not hold");
        Err(StackError::here(reason))
    }

    /// Whether a resource's condition holds.
    pub(crate) fn is_created(&self, resource: &Resource, depth: u32) -> Result<bool, StackError> {
        resource.condition.as_ref().map_or(Ok(true), |condition| self.condition(condition, depth))
    }

    fn call(&self, name: &str, argument: &Value, depth: u32) -> Resolved {
        let value = match name {
            "Ref" => return self.reference(argument, depth),
            "Fn::If" => return self.choose(argument, depth),
            "Fn::GetAtt" => {
                let (resource, attribute) = get_att(argument)?;
                naming::attribute(self, resource, attribute, depth)?.into()
            }
            "Fn::Sub" => self.substitute(argument, depth)?.into(),
            "Fn::Join" => self.join(argument, depth)?.into(),
            "Fn::Select" => return self.select(argument, depth).map(Some),
            "Fn::Split" => self.split(argument, depth)?,
            "Fn::FindInMap" => self.find_in_map(argument, depth)?,
            "Fn::Equals" | "Fn::Not" | "Fn::And" | "Fn::Or" | "Fn::Contains" => {
                return Err(StackError::here("belongs in Conditions or Rules; name it there"));
            }
            "Fn::ImportValue" => {
                return Err(StackError::here(
                    "no other stack exists locally; pass the value as a parameter",
                ));
            }
            _ => return Err(StackError::here("is not known to the local engine")),
        };
        Ok(Some(value))
    }

    fn reference(&self, argument: &Value, depth: u32) -> Resolved {
        let name = plain_text(argument)?;
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        let settings = self.settings;
        let text = match name.strip_prefix("AWS::") {
            None => return naming::reference(self, name, depth).map(|text| Some(text.into())),
            Some("AccountId") => settings.account.clone(),
            Some("Region") => settings.region.clone(),
            Some("Partition") => settings.partition().to_owned(),
            Some("URLSuffix") => settings.url_suffix().to_owned(),
            Some("StackName") => settings.stack_name.clone(),
            Some("StackId") => settings.stack_id(),
            Some(_) => return Err(StackError::here(format!("{name} is no pseudo parameter"))),
        };
        Ok(Some(text.into()))
    }

    fn choose(&self, argument: &Value, depth: u32) -> Resolved {
        let [condition, then, otherwise] = arguments(argument)?;
        let holds = self.condition(plain_text(condition)?, depth)?;
        let (branch, value) = if holds { ("1", then) } else { ("2", otherwise) };
        self.resolve(value, depth).map_err(|error| error.inside(branch))
    }

    fn substitute(&self, argument: &Value, depth: u32) -> Result<String, StackError> {
        let mut variables = Map::new();
        let text = match argument {
            Value::String(text) => text.as_str(),
            list => {
                let [text, given] = arguments(list)?;
                let given = given.as_object().ok_or_else(|| {
                    StackError::here("must be an object of variables").inside("1")
                })?;
                variables = self.fields(given, depth).map_err(|error| error.inside("1"))?;
                plain_text(text)?
            }
        };
        let mut all = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| StackError::here(format!("${{{after} has no closing brace")))?;
            all.push_str(before);
            rest = after;
            if let Some(literal) = name.strip_prefix('!') {
                all.extend(["${", literal, "}"]);
                continue;
            }
            let value = match variables.get(name) {
                Some(value) => Some(value.clone()),
                None => self.named(name, depth).map_err(|error| error.inside(name))?,
            };
            let value = value.as_ref().and_then(scalar_text);
            all.push_str(&value.ok_or_else(|| StackError::here("must be a text").inside(name))?);
        }
        all.push_str(rest);
        Ok(all)
    }

    /// `Name` or `Resource.Attribute` within a text.
    fn named(&self, name: &str, depth: u32) -> Resolved {
        match name.split_once('.') {
            Some((resource, attribute)) => {
                naming::attribute(self, resource, attribute, depth).map(|text| Some(text.into()))
            }
            None => self.reference(&Value::from(name), depth),
        }
    }

    fn join(&self, argument: &Value, depth: u32) -> Result<String, StackError> {
        let [delimiter, items] = arguments(argument)?;
        let mut texts = Vec::new();
        for (index, item) in self.list(items, depth)?.iter().enumerate() {
            let text = scalar_text(item).ok_or_else(|| StackError::here("must be a text"));
            texts.push(text.map_err(|error| error.inside(&index.to_string()).inside("1"))?);
        }
        Ok(texts.join(plain_text(delimiter)?))
    }

    fn select(&self, argument: &Value, depth: u32) -> Result<Value, StackError> {
        let [index, items] = arguments(argument)?;
        let text = self.text(index, depth)?;
        let items = self.list(items, depth)?;
        let item = text.parse::<usize>().ok().and_then(|index| items.get(index));
        item.cloned().ok_or_else(|| {
            StackError::here(format!("{text} is no index of a list of {}", items.len()))
        })
    }

    fn split(&self, argument: &Value, depth: u32) -> Result<Value, StackError> {
        let [delimiter, text] = arguments(argument)?;
        let delimiter = plain_text(delimiter)?;
        if delimiter.is_empty() {
            return Err(StackError::here("the delimiter must not be empty"));
        }
        let text = self.text(text, depth)?;
        Ok(text.split(delimiter).collect::<Vec<_>>().into())
    }

    fn find_in_map(&self, argument: &Value, depth: u32) -> Result<Value, StackError> {
        let [map, first, second] = arguments(argument)?;
        let map = self.text(map, depth)?;
        let (first, second) = (self.text(first, depth)?, self.text(second, depth)?);
        let found = self.template.mappings.get(&map).and_then(|map| map.get(&first));
        let found = found.and_then(|keys| keys.get(&second));
        found.cloned().ok_or_else(|| {
            StackError::here(format!("Mappings has no value {map}.{first}.{second}; add it"))
        })
    }

    pub(crate) fn list(&self, value: &Value, depth: u32) -> Result<Vec<Value>, StackError> {
        match self.value(value, depth)? {
            Value::Array(items) => Ok(items),
            other => Err(StackError::here(format!("must be a list, not {other}"))),
        }
    }
}

/// As many arguments as a function takes.
pub(crate) fn arguments<const N: usize>(argument: &Value) -> Result<&[Value; N], StackError> {
    let list = argument.as_array().and_then(|list| list.as_slice().try_into().ok());
    list.ok_or_else(|| StackError::here(format!("takes a list of {N} arguments")))
}

/// A text that is written out, as names of conditions and delimiters must be.
pub(crate) fn plain_text(value: &Value) -> Result<&str, StackError> {
    value.as_str().ok_or_else(|| StackError::here(format!("must be a text, not {value}")))
}

fn get_att(argument: &Value) -> Result<(&str, &str), StackError> {
    let pair = match argument {
        Value::String(text) => text.split_once('.'),
        list => match arguments(list)? {
            [resource, attribute] => resource.as_str().zip(attribute.as_str()),
        },
    };
    pair.ok_or_else(|| StackError::here("takes the names of a resource and of an attribute"))
}
