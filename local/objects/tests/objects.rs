//! Objects as jobs and pipelines use them, and what a killed process leaves behind.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use machine::{AllowAll, Caller, Clock, Identity, Machine, Permissions, Refusal};
use objects::Objects;

fn machine(home: &Path) -> Machine {
    Machine::open(home, Identity::default(), Clock::default()).unwrap()
}

fn opened(home: &Path, permissions: impl Permissions + 'static) -> (Machine, Objects) {
    let machine = machine(home);
    let objects = Objects::open(&machine, Arc::new(permissions)).unwrap();
    objects.create_bucket("data").unwrap();
    (machine, objects)
}

fn blobs(home: &Path) -> usize {
    fs::read_dir(home.join("objects")).unwrap().count()
}

#[tokio::test]
async fn what_is_put_is_there_after_a_restart() {
    let home = tempfile::tempdir().unwrap();
    let (machine, objects) = opened(home.path(), AllowAll);
    objects.put("data", "a/b", "one", Some("text/plain")).await.unwrap();
    objects.put("data", "a/b/c", "two", None).await.unwrap();
    objects.put("data", "a/b", "three", None).await.unwrap();
    assert_eq!(blobs(home.path()), 2);
    drop((machine, objects));

    let (_machine, objects) = opened(home.path(), AllowAll);

    assert_eq!(objects.get("data", "a/b").await.unwrap().unwrap(), b"three");
    assert_eq!(objects.get("data", "a/b/c").await.unwrap().unwrap(), b"two");
    assert_eq!(objects.get("data", "a").await.unwrap(), None);
    assert_eq!(objects.get("none", "a").await.unwrap_err().code, "NoSuchBucket");
    let found = objects.find("data", "a/b").unwrap().unwrap();
    assert_eq!((found.size, found.etag.as_str()), (5, "35d6d33467aae9a2e3dccb4b6b027878"));
    assert_eq!(fs::read(found.path).unwrap(), b"three");
    assert_eq!(blobs(home.path()), 2);
}

#[tokio::test]
async fn keys_are_never_paths() {
    let home = tempfile::tempdir().unwrap();
    let (_machine, objects) = opened(home.path(), AllowAll);
    let long = "ä".repeat(512);
    let keys = ["../../etc/passwd", "/", "..", "a//b", "a\\b", "\n", "\u{10ffff}", &long];
    for key in keys {
        objects.put("data", key, key.to_owned(), None).await.unwrap();
    }

    for key in keys {
        assert_eq!(objects.get("data", key).await.unwrap().unwrap(), key.as_bytes());
        let path = objects.find("data", key).unwrap().unwrap().path;
        assert_eq!(path.parent().unwrap(), home.path().canonicalize().unwrap().join("objects"));
    }
    let too_long = objects.put("data", &"x".repeat(1025), "", None).await.unwrap_err();
    assert_eq!(too_long.code, "KeyTooLongError");
    let mut sorted = keys;
    sorted.sort_unstable();
    let listed: Vec<String> =
        objects.list("data", "").unwrap().into_iter().map(|object| object.key).collect();
    assert_eq!(listed, sorted);
}

#[tokio::test]
async fn files_come_in_and_go_out_as_copies() {
    let home = tempfile::tempdir().unwrap();
    let (_machine, objects) = opened(home.path(), AllowAll);
    let (file, out) = (home.path().join("file"), home.path().join("out"));
    fs::write(&file, "contents").unwrap();

    objects.put_file("data", "k", &file).await.unwrap();
    fs::write(&file, "changed").unwrap();

    assert!(objects.fetch("data", "k", &out).await.unwrap());
    assert!(!objects.fetch("data", "none", &home.path().join("none")).await.unwrap());
    assert_eq!(fs::read(&out).unwrap(), b"contents");
    let missing = objects.put_file("data", "k", Path::new("/no/such/file")).await.unwrap_err();
    assert_eq!(missing.code, "InternalFailure");
    assert_eq!(objects.get("data", "k").await.unwrap().unwrap(), b"contents");
    assert_eq!(blobs(home.path()), 1);
}

#[tokio::test]
async fn who_has_an_object_open_reads_on_when_it_is_replaced() {
    let home = tempfile::tempdir().unwrap();
    let (_machine, objects) = opened(home.path(), AllowAll);
    objects.put("data", "k", "old", None).await.unwrap();
    let open = fs::File::open(objects.find("data", "k").unwrap().unwrap().path).unwrap();

    objects.put("data", "k", "new", None).await.unwrap();

    assert_eq!(std::io::read_to_string(open).unwrap(), "old");
    assert_eq!(blobs(home.path()), 1);
}

#[tokio::test]
async fn the_digest_of_a_prefix_is_of_names_and_contents() {
    let home = tempfile::tempdir().unwrap();
    let (_machine, objects) = opened(home.path(), AllowAll);
    for (key, contents) in [("a/x", "1"), ("b/x", "1"), ("c/y", "1"), ("d/x", "2")] {
        objects.put("data", key, contents, None).await.unwrap();
    }
    let of = |prefix: &str| objects.digest("data", prefix).unwrap();

    assert_eq!(of("a/"), of("b/"));
    assert_ne!(of("a/"), of("c/"));
    assert_ne!(of("a/"), of("d/"));
    assert_eq!(of("none/"), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[tokio::test]
async fn the_form_of_a_browser_is_refused_by_its_name() {
    let home = tempfile::tempdir().unwrap();
    let (_machine, objects) = opened(home.path(), AllowAll);
    let form = http::Request::post("/data")
        .header("content-type", "multipart/form-data; boundary=x")
        .body(objects::Body::from("--x--".to_owned()))
        .unwrap();

    let answer = objects.call(form).await;

    assert_eq!(answer.status(), 501);
    let text = String::from_utf8(answer.body().bytes().unwrap().to_vec()).unwrap();
    assert!(text.contains("<Code>NotImplemented</Code>"), "{text}");
    assert!(text.contains("does not have S3 PostObject; presign a PUT instead"), "{text}");
}

/// May do one thing.
#[derive(Debug)]
struct Only(&'static [&'static str]);

impl Permissions for Only {
    fn check_in(
        &self,
        _: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let prefix = context.get("s3:prefix").map(|prefix| format!(" {prefix}"));
        let asked = format!("{action} {resource}{}", prefix.unwrap_or_default());
        let allowed = self.0.contains(&asked.as_str());
        if allowed { Ok(()) } else { Err(Refusal::denied(format!("may not {asked}"))) }
    }
}

#[tokio::test]
async fn a_role_may_do_what_its_policies_say() {
    let home = tempfile::tempdir().unwrap();
    let only = Only(&[
        "s3:GetObject arn:aws:s3:::data/k",
        "s3:GetObject arn:aws:s3:::data/none",
        "s3:ListBucket arn:aws:s3:::data k",
    ]);
    let (machine, objects) = opened(home.path(), only);
    objects.put("data", "k", "x", None).await.unwrap();
    let role = machine.credentials.assumed("arn:aws:iam::000000000000:role/r", "s");
    let limited = objects.acting_as(role);
    let code = |refusal: Refusal| (refusal.status, refusal.code.into_owned(), refusal.message);
    let denied = |words: &str| (403, "AccessDenied".to_owned(), format!("may not {words}"));

    assert_eq!(limited.get("data", "k").await.unwrap().unwrap(), b"x");
    assert_eq!(limited.list("data", "k").unwrap().len(), 1);
    assert_eq!(
        code(limited.get("data", "other").await.unwrap_err()),
        denied("s3:GetObject arn:aws:s3:::data/other")
    );
    assert_eq!(
        code(limited.put("data", "k", "y", None).await.unwrap_err()),
        denied("s3:PutObject arn:aws:s3:::data/k")
    );
    assert_eq!(
        code(limited.list("data", "").unwrap_err()),
        denied("s3:ListBucket arn:aws:s3:::data ")
    );
    // Who may not list is not told that a key is missing.
    let hidden = denied("s3:ListBucket arn:aws:s3:::data");
    assert_eq!(code(limited.get("data", "none").await.unwrap_err()), hidden);
    assert_eq!(code(limited.find("data", "none").unwrap_err()), hidden);
    assert_eq!(objects.find("data", "none").unwrap(), None);
}

const SIZE: usize = 3 << 20;

#[tokio::test]
async fn a_process_killed_while_it_writes_leaves_whole_objects_and_no_others() {
    for round in 1..=5 {
        let home = tempfile::tempdir().unwrap();
        let own = std::env::current_exe().unwrap();
        let mut writer = Command::new(own.ancestors().nth(2).unwrap().join("examples/writer"))
            .arg(home.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let numbers =
            lines.filter_map(|line| line.unwrap().strip_prefix("wrote ")?.parse::<u8>().ok());
        let acknowledged = numbers.take(round).last().unwrap();
        // In the midst of the next one, whose content lies beside the last.
        while blobs(home.path()) < 2 {
            std::thread::yield_now();
        }
        writer.kill().unwrap();
        writer.wait().unwrap();

        let (_machine, objects) = opened(home.path(), AllowAll);
        let contents = objects.get("data", "k").await.unwrap().unwrap();
        assert_eq!(contents, vec![contents[0]; SIZE]);
        assert!(contents[0] >= acknowledged, "{} after {acknowledged}", contents[0]);
        assert_eq!(blobs(home.path()), 1);
    }
}
