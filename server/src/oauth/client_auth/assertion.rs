//! Assertions: JWTs by which a client says that it is itself, for this server, now, once (RFC 7523
//! section 3).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use portcullis_domain::{SecretHash, Timestamp};
use portcullis_types::paths;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{app::App, crypto::token, oauth::clients::Registered};

/// Longest assertion in bytes; an ordinary one has 500.
const LONGEST: usize = 8192;
/// Longest `jti` in bytes.
const LONGEST_ID: usize = 256;
/// How long one may be good, in seconds. It is remembered for as long.
const LONGEST_LIFE: f64 = 3600.0;
/// How far ahead of ours the client's clock may be, in seconds.
const AHEAD: f64 = 60.0;

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

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What makes a good assertion good once only.
pub(super) struct Once {
    /// What is remembered of it.
    pub(super) id: SecretHash,
    /// Until when.
    pub(super) expires_at: Timestamp,
}

/// A part of a JWT, unverified.
fn part(jwt: &str, index: usize) -> Option<Map<String, Value>> {
    if jwt.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Whom an assertion says to be from, unverified.
pub(super) fn subject(jwt: &str) -> Option<String> {
    part(jwt, 1)?.get("sub")?.as_str().map(str::to_owned)
}

/// The id of the key that it says to be signed with, unverified; nothing if it says none.
pub(super) fn key_id(jwt: &str) -> Option<String> {
    part(jwt, 0)?.get("kid")?.as_str().map(str::to_owned)
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
    let header = part(jwt, 0)?;
    // Extensions that must be understood are not (RFC 7515 section 4.1.11), and a JWT that was made
    // for something else is none (RFC 8725 section 3.11).
    let kind = header.get("typ").map_or(Some("JWT"), Value::as_str)?;
    let fits = kind.eq_ignore_ascii_case("jwt") || kind == "client-authentication+jwt";
    if header.contains_key("crit") || !fits {
        return None;
    }
    let said = header.get("alg")?.as_str()?.parse::<Algorithm>().ok()?;
    let claims = keys
        .iter()
        .filter(|(algorithm, _)| *algorithm == said)
        .find_map(|(algorithm, key)| {
            let mut validation = Validation::new(*algorithm);
            // Time is asked of our own clock, and the audience may be several, below.
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            validation.validate_aud = false;
            jsonwebtoken::decode::<Claims>(jwt, key, &validation).ok()
        })?
        .claims;
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
    let seconds = now.0 as f64 / 1000.0;
    let fits = claims.iss == client.id
        && claims.sub == client.id
        && is_for_us(app, &claims.aud, path)
        && (1..=LONGEST_ID).contains(&claims.jti.len())
        && (seconds < claims.exp && claims.exp <= seconds + LONGEST_LIFE + AHEAD)
        && claims.iat.is_none_or(|iat| iat <= seconds + AHEAD)
        && claims.nbf.is_none_or(|nbf| nbf <= seconds + AHEAD);
    #[expect(clippy::cast_possible_truncation, reason = "it is bounded above")]
    let expires_at = Timestamp((claims.exp * 1000.0).ceil() as i64);
    let id = format!("client assertion\0{}\0{}", client.id, claims.jti);
    fits.then(|| Once {
        id: SecretHash(token::sha256(id.as_bytes())),
        expires_at,
    })
}

/// Whether it is for this server and for nobody else: one that names others as well could have been
/// meant for them. The address of the token endpoint counts for all endpoints (RFC 9126 section 2).
fn is_for_us(app: &App, audience: &Audience, path: &str) -> bool {
    let issuer = app.issuer.as_str();
    let is = |said: &String| {
        said == issuer
            || said
                .strip_prefix(issuer)
                .is_some_and(|rest| rest == paths::OAUTH_TOKEN || rest == path)
    };
    match audience {
        Audience::One(one) => is(one),
        Audience::Several(several) => !several.is_empty() && several.iter().all(is),
    }
}
