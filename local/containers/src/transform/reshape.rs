//! `DataProcessing`: what of a record the model sees, and what of record and answer is kept.

use machine::Refusal;
use serde_json::{Value, json};

use super::path::Path;
use crate::job::transform::{DataProcessing, JoinSource};

/// What is done to each record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reshaping {
    form: Form,
    input: Path,
    join: JoinSource,
    output: Path,
}

/// In what form records are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Lines of values with commas between them.
    Csv,
    /// A JSON document a line.
    JsonLines,
    /// One JSON document.
    Json,
}

impl Form {
    fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "text/csv" => Some(Self::Csv),
            "application/jsonlines" | "application/x-jsonlines" => Some(Self::JsonLines),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Reshaping {
    /// Reads it; there is none if all is as it would be without.
    pub(crate) fn read(
        asked: &DataProcessing,
        content_type: Option<&str>,
    ) -> Result<Option<Self>, Refusal> {
        let path = |text: &Option<String>, name: &str| {
            let read = Path::read(text.as_deref().unwrap_or("$"));
            read.map_err(|why| Refusal::invalid(format!("DataProcessing.{name}: {why}")))
        };
        let input = path(&asked.input_filter, "InputFilter")?;
        let output = path(&asked.output_filter, "OutputFilter")?;
        if input.is_all() && output.is_all() && asked.join_source == JoinSource::None {
            return Ok(None);
        }
        let form = content_type.and_then(Form::of).ok_or_else(|| {
            Refusal::invalid(
                "DataProcessing needs the ContentType text/csv, application/jsonlines or \
                 application/json",
            )
        })?;
        Ok(Some(Self { form, input, join: asked.join_source, output }))
    }

    /// The records of a text.
    pub(super) fn records<'a>(&self, text: &'a str) -> Vec<&'a str> {
        records(self.form, text)
    }

    /// What of a record the model sees, with the end of its line.
    pub(super) fn inward(&self, record: &str) -> Result<String, String> {
        if self.input.is_all() {
            return Ok(format!("{record}\n"));
        }
        Ok(format!("{}\n", written(self.form, &self.input.of(&read(self.form, record)?)?)))
    }

    /// What is kept of records and the answer to them.
    pub(super) fn outward(
        &self,
        given: &[String],
        answer: &str,
        answer_type: Option<&str>,
    ) -> Result<String, String> {
        let form = answer_type.and_then(Form::of).unwrap_or(self.form);
        let form =
            if form == Form::Json && self.form == Form::JsonLines { self.form } else { form };
        let answers = records(form, answer);
        let mut kept = String::new();
        match self.join {
            JoinSource::None => {
                for answer in answers {
                    kept += &written(form, &self.output.of(&read(form, answer)?)?);
                    kept.push('\n');
                }
            }
            JoinSource::Input => {
                if form != self.form {
                    return Err("an answer can be joined to its record only in the same form; \
                                set Accept to the ContentType"
                        .to_owned());
                }
                if given.len() != answers.len() {
                    let (records, answers) = (given.len(), answers.len());
                    return Err(format!("the model gave {answers} answers to {records} records"));
                }
                for (record, answer) in given.iter().zip(answers) {
                    let joined = joined(form, read(form, record)?, read(form, answer)?);
                    kept += &written(form, &self.output.of(&joined)?);
                    kept.push('\n');
                }
            }
        }
        Ok(kept)
    }
}

fn records(form: Form, text: &str) -> Vec<&str> {
    match form {
        Form::Csv | Form::JsonLines => text.lines().filter(|line| !line.is_empty()).collect(),
        Form::Json => vec![text.trim()],
    }
}

fn joined(form: Form, record: Value, answer: Value) -> Value {
    match (form, record) {
        (Form::Csv, Value::Array(mut values)) => {
            match answer {
                Value::Array(more) => values.extend(more),
                one => values.push(one),
            }
            Value::Array(values)
        }
        (_, Value::Object(mut members)) => {
            members.insert("SageMakerOutput".to_owned(), answer);
            Value::Object(members)
        }
        (_, other) => json!({"SageMakerInput": other, "SageMakerOutput": answer}),
    }
}

/// A record as a value: that of a line of CSV is the list of its texts, quoted as they were.
fn read(form: Form, record: &str) -> Result<Value, String> {
    match form {
        Form::Csv => Ok(Value::Array(cells(record).into_iter().map(Value::from).collect())),
        Form::JsonLines | Form::Json => {
            serde_json::from_str(record).map_err(|error| format!("`{record}` is no JSON: {error}"))
        }
    }
}

fn written(form: Form, value: &Value) -> String {
    let cell = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (form, value) {
        (Form::Csv, Value::Array(cells)) => cells.iter().map(cell).collect::<Vec<_>>().join(","),
        (Form::Csv, one) => cell(one),
        (Form::JsonLines | Form::Json, value) => value.to_string(),
    }
}

/// The values of a line, between commas that are not in quotation marks.
fn cells(line: &str) -> Vec<&str> {
    let mut quoted = false;
    let separates = |letter: char| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    };
    line.split(separates).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reshaping(input: &str, output: &str, join: JoinSource, form: &str) -> Reshaping {
        let asked = DataProcessing {
            input_filter: Some(input.to_owned()),
            output_filter: Some(output.to_owned()),
            join_source: join,
        };
        Reshaping::read(&asked, Some(form)).unwrap().unwrap()
    }

    #[test]
    fn identifiers_go_round_the_model() {
        let shape = reshaping("$[2:]", "$[0,-1]", JoinSource::Input, "text/csv");

        assert_eq!(shape.inward("7,\"a,b\",1,2").unwrap(), "1,2\n");
        let given = ["7,\"a,b\",1,2".to_owned(), "8,c,3,4".to_owned()];
        let kept = shape.outward(&given, "0.5\n0.25\n", Some("text/csv; charset=utf-8"));
        assert_eq!(kept.unwrap(), "7,0.5\n8,0.25\n");
        let why = shape.outward(&given, "0.5\n", None).unwrap_err();
        assert_eq!(why, "the model gave 1 answers to 2 records");
    }

    #[test]
    fn json_lines_are_joined_as_a_member() {
        let form = "application/jsonlines";
        let shape = reshaping("$.x", "$['id','SageMakerOutput']", JoinSource::Input, form);
        let given = ["{\"id\": 1, \"x\": [2]}".to_owned()];

        assert_eq!(shape.inward(&given[0]).unwrap(), "[2]\n");
        let kept = shape.outward(&given, "{\"score\": 3}", Some(form)).unwrap();
        let kept: Value = serde_json::from_str(&kept).unwrap();
        assert_eq!(kept, json!({"id": 1, "SageMakerOutput": {"score": 3}}));
    }

    #[test]
    fn a_list_is_joined_beside_its_answer() {
        let shape = reshaping("$", "$", JoinSource::Input, "application/json");

        let kept = shape.outward(&["[1,2]".to_owned()], "3", Some("application/json")).unwrap();

        assert_eq!(kept, "{\"SageMakerInput\":[1,2],\"SageMakerOutput\":3}\n");
    }

    #[test]
    fn what_changes_nothing_is_none_and_a_bad_path_is_refused() {
        let nothing = DataProcessing::default();
        assert_eq!(Reshaping::read(&nothing, None).unwrap(), None);
        let bad = DataProcessing { input_filter: Some("1".into()), ..DataProcessing::default() };
        let refused = Reshaping::read(&bad, Some("text/csv")).unwrap_err();
        assert!(refused.message.contains("DataProcessing.InputFilter"), "{refused}");
    }
}
