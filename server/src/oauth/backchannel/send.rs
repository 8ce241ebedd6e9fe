//! Calls clients: no redirects, little time, and nothing of the answer but its status is looked at.
//! An application that has registered itself cannot have us call into our own network.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::{Host, Url};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of telling a client.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It knows.
    Well,
    /// It did not take the token (section 2.8), and will not take another.
    Refusal(&'static str),
    /// It did not answer, or not as it should.
    Nothing(&'static str),
}

/// The way to clients.
#[derive(Default)]
pub(crate) struct Sender {
    anywhere: OnceLock<Option<reqwest::Client>>,
    outside: OnceLock<Option<reqwest::Client>>,
}

impl Sender {
    /// Tells a client. One that has registered itself is told outside of our own network only.
    pub(super) async fn send(&self, uri: &str, token: &str, by_itself: bool) -> Heard {
        let http = if by_itself {
            self.outside.get_or_init(|| {
                let only = Arc::new(Outside);
                building().dns_resolver(only).no_proxy().build().ok()
            })
        } else {
            self.anywhere.get_or_init(|| building().build().ok())
        };
        let Some(http) = http else {
            return Heard::Nothing("no TLS");
        };
        // Addresses are not looked up, so nobody would ask whether they are public.
        if by_itself && !may_be_outside(uri) {
            return Heard::Nothing("no public address");
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("logout_token", token)
            .finish();
        let request = http
            .post(uri)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(body);
        match request.send().await.map(|answer| answer.status()) {
            Ok(StatusCode::OK | StatusCode::NO_CONTENT) => Heard::Well,
            Ok(StatusCode::BAD_REQUEST) => Heard::Refusal("400"),
            Ok(_) => Heard::Nothing("neither 200, 204 nor 400"),
            Err(_) => Heard::Nothing("no answer"),
        }
    }
}

fn building() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
}

/// Finds names only at addresses that everybody can reach. What was looked up is what is connected
/// to, so that no second look can find another place.
struct Outside;

impl Resolve for Outside {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether the host is a name, of which is seen what it leads to, or a public address.
fn may_be_outside(uri: &str) -> bool {
    match Url::parse(uri).as_ref().map(Url::host) {
        Ok(Some(Host::Domain(_))) => true,
        Ok(Some(Host::Ipv4(ip))) => is_public_v4(ip),
        Ok(Some(Host::Ipv6(ip))) => is_public_v6(ip),
        _ => false,
    }
}

/// Whether an address is one of the internet's, and not of this machine or a network of one's own
/// (IANA's special-purpose registries).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        // Carriers' own networks, protocol assignments, benchmarks, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(mapped) = ip.to_ipv4_mapped() {
        return is_public_v4(mapped);
    }
    let [first, second, ..] = ip.segments();
    // Everything given out so far is in 2000::/3; in it, what leads to IPv4 addresses or is for
    // documents is left out (Teredo and the like, 6to4).
    first & 0xe000 == 0x2000
        && first != 0x2002
        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
        && first != 0x3fff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ones_own_network_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::7f00:1",
            "fe80::1",
            "fd00:ec2::254",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in [
            "1.1.1.1",
            "93.184.215.14",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "::ffff:1.1.1.1",
        ] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn who_registered_itself_cannot_have_this_machine_called() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let sender = Sender::default();
        for (host, why) in [
            ("localhost", "no answer"),
            ("127.0.0.1", "no public address"),
            ("[::1]", "no public address"),
            ("[::ffff:127.0.0.1]", "no public address"),
            ("2130706433", "no public address"),
            ("0x7f.1", "no public address"),
        ] {
            let uri = format!("http://{host}:{port}/");
            let heard = sender.send(&uri, "x", true).await;
            assert_eq!(heard, Heard::Nothing(why), "{host}");
        }
        let accepted = tokio::time::timeout(Duration::from_millis(50), listener.accept());
        assert!(accepted.await.is_err(), "somebody called");
    }
}
