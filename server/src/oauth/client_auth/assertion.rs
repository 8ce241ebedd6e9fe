//! Assertions: JWTs by which a client says that it is itself, for this server, now, once (RFC 7523
//! section 3).

use jsonwebtoken::{Algorithm, DecodingKey};
use portcullis_domain::{SecretHash, Timestamp};
use portcullis_types::paths;
use serde::Deserialize;

use super::signed::{self, Audience};
use crate::{app::App, crypto::token, oauth::clients::Registered};

/// The type that an assertion may say to be of (draft-ietf-oauth-rfc7523bis section 4).
const TYPE: &str = "client-authentication+jwt";
/// Longest `jti` in bytes.
const LONGEST_ID: usize = 256;
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    jti: String,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
}

/// What makes a good assertion good once only.
pub(super) struct Once {
    /// What is remembered of it.
    pub(super) id: SecretHash,
    /// Until when.
    pub(super) expires_at: Timestamp,
}

/// Whom an assertion says to be from, unverified.
pub(super) fn subject(jwt: &str) -> Option<String> {
    signed::part(jwt, 1)?
        .get("sub")?
        .as_str()
        .map(str::to_owned)
}

/// Checks everything but whether it was used before. `None` for whatever is wrong.
pub(super) fn verify(
    app: &App,
    client: &Registered,
    jwt: &str,
    path: &str,
    keys: &[(Algorithm, DecodingKey)],
    now: Timestamp,
) -> Option<Once> {
    let claims: Claims = signed::claims(jwt, TYPE, keys)?;
    let fits = claims.iss == client.id
        && claims.sub == client.id
        && is_for_us(app, client, &claims.aud, path)
        && (1..=LONGEST_ID).contains(&claims.jti.len())
        && signed::is_timely(now, claims.exp, claims.iat, claims.nbf);
    #[expect(clippy::cast_possible_truncation, reason = "it is bounded above")]
    let expires_at = Timestamp((claims.exp * 1000.0).ceil() as i64);
    let id = format!("client assertion\0{}\0{}", client.id, claims.jti);
    fits.then(|| Once {
        id: SecretHash(token::sha256(id.as_bytes())),
        expires_at,
    })
}

/// Whether it is for this server and for nobody else: one that names others as well could have been
/// meant for them. The address of the token endpoint counts for all endpoints (RFC 9126 section 2);
/// with FAPI 2.0 the issuer alone counts, and not in a list (section 5.3.2.1).
fn is_for_us(app: &App, client: &Registered, audience: &Audience, path: &str) -> bool {
    let issuer = app.issuer.as_str();
    let is = |said: &String| {
        said == issuer
            || said
                .strip_prefix(issuer)
                .is_some_and(|rest| rest == paths::OAUTH_TOKEN || rest == path)
    };
    match audience {
        Audience::One(one) if client.fapi2 => one == issuer,
        Audience::Several(_) if client.fapi2 => false,
        Audience::One(one) => is(one),
        Audience::Several(several) => !several.is_empty() && several.iter().all(is),
    }
}
