//! Every file of `events/deploy-approved` leads to what `expected.json` says, and is safe to repeat.

use std::path::Path;

use deploy_approved::{DeploySettings, handle};
use invocation::samples::Samples;
use tokio::runtime::Builder;

const NOW: i64 = 1_790_000_000;

#[test]
fn every_sample_event_is_answered_as_expected_and_safe_to_repeat() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/deploy-approved");
    let samples = Samples::read(Path::new(folder)).unwrap();
    let settings = DeploySettings::read(&samples.settings()).unwrap();
    let runtime = Builder::new_current_thread().build().unwrap();

    let wrong = samples.run(NOW, |account, event| {
        let answer = runtime.block_on(handle(account, &settings, event))?;
        Ok(serde_json::to_value(answer).unwrap())
    });

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
