//! What a client knows users by: their id, or one that nobody outside of its sector can match with
//! anybody else's (OpenID Connect Core section 8).

use portcullis_domain::UserId;
use portcullis_types::client::{Client, GrantType, SubjectType};
use url::Url;

use crate::{app::App, crypto::token::base64url};

/// The subject of that user's tokens for that client.
///
/// A pairwise one is an HMAC under a key of this purpose alone: the same for as long as the master
/// key and the sector stay the same, and the way back takes the key (section 8.1 asks for both).
pub(crate) fn of(app: &App, client: &Client, user: UserId) -> String {
    match client.subject_type {
        SubjectType::Public => user.to_string(),
        SubjectType::Pairwise => {
            let mac = app.pairwise.of(&format!("{}\0{user}", sector(client)));
            base64url(&mac.0)
        }
    }
}

/// Whether a subject that this server has signed for that client is that user. Their id always is:
/// a client that is pairwise today may have a token of yesterday.
pub(crate) fn is(app: &App, client: Option<&Client>, user: UserId, subject: &str) -> bool {
    subject == user.to_string() || client.is_some_and(|it| of(app, it, user) == subject)
}

/// Whether two clients know their users by the same subjects: what one is told about somebody is
/// news to the other if they do not.
pub(crate) fn are_shared(one: &Client, other: &Client) -> bool {
    match (one.subject_type, other.subject_type) {
        (SubjectType::Public, SubjectType::Public) => true,
        (SubjectType::Pairwise, SubjectType::Pairwise) => sector(one) == sector(other),
        _ => false,
    }
}

/// What a client shares with those who may know its users by the same subjects: the host of its
/// `sector_identifier_uri`, or of its redirect URIs, which validation holds to one. Who gets tokens
/// without being redirected to (RFC 8628) has not shown that the host is theirs.
fn sector(client: &Client) -> String {
    let is_shown = !client.may(GrantType::DeviceCode);
    let first = client.redirect_uris.first().filter(|_| is_shown);
    let uri = client.sector_identifier_uri.as_ref().or(first);
    let host = uri.and_then(|uri| host(uri));
    // No host is anybody's: one that is left is a sector of its own.
    host.unwrap_or_else(|| format!("client:{}", client.id))
}

/// The host of an address on the web. In an address of an app's own scheme anybody can write
/// anything in its place.
pub(crate) fn host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(host.to_ascii_lowercase())
}

/// Whether a text could be a pairwise subject: 32 bytes in base64url.
pub(crate) fn looks_pairwise(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    text.len() == 43 && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(id: &str, uri: &str) -> Client {
        let mut client = Client::new(id, id);
        client.redirect_uris = vec![uri.to_owned()];
        client.subject_type = SubjectType::Pairwise;
        client
    }

    #[test]
    fn oidcc_8_1_the_sector_is_a_host_on_the_web_or_nobody_elses() {
        let shop = client("shop", "https://shop.example/cb");
        let same = client("till", "https://SHOP.example:8443/other");
        let bank = client("bank", "https://bank.example/cb");
        let mut listed = client("mall", "https://bank.example/cb");
        listed.sector_identifier_uri = Some("https://shop.example/sector".to_owned());
        assert!(are_shared(&shop, &same) && are_shared(&shop, &listed));
        assert!(!are_shared(&shop, &bank) && !are_shared(&bank, &listed));
        // Whoever makes an app can write any name into its addresses.
        let bent = client("bent", "com.example.app://shop.example/cb");
        let app = client("app", "com.example.app:/cb");
        for own in [&bent, &app] {
            assert!(!are_shared(own, &shop) && are_shared(own, own));
        }
        assert!(!are_shared(&bent, &app));
        // Tokens that come by a code on a screen show nothing about an address.
        let mut screen = shop.clone();
        screen.id = "screen".to_owned();
        screen.grant_types.push(GrantType::DeviceCode);
        assert!(!are_shared(&screen, &shop));
        screen.sector_identifier_uri = Some("https://shop.example/sector".to_owned());
        assert!(are_shared(&screen, &shop));
        let mut public = shop.clone();
        public.subject_type = SubjectType::Public;
        assert!(are_shared(&public, &Client::new("spa", "Spa")));
        assert!(!are_shared(&public, &shop));
    }
}
