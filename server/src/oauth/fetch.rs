//! Fetches a small JSON document from where a client says: no redirects, little time, few bytes.

use std::time::Duration;

use serde::de::DeserializeOwned;

/// How long an answer may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer in bytes.
const LARGEST: usize = 64 * 1024;

/// What asks.
pub(super) fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
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
