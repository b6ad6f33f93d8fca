//! Every file of `events/notify-approver` is answered as `expected.json` says, and is safe to repeat.

use std::path::Path;

use invocation::samples::Samples;
use notify_approver::{NotifySettings, handle};
use tokio::runtime::Builder;

const NOW: i64 = 1_790_000_000;

#[test]
fn every_sample_event_is_answered_as_expected_and_safe_to_repeat() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/notify-approver");
    let samples = Samples::read(Path::new(folder)).unwrap();
    let settings = NotifySettings::read(&samples.settings()).unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();

    let wrong = samples.run(NOW, |account, event| {
        let answer = runtime.block_on(handle(account, &settings, NOW, event))?;
        Ok(serde_json::to_value(answer).unwrap())
    });

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
