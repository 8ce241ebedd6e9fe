//! JWTs that a client has signed: what they say, once the signature is known to be its own. Assertions
//! and request objects are such.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use portcullis_domain::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Longest JWT in bytes; an ordinary one has 500.
const LONGEST: usize = 8192;
/// How far ahead of ours the client's clock may be, in seconds.
pub(crate) const AHEAD: f64 = 60.0;
/// How long one may be good, in seconds.
pub(crate) const LONGEST_LIFE: f64 = 3600.0;

/// Whom a JWT is for.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A part of a JWT, unverified.
pub(super) fn part(jwt: &str, index: usize) -> Option<Map<String, Value>> {
    if jwt.len() > LONGEST {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(index)?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The id of the key that it says to be signed with, unverified; nothing if it says none.
pub(super) fn key_id(jwt: &str) -> Option<String> {
    part(jwt, 0)?.get("kid")?.as_str().map(str::to_owned)
}

/// What a JWT says that one of these keys has signed and whose type, if it says one, is `JWT` or
/// this. `None` for whatever is wrong. Time and audience are the caller's to check.
pub(super) fn claims<T: DeserializeOwned>(
    jwt: &str,
    kind: &str,
    keys: &[(Algorithm, DecodingKey)],
) -> Option<T> {
    let header = part(jwt, 0)?;
    // Extensions that must be understood are not (RFC 7515 section 4.1.11), and a JWT that was made
    // for something else is none (RFC 8725 section 3.11).
    let said = header.get("typ").map_or(Some("JWT"), Value::as_str)?;
    if header.contains_key("crit") || !(said.eq_ignore_ascii_case("jwt") || said == kind) {
        return None;
    }
    let said = header.get("alg")?.as_str()?.parse::<Algorithm>().ok()?;
    keys.iter()
        .filter(|(algorithm, _)| *algorithm == said)
        .find_map(|(algorithm, key)| {
            let mut validation = Validation::new(*algorithm);
            // Time is asked of our own clock, and the audience may be several.
            validation.required_spec_claims.clear();
            validation.validate_exp = false;
            validation.validate_aud = false;
            jsonwebtoken::decode::<T>(jwt, key, &validation).ok()
        })
        .map(|read| read.claims)
}

/// Whether a JWT is good at that time: not over, not for longer than an hour, and of the past.
pub(crate) fn is_timely(now: Timestamp, exp: f64, iat: Option<f64>, nbf: Option<f64>) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age fit")]
    let seconds = now.0 as f64 / 1000.0;
    (seconds < exp && exp <= seconds + LONGEST_LIFE + AHEAD)
        && iat.is_none_or(|iat| iat <= seconds + AHEAD)
        && nbf.is_none_or(|nbf| nbf <= seconds + AHEAD)
}
