//! Which AWS a command speaks to: that of the options, or the engine of a home folder.

use std::fs;

use cloud::Reason;
use cloud::sdk::{self, Aws};

use crate::arguments::Place;
use crate::failure::Failure;

/// Tells who asked AWS without being able to reach it how this machine's engine is asked.
pub(crate) async fn asking<T>(
    place: &Place,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    work.await.map_err(|failure| match failure {
        Failure::Call(error)
            if error.reason == Reason::Unavailable
                && place.home.is_none()
                && place.endpoint_url.is_none() =>
        {
            Failure::NoAws { source: error }
        }
        other => other,
    })
}

/// AWS as the options say, or the engine of a home folder.
pub(crate) async fn connected(place: &Place) -> Result<Aws, Failure> {
    let mut wanted = sdk::Place {
        endpoint_url: place.endpoint_url.clone(),
        region: place.region.clone(),
        profile: place.profile.clone(),
        key: None,
    };
    if let Some(home) = &place.home {
        let path = home.join("environment");
        let text = fs::read_to_string(&path);
        let text = text.map_err(|_| Failure::NoEngine { path: path.clone() })?;
        let value = |name: &str| {
            let words = text.split_whitespace();
            let mut values = words
                .filter_map(|word| word.strip_prefix(name)?.strip_prefix('=').map(str::to_owned));
            values.next()
        };
        wanted.endpoint_url = value("AWS_ENDPOINT_URL");
        // What a run left says where an engine was.
        let address =
            wanted.endpoint_url.as_deref().unwrap_or_default().trim_start_matches("http://");
        if std::net::TcpStream::connect(address).is_err() {
            return Err(Failure::NotUp { path: home.clone() });
        }
        wanted.region = wanted.region.or_else(|| value("AWS_REGION"));
        wanted.key = value("AWS_ACCESS_KEY_ID").zip(value("AWS_SECRET_ACCESS_KEY"));
    }
    Ok(Aws::connect_to(wanted).await)
}
