//! ID tokens (OpenID Connect Core 1.0 section 2), for clients that asked for `openid`.

use jsonwebtoken::Validation;
use portcullis_domain::{FamilyId, Principal, Timestamp, UserId, oauth::TokenFamily};
use portcullis_types::client::Client;
use serde::{Deserialize, Serialize};

use super::acr;
use crate::{app::App, http::errors::ApiResult};

/// Seconds for which an ID token says something; it is read once, right away.
const SECONDS: i64 = 300;

/// What tells ID tokens from access tokens.
const TYPE: &str = "JWT";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: UserId,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    amr: &'a [String],
    acr: &'a str,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    /// Nobody has proved yet that an address is theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// An ID token for the client of a family; `None` if it did not ask for `openid`.
pub(crate) async fn issue(
    app: &App,
    client: &Client,
    family: &TokenFamily,
    principal: &Principal,
    nonce: Option<&str>,
    now: Timestamp,
) -> ApiResult<Option<String>> {
    let has = |scope: &str| family.scopes.iter().any(|granted| granted == scope);
    if !has("openid") {
        return Ok(None);
    }
    let account = &principal.account;
    let tells =
        |scope: &str, claim: &str| has(scope) || family.claims.iter().any(|asked| asked == claim);
    let claims = Claims {
        iss: &app.issuer,
        sub: family.user,
        aud: &family.client_id,
        iat: now.as_seconds(),
        exp: now.as_seconds() + SECONDS,
        auth_time: family.auth_time.as_seconds(),
        amr: &family.amr,
        acr: acr::of(&family.amr),
        sid: family.id.to_string(),
        nonce,
        name: tells("profile", "id_token:name").then_some(account.name.as_str()),
        email: tells("email", "id_token:email").then_some(account.email.as_str()),
        email_verified: tells("email", "id_token:email_verified").then_some(false),
    };
    let algorithm = client.id_token_alg();
    app.keys.sign(app, algorithm, TYPE, &claims).await.map(Some)
}

/// Whom an ID token of ours was about.
#[derive(Deserialize)]
pub(crate) struct Hint {
    #[serde(rename = "sub")]
    pub(crate) user: UserId,
    #[serde(rename = "aud")]
    pub(crate) client_id: String,
    #[serde(rename = "sid")]
    pub(crate) family: FamilyId,
}

/// Reads an ID token that comes back as a hint: ours, however long ago. `None` for whatever is
/// wrong.
pub(crate) async fn read(app: &App, token: &str) -> ApiResult<Option<Hint>> {
    let Some(verifying) = app.keys.of_token(app, token, |typ| typ == TYPE).await? else {
        return Ok(None);
    };
    let mut validation = Validation::new(verifying.algorithm);
    validation.set_issuer(&[&app.issuer]);
    validation.set_required_spec_claims(&["iss", "sub", "aud"]);
    validation.validate_exp = false;
    // Whose it is, is what is asked.
    validation.validate_aud = false;
    let read = jsonwebtoken::decode::<Hint>(token, &verifying.key, &validation);
    Ok(read.ok().map(|read| read.claims))
}
