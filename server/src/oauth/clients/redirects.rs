//! Whether a redirect URI is one of a client's.

use portcullis_types::client::Client;
use url::{Host, Url};

/// Whether `asked` is a redirect URI of the client: equal to the byte (RFC 9700 section 4.1.3),
/// except that the port of a loopback IP address may differ (RFC 8252 section 7.3).
pub(crate) fn is_redirect_uri(client: &Client, asked: &str) -> bool {
    client
        .redirect_uris
        .iter()
        .any(|known| known == asked || differs_in_loopback_port(known, asked))
}

fn differs_in_loopback_port(known: &str, asked: &str) -> bool {
    let (Ok(known), Ok(mut asked_url)) = (Url::parse(known), Url::parse(asked)) else {
        return false;
    };
    let loopback = match known.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        _ => false,
    };
    // The URL as sent must be in its normal form, so that nothing hides in what parsing forgives.
    loopback
        && known.scheme() == "http"
        && asked_url.as_str() == asked
        && asked_url.set_port(known.port()).is_ok()
        && asked_url == known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(uris: &[&str]) -> Client {
        let mut client = Client::new("spa", "Spa");
        client.redirect_uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        client
    }

    #[test]
    fn rfc9700_4_1_3_redirect_uris_match_exactly() {
        let client = client(&["https://app.example/callback"]);
        assert!(is_redirect_uri(&client, "https://app.example/callback"));
        for other in [
            "https://app.example/callback/",
            "https://app.example/callback?x=1",
            "https://app.example/Callback",
            "https://app.example:443/callback",
            "https://app.example/callback#",
            "https://app.example/a/../callback",
            "https://app.example.evil.example/callback",
            "https://user@app.example/callback",
            "http://app.example/callback",
            "",
            "callback",
        ] {
            assert!(!is_redirect_uri(&client, other), "{other}");
        }
    }

    #[test]
    fn rfc8252_7_3_a_loopback_port_may_differ() {
        let client = client(&["http://127.0.0.1/callback", "http://localhost/callback"]);
        assert!(is_redirect_uri(&client, "http://127.0.0.1:51004/callback"));
        for other in [
            "http://localhost:51004/callback",
            "http://127.0.0.1:51004/other",
            "http://127.0.0.1:51004/callback?x",
            "http://127.0.0.2:51004/callback",
            "http://evil@127.0.0.1:51004/callback",
            "http://127.1:51004/callback",
        ] {
            assert!(!is_redirect_uri(&client, other), "{other}");
        }
    }
}
