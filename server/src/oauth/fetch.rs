//! Fetches a small JSON document from where a client says: no redirects, little time, few bytes.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use serde::de::DeserializeOwned;
use url::Url;

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
}
