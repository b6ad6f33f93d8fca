//! One machine's AWS: every service behind one address.
//!
//! [`Engine::start`] opens a home folder, reads from template.yaml what is deployed, and answers the
//! wire protocols of AWS on a loopback port. What was running when an engine ended before goes on.

pub mod config;
mod front;
mod permissions;
mod services;
mod tool;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use containers::{ContainerError, Containers, ImageRule, Images, OptMl, Setup};
use delivery::{Delivery, DeliveryError, Hosting, Programs};
use machine::{Clock, Identity, Machine, MachineError, Permissions, Refusal, StoreError};
use objects::{Objects, ObjectsError};
use pipelines::Pipelines;
use sagemaker::SageMaker;
use serde_json::json;
use stack::{Stack, StackError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::front::Front;
use crate::permissions::Roles;
use crate::services::{PipelineRecords, StepServices};

/// What an engine is started with.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The folder that everything is kept in.
    pub home: PathBuf,
    /// The port on 127.0.0.1; 0 for one that is free.
    pub port: u16,
    /// Whose AWS it is.
    pub identity: Identity,
    /// The text of template.yaml.
    pub template: String,
    /// Parameters of the template.
    pub parameters: BTreeMap<String, String>,
    /// The program that is all functions and jobs: `almanac`.
    pub program: PathBuf,
    /// The functions as cargo-lambda built them, in place of the program's own.
    pub functions: Option<PathBuf>,
    /// Which local command stands for which image, besides our own.
    pub images: Vec<ImageRule>,
    /// Whether jobs see their folder as `/opt/ml`.
    pub opt_ml: OptMl,
    /// Where programs are found that functions and jobs start.
    pub search_path: String,
    /// The wait before an asynchronous invocation is tried again; Lambda's minute, otherwise.
    pub retry_wait: std::time::Duration,
}

/// Why an engine does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The home folder.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The port.
    #[error("port {port} of 127.0.0.1 cannot be had; name another one with --port")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// The template.
    #[error("template.yaml")]
    Stack(#[from] StackError),
    /// The objects.
    #[error(transparent)]
    Objects(#[from] ObjectsError),
    /// The functions.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
    /// The images.
    #[error(transparent)]
    Containers(#[from] ContainerError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A service did not take up its work.
    #[error("the engine cannot go on with what it finds in its home folder")]
    Service(#[from] Refusal),
    /// A file in the home folder.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    machine: Machine,
    objects: Objects,
    sagemaker: SageMaker,
    pipelines: Pipelines<StepServices>,
    delivery: Delivery,
    stack: Arc<Stack>,
    url: String,
    tasks: Vec<JoinHandle<()>>,
    shutdown: watch::Sender<bool>,
}

impl Engine {
    /// Starts one. To be called within a Tokio runtime of several threads.
    pub async fn start(settings: Settings) -> Result<Self, EngineError> {
        let machine = Machine::open(&settings.home, settings.identity.clone(), Clock::default())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.port));
        let unbound = |source| EngineError::Port { port: settings.port, source };
        let listener = TcpListener::bind(address).await.map_err(unbound)?;
        let url = format!("http://{}", listener.local_addr().map_err(unbound)?);
        let stack = Arc::new(Stack::read(&settings.template, &deployed_to(&settings, &url))?);
        let permissions: Arc<dyn Permissions> = Arc::new(Roles::of(&stack));

        let objects = Objects::open(&machine, Arc::clone(&permissions))?;
        for bucket in &stack.buckets {
            objects.create_bucket(&bucket.name)?;
        }
        let images = Images::read(&settings.images, &words(&settings.program, &["job"]))?;
        let containers = containers(&settings, (&machine, &objects), (&images, &url))?;
        let sagemaker =
            SageMaker::open(&machine, objects.clone(), containers, Arc::clone(&permissions))?;
        let hosting = hosting(&settings, &url);
        let delivery =
            Delivery::open(&machine, Arc::clone(&stack), hosting, Arc::clone(&permissions))?;
        let steps = StepServices {
            sagemaker: sagemaker.clone(),
            delivery: delivery.clone(),
            faults: machine.faults.clone(),
            images: images.clone(),
        };
        let contents = Arc::new(objects.clone());
        let pipelines = Pipelines::open(&machine, contents, steps, permissions);
        sagemaker.lend(Arc::new(PipelineRecords(pipelines.clone())));
        let front = Front {
            machine: machine.clone(),
            objects: objects.clone(),
            sagemaker: sagemaker.clone(),
            pipelines: pipelines.clone(),
            delivery: delivery.clone(),
        };
        let (shutdown, told) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(front::serve(listener, front)),
            tokio::spawn({
                let delivery = delivery.clone();
                async move { delivery.run(told).await }
            }),
        ];
        pipelines.resume()?;
        let engine =
            Self { machine, objects, sagemaker, pipelines, delivery, stack, url, tasks, shutdown };
        engine.leave_word()?;
        Ok(engine)
    }

    /// Where it answers, such as `http://127.0.0.1:4600`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Home, clock, identity and credentials.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// What the template deploys.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// S3.
    pub fn objects(&self) -> &Objects {
        &self.objects
    }

    /// SageMaker's control plane.
    pub fn sagemaker(&self) -> &SageMaker {
        &self.sagemaker
    }

    /// Events, functions and mails.
    pub fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The stack's outputs, as `sam list stack-outputs --output json` writes them.
    pub fn outputs(&self) -> String {
        let outputs = self.stack.outputs.iter();
        let outputs: Vec<_> =
            outputs.map(|(key, value)| json!({"OutputKey": key, "OutputValue": value})).collect();
        format!("{:#}", serde_json::Value::from(outputs))
    }

    /// The lines that let the AWS tools talk to this engine.
    pub fn environment(&self) -> String {
        let key = self.machine.credentials.root();
        format!(
            "export AWS_ENDPOINT_URL={}\nexport AWS_ACCESS_KEY_ID={}\n\
             export AWS_SECRET_ACCESS_KEY={}\nunset AWS_SESSION_TOKEN AWS_PROFILE\n\
             export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n",
            self.url,
            key.access_key,
            key.secret,
            region = self.machine.identity.region,
        )
    }

    /// Ends it: executions wait for the next start, jobs and servers are stopped.
    pub async fn stop(self) {
        self.pipelines.stop_all().await;
        self.shutdown.send_replace(true);
        self.sagemaker.stop_all().await;
        self.delivery.stop_all().await;
        for task in &self.tasks {
            task.abort();
        }
    }

    /// Leaves in the home folder what clients need: `environment` and `outputs.json`.
    fn leave_word(&self) -> Result<(), EngineError> {
        let home = self.machine.home.root();
        for (name, text) in [("environment", self.environment()), ("outputs.json", self.outputs())]
        {
            let path = home.join(name);
            private(&path, &text).map_err(|source| EngineError::Write { path, source })?;
        }
        Ok(())
    }
}

/// Writes a file that nobody else may read: it holds a key that may do everything.
fn private(path: &Path, text: &str) -> io::Result<()> {
    let options = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).clone();
    options.open(path)?.write_all(text.as_bytes())
}

fn deployed_to(settings: &Settings, url: &str) -> stack::Settings {
    stack::Settings {
        account: settings.identity.account.clone(),
        region: settings.identity.region.clone(),
        stack_name: "almanac".to_owned(),
        queue_base: url.to_owned(),
        parameters: settings.parameters.clone(),
    }
}

fn containers(
    settings: &Settings,
    (machine, objects): (&Machine, &Objects),
    (images, url): (&Images, &str),
) -> Result<Containers, ContainerError> {
    let setup = Setup {
        images: images.clone(),
        launcher: words(&settings.program, &["contain"]),
        endpoint_url: Some(url.to_owned()),
        opt_ml: settings.opt_ml,
    };
    Containers::new(machine.clone(), Arc::new(objects.clone()), setup)
}

fn hosting(settings: &Settings, url: &str) -> Hosting {
    let programs = match &settings.functions {
        Some(folder) => Programs::Folder(folder.clone()),
        None => Programs::OneBinary(words(&settings.program, &["function"])),
    };
    Hosting {
        launcher: words(&settings.program, &["contain", "watch", "--"]),
        search_path: settings.search_path.clone(),
        retry_wait: settings.retry_wait,
        ..Hosting::new(programs, url)
    }
}

fn words(program: &Path, rest: &[&str]) -> Vec<String> {
    let program = program.to_string_lossy().into_owned();
    std::iter::once(program).chain(rest.iter().map(|&word| word.to_owned())).collect()
}
