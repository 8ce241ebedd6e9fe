//! ID tokens (OpenID Connect Core 1.0 section 2), for clients that asked for `openid`.

use jsonwebtoken::Validation;
use portcullis_domain::{FamilyId, Principal, Timestamp, UserId, oauth::TokenFamily};
use portcullis_types::client::{ClaimPlace, Client};
use serde::{Deserialize, Serialize};

use super::{acr, subject, token::granted, user_claims};
use crate::{app::App, http::errors::ApiResult};

/// Seconds for which an ID token says something; it is read once, right away.
const SECONDS: i64 = 300;

/// What tells ID tokens from access tokens.
const TYPE: &str = "JWT";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    amr: &'a [String],
    acr: &'a str,
    sid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(flatten)]
    of_user: user_claims::Claims,
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
    let scope = granted(client, &family.scopes);
    let place = ClaimPlace::IdToken;
    let claims = Claims {
        iss: &app.issuer,
        sub: subject::of(app, client, family.user),
        aud: &family.client_id,
        iat: now.as_seconds(),
        exp: now.as_seconds() + SECONDS,
        auth_time: family.auth_time.as_seconds(),
        amr: &family.amr,
        acr: acr::of(&family.amr),
        sid: family.id.to_string(),
        nonce,
        of_user: user_claims::tell(client, principal, &scope, &family.claims, place),
    };
    let algorithm = client.id_token_alg();
    app.keys.sign(app, algorithm, TYPE, &claims).await.map(Some)
}

/// Whom an ID token of ours was about.
#[derive(Deserialize)]
pub(crate) struct Hint {
    #[serde(rename = "sub")]
    subject: String,
    #[serde(rename = "aud")]
    pub(crate) client_id: String,
    #[serde(rename = "sid")]
    pub(crate) family: FamilyId,
}

impl Hint {
    /// Whether it was about that user, as the client it was given to knows them.
    pub(crate) async fn is(&self, app: &App, user: UserId, now: Timestamp) -> ApiResult<bool> {
        let client = app.clients.find(&*app.store, &self.client_id, now).await?;
        let client = client.as_deref().map(|client| &**client);
        Ok(subject::is(app, client, user, &self.subject))
    }
}

/// Reads an ID token that comes back as a hint: ours, however long ago. `None` for whatever is
/// wrong.
pub(crate) async fn read(app: &App, token: &str) -> ApiResult<Option<Hint>> {
    let Some((_, verifying)) = app.keys.of_token(app, token, |typ| typ == TYPE).await? else {
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
