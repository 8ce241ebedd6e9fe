//! Fetches a small JSON document from where a client says: no redirects, little time, few bytes.

use std::{net::SocketAddr, time::Duration};

use serde::de::DeserializeOwned;
use url::Url;

use super::public::is_public;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer in bytes.
const LARGEST: usize = 64 * 1024;

/// What asks.
pub(super) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
}

/// What asks where the host is on the public internet, and nowhere else. The name is looked up once:
/// it cannot mean another address afterwards. What is wrong is not told: it would tell which names
/// and addresses there are in here.
pub(super) async fn past_this_network(uri: &str) -> Option<reqwest::ClientBuilder> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((bare, port));
    let found = tokio::time::timeout(PATIENCE, found).await.ok()?;
    let addresses: Vec<SocketAddr> = found.ok()?.collect();
    let are_public = !addresses.is_empty() && addresses.iter().all(|it| is_public(it.ip()));
    // A proxy would look the name up again.
    let http = || builder().no_proxy();
    are_public.then(|| http().resolve_to_addrs(host, &addresses))
}

/// The document.
///
/// # Errors
/// What went wrong, in words that follow the address.
pub(super) async fn json<T: DeserializeOwned>(
    http: &reqwest::Client,
    uri: &str,
) -> Result<T, &'static str> {
    let request = http.get(uri).header("accept", "application/json");
    let mut response = request.send().await.map_err(|_| "gives no answer")?;
    if response.status() != reqwest::StatusCode::OK {
        return Err("does not answer 200");
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "gives no answer")? {
        if body.len() + chunk.len() > LARGEST {
            return Err("answers more than 64 KiB");
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| "is not the JSON that it should be")
}
