//! `sector_identifier_uri`: fetched when a client is registered, to see that whoever runs the
//! sector counts the client in (OpenID Connect Core section 8.1); never again after that.

use std::net::{IpAddr, SocketAddr};

use portcullis_types::client::{Client, SubjectType};
use url::Url;

use super::validate::Invalid;
use crate::oauth::fetch;

const NOT_PUBLIC: &str = "must be https and on the public internet";

/// Who says what is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// An admin, who knows this network.
    Admin,
    /// Anybody: nothing that only this machine or its network can reach is asked.
    Anybody,
}

/// Checks that the sector's list has all redirect URIs of a client that names one. Nothing is asked
/// that was asked `before`: a page that is gone does not stand in the way of other changes.
///
/// # Errors
/// If it cannot be fetched, is no list, or lacks one of them.
pub(crate) async fn check(
    client: &Client,
    before: Option<&Client>,
    by: AskedBy,
) -> Result<(), Invalid> {
    let pairwise = |it: &&Client| it.subject_type == SubjectType::Pairwise;
    let named = Some(client).filter(pairwise);
    let Some(uri) = named.and_then(|it| it.sector_identifier_uri.as_deref()) else {
        return Ok(());
    };
    let before = before.filter(pairwise);
    let before = before.filter(|it| it.sector_identifier_uri.as_deref() == Some(uri));
    let is_new = |it: &&String| !before.is_some_and(|before| before.redirect_uris.contains(it));
    let new: Vec<&String> = client.redirect_uris.iter().filter(is_new).collect();
    if new.is_empty() && before.is_some() {
        return Ok(());
    }
    let invalid = |what: String| Invalid("sector_identifier_uri", what);
    let listed = fetch(uri, by).await;
    let listed = listed.map_err(|why| invalid(format!("{uri:?} {why}")))?;
    match new.into_iter().find(|it| !listed.contains(it)) {
        None => Ok(()),
        Some(missing) => Err(invalid(format!("{uri:?} does not list {missing:?}"))),
    }
}

async fn fetch(uri: &str, by: AskedBy) -> Result<Vec<String>, &'static str> {
    let http = match by {
        AskedBy::Admin => fetch::builder(),
        AskedBy::Anybody => past_this_network(uri).await.ok_or(NOT_PUBLIC)?,
    };
    let http = http.build().map_err(|_| "cannot be asked without TLS")?;
    fetch::json(&http, uri).await
}

/// What asks where the host is on the public internet, and nowhere else. The name is looked up once:
/// it cannot mean another address afterwards. What is wrong is not told: it would tell which names
/// and addresses there are in here.
async fn past_this_network(uri: &str) -> Option<reqwest::ClientBuilder> {
    let url = Url::parse(uri).ok().filter(|url| url.scheme() == "https")?;
    let (host, port) = (url.host_str()?, url.port_or_known_default()?);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((bare, port));
    let found = tokio::time::timeout(fetch::PATIENCE, found).await.ok()?;
    let addresses: Vec<SocketAddr> = found.ok()?.collect();
    let are_public = !addresses.is_empty() && addresses.iter().all(|it| is_public(it.ip()));
    // A proxy would look the name up again.
    let http = || fetch::builder().no_proxy();
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
            "https://10.0.0.1/s",
            "https://no-such-host.invalid/s",
            "http://93.184.215.14/s",
        ] {
            let why = fetch(uri, AskedBy::Anybody).await.unwrap_err();
            assert_eq!(why, NOT_PUBLIC, "{uri}");
        }
    }
}
