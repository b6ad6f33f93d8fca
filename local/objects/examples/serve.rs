//! S3 alone, for tests by other clients: `serve HOME` prints its address and credentials as
//! environment variables. Those of a role, which may use what is below `open/`, have names that
//! begin with `ROLE_`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use machine::{Caller, Clock, Identity, Machine, Permissions, Refusal};
use objects::{Body, Objects};

/// Root may do everything; every role may read, write and list what is below `open/`.
#[derive(Debug)]
struct BelowOpen;

impl Permissions for BelowOpen {
    fn check_in(
        &self,
        caller: &Caller,
        action: &str,
        resource: &str,
        context: &BTreeMap<String, String>,
    ) -> Result<(), Refusal> {
        let allowed = match action {
            "s3:GetObject" | "s3:PutObject" | "s3:DeleteObject" => resource.contains("/open/"),
            "s3:ListBucket" => context.get("s3:prefix").is_some_and(|prefix| prefix == "open/"),
            _ => false,
        };
        if allowed || caller.role.is_none() {
            return Ok(());
        }
        let arn = &caller.arn;
        Err(Refusal::denied(format!(
            "User: {arn} is not authorized to perform: {action} on resource: {resource}"
        )))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let home = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: serve HOME")?;
    let machine = Machine::open(&home, Identity::default(), Clock::default())?;
    let objects = Objects::open(&machine, Arc::new(BelowOpen))?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;

    let key = machine.credentials.root();
    let mut out = std::io::stdout();
    writeln!(out, "AWS_ENDPOINT_URL=http://{}", listener.local_addr()?)?;
    writeln!(out, "AWS_ACCESS_KEY_ID={}", key.access_key)?;
    writeln!(out, "AWS_SECRET_ACCESS_KEY={}", key.secret)?;
    writeln!(out, "AWS_DEFAULT_REGION={}", machine.identity.region)?;
    let role = machine.credentials.for_role("arn:aws:iam::000000000000:role/below-open", "peer");
    writeln!(out, "ROLE_ACCESS_KEY_ID={}", role.access_key)?;
    writeln!(out, "ROLE_SECRET_ACCESS_KEY={}", role.secret)?;
    writeln!(out, "ROLE_SESSION_TOKEN={}", role.session_token.unwrap_or_default())?;
    out.flush()?;

    let answer = move |request: axum::extract::Request| {
        let objects = objects.clone();
        async move {
            let response = objects.call(request.map(Body::http_body_unsync)).await;
            response.map(axum::body::Body::new)
        }
    };
    let routes = axum::Router::new().fallback(answer);
    axum::serve(listener, routes).await?;
    Ok(())
}
