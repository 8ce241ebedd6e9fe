//! Calls clients: no redirects, little time, and nothing of the answer but its status is looked at.
//! An application that has registered itself cannot have us call into our own network.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
};
use url::{Host, Url};

use crate::oauth::public::is_public;

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
        Ok(Some(Host::Ipv4(ip))) => is_public(ip.into()),
        Ok(Some(Host::Ipv6(ip))) => is_public(ip.into()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
