//! `POST /oauth/introspect`: what a token is good for, for those it concerns (RFC 7662), signed for
//! those who keep it as evidence (RFC 9701).

use std::sync::Arc;

use axum::{
    Json,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::{FamilyId, SecretHash, TokenKind, oauth::TokenFamily};
use portcullis_types::{
    client::{AuthMethod, Client},
    oauth::{IntrospectionResponse, OAuthError},
    paths,
};
use serde::Serialize;

use super::{
    access_token::{self, Claims},
    binding::Binding,
    client_auth::authenticate,
    errors::Refusal,
    form::Form,
    subject,
    token::granted,
};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{caller::Caller, errors::ApiResult},
};

/// The media type of a signed answer, and the type of the JWT in it (RFC 9701 section 5).
const SIGNED: &str = "application/token-introspection+jwt";
const TYPE: &str = "token-introspection+jwt";

/// A signed answer. It has neither `sub` nor `exp`, so that it is no token itself (RFC 9701 section
/// 8.1).
#[derive(Serialize)]
struct Statement<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    token_introspection: IntrospectionResponse,
}

/// Says whether a token is good, and what for. A token that is unknown, over, or no concern of the
/// client that asks is not active, and nothing more is said (RFC 7662 section 2.2). With
/// `Accept: application/token-introspection+jwt` the answer is signed (RFC 9701).
#[utoipa::path(post, path = "/oauth/introspect", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`token`; and what the client authenticates with."),
    responses((status = 200, content((IntrospectionResponse = "application/json"),
                                     (String = "application/token-introspection+jwt"))),
              (status = 400, body = OAuthError),
              (status = 401, body = OAuthError), (status = 429, body = OAuthError)))]
pub(crate) async fn introspect(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Response, Refusal> {
    let path = paths::OAUTH_INTROSPECT;
    let client = authenticate(&app, &caller, &headers, &parameters, path).await?;
    if client.token_endpoint_auth_method == AuthMethod::None {
        // Whoever can be anybody learns nothing (RFC 7662 section 2.1).
        return Err(Refusal::invalid_client());
    }
    let presented = parameters.require("token")?;
    let found = match token::parse(TokenKind::Refresh, presented) {
        Some(token) => of_refresh_token(&app, &caller, &client, token::hash(&token)).await?,
        None => of_access_token(&app, &caller, &client, presented).await?,
    };
    let found = found.unwrap_or_default();
    if !wants_signed(&headers) {
        return Ok(Json(found).into_response());
    }
    let statement = Statement {
        iss: &app.issuer,
        aud: &client.id,
        iat: caller.now.as_seconds(),
        token_introspection: found,
    };
    let algorithm = client.introspection_alg();
    let signed = app.keys.sign(&app, algorithm, TYPE, &statement).await?;
    Ok(([(header::CONTENT_TYPE, SIGNED)], signed).into_response())
}

fn wants_signed(headers: &HeaderMap) -> bool {
    let said = headers.get_all(header::ACCEPT).into_iter();
    said.filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|kind| kind.trim().eq_ignore_ascii_case(SIGNED))
}

/// Whether a token of that client and audience is the caller's concern: its own, one for a service
/// that it is, or any if it is registered to ask.
fn concerns(caller: &Client, client_id: &str, audience: &str) -> bool {
    let is_for_it = audience == caller.id || caller.serves.iter().any(|it| it == audience);
    caller.may_introspect || client_id == caller.id || is_for_it
}

async fn of_access_token(
    app: &App,
    caller: &Caller,
    client: &Client,
    presented: &str,
) -> ApiResult<Option<IntrospectionResponse>> {
    let Some(claims) = access_token::read(app, presented, caller.now).await? else {
        return Ok(None);
    };
    if !concerns(client, &claims.client_id, &claims.aud) || !is_live(app, caller, &claims).await? {
        return Ok(None);
    }
    Ok(Some(IntrospectionResponse {
        active: true,
        scope: Some(claims.scope.clone()),
        client_id: Some(claims.client_id.clone()),
        token_type: Some(
            if claims.cnf.as_ref().is_some_and(|cnf| cnf.jkt.is_some()) {
                "DPoP"
            } else {
                "Bearer"
            }
            .to_owned(),
        ),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        sub: Some(claims.sub.clone()),
        aud: Some(claims.aud.clone()),
        iss: Some(claims.iss.clone()),
        jti: Some(claims.jti.clone()),
        auth_time: claims.auth_time,
        cnf: claims.cnf.clone(),
        act: claims.act.clone(),
        of_user: claims.of_user.clone(),
    }))
}

/// Whether whoever the token is for may still act, and nobody has given it back.
pub(super) async fn is_live(app: &App, caller: &Caller, claims: &Claims) -> ApiResult<bool> {
    let store = &*app.store;
    if let Some(id) = claims.sid {
        match live_family(app, caller, id).await? {
            None => return Ok(false),
            Some(family) if family.client_id == claims.client_id => return Ok(true),
            // It was exchanged, and may be given back by itself.
            Some(_) => {}
        }
    }
    let client = app.clients.find(store, &claims.client_id, caller.now);
    let Some(client) = client.await? else {
        return Ok(false);
    };
    // Another client may have had the id before.
    let since = client.registered_at().unwrap_or_default().as_seconds();
    let id = access_token::id_hash(&claims.jti);
    let standing = app.known_tokens.is_standing(store, id, caller.now);
    Ok(since <= claims.iat && standing.await?)
}

async fn live_family(
    app: &App,
    caller: &Caller,
    id: FamilyId,
) -> ApiResult<Option<Arc<TokenFamily>>> {
    let Some(family) = app.families.live(&*app.store, id, caller.now).await? else {
        return Ok(None);
    };
    let principal = app.principals.enabled(&*app.store, family.user).await?;
    Ok(principal.map(|_| family))
}

/// A refresh token, which concerns nobody but the client that has it.
async fn of_refresh_token(
    app: &App,
    caller: &Caller,
    client: &Client,
    hash: SecretHash,
) -> ApiResult<Option<IntrospectionResponse>> {
    let Some(kept) = app.store.fresh_refresh_token(hash, caller.now).await? else {
        return Ok(None);
    };
    let Some(family) = live_family(app, caller, kept.family).await? else {
        return Ok(None);
    };
    if family.client_id != client.id {
        return Ok(None);
    }
    Ok(Some(IntrospectionResponse {
        active: true,
        scope: Some(granted(client, &family.scopes)),
        client_id: Some(family.client_id.clone()),
        exp: Some(kept.expires_at.as_seconds()),
        sub: Some(subject::of(app, client, family.user)),
        iss: Some(app.issuer.clone()),
        auth_time: Some(family.auth_time.as_seconds()),
        cnf: Binding {
            jkt: family.dpop_jkt.clone(),
            certificate: family.certificate.clone(),
        }
        .confirmation(),
        ..IntrospectionResponse::default()
    }))
}
