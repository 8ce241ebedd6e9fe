//! `/api/admin/registration-tokens`: what lets applications register themselves.

use axum::{
    Json as Answer,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_domain::{AuditEvent, RegistrationTokenId, audit::AuditKind};
use portcullis_types::{
    ErrorCode, Problem,
    registration::{
        RegistrationToken, RegistrationTokenPage, RegistrationTokenQuery, RegistrationTokenRequest,
        RegistrationTokenView,
    },
};

use super::{
    clients::{MANAGE, READ},
    may, may_now,
};
use crate::{
    app::Handle,
    crypto::token,
    http::{
        actor::{Actor, BrowserSession},
        body::{Json, Path, Query},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    oauth::register::initial::{self, OutOfBounds},
};

const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;

/// A page of the initial access tokens that are not over, the newest first; never the tokens
/// themselves. Needs `clients:read`.
#[utoipa::path(get, path = "/api/admin/registration-tokens", tag = "admin",
    params(RegistrationTokenQuery),
    responses((status = 200, body = RegistrationTokenPage), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list_registration_tokens(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
    Query(query): Query<RegistrationTokenQuery>,
) -> ApiResult<Answer<RegistrationTokenPage>> {
    may(&app, &caller, &actor, READ).await?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=LARGEST_PAGE).contains(&limit) {
        let what = "`limit` must be 1 to 100.";
        return Err(ApiError::new(ErrorCode::InvalidRequest, what).field("limit"));
    }
    // One more than asked for tells whether there is a next page.
    let found = app
        .store
        .initial_tokens(query.after, caller.now, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    let page = found.into_iter().take(limit as usize);
    let tokens: Vec<RegistrationTokenView> = page.map(initial::view).collect();
    let next = tokens.last().filter(|_| more).map(|token| token.id);
    Ok(Answer(RegistrationTokenPage { tokens, next }))
}

/// Makes an initial access token (RFC 7591), shown this once. Needs `clients:manage`.
#[utoipa::path(post, path = "/api/admin/registration-tokens", tag = "admin",
    request_body = RegistrationTokenRequest,
    responses((status = 201, body = RegistrationToken), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn create_registration_token(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Json(request): Json<RegistrationTokenRequest>,
) -> ApiResult<Response> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    let made = initial::make(&*app.rng, caller.now, &request, Some(actor.user_id()));
    let (token, kept) = made.map_err(|OutOfBounds(field, most)| {
        let what = format!("`{field}` must be between 1 and {most}.");
        ApiError::new(ErrorCode::InvalidRequest, what).field(field)
    })?;
    let body = RegistrationToken {
        id: kept.id,
        token: token.expose().to_owned(),
        uses: kept.uses,
        expires_at: kept.expires_at,
    };
    let mut audit = change(&caller, &actor, &browser, AuditKind::RegistrationTokenMade);
    audit.detail = serde_json::json!({
        "registration_token": kept.id, "uses": request.uses, "seconds": request.seconds,
    });
    let hash = token::hash(&token);
    app.store.save_initial_token(hash, kept, audit).await?;
    Ok((StatusCode::CREATED, Answer(body)).into_response())
}

/// Takes an initial access token back: from now on nobody registers with it. What has been
/// registered with it stays. Needs `clients:manage`.
#[utoipa::path(delete, path = "/api/admin/registration-tokens/{id}", tag = "admin",
    params(("id" = RegistrationTokenId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn revoke_registration_token(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<RegistrationTokenId>,
) -> ApiResult<StatusCode> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    let kind = AuditKind::RegistrationTokenRevoked;
    let mut audit = change(&caller, &actor, &browser, kind);
    audit.detail = serde_json::json!({ "registration_token": id });
    let revoked = app.store.revoke_initial_token(id, caller.now, audit);
    if !revoked.await? {
        return Err(ApiError::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}

fn change(caller: &Caller, actor: &Actor, browser: &BrowserSession, kind: AuditKind) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(actor.user_id());
    audit.session = Some(browser.session.id());
    audit
}
