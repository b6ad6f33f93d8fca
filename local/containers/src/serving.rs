//! How a model server is started.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::Shared;
use crate::environment::Variables;
use crate::error::ContainerError;
use crate::folder::{Folder, make};
use crate::instances::blocking;
use crate::job::model::{ModelContainer, ModelSpec};
use crate::log::Log;
use crate::metrics::Metrics;
use crate::process::Launch;
use crate::server::{Member, Server};
use crate::storage::{Storage, Uri};

/// How long a server has until `/ping` answers.
const START_UP: Duration = Duration::from_mins(4);

/// How often another port is tried when somebody took the one that was free.
const TRIES: usize = 3;

/// The longest pause between two looks whether a server is there.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// Starts the server of an endpoint.
pub(crate) async fn start(
    shared: &Shared,
    model: &ModelSpec,
    name: &str,
) -> Result<Server, ContainerError> {
    let folder = Folder::make(&shared.machine.home.models(), name)?;
    start_in(shared, model, (folder, name), &Variables::new()).await
}

/// Starts a server with variables of its own.
pub(crate) async fn start_in(
    shared: &Shared,
    model: &ModelSpec,
    (folder, name): (Folder, &str),
    further: &Variables,
) -> Result<Server, ContainerError> {
    let (log, storage) = shared.start(name, &model.role_arn, Metrics::default())?;
    let (variables, key) = shared.variables(&model.role_arn, name);
    let clock = shared.machine.clock.clone();
    let mut server = Server { members: Vec::new(), clock, folder, log, _key: key };
    for (number, container) in model.containers.iter().enumerate() {
        let place = server.folder.path().join(format!("container-{}", number + 1));
        let mut variables = variables.clone();
        variables.extend(shared.images.find(&container.image)?.environment.clone());
        variables.extend(container.environment.clone());
        variables.extend(further.clone());
        let started = async {
            unpack(storage.as_ref(), container, &place).await?;
            member(shared, container, (&place, &variables), &server.log).await
        };
        match started.await {
            Ok(member) => server.members.push(member),
            Err(error) => {
                server.members.iter().for_each(|member| member.process.kill());
                server.log.close();
                server.folder.close();
                return Err(error);
            }
        }
    }
    Ok(server)
}

async fn unpack(
    storage: &dyn Storage,
    container: &ModelContainer,
    place: &Path,
) -> Result<(), ContainerError> {
    let model = place.join("model");
    make(&model)?;
    let Some(url) = &container.model_data_url else { return Ok(()) };
    let uri = Uri::read(url)?;
    let stored = storage
        .find(&uri.bucket, &uri.key)?
        .ok_or_else(|| ContainerError::Client(format!("Could not find model data at {url}")))?;
    let url = url.clone();
    blocking(move || crate::archive::unpack(&stored.path, &url, &model)).await
}

async fn member(
    shared: &Shared,
    container: &ModelContainer,
    (place, variables): (&Path, &Variables),
    log: &Arc<Log>,
) -> Result<Member, ContainerError> {
    let mut tried = 0;
    loop {
        let port = free_port().map_err(ContainerError::written(place))?;
        let mut variables = variables.clone();
        variables.insert("SAGEMAKER_BIND_TO_PORT".to_owned(), port.to_string());
        let words = shared.images.find(&container.image)?.server(port)?;
        let (folder, log) = (place.to_owned(), Arc::clone(log));
        let launch = Launch { words, variables, folder, within: "", log: Arc::clone(&log) };
        let member = Member { process: shared.launch(launch).await?, port };
        tried += 1;
        match ready(shared, &member, &log).await {
            Err(_) if tried < TRIES && is_taken(port) => {
                log.note(&format!("port {port} was taken by another process; trying another"));
            }
            Err(error) => return Err(error),
            Ok(()) => return Ok(member),
        }
    }
}

/// Waits until it answers.
async fn ready(shared: &Shared, member: &Member, log: &Log) -> Result<(), ContainerError> {
    let clock = &shared.machine.clock;
    let deadline = clock.now().after(START_UP);
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(code) = member.process.exit_code() {
            let last = log.last_error();
            let detail = format!("the model server ended before it answered /ping: {last}");
            return Err(ContainerError::Algorithm { detail, exit_code: Some(code) });
        }
        if member.ping(clock).await {
            return Ok(());
        }
        if clock.now() >= deadline {
            member.process.kill();
            return Err(ContainerError::Algorithm {
                detail:
                    "The primary container for production variant did not pass the ping health \
                         check. Please check the logs for this endpoint."
                        .to_owned(),
                exit_code: None,
            });
        }
        tokio::select! {
            _ = member.process.ended() => {}
            () = clock.sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
        }
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

fn is_taken(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err()
}
