//! The time, which tests may advance.
//!
//! Nothing in the engine waits by itself: it asks the clock to, so an hour of retries is over at
//! once when a test says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A moment, in milliseconds since 1970.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Time(pub i64);

impl Time {
    /// As AWS writes times in JSON: seconds with a fraction.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact in a double")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// As AWS writes times in texts, such as `2026-02-24T09:41:07.120Z`.
    pub fn iso(self) -> String {
        jiff::Timestamp::from_millisecond(self.0)
            .map_or_else(|_| self.0.to_string(), |time| format!("{time:.3}"))
    }

    /// This moment and a while.
    #[must_use]
    pub fn after(self, while_: Duration) -> Self {
        Self(self.0.saturating_add(millis(while_)))
    }

    /// How long it is from `earlier` to this moment; nothing if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// Tells the time and waits. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
    moved: watch::Sender<()>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { ahead: Arc::default(), moved: watch::channel(()).0 }
    }
}

impl Clock {
    /// What time it is.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now(&self) -> Time {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(millis(elapsed).saturating_add(self.ahead.load(Ordering::SeqCst)))
    }

    /// Waits for a while, or until the clock was advanced by as much.
    pub async fn sleep(&self, while_: Duration) {
        self.sleep_until(self.now().after(while_)).await;
    }

    /// Waits until a moment.
    pub async fn sleep_until(&self, until: Time) {
        let mut moved = self.moved.subscribe();
        loop {
            let left = until.since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                _ = moved.changed() => {}
            }
        }
    }

    /// Moves the clock on (or back, as clocks that are set right do) and wakes who waits.
    pub fn advance(&self, milliseconds: i64) {
        self.ahead.fetch_add(milliseconds, Ordering::SeqCst);
        self.moved.send_replace(());
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_aws_does() {
        let time = Time(1_771_926_067_120);

        assert_eq!(time.iso(), "2026-02-24T09:41:07.120Z");
        assert!((time.seconds() - 1_771_926_067.12).abs() < 1e-6);
    }

    #[tokio::test]
    async fn who_waits_an_hour_is_woken_when_the_clock_is_advanced() {
        let clock = Clock::default();
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_hours(1)).await }
        });
        tokio::task::yield_now().await;

        clock.advance(3_600_000);

        waiting.await.unwrap();
    }
}
