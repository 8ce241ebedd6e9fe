//! Access tokens: JWTs in the profile of RFC 9068, ES256 unless the client says otherwise; or,
//! where it is registered so, random ones whose claims are kept here.

use std::sync::Arc;

use jsonwebtoken::Validation;
use portcullis_domain::{
    FamilyId, SecretHash, Timestamp, TokenKind, UserId, access_tokens::OpaqueToken,
    oauth::TokenFamily,
};
use portcullis_types::{
    client::{AccessTokenFormat, ClaimPlace, Client},
    oauth::{Act, Confirmation},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    binding::Binding, clients::lifetimes::Lifetimes, known_tokens::Known, subject, user_claims,
};
use crate::{
    app::App,
    crypto::token,
    http::errors::{ApiError, ApiResult},
};

/// What tells access tokens from ID tokens and all others (RFC 9068 section 2.1).
const TYPE: &str = "at+jwt";

/// What a token says, of a user or of a client alone.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    /// The user; without a family, the client.
    pub(crate) sub: String,
    pub(crate) aud: String,
    pub(crate) client_id: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    pub(crate) scope: String,
    /// The family that it descends from; a client's own has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<FamilyId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) amr: Vec<String>,
    /// Who acts for the subject (RFC 8693 section 4.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Act>,
    /// What it is bound to (RFC 9449 section 6.1, RFC 8705 section 3.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation>,
    /// What the client's mappers have it say of the user.
    #[serde(flatten)]
    pub(crate) of_user: user_claims::Claims,
}

/// What a good token of a user says.
pub(crate) struct Verified {
    /// The user, as the client knows them.
    pub(crate) subject: String,
    pub(crate) client_id: String,
    pub(crate) family: FamilyId,
    /// What it is bound to.
    pub(crate) cnf: Option<Confirmation>,
}

/// What a token is good for.
pub(crate) struct Granted<'a> {
    /// Its scopes, separated by spaces.
    pub(crate) scope: &'a str,
    /// Whom it is for.
    pub(crate) audience: &'a str,
    /// What it is bound to.
    pub(crate) bound: &'a Binding,
}

/// A fresh token of a family.
pub(crate) async fn issue(
    app: &App,
    client: &Client,
    family: &TokenFamily,
    grant: &Granted<'_>,
    now: Timestamp,
) -> ApiResult<String> {
    let id = app.rng.uuid_at(now);
    let claims = Claims {
        sub: subject::of(app, client, family.user),
        sid: Some(family.id),
        auth_time: Some(family.auth_time.as_seconds()),
        amr: family.amr.clone(),
        of_user: of_user(app, client, family.user, grant).await?,
        ..claims(app, client, id, grant, now)
    };
    give(app, client, &claims).await
}

/// What the token says of the user.
async fn of_user(
    app: &App,
    client: &Client,
    user: UserId,
    grant: &Granted<'_>,
) -> ApiResult<user_claims::Claims> {
    if !user_claims::are_in_access_tokens(client) {
        return Ok(user_claims::Claims::new());
    }
    let principal = app.principals.enabled(&*app.store, user).await?;
    let place = ClaimPlace::AccessToken;
    let tell = |principal: &_| user_claims::tell(client, principal, grant.scope, &[], place);
    Ok(principal.as_deref().map(tell).unwrap_or_default())
}

/// Signs a token, or makes a random one and keeps what it stands for.
async fn give(app: &App, client: &Client, claims: &Claims) -> ApiResult<String> {
    match client.access_token_format {
        AccessTokenFormat::Jwt => {
            let algorithm = client.access_token_alg();
            app.keys.sign(app, algorithm, TYPE, claims).await
        }
        AccessTokenFormat::Opaque => {
            let token = token::generate(&*app.rng, TokenKind::Access);
            let said = serde_json::to_string(claims).map_err(|_| ApiError::internal("claims"))?;
            let kept = OpaqueToken {
                token: token::hash(&token),
                client_id: client.id.clone(),
                claims: said,
                expires_at: Timestamp(claims.exp.saturating_mul(1000)),
            };
            app.store.save_access_token(kept).await?;
            Ok(token.expose().to_owned())
        }
    }
}

/// A token for the client itself (RFC 9068 section 2.2). Its subject cannot be taken for a user's:
/// no client has an id that looks like one.
pub(crate) async fn issue_for_client(
    app: &App,
    client: &Client,
    id: Uuid,
    grant: &Granted<'_>,
    now: Timestamp,
) -> ApiResult<String> {
    give(app, client, &claims(app, client, id, grant, now)).await
}

/// A token for another service, in exchange for the subject's, and good for no longer than that.
/// The subject stays what it was, whoever exchanges it: in other words for the same user, two
/// clients could tell that theirs are the same person.
pub(crate) async fn issue_exchanged(
    app: &App,
    client: &Client,
    id: Uuid,
    (subject, user, act): (&Claims, Option<UserId>, Option<Act>),
    grant: &Granted<'_>,
    now: Timestamp,
) -> ApiResult<String> {
    let own = claims(app, client, id, grant, now);
    let of_user = match user {
        Some(user) => of_user(app, client, user, grant).await?,
        None => user_claims::Claims::new(),
    };
    let claims = Claims {
        sub: subject.sub.clone(),
        exp: own.exp.min(subject.exp),
        sid: subject.sid,
        auth_time: subject.auth_time,
        amr: subject.amr.clone(),
        act,
        of_user,
        ..own
    };
    give(app, client, &claims).await
}

/// What all tokens say; the subject is the client.
fn claims(app: &App, client: &Client, id: Uuid, grant: &Granted<'_>, now: Timestamp) -> Claims {
    Claims {
        iss: app.issuer.clone(),
        sub: client.id.clone(),
        aud: grant.audience.to_owned(),
        client_id: client.id.clone(),
        iat: now.as_seconds(),
        exp: now.as_seconds() + Lifetimes::of(app, client).access_token,
        jti: id.to_string(),
        scope: grant.scope.to_owned(),
        sid: None,
        auth_time: None,
        amr: Vec::new(),
        act: None,
        cnf: grant.bound.confirmation(),
        of_user: user_claims::Claims::new(),
    }
}

/// Reads a user's token for our own API. `None` for whatever is wrong, and for a client's own. The
/// family must still be looked at.
pub(crate) async fn verify(app: &App, token: &str, now: Timestamp) -> ApiResult<Option<Verified>> {
    let of_a_user = |claims: Arc<Claims>| {
        Some(Verified {
            family: claims.sid?,
            subject: claims.sub.clone(),
            client_id: claims.client_id.clone(),
            cnf: claims.cnf.clone(),
        })
    };
    let read = read(app, token, now).await?;
    let for_us = read.filter(|claims| claims.aud == app.issuer);
    Ok(for_us.and_then(of_a_user))
}

/// Checks signature, type, issuer and time, or looks up what it stands for; whom it is for is left
/// to the caller. `None` for whatever is wrong.
pub(crate) async fn read(app: &App, token: &str, now: Timestamp) -> ApiResult<Option<Arc<Claims>>> {
    if let Some(token) = token::parse(TokenKind::Access, token) {
        let kept = app.store.access_token(token::hash(&token), now).await?;
        let claims = kept.and_then(|kept| serde_json::from_str::<Claims>(&kept.claims).ok());
        let is_good = |it: &Claims| it.iss == app.issuer && now.as_seconds() < it.exp;
        return Ok(claims.filter(is_good).map(Arc::new));
    }
    let hash = token::sha256(token.as_bytes());
    let known = app
        .known_tokens
        .get_or_verify(hash, || signed(app, token))
        .await?;
    // Its key may have gone since, and time goes on.
    let is_good = |known: &Arc<Known>| {
        let key = app.keys.verifying(&known.kid);
        key.is_some_and(|key| key.is_current(now)) && now.as_seconds() < known.claims.exp
    };
    let known = known.filter(is_good);
    Ok(known.map(|known| Arc::clone(&known.claims)))
}

/// A token that one of our keys has signed; when, and whether it is over, is left to the caller.
async fn signed(app: &App, token: &str) -> ApiResult<Option<Arc<Known>>> {
    let is_ours = |typ: &str| typ.eq_ignore_ascii_case(TYPE);
    let Some((kid, verifying)) = app.keys.of_token(app, token, is_ours).await? else {
        return Ok(None);
    };
    let mut validation = Validation::new(verifying.algorithm);
    validation.set_issuer(&[&app.issuer]);
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Time is asked of our own clock, above.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let read = jsonwebtoken::decode::<Claims>(token, &verifying.key, &validation);
    let known = |read: jsonwebtoken::TokenData<Claims>| {
        let claims = Arc::new(read.claims);
        Arc::new(Known { kid, claims })
    };
    Ok(read.ok().map(known))
}

/// What is kept of a token that is revoked by itself.
pub(crate) fn id_hash(id: &str) -> SecretHash {
    SecretHash(token::sha256(id.as_bytes()))
}
