//! Conditions, and the assertions that a template makes about its parameters.

use serde_json::Value;

use crate::StackError;
use crate::intrinsics::{DEEPEST, Resolver, arguments, plain_text};
use crate::parameters::scalar_text;
use crate::template::refuse_others;

type Holds = Result<bool, StackError>;

impl Resolver<'_> {
    /// Whether a condition of the template holds.
    pub(crate) fn condition(&self, name: &str, depth: u32) -> Holds {
        let condition = self.template.conditions.get(name);
        let condition = condition
            .ok_or_else(|| StackError::here(format!("{name} is no condition of the template")))?;
        self.holds(condition, depth + 1).map_err(|error| error.inside(name))
    }

    /// Evaluates all conditions, so that a mistake in one that nothing uses shows too.
    pub(crate) fn check_conditions(&self) -> Result<(), StackError> {
        for (name, condition) in &self.template.conditions {
            self.holds(condition, 0).map_err(|error| error.inside(name).inside("Conditions"))?;
        }
        Ok(())
    }

    /// Refuses parameters that the template's rules refuse.
    pub(crate) fn check_rules(&self) -> Result<(), StackError> {
        for (name, rule) in &self.template.rules {
            self.check_rule(name, rule).map_err(|error| error.inside(name).inside("Rules"))?;
        }
        Ok(())
    }

    fn check_rule(&self, name: &str, rule: &Value) -> Result<(), StackError> {
        let rule = rule.as_object().ok_or_else(|| StackError::here("must be an object"))?;
        refuse_others(rule, &["RuleCondition", "Assertions"])?;
        if let Some(condition) = rule.get("RuleCondition")
            && !self.holds(condition, 0).map_err(|error| error.inside("RuleCondition"))?
        {
            return Ok(());
        }
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let assertions =
            assertions.ok_or_else(|| StackError::here("needs a list of Assertions"))?;
        for assertion in assertions {
            let assert = assertion.get("Assert");
            let assert = assert.ok_or_else(|| StackError::here("an assertion needs Assert"))?;
            if !self.holds(assert, 0).map_err(|error| error.inside("Assertions"))? {
                let words = assertion.get("AssertDescription").and_then(Value::as_str);
                let description = words.unwrap_or("an assertion does not hold").to_owned();
                return Err(StackError::Assertion { rule: name.to_owned(), description });
            }
        }
        Ok(())
    }

    fn holds(&self, condition: &Value, depth: u32) -> Holds {
        // Every level is one more, so that conditions that name one another come to an end.
        if depth > DEEPEST {
            return Err(StackError::here("refers to itself, over other conditions or at once"));
        }
        let call = condition.as_object().filter(|call| call.len() == 1);
        let Some((name, argument)) = call.and_then(|call| call.iter().next()) else {
            return Err(StackError::here("must be one condition function"));
        };
        let held = match name.as_str() {
            "Condition" => self.condition(plain_text(argument)?, depth),
            "Fn::Equals" => self.equals(argument, depth),
            "Fn::Not" => {
                arguments::<1>(argument).and_then(|[one]| self.holds(one, depth + 1).map(|it| !it))
            }
            "Fn::And" => self.count(argument, depth).map(|(held, all)| held == all),
            "Fn::Or" => self.count(argument, depth).map(|(held, _)| held > 0),
            "Fn::Contains" => self.contains(argument, depth),
            _ => Err(StackError::here("is no condition function of the local engine")),
        };
        held.map_err(|error| error.inside(name))
    }

    fn equals(&self, argument: &Value, depth: u32) -> Holds {
        let [left, right] = arguments(argument)?;
        let (left, right) = (self.value(left, depth)?, self.value(right, depth)?);
        // The number 1 and the text "1" are the same to CloudFormation.
        Ok(match (scalar_text(&left), scalar_text(&right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        })
    }

    /// How many of the conditions hold, and how many there are.
    fn count(&self, argument: &Value, depth: u32) -> Result<(usize, usize), StackError> {
        let conditions = argument.as_array().filter(|all| (2..=10).contains(&all.len()));
        let conditions = conditions.ok_or_else(|| StackError::here("takes 2 to 10 conditions"))?;
        let mut held = 0;
        for condition in conditions {
            held += usize::from(self.holds(condition, depth + 1)?);
        }
        Ok((held, conditions.len()))
    }

    fn contains(&self, argument: &Value, depth: u32) -> Holds {
        let [list, wanted] = arguments(argument)?;
        let wanted = self.text(wanted, depth)?;
        let list = self.list(list, depth)?;
        Ok(list.iter().filter_map(scalar_text).any(|item| item == wanted))
    }
}
