//! `sector_identifier_uri`: fetched when a client is registered, to see that whoever runs the
//! sector counts the client in (OpenID Connect Core section 8.1); never again after that.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use portcullis_types::client::{Client, SubjectType};
use url::Url;

use super::validate::Invalid;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Largest answer in bytes.
const LARGEST: usize = 64 * 1024;

/// Who says what is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// An admin, who knows this network.
    Admin,
    /// Anybody: nothing that only this machine or its network can reach is asked.
    Anybody,
}

/// Checks that the sector's list has all redirect URIs of a client that names one.
///
/// # Errors
/// If it cannot be fetched, is no list, or lacks one of them.
pub(crate) async fn check(client: &Client, by: AskedBy) -> Result<(), Invalid> {
    let uri = client.sector_identifier_uri.as_deref();
    let pairwise = client.subject_type == SubjectType::Pairwise;
    let Some(uri) = uri.filter(|_| pairwise) else {
        return Ok(());
    };
    let invalid = |what: String| Invalid("sector_identifier_uri", what);
    let listed = fetch(uri, by).await;
    let listed = listed.map_err(|why| invalid(format!("{uri:?}: {why}")))?;
    match client.redirect_uris.iter().find(|it| !listed.contains(it)) {
        None => Ok(()),
        Some(missing) => Err(invalid(format!("{uri:?} does not list {missing:?}"))),
    }
}

async fn fetch(uri: &str, by: AskedBy) -> Result<Vec<String>, &'static str> {
    let url = Url::parse(uri).map_err(|_| "is no address")?;
    let host = url.host_str().ok_or("has no host")?;
    let port = url.port_or_known_default().ok_or("has no port")?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    // Looked up once, and asked there: a name cannot mean another address afterwards.
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((bare, port)));
    let found = found.await.map_err(|_| "no such host")?;
    let addresses: Vec<SocketAddr> = found.map_err(|_| "no such host")?.collect();
    let is_allowed = |it: &SocketAddr| by == AskedBy::Admin || is_public(it.ip());
    if addresses.is_empty() || !addresses.iter().all(is_allowed) {
        return Err("is not on the public internet");
    }
    if by == AskedBy::Anybody && url.scheme() != "https" {
        return Err("is not https");
    }
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .no_proxy()
        .resolve_to_addrs(host, &addresses)
        .build()
        .map_err(|_| "no TLS")?;
    let request = http.get(url).header("accept", "application/json");
    let mut response = request.send().await.map_err(|_| "no answer")?;
    if response.status() != reqwest::StatusCode::OK {
        return Err("does not answer 200");
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| "no answer")? {
        if body.len() + chunk.len() > LARGEST {
            return Err("answers too much");
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map_err(|_| "is no JSON array of addresses")
}

/// Whether an address belongs to the public internet (IANA special-purpose address registries).
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let special = ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_documentation()
                || a == 0
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b))
                // Multicast, reserved and broadcast.
                || a >= 224;
            !special
        }
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            // Global unicast, without what carries or documents others (Teredo, 6to4).
            let special = (a == 0x2001 && (b < 0x200 || b == 0xdb8))
                || a == 0x2002
                || (a == 0x3fff && b < 0x1000);
            (0x2000..0x4000).contains(&a) && !special
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_this_network_reaches_is_not_public() {
        for (ip, public) in [
            ("93.184.215.14", true),
            ("2606:2800:21f:cb07::1", true),
            ("127.0.0.1", false),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.0.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("192.0.0.8", false),
            ("198.18.0.1", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:93.184.215.14", true),
            ("fe80::1", false),
            ("fd00::1", false),
            ("ff02::1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::", false),
            ("2001:0:7f00:1::", false),
            ("2001:db8::1", false),
        ] {
            assert_eq!(is_public(ip.parse().unwrap()), public, "{ip}");
        }
    }

    #[tokio::test]
    async fn nothing_inside_is_asked_for_anybody() {
        for uri in [
            "https://127.0.0.1:1/s",
            "https://localhost:1/s",
            "https://[::1]:1/s",
            "https://[::ffff:127.0.0.1]:1/s",
            "https://0x7f000001:1/s",
            "https://169.254.169.254/latest",
            "http://10.0.0.1/s",
        ] {
            let why = fetch(uri, AskedBy::Anybody).await.unwrap_err();
            assert_eq!(why, "is not on the public internet", "{uri}");
        }
    }
}
