//! Which component is in which trial.

use std::sync::Arc;

use machine::{Batch, Caller, Refusal};
use serde_json::{Value, json};

use super::{COMPONENT, TRIAL};
use crate::plane::{Answer, Plane};

const DOCUMENTS: &str = "sagemaker.association";
/// The most trials that a component is in.
const MOST: usize = 500;

pub(super) fn associate(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let (component, trial) = (plane.named(&COMPONENT, request)?, plane.named(&TRIAL, request)?);
    for arn in [&component.arn, &trial.arn] {
        plane.allow(caller, "AssociateTrialComponent", arn)?;
    }
    plane.change(|batch| {
        component.find(batch)?;
        trial.find(batch)?;
        if trials_of(batch, &component.key())?.len() >= MOST {
            let words = format!("The trial component is in {MOST} trials, which is the most.");
            return Err(Refusal::new(400, "ResourceLimitExceeded", words));
        }
        put(batch, &trial.key(), &component.key())
    })?;
    Ok(json!({"TrialComponentArn": component.arn, "TrialArn": trial.arn}))
}

pub(super) fn disassociate(plane: &Arc<Plane>, caller: &Caller, request: &Value) -> Answer {
    let (component, trial) = (plane.named(&COMPONENT, request)?, plane.named(&TRIAL, request)?);
    for arn in [&component.arn, &trial.arn] {
        plane.allow(caller, "DisassociateTrialComponent", arn)?;
    }
    plane.change(|batch| {
        component.find(batch)?;
        trial.find(batch)?;
        if batch.remove(DOCUMENTS, &key(&trial.key(), &component.key()))? {
            return Ok(());
        }
        Err(Refusal::not_found(format!(
            "Trial Component '{}' is not associated with trial '{}'.",
            component.name, trial.name
        )))
    })?;
    Ok(json!({"TrialComponentArn": component.arn, "TrialArn": trial.arn}))
}

/// Puts a component into a trial; both are given by their keys.
pub(super) fn put(batch: &Batch<'_>, trial: &str, component: &str) -> Result<(), Refusal> {
    Ok(batch.put(DOCUMENTS, &key(trial, component), &component)?)
}

/// The keys of the components in a trial.
pub(crate) fn components_in(batch: &Batch<'_>, trial: &str) -> Result<Vec<String>, Refusal> {
    let found = batch.with_prefix::<String>(DOCUMENTS, &key(trial, ""))?;
    Ok(found.into_iter().map(|(_, component)| component).collect())
}

/// The keys of the trials that a component is in.
pub(crate) fn trials_of(batch: &Batch<'_>, component: &str) -> Result<Vec<String>, Refusal> {
    let found = batch.all::<String>(DOCUMENTS)?.into_iter().filter(|(_, of)| of == component);
    Ok(found.filter_map(|(key, _)| Some(key.split_once('/')?.0.to_owned())).collect())
}

fn key(trial: &str, component: &str) -> String {
    format!("{trial}/{component}")
}
