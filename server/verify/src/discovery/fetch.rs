//! Fetching an issuer's discovery document and its keys.

use std::time::Duration;

use reqwest::{Client, StatusCode, redirect::Policy};
use url::{Host, Url};

use crate::{SetupError, json, key_set::KeySet};

/// Longest time for one document.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most bytes of one document. Those of large providers have 20 kB.
const MOST: usize = 256 * 1024;

/// Knows where an issuer's documents are.
pub(super) struct Fetcher {
    client: Client,
    issuer: String,
    /// Where the discovery document may be, in the order in which it is looked for.
    places: Vec<Url>,
    loopback: bool,
}

impl Fetcher {
    pub(super) fn new(issuer: &str) -> Result<Self, SetupError> {
        let wrong = || SetupError::Issuer(issuer.to_owned());
        let url = Url::parse(issuer).map_err(|_| wrong())?;
        let loopback = is_loopback(&url);
        let plain = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !plain || !is_safe(&url, loopback) {
            return Err(wrong());
        }
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .retry(reqwest::retry::never());
        // What is on this machine is not for a proxy to fetch.
        let client = if loopback { client.no_proxy() } else { client };
        let client = client
            .build()
            .map_err(|error| SetupError::Client(error.to_string()))?;
        Ok(Self {
            client,
            issuer: issuer.to_owned(),
            places: places(&url),
            loopback,
        })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The keys that the issuer publishes now.
    pub(super) async fn keys(&self) -> Result<KeySet, &'static str> {
        let metadata = self.metadata().await?;
        let metadata = json::object(&metadata).ok_or("its discovery document is malformed")?;
        // Byte for byte (RFC 8414 section 3.3): whoever can answer in one issuer's name must not
        // speak for another.
        if metadata.get("issuer").and_then(|issuer| issuer.as_str()) != Some(&self.issuer) {
            return Err("its discovery document is another issuer's");
        }
        let jwks_uri = metadata.get("jwks_uri").and_then(|uri| uri.as_str());
        let jwks_uri = jwks_uri.and_then(|uri| Url::parse(uri).ok());
        let jwks_uri = jwks_uri.ok_or("its discovery document names no keys")?;
        if !is_safe(&jwks_uri, self.loopback) {
            return Err("its keys are not at a safe address");
        }
        let keys = self.get(jwks_uri).await?.ok_or("it has no keys")?;
        KeySet::parse(&keys).ok_or("its JWK Set is malformed")
    }

    async fn metadata(&self) -> Result<Vec<u8>, &'static str> {
        for place in &self.places {
            if let Some(document) = self.get(place.clone()).await? {
                return Ok(document);
            }
        }
        Err("it has no discovery document")
    }

    /// A document; nothing if there is none.
    async fn get(&self, url: Url) -> Result<Option<Vec<u8>>, &'static str> {
        const UNREACHABLE: &str = "it does not answer";
        let answer = self.client.get(url).send().await;
        let mut answer = answer.map_err(|_| UNREACHABLE)?;
        match answer.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err("it answers with an error, or wants to be looked for elsewhere"),
        }
        let mut document = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|_| UNREACHABLE)? {
            if document.len() + piece.len() > MOST {
                return Err("its document is too long");
            }
            document.extend_from_slice(&piece);
        }
        Ok(Some(document))
    }
}

/// `https`, or on loopback `http` for an issuer that is there itself. Nobody else may have this
/// machine's own services asked.
pub(crate) fn is_safe(url: &Url, loopback: bool) -> bool {
    match url.scheme() {
        "https" => url.has_host() && (loopback || !is_loopback(url)),
        "http" => loopback && is_loopback(url),
        _ => false,
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Appended to the issuer (OpenID Connect Discovery 1.0 section 4), and inserted before its path
/// (RFC 8414 section 3.1).
fn places(issuer: &Url) -> Vec<Url> {
    let path = issuer.path().trim_end_matches('/');
    [
        format!("{path}/.well-known/openid-configuration"),
        format!("/.well-known/oauth-authorization-server{path}"),
    ]
    .into_iter()
    .map(|path| {
        let mut place = issuer.clone();
        place.set_path(&path);
        place
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc8414_3_1_where_discovery_documents_are() {
        let at = |issuer: &str| -> Vec<String> {
            let places = places(&Url::parse(issuer).unwrap());
            places.iter().map(Url::to_string).collect()
        };
        for root in ["https://a.example", "https://a.example/"] {
            assert_eq!(
                at(root),
                [
                    "https://a.example/.well-known/openid-configuration",
                    "https://a.example/.well-known/oauth-authorization-server",
                ]
            );
        }
        for realm in ["https://a.example/realms/x", "https://a.example/realms/x/"] {
            assert_eq!(
                at(realm),
                [
                    "https://a.example/realms/x/.well-known/openid-configuration",
                    "https://a.example/.well-known/oauth-authorization-server/realms/x",
                ]
            );
        }
    }

    #[test]
    fn rfc8414_2_an_issuer_is_https_and_nothing_else() {
        for good in [
            "https://a.example",
            "https://a.example:8443/x/",
            "http://localhost:3000",
            "http://127.0.0.1:3000",
            "http://[::1]:3000",
            "https://localhost",
        ] {
            assert!(Fetcher::new(good).is_ok(), "{good}");
        }
        for wrong in [
            "",
            "a.example",
            "http://a.example",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://192.168.0.1",
            "ftp://a.example",
            "file:///etc/passwd",
            "https://a.example?x",
            "https://a.example#x",
            "https://user@a.example",
            "https://user:password@a.example",
            "https://:password@a.example",
        ] {
            let error = SetupError::Issuer(wrong.to_owned());
            assert_eq!(Fetcher::new(wrong).err(), Some(error), "{wrong}");
        }
    }

    #[test]
    fn keys_come_from_safe_addresses() {
        let is = |uri, loopback| is_safe(&Url::parse(uri).unwrap(), loopback);
        assert!(is("https://keys.example/jwks", false));
        assert!(is("http://localhost:1/jwks", true));
        assert!(is("https://keys.example/jwks", true));
        for wrong in [
            "http://keys.example/jwks",
            "http://localhost:1/jwks",
            "https://localhost:1/jwks",
            "https://127.0.0.1/jwks",
            "https://[::1]/jwks",
            "file:///etc/jwks.json",
            "data:application/json,{}",
        ] {
            assert!(!is(wrong, false), "{wrong}");
        }
        assert!(!is("http://keys.example/jwks", true));
    }
}
