//! The servers behind endpoints.
//!
//! A variant has a seat; who is asked takes the server that sits there, and starts one if there is
//! none: at first, after a crash, after the engine was started again, and after a serverless
//! variant was idle.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use containers::ModelSpec;
use machine::{Clock, Refusal, Time, ids};

use super::plan::{Plan, Serverless, Variant};
use crate::plane::Plane;
use crate::runs::Served;

/// How long a serverless variant keeps a server that nobody asks.
const IDLE: Duration = Duration::from_mins(5);

/// The fleets that were started, by the keys of their endpoints.
#[derive(Debug, Default)]
pub(crate) struct Fleets {
    fleets: Mutex<HashMap<String, Arc<Fleet>>>,
}

impl Fleets {
    /// Puts a fleet in place, and answers the one that was there.
    pub(crate) fn put(&self, key: &str, fleet: Arc<Fleet>) -> Option<Arc<Fleet>> {
        self.lock().insert(key.to_owned(), fleet)
    }

    /// Takes a fleet away.
    pub(crate) fn take(&self, key: &str) -> Option<Arc<Fleet>> {
        self.lock().remove(key)
    }

    /// The fleet of an endpoint; the first after a start of the engine is made.
    pub(crate) fn get_or(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<Fleet, Refusal>,
    ) -> Result<Arc<Fleet>, Refusal> {
        let mut fleets = self.lock();
        if let Some(fleet) = fleets.get(key) {
            return Ok(fleet.clone());
        }
        let fleet = Arc::new(make()?);
        fleets.insert(key.to_owned(), fleet.clone());
        Ok(fleet)
    }

    /// The same servers, with other weights and capacities.
    pub(crate) fn adjust(&self, key: &str, plan: &Plan) {
        if let Some(fleet) = self.lock().get_mut(key) {
            *fleet = Arc::new(fleet.adjusted(plan));
        }
    }

    /// Takes every fleet away.
    pub(crate) fn close(&self) -> Vec<Arc<Fleet>> {
        self.lock().drain().map(|(_, fleet)| fleet).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Fleet>>> {
        self.fleets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The variants of one endpoint.
#[derive(Debug)]
pub(crate) struct Fleet {
    members: Vec<Member>,
    asked: AtomicU32,
}

/// A variant: its share of the requests, and its seat.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) serverless: Option<Serverless>,
    weight: f64,
    pub(crate) seat: Arc<Seat>,
}

impl Fleet {
    /// A fleet whose servers are yet to start.
    pub(crate) fn new(endpoint: &str, plan: &Plan) -> Self {
        let member = |variant: &Variant| Member {
            name: variant.name.clone(),
            serverless: variant.serverless,
            weight: variant.weight,
            seat: Arc::new(Seat::new(endpoint, variant)),
        };
        Self { members: plan.variants.iter().map(member).collect(), asked: AtomicU32::new(0) }
    }

    fn adjusted(&self, plan: &Plan) -> Self {
        let mut members = self.members.clone();
        for member in &mut members {
            if let Some(variant) = plan.variants.iter().find(|it| it.name == member.name) {
                member.weight = variant.weight;
                member.serverless = variant.serverless;
            }
        }
        Self { members, asked: AtomicU32::new(0) }
    }

    /// Starts every server; says why the first that cannot start does not.
    pub(crate) async fn start(&self, plane: &Plane) -> Result<(), String> {
        for member in &self.members {
            member.seat.server(plane).await?;
        }
        Ok(())
    }

    /// Ends every server, once it has answered those who asked.
    pub(crate) async fn stop(&self) {
        for member in &self.members {
            member.seat.close().await;
        }
    }

    /// The variant of a name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }

    /// The variant whose turn it is. Turns are spread evenly by the golden ratio, so that any
    /// stretch of requests is shared by weight.
    pub(crate) fn next(&self) -> Option<&Member> {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let turn = f64::from(self.asked.fetch_add(1, Ordering::Relaxed));
        let total: f64 = self.members.iter().map(|member| member.weight).sum();
        let mut left = (turn * GOLDEN).fract() * total;
        for member in &self.members {
            left -= member.weight;
            if left < 0.0 {
                return Some(member);
            }
        }
        self.members.last()
    }
}

/// Where the server of a variant sits.
#[derive(Debug)]
pub(crate) struct Seat {
    name: String,
    model: ModelSpec,
    /// Whether an idle server is let go.
    goes_when_idle: AtomicBool,
    server: tokio::sync::Mutex<Option<Arc<dyn Served>>>,
    closed: AtomicBool,
    busy: AtomicU32,
    used: AtomicI64,
}

impl Seat {
    fn new(endpoint: &str, variant: &Variant) -> Self {
        let is_idle_free =
            variant.serverless.is_some_and(|it| it.provisioned_concurrency.is_none());
        let endpoint: String = endpoint.chars().take(54).collect();
        Self {
            name: format!("{endpoint}-{}", ids::alphanumeric(8)),
            model: variant.model(),
            goes_when_idle: AtomicBool::new(is_idle_free),
            server: tokio::sync::Mutex::new(None),
            closed: AtomicBool::new(false),
            busy: AtomicU32::new(0),
            used: AtomicI64::new(0),
        }
    }

    /// The server that sits here, started if need be.
    pub(crate) async fn server(self: &Arc<Self>, plane: &Plane) -> Result<Arc<dyn Served>, String> {
        let mut held = self.server.lock().await;
        if let Some(server) = held.as_ref().filter(|server| !server.died()) {
            return Ok(server.clone());
        }
        if let Some(dead) = held.take() {
            dead.stop().await;
        }
        if self.closed.load(Ordering::SeqCst) {
            return Err("the endpoint is being deleted or updated".to_owned());
        }
        let server = plane.runs.serve(&self.model, &self.name).await?;
        *held = Some(server.clone());
        self.touch(&plane.machine.clock);
        if self.goes_when_idle.load(Ordering::SeqCst) {
            tokio::spawn(let_go(Arc::downgrade(self), plane.machine.clock.clone()));
        }
        Ok(server)
    }

    /// Somebody asks, unless as many as may do so already.
    pub(crate) fn enter(self: &Arc<Self>, most: Option<u32>, clock: &Clock) -> Option<Visit> {
        let before = self.busy.fetch_add(1, Ordering::SeqCst);
        let visit = Visit { seat: self.clone(), clock: clock.clone() };
        most.is_none_or(|most| before < most).then_some(visit)
    }

    async fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        if let Some(server) = self.server.lock().await.take() {
            server.stop().await;
        }
    }

    fn touch(&self, clock: &Clock) {
        self.used.store(clock.now().0, Ordering::SeqCst);
    }
}

/// Somebody who asks; gone when dropped.
#[derive(Debug)]
pub(crate) struct Visit {
    seat: Arc<Seat>,
    clock: Clock,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.seat.touch(&self.clock);
        self.seat.busy.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Ends a server that nobody has asked for a while.
async fn let_go(seat: std::sync::Weak<Seat>, clock: Clock) {
    loop {
        let Some(used) = seat.upgrade().map(|seat| Time(seat.used.load(Ordering::SeqCst))) else {
            return;
        };
        clock.sleep_until(used.after(IDLE).max(clock.now().after(Duration::from_secs(1)))).await;
        let Some(seat) = seat.upgrade() else { return };
        let mut held = seat.server.lock().await;
        let last = Time(seat.used.load(Ordering::SeqCst)).after(IDLE);
        if seat.busy.load(Ordering::SeqCst) == 0 && last <= clock.now() {
            if let Some(server) = held.take() {
                server.stop().await;
            }
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet(weights: &[f64]) -> Fleet {
        let plan: Plan = serde_json::from_value(serde_json::json!({
            "config": "c",
            "variants": weights.iter().enumerate().map(|(index, weight)| serde_json::json!({
                "name": format!("v{index}"), "weight": weight, "instances": 1, "serverless": null,
                "role_arn": "r", "containers": [],
            })).collect::<Vec<_>>(),
        }))
        .unwrap();
        Fleet::new("endpoint", &plan)
    }

    #[test]
    fn requests_are_shared_by_weight() {
        let fleet = fleet(&[3.0, 1.0, 0.0]);
        let mut counts = HashMap::new();
        for _ in 0..400 {
            *counts.entry(fleet.next().unwrap().name.clone()).or_insert(0) += 1;
        }

        assert!((298..=302).contains(&counts["v0"]), "{counts:?}");
        assert_eq!(counts.get("v2"), None);
    }
}
