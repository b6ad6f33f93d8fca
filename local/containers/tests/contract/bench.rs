//! An engine's containers, whose images are `/bin/sh` and a model that adds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use containers::{
    Containers, ImageRule, Images, JobEnd, ModelContainer, ModelSpec, OptMl, ProcessingJob, Setup,
    Stop, TrainingJob,
};
use machine::{AllowAll, Clock, Identity, Machine, Permissions};
use objects::Objects;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const BOTH: [OptMl; 2] = [OptMl::Mounted, OptMl::Variable];
pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/almanac-job";

/// Where a script finds its folder.
pub(crate) const BASE: &str = "B=${SAGEMAKER_BASE_DIR:-/opt/ml}; ";

pub(crate) struct Bench {
    pub(crate) machine: Machine,
    pub(crate) objects: Objects,
    pub(crate) containers: Containers,
    _home: TempDir,
}

pub(crate) fn example(name: &str) -> String {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join("examples").join(name);
    assert!(path.is_file(), "{} is not built; run cargo test -p containers", path.display());
    path.display().to_string()
}

pub(crate) fn launcher() -> Vec<String> {
    vec![example("contain")]
}

pub(crate) fn bench(opt_ml: OptMl) -> Bench {
    bench_for(opt_ml, Arc::new(AllowAll))
}

fn setup(opt_ml: OptMl) -> Setup {
    let rule = |image: &str, command: &str| ImageRule {
        image: image.to_owned(),
        command: vec![command.to_owned()],
        ..ImageRule::default()
    };
    let script = ImageRule { script_mode: true, ..rule("script:*", "/bin/sh") };
    let mute = ImageRule {
        serve: Some(vec!["-c".to_owned(), "sleep 7401".to_owned()]),
        ..rule("mute:*", "/bin/sh")
    };
    let model = rule("model:*", &example("model"));
    let rules = [rule("sh:*", "/bin/sh"), model, script, mute];
    Setup {
        images: Images::read(&rules, &["almanac".to_owned(), "job".to_owned()]).unwrap(),
        launcher: launcher(),
        endpoint_url: Some("http://127.0.0.1:4510".to_owned()),
        opt_ml,
    }
}

pub(crate) fn bench_for(opt_ml: OptMl, permissions: Arc<dyn Permissions>) -> Bench {
    let home = tempfile::tempdir().unwrap();
    let machine = Machine::open(home.path(), Identity::default(), Clock::default()).unwrap();
    let objects = Objects::open(&machine, permissions).unwrap();
    objects.create_bucket("data").unwrap();
    let setup = setup(opt_ml);
    let containers = Containers::new(machine.clone(), Arc::new(objects.clone()), setup).unwrap();
    Bench { machine, objects, containers, _home: home }
}

impl Bench {
    /// Another engine on the same folder.
    pub(crate) fn again(&self) -> Containers {
        let storage = Arc::new(self.objects.clone());
        Containers::new(self.machine.clone(), storage, setup(OptMl::Variable)).unwrap()
    }

    pub(crate) async fn put(&self, key: &str, content: impl AsRef<[u8]>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        self.objects.put_file("data", key, file.path()).await.unwrap();
    }

    pub(crate) async fn text(&self, key: &str) -> String {
        let bytes = self.objects.get("data", key).await.unwrap();
        String::from_utf8(bytes.unwrap_or_else(|| panic!("there is no {key}"))).unwrap()
    }

    pub(crate) fn keys(&self, prefix: &str) -> Vec<String> {
        let listed = self.objects.list("data", prefix).unwrap();
        listed.into_iter().map(|object| object.key).collect()
    }

    /// Runs a processing job that nobody stops.
    pub(crate) async fn process(&self, request: Value) -> JobEnd {
        let (_stopper, stop) = containers::stop();
        self.process_until(request, &stop).await
    }

    pub(crate) async fn process_until(&self, request: Value, stop: &Stop) -> JobEnd {
        let job = ProcessingJob::new("job", "arn:job", request).unwrap();
        self.containers.process(&job, stop).await
    }

    pub(crate) async fn train(&self, request: &Value) -> JobEnd {
        let (_stopper, stop) = containers::stop();
        let job = TrainingJob::new("job", "arn:job", request).unwrap();
        self.containers.train(&job, &stop).await
    }

    /// The folders of jobs that are there.
    pub(crate) fn work(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.machine.home.work()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Waits until a job has printed something.
    pub(crate) async fn printed(&self, text: &str) {
        let log = self.machine.home.logs().join("job.log");
        until(|| std::fs::read_to_string(&log).unwrap_or_default().contains(text)).await;
    }
}

/// Waits for what is about to be.
pub(crate) async fn until(is: impl Fn() -> bool) {
    for _ in 0..2000 {
        if is() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it did not come to be in ten seconds");
}

/// A processing job that runs a script of the shell.
pub(crate) fn shell(script: &str) -> Value {
    json!({
        "AppSpecification": {
            "ImageUri": "sh:1", "ContainerArguments": ["-c", format!("{BASE}{script}")],
        },
        "ProcessingInputs": [],
        "ProcessingOutputConfig": {"Outputs": []},
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.t3.medium"},
        },
        "RoleArn": ROLE,
    })
}

pub(crate) fn input(name: &str, uri: &str) -> Value {
    let path = format!("/opt/ml/processing/input/{name}");
    json!({"InputName": name, "S3Input": {"S3Uri": uri, "LocalPath": path}})
}

pub(crate) fn output(name: &str, uri: &str) -> Value {
    let path = format!("/opt/ml/processing/output/{name}");
    json!({"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path}})
}

pub(crate) fn model(image: &str) -> ModelSpec {
    let container = ModelContainer { image: image.to_owned(), ..ModelContainer::default() };
    ModelSpec { containers: vec![container], role_arn: ROLE.to_owned() }
}

/// How many processes of this machine have a word among theirs.
pub(crate) fn running(word: &str) -> usize {
    let is_numbered = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok())
    };
    let has = |path: &Path| {
        let words = std::fs::read(path.join("cmdline")).unwrap_or_default();
        words.split(|&byte| byte == 0).any(|it| it == word.as_bytes())
    };
    let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    all.filter(is_numbered).filter(|path| has(path)).count()
}
