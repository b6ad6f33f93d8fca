//! How is a history spoilt on purpose, so that the quality gate has something to refuse?
//!
//! Defects are done to finished records, so no generator knows of them.

use std::str::FromStr;

use crate::random::Random;

/// One way in which data go wrong. Shares are of the rows of the file with the target.
#[derive(Debug, Clone, PartialEq)]
pub enum Defect {
    /// Rows are left out.
    Gaps(Share),
    /// Rows stand there twice.
    Duplicates(Share),
    /// Rows have no target.
    MissingTargets(Share),
    /// Rows have a target below zero.
    NegativeTargets(Share),
    /// Rows have a target a thousand times too large.
    Outliers(Share),
    /// Rows have a word where the target should be.
    UnreadableTargets(Share),
    /// The column of this name is in no file.
    MissingColumn(String),
}

/// A share from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(f64);

impl Share {
    /// Accepts 0 to 1.
    pub fn new(share: f64) -> Result<Self, DefectError> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(DefectError::Share(share)) }
    }

    /// The share itself.
    pub fn value(self) -> f64 {
        self.0
    }
}

/// Why a text is no defect.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DefectError {
    /// Beyond 0 to 1.
    #[error("{0} is no share from 0 to 1")]
    Share(f64),
    /// Neither a known name with a share nor a column.
    #[error(
        "`{0}` is no defect; write gaps, duplicates, missing-targets, negative-targets, outliers \
         or unreadable-targets with a share, as in gaps=0.1, or missing-column=NAME"
    )]
    Unknown(String),
}

impl FromStr for Defect {
    type Err = DefectError;

    /// Reads `gaps=0.1` or `missing-column=price`.
    fn from_str(text: &str) -> Result<Self, DefectError> {
        let unknown = || DefectError::Unknown(text.to_owned());
        let (name, value) = text.split_once('=').ok_or_else(unknown)?;
        if name == "missing-column" {
            return Ok(Self::MissingColumn(value.to_owned()));
        }
        let share = || value.parse().map_err(|_| unknown()).and_then(Share::new);
        match name {
            "gaps" => share().map(Self::Gaps),
            "duplicates" => share().map(Self::Duplicates),
            "missing-targets" => share().map(Self::MissingTargets),
            "negative-targets" => share().map(Self::NegativeTargets),
            "outliers" => share().map(Self::Outliers),
            "unreadable-targets" => share().map(Self::UnreadableTargets),
            _ => Err(unknown()),
        }
    }
}

/// What a defect of rows does to one record.
#[derive(Debug, Clone, Copy)]
enum Effect {
    Omit,
    Repeat,
    Target(fn(&str) -> String),
}

impl Defect {
    fn effect(&self) -> Option<(Share, Effect)> {
        match self {
            Self::Gaps(share) => Some((*share, Effect::Omit)),
            Self::Duplicates(share) => Some((*share, Effect::Repeat)),
            Self::MissingTargets(share) => Some((*share, Effect::Target(|_| String::new()))),
            Self::NegativeTargets(share) => Some((*share, Effect::Target(below_zero))),
            Self::Outliers(share) => Some((*share, Effect::Target(thousandfold))),
            Self::UnreadableTargets(share) => {
                Some((*share, Effect::Target(|_| "unknown".to_owned())))
            }
            Self::MissingColumn(_) => None,
        }
    }
}

fn below_zero(value: &str) -> String {
    match value.trim_start_matches(['-', '0', '.']) {
        "" => "-1".to_owned(),
        _ => format!("-{}", value.trim_start_matches('-')),
    }
}

fn thousandfold(value: &str) -> String {
    value.parse::<f64>().map_or_else(|_| value.to_owned(), |value| (value * 1000.0).to_string())
}

/// Does the defects of a plan to the records of one file.
#[derive(Debug)]
pub(crate) struct Spoiler {
    random: Random,
    effects: Vec<(Share, Effect)>,
    target: usize,
    missing: Vec<usize>,
}

impl Spoiler {
    /// For the file with these columns; a file without the target loses columns only.
    pub(crate) fn new(seed: u64, defects: &[Defect], columns: &[&str], target: &str) -> Self {
        let position = |name: &str| columns.iter().position(|column| *column == name);
        let missing = |defect: &Defect| match defect {
            Defect::MissingColumn(name) => position(name),
            _ => None,
        };
        let effects = match position(target) {
            Some(_) => defects.iter().filter_map(Defect::effect).collect(),
            None => Vec::new(),
        };
        Self {
            random: Random::of_part(seed, "defects", 0),
            effects,
            target: position(target).unwrap_or_default(),
            missing: defects.iter().filter_map(missing).collect(),
        }
    }

    /// Whether there is nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.effects.is_empty() && self.missing.is_empty()
    }

    /// Spoils a record, and answers how often it is written.
    pub(crate) fn spoil(&mut self, fields: &mut Vec<String>) -> usize {
        let (mut omitted, mut copies) = (false, 1);
        for (share, effect) in &self.effects {
            if !self.random.chance(share.value()) {
                continue;
            }
            match effect {
                Effect::Omit => omitted = true,
                Effect::Repeat => copies = 2,
                Effect::Target(change) => {
                    if let Some(target) = fields.get_mut(self.target) {
                        *target = change(target);
                    }
                }
            }
        }
        self.drop_columns(fields);
        if omitted { 0 } else { copies }
    }

    /// Takes the missing columns out of a record or header.
    pub(crate) fn drop_columns(&self, fields: &mut Vec<String>) {
        let mut at = 0;
        fields.retain(|_| {
            at += 1;
            !self.missing.contains(&(at - 1))
        });
    }
}
