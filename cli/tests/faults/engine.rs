//! The engine as a process that can be killed, and a folder that outlives it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cloud::sdk::{Aws, Place};
use serde_json::Value;
use tempfile::TempDir;

use crate::wire;

/// What is tried again and again, and how often at most.
const LOOKS: usize = 1800;
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until there is an answer; says what the last look missed otherwise.
pub(crate) async fn until<T>(mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let mut missing = String::new();
    for _ in 0..LOOKS {
        match look().await {
            Ok(found) => return found,
            Err(why) => missing = why,
        }
        tokio::time::sleep(PAUSE).await;
    }
    panic!("in vain: {missing}");
}

/// A folder with a home in it, and what the engine is configured with beside that.
#[derive(Debug)]
pub(crate) struct Site {
    folder: TempDir,
}

/// What stands for a training image: it writes a report with the RMSE that it is told.
const JOB: &str = r#"set -e
folder="${SAGEMAKER_BASE_DIR:-/opt/ml}/processing/output/evaluation"
mkdir -p "$folder"
sleep "$2"
printf '{"schema_version":1,"holdout":{"points":9,"fingerprint":"sha256:00"},"metrics":{"rmse":{"value":%s},"r2":{"value":0.9}},"undefined":[]}' "$1" > "$folder/evaluation.json"
"#;

impl Site {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        fs::write(place.join("job.sh"), JOB).unwrap();
        let rules = format!(
            "[[images]]\nimage = \"*/fault-job:*\"\ncommand = [\"/bin/sh\", \"{}\"]\n\n\
             [[images]]\nimage = \"*/fault-model:*\"\nserve = []\n\
             command = [\"{}\", \"--exact\", \"{}\", \"--nocapture\"]\n",
            place.join("job.sh").display(),
            std::env::current_exe().unwrap().display(),
            crate::model::TEST,
        );
        fs::write(place.join("almanac.toml"), rules).unwrap();
        Self { folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// The words that start an engine here.
    fn words(&self) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (home, config) = (text(&self.home()), text(&self.folder().join("almanac.toml")));
        ["up", "--port", "0", "--home", &home, "--config", &config].map(str::to_owned).to_vec()
    }

    /// Starts an engine and does not wait for it.
    pub(crate) fn spawn(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
        self.prepared(command.args(self.words())).spawn().unwrap()
    }

    /// Starts an engine whose files may not become larger than so many blocks of 512 bytes.
    pub(crate) fn start_with_files_up_to(&self, blocks: u32) -> Engine {
        let mut command = Command::new("/bin/sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_almanac")]).args(self.words());
        Engine::ready(self.prepared(&mut command).spawn().unwrap())
    }

    fn prepared<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let log = self.folder().join("engine.log");
        let log = File::options().create(true).append(true).open(log).unwrap();
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log)
    }

    /// Starts an engine and waits until it answers.
    pub(crate) fn start(&self) -> Engine {
        Engine::ready(self.spawn())
    }

    /// What the stack says of itself.
    pub(crate) fn outputs(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.home().join("outputs.json")).unwrap();
        let outputs: Vec<Value> = serde_json::from_str(&text).unwrap();
        let word = |output: &Value, name: &str| output[name].as_str().unwrap().to_owned();
        outputs.iter().map(|it| (word(it, "OutputKey"), word(it, "OutputValue"))).collect()
    }
}

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: (String, String),
    pub(crate) region: String,
}

impl Engine {
    /// Reads what an engine says when it answers.
    fn ready(mut child: Child) -> Self {
        let mut words = BTreeMap::new();
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        for line in lines {
            let line = line.unwrap();
            let settings = line.strip_prefix("export ").unwrap_or_default().split(' ');
            words.extend(settings.filter_map(|it| it.split_once('=')).map(owned));
            if words.contains_key("AWS_REGION") {
                break;
            }
        }
        let mut take = |name: &str| words.remove(name);
        let (Some(url), Some(access), Some(secret), Some(region)) = (
            take("AWS_ENDPOINT_URL"),
            take("AWS_ACCESS_KEY_ID"),
            take("AWS_SECRET_ACCESS_KEY"),
            take("AWS_REGION"),
        ) else {
            panic!("the engine did not start: {:?}", child.wait());
        };
        Self { child, url, key: (access, secret), region }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    pub(crate) async fn client(&self) -> Aws {
        let place = Place {
            endpoint_url: Some(self.url.clone()),
            region: Some(self.region.clone()),
            profile: None,
            key: Some(self.key.clone()),
        };
        Aws::connect_to(place).await
    }

    /// Whether the process is there, and its answers are.
    pub(crate) fn is_well(&mut self) -> bool {
        let request = format!("GET /_almanac/health HTTP/1.1\r\nHost: {}\r\n\r\n", self.address());
        self.child.try_wait().unwrap().is_none()
            && wire::raw(&self.address(), request.as_bytes()).is_some_and(|it| it.0 == 200)
    }

    /// SIGKILL, after which nothing that it started may live on.
    pub(crate) async fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let url = std::mem::take(&mut self.url);
        until(async || {
            let left = processes_of(&url);
            if left.is_empty() { Ok(()) } else { Err(format!("{left:?} outlive the engine")) }
        })
        .await;
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It is over already where a test killed it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// A process that was started by an engine: its number and its command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) number: u32,
    pub(crate) words: Vec<String>,
}

/// The processes that have the address of an engine in their environment, as jobs and functions do.
pub(crate) fn processes_of(url: &str) -> Vec<Process> {
    let wanted = format!("AWS_ENDPOINT_URL={url}");
    let texts = |path: PathBuf| -> Vec<String> {
        let bytes = fs::read(path).unwrap_or_default();
        let texts = bytes.split(|byte| *byte == 0);
        texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    };
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(number) = entry.file_name().to_string_lossy().parse() else { continue };
        // What has ended and is not yet reaped has no environment.
        if texts(entry.path().join("environ")).contains(&wanted) {
            found.push(Process { number, words: texts(entry.path().join("cmdline")) });
        }
    }
    found
}
