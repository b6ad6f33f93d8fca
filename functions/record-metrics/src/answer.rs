//! The answer: what was recorded, and everything that was not.

use std::fmt::Write;

use serde::Serialize;

use crate::component::{Association, Target};
use crate::parameters::Selection;
use crate::points::Outcome;

/// The longest text that a step's output holds is 1,024 characters.
const LONGEST: usize = 900;

/// What the step's outputs are: flat text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The component's name.
    pub trial_component: String,
    /// How many numbers are in its charts now, those of earlier calls included.
    pub recorded: String,
    /// The value of the metric that decides.
    pub primary_metric: String,
    /// Which metric that is.
    pub primary_metric_name: String,
    /// How many numbers are among its parameters now.
    pub parameters: String,
    /// How many numbers found no room among the parameters.
    pub parameters_left_out: String,
    /// Which numbers are not in the charts and why; empty if all are.
    pub refused: String,
    /// `true`, `not needed`, or `false: ` and why it is in no trial.
    pub associated: String,
    /// `true` if nothing is missing anywhere.
    pub complete: String,
}

/// Everything that an answer is made of.
#[derive(Debug)]
pub(crate) struct Recorded<'a> {
    pub(crate) target: &'a Target,
    pub(crate) primary: (String, f64),
    pub(crate) numbers: usize,
    pub(crate) selection: &'a Selection,
    pub(crate) outcome: &'a Outcome,
    pub(crate) association: &'a Association,
}

impl From<Recorded<'_>> for Answer {
    fn from(recorded: Recorded<'_>) -> Self {
        let Recorded { target, primary, numbers, selection, outcome, association } = recorded;
        let (primary_metric_name, primary_metric) = primary;
        let everywhere = matches!(association, Association::NotNeeded | Association::Done);
        let complete = outcome.refused.is_empty() && selection.left_out == 0 && everywhere;
        Self {
            trial_component: target.name().to_owned(),
            recorded: (numbers - outcome.refused.len()).to_string(),
            primary_metric: primary_metric.to_string(),
            primary_metric_name,
            parameters: selection.numbers.to_string(),
            parameters_left_out: selection.left_out.to_string(),
            refused: refused(outcome),
            associated: match association {
                Association::NotNeeded => "not needed".to_owned(),
                Association::Done => "true".to_owned(),
                Association::Failed(error) => cut(&format!("false: {error}")),
            },
            complete: complete.to_string(),
        }
    }
}

/// Names what is missing, as far as an output has room.
fn refused(outcome: &Outcome) -> String {
    let mut text = String::new();
    if let Some(error) = &outcome.stopped_by {
        let _infallible = write!(text, "{} points not sent: {error}; ", outcome.refused.len());
    }
    for (place, (name, why)) in outcome.refused.iter().enumerate() {
        if text.chars().count() + name.chars().count() > LONGEST - 60 {
            let _infallible = write!(text, "and {} more", outcome.refused.len() - place);
            break;
        }
        let _infallible = write!(text, "{name} ({why}); ");
    }
    cut(text.trim_end_matches("; "))
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}
