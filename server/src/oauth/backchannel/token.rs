//! Logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.4).

use portcullis_domain::logouts::Logout;
use portcullis_types::client::Client;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{app::App, oauth::subject};

/// Seconds for which one is good: it is read at once.
const SECONDS: i64 = 120;
/// What tells logout tokens from all others.
const TYPE: &str = "logout+jwt";
/// What has happened.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// No `nonce` among them: then nobody takes one for an ID token.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    events: Value,
}

/// A logout token, signed as the client's ID tokens are.
pub(super) async fn issue(app: &App, client: &Client, logout: &Logout) -> anyhow::Result<String> {
    let now = app.now();
    let claims = Claims {
        iss: &app.issuer,
        sub: subject::of(app, client, logout.user),
        aud: &client.id,
        iat: now.as_seconds(),
        exp: now.as_seconds() + SECONDS,
        jti: app.rng.uuid_at(now).to_string(),
        sid: logout.family.to_string(),
        events: json!({ EVENT: {} }),
    };
    let algorithm = client.id_token_alg();
    let signed = app.keys.sign(app, algorithm, TYPE, &claims).await;
    signed.map_err(|error| anyhow::anyhow!("{}", error.problem().detail))
}
