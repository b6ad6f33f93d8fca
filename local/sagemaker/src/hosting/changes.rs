//! The way of an endpoint from state to state, while its servers start and end.
//!
//! A new fleet is built before the old one goes, and if it cannot be built the old one stays.

use std::sync::Arc;

use machine::{Batch, Refusal, StoreError};
use serde::Deserialize;
use serde_json::json;

use super::fleet::Fleet;
use super::plan::Plan;
use super::{ENDPOINT, events};
use crate::entity::{Body, Named, word};
use crate::plane::Plane;

/// The member, private to us, with what an endpoint serves.
pub(super) const PLAN: &str = "Plan";
/// What it will serve when its update is through.
pub(super) const PENDING: &str = "PendingPlan";
/// The longest `FailureReason`.
const LONGEST_REASON: usize = 1024;

/// Keeps a plan with an endpoint.
pub(super) fn set_plan(body: &mut Body, member: &str, plan: &Plan) -> Result<(), Refusal> {
    let plan = serde_json::to_value(plan).map_err(Refusal::internal)?;
    body.insert(member.to_owned(), plan);
    Ok(())
}

/// The plan that is kept with an endpoint.
pub(super) fn plan(body: &Body, member: &str) -> Result<Plan, Refusal> {
    let lost = || Refusal::internal(format!("an endpoint has no {member}"));
    Plan::deserialize(body.get(member).ok_or_else(lost)?).map_err(Refusal::internal)
}

/// Builds the fleet of a new endpoint.
pub(super) fn create(plane: &Arc<Plane>, named: Named, plan: Plan) {
    let plane = plane.clone();
    tokio::spawn(async move {
        let fleet = Arc::new(Fleet::new(&named.name, &plan));
        let built = fleet.start(&plane).await;
        if built.is_ok() {
            plane.fleets.put(&named.key(), fleet.clone());
        }
        settle(&plane, &named, |batch, body| match &built {
            Ok(()) => serve(&plane, batch, &named, (body, &plan)),
            Err(reason) => {
                body.insert("FailureReason".to_owned(), json!(short(reason)));
                turn(&plane, batch, &named, (body, "Failed"))
            }
        });
        if built.is_err() {
            fleet.stop().await;
        }
    });
}

/// Builds the fleet of an update, and lets the old one go when it answers.
pub(super) fn update(plane: &Arc<Plane>, named: Named, plan: Plan) {
    let plane = plane.clone();
    tokio::spawn(async move {
        let fleet = Arc::new(Fleet::new(&named.name, &plan));
        let built = fleet.start(&plane).await;
        let old = match built {
            Ok(()) => plane.fleets.put(&named.key(), fleet),
            Err(_) => Some(fleet),
        };
        settle(&plane, &named, |batch, body| {
            body.remove("PendingDeploymentSummary");
            body.remove(PENDING);
            match &built {
                Ok(()) => {
                    body.insert("EndpointConfigName".to_owned(), json!(plan.config));
                    set_plan(body, PLAN, &plan)?;
                    serve(&plane, batch, &named, (body, &plan))
                }
                Err(reason) => {
                    body.insert("FailureReason".to_owned(), json!(short(reason)));
                    turn(&plane, batch, &named, (body, "InService"))
                }
            }
        });
        if let Some(old) = old {
            old.stop().await;
        }
    });
}

/// Ends the servers of an endpoint, and then the endpoint.
pub(super) fn delete(plane: &Arc<Plane>, named: Named) {
    let plane = plane.clone();
    tokio::spawn(async move {
        if let Some(fleet) = plane.fleets.take(&named.key()) {
            fleet.stop().await;
        }
        settle(&plane, &named, |batch, body| {
            body.insert("LastModifiedTime".to_owned(), plane.now());
            events::tell(&plane, batch, body, events::DELETED)?;
            named.remove(batch)
        });
    });
}

fn short(reason: &str) -> String {
    reason.chars().take(LONGEST_REASON).collect()
}

/// Writes down how a change ended.
fn settle(
    plane: &Plane,
    named: &Named,
    change: impl FnOnce(&Batch<'_>, &mut Body) -> Result<(), Refusal>,
) {
    let settled = plane.change(|batch| change(batch, &mut named.find(batch)?));
    if let Err(refusal) = settled {
        tracing::error!(endpoint = %named.name, %refusal, "the end of a change is not written down");
    }
}

fn serve(
    plane: &Plane,
    batch: &Batch<'_>,
    named: &Named,
    (body, plan): (&mut Body, &Plan),
) -> Result<(), Refusal> {
    let variants = plan.summaries(plane.machine.clock.now());
    body.insert("ProductionVariants".to_owned(), variants);
    body.remove("FailureReason");
    turn(plane, batch, named, (body, "InService"))
}

fn turn(
    plane: &Plane,
    batch: &Batch<'_>,
    named: &Named,
    (body, status): (&mut Body, &str),
) -> Result<(), Refusal> {
    body.insert("EndpointStatus".to_owned(), json!(status));
    body.insert("LastModifiedTime".to_owned(), plane.now());
    named.put(batch, body)?;
    events::tell(plane, batch, body, status)
}

/// Goes on with the endpoints that were changing. Those in service start when they are asked.
pub(crate) fn recover(plane: &Arc<Plane>) -> Result<(), StoreError> {
    for (_, body) in plane.machine.store.all::<Body>(ENDPOINT.documents)? {
        let named = plane.name(&ENDPOINT, word(&body, "EndpointName"));
        let gone_on = match word(&body, "EndpointStatus") {
            "Creating" => plan(&body, PLAN).map(|plan| create(plane, named.clone(), plan)),
            "Updating" => plan(&body, PENDING).map(|plan| update(plane, named.clone(), plan)),
            "Deleting" => {
                delete(plane, named.clone());
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(refusal) = gone_on {
            tracing::error!(endpoint = %named.name, %refusal, "an endpoint cannot go on");
        }
    }
    Ok(())
}

/// Ends every server.
pub(crate) async fn stop_all(plane: &Arc<Plane>) {
    for fleet in plane.fleets.close() {
        fleet.stop().await;
    }
}
