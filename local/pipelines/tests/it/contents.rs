//! The engine's own objects, as pipelines see them.

use std::sync::Arc;

use machine::{AllowAll, Clock, Identity, Machine};
use objects::Objects;
use pipelines::Contents;

#[tokio::test]
async fn objects_are_read_and_their_digest_is_that_of_their_contents() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::open(folder.path(), Identity::default(), Clock::default()).unwrap();
    let objects = Objects::open(&machine, Arc::new(AllowAll)).unwrap();
    objects.create_bucket("data").unwrap();
    objects.put("data", "sales/1.csv", "1,2", None).await.unwrap();
    let contents: &dyn Contents = &objects;

    assert_eq!(contents.read("data", "sales/1.csv").await.unwrap(), Some(b"1,2".to_vec()));
    assert_eq!(contents.read("data", "sales/2.csv").await.unwrap(), None);
    contents.read("none", "sales/1.csv").await.unwrap_err();

    let before = contents.digest("data", "sales").unwrap();
    objects.put("data", "other/1.csv", "1,2", None).await.unwrap();
    assert_eq!(contents.digest("data", "sales").unwrap(), before);
    objects.put("data", "sales/1.csv", "1,3", None).await.unwrap();
    assert_ne!(contents.digest("data", "sales").unwrap(), before);
}
