//! How a job is told to stop before its end.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells a job to stop.
#[derive(Debug, Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

/// What a job listens to. Clones hear the same.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A pair: who holds the first may stop who listens to the second.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(Arc::new(sender)), Stop(receiver))
}

impl Stopper {
    /// Asks the job to stop. It has two minutes to end by itself.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Returns once the job is to stop; never if nobody can tell it any more.
    pub async fn stopped(&self) {
        let mut told = self.0.clone();
        if told.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Whether it is to stop.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }
}
