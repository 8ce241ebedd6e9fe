//! Access tokens: JWTs in the profile of RFC 9068, ES256.

use jsonwebtoken::{Algorithm, Validation};
use portcullis_domain::{FamilyId, Timestamp, UserId, oauth::TokenFamily};
use portcullis_types::client::Client;
use serde::{Deserialize, Serialize};

use super::clients::lifetimes::Lifetimes;
use crate::app::App;

/// What tells access tokens from ID tokens and all others (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: UserId,
    aud: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: String,
    scope: String,
    sid: FamilyId,
    auth_time: i64,
    amr: Vec<String>,
    /// The key it is bound to (RFC 9449 section 6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cnf: Option<Confirmation>,
}

#[derive(Serialize, Deserialize)]
struct Confirmation {
    jkt: String,
}

/// What a good token says.
pub(crate) struct Verified {
    pub(crate) user: UserId,
    pub(crate) client_id: String,
    pub(crate) family: FamilyId,
    /// The thumbprint of the key it is bound to.
    pub(crate) jkt: Option<String>,
}

/// A fresh token of a family with these scopes, bound to the key with that thumbprint if there is one.
pub(crate) fn issue(
    app: &App,
    client: &Client,
    family: &TokenFamily,
    scope: &str,
    jkt: Option<&str>,
    now: Timestamp,
) -> Option<String> {
    let claims = Claims {
        iss: app.issuer.clone(),
        sub: family.user,
        aud: app.issuer.clone(),
        client_id: family.client_id.clone(),
        iat: now.as_seconds(),
        exp: now.as_seconds() + Lifetimes::of(app, client).access_token,
        jti: app.rng.uuid_at(now).to_string(),
        scope: scope.to_owned(),
        sid: family.id,
        auth_time: family.auth_time.as_seconds(),
        amr: family.amr.clone(),
        cnf: jkt.map(|jkt| Confirmation {
            jkt: jkt.to_owned(),
        }),
    };
    app.keys.sign(TYPE, &claims)
}

/// Checks signature, type, issuer, audience and time. `None` for whatever is wrong. The family must
/// still be looked at.
pub(crate) fn verify(app: &App, token: &str, now: Timestamp) -> Option<Verified> {
    let header = jsonwebtoken::decode_header(token).ok()?;
    if header
        .typ
        .as_deref()
        .is_none_or(|typ| !typ.eq_ignore_ascii_case(TYPE))
    {
        return None;
    }
    let key = app.keys.verifying(header.kid.as_deref()?)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[&app.issuer]);
    validation.set_audience(&[&app.issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Time is asked of our own clock, below.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims = jsonwebtoken::decode::<Claims>(token, key, &validation)
        .ok()?
        .claims;
    (now.as_seconds() < claims.exp).then_some(Verified {
        user: claims.sub,
        client_id: claims.client_id,
        family: claims.sid,
        jkt: claims.cnf.map(|cnf| cnf.jkt),
    })
}
