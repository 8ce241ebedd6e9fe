//! What a client knows users by: their id, or one that nobody outside of its sector can match with
//! anybody else's (OpenID Connect Core section 8).

use portcullis_domain::UserId;
use portcullis_types::client::{Client, SubjectType};
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

/// What a client shares with those who may know its users by the same subjects: the host of its
/// `sector_identifier_uri`, or of its redirect URIs, which validation holds to one.
fn sector(client: &Client) -> String {
    let first = client.redirect_uris.first();
    let uri = client.sector_identifier_uri.as_ref().or(first);
    let host = uri.and_then(|uri| host(uri));
    // No host is anybody's: one that is left is a sector of its own.
    host.unwrap_or_else(|| format!("client:{}", client.id))
}

/// The host of an address on the web.
pub(crate) fn host(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    Some(host.to_ascii_lowercase())
}
