//! `POST /oauth/par`: a client says beforehand what it will ask for, past the browser (RFC 9126).
//!
//! What was said is kept for a minute under the hash of its `request_uri`, and sealed under a key
//! derived from it: the database alone tells nobody anything.

use axum::{
    Json,
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use portcullis_domain::{SecretToken, TokenKind, oauth::PushedRequest};
use portcullis_types::{
    oauth::{OAuthError, PushedResponse},
    paths,
};

use super::{
    authorize,
    client_auth::authenticate,
    dpop,
    errors::Refusal,
    form::{Form, Parameters},
};
use crate::{
    app::{App, Handle},
    crypto::{seal::Sealer, token},
    http::{caller::Caller, errors::ApiResult},
    limits::Quota,
};

/// What every `request_uri` begins with (RFC 9126 section 2.2).
const URN: &str = "urn:ietf:params:oauth:request_uri:";
/// What a request is sealed for.
const PURPOSE: &str = "pushed request";

/// Takes an authorization request, checks it, and gives a `request_uri` for it.
#[utoipa::path(post, path = "/oauth/par", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The parameters of `GET /oauth/authorize`; and what the client authenticates with."),
    responses((status = 201, body = PushedResponse), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError), (status = 429, body = OAuthError)))]
pub(crate) async fn par(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(mut parameters): Form,
) -> Result<Response, Refusal> {
    take_try(&app, &caller)?;
    // Before the client authenticates: a proof that lacks the nonce comes again with the same
    // assertion.
    bind(&app, &caller, &headers, &mut parameters)?;
    let client = authenticate(&app, &caller, &headers, &parameters, paths::OAUTH_PAR).await?;
    parameters.set("client_id", client.id.clone());
    let parameters = authorize::check_pushed(&app, &caller, &client, parameters).await?;
    let token = token::generate(&*app.rng, TokenKind::PushedRequest);
    let hash = token::hash(&token);
    let sealed = sealer(&token)
        .and_then(|sealer| {
            sealer.seal(
                parameters.to_text(authorize::PARAMETERS).as_bytes(),
                &hash.0,
            )
        })
        .ok_or_else(Refusal::server_error)?;
    let seconds = app.config.oauth.pushed_request_seconds;
    let request = PushedRequest {
        request: hash,
        client_id: client.id.clone(),
        sealed,
        expires_at: caller.now.plus_seconds(seconds),
    };
    app.store.save_pushed_request(request).await?;
    let body = PushedResponse {
        request_uri: format!("{URN}{}", token.expose()),
        expires_in: u32::try_from(seconds).unwrap_or(u32::MAX),
    };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// A proof that comes along says the same as `dpop_jkt` (RFC 9449 section 10.1).
fn bind(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    parameters: &mut Parameters,
) -> Result<(), Refusal> {
    let asked = dpop::Asked {
        method: &Method::POST,
        path: paths::OAUTH_PAR,
        token: None,
    };
    let Some(jkt) = dpop::check(app, headers, &asked, caller.now)? else {
        return Ok(());
    };
    if parameters.get("dpop_jkt").is_some_and(|said| said != jkt) {
        return Err(Refusal::invalid_dpop_proof());
    }
    parameters.set("dpop_jkt", jkt);
    Ok(())
}

/// Counts a request pushed from this address: each takes up room until it expires.
fn take_try(app: &App, caller: &Caller) -> ApiResult<()> {
    let quota = Quota {
        tries: app.config.limits.pushed_requests_per_ip,
        seconds: 60,
    };
    let counter = (format!("pushed ip {}", caller.network()), quota);
    app.limiter.take(caller.now, vec![counter]).map(drop)
}

/// Whether a `request_uri` looks like one of ours; others would name request objects elsewhere
/// (RFC 9101), which nobody fetches here.
pub(super) fn is_ours(request_uri: &str) -> bool {
    request_uri.starts_with(URN)
}

/// Spends a pushed request: what was asked, for the first who shows its `request_uri` in time with
/// the client's id. `None` for everybody else.
pub(super) async fn consume(
    app: &App,
    caller: &Caller,
    client_id: &str,
    request_uri: &str,
) -> ApiResult<Option<Parameters>> {
    let Some(token) = request_uri
        .strip_prefix(URN)
        .and_then(|text| token::parse(TokenKind::PushedRequest, text))
    else {
        return Ok(None);
    };
    let hash = token::hash(&token);
    let sealed = app
        .store
        .consume_pushed_request(hash, client_id, caller.now)
        .await?;
    Ok(sealed
        .and_then(|sealed| sealer(&token)?.open(&sealed, &hash.0))
        .and_then(|plain| Parameters::parse(&plain).ok()))
}

fn sealer(token: &SecretToken) -> Option<Sealer> {
    Sealer::derive(token.expose().as_bytes(), PURPOSE)
}
