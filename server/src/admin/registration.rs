//! `/api/admin/registration-tokens`: what lets applications register themselves.

use axum::{
    Json as Answer,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_domain::{TokenKind, audit::AuditKind, registration::InitialToken};
use portcullis_types::{
    ErrorCode, Problem,
    registration::{RegistrationToken, RegistrationTokenRequest},
};

use super::{clients::MANAGE, may_now};
use crate::{
    app::Handle,
    crypto::token,
    http::{
        actor::{Actor, BrowserSession},
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
};

/// Longest life of a token in seconds: 30 days.
const LONGEST: u32 = 30 * 24 * 3600;

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
    for (field, value, most) in [
        ("uses", request.uses, 1000),
        ("seconds", request.seconds, LONGEST),
    ] {
        if !(1..=most).contains(&value) {
            let what = format!("`{field}` must be between 1 and {most}.");
            return Err(ApiError::new(ErrorCode::InvalidRequest, what).field(field));
        }
    }
    let token = token::generate(&*app.rng, TokenKind::InitialAccess);
    let expires_at = caller.now.plus_seconds(request.seconds.into());
    let kept = InitialToken {
        token: token::hash(&token),
        uses_left: request.uses,
        created_at: caller.now,
        expires_at,
    };
    let mut audit = caller.audit(AuditKind::RegistrationTokenMade);
    audit.actor = Some(actor.user_id());
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "uses": request.uses, "seconds": request.seconds });
    app.store.save_initial_token(kept, audit).await?;
    let body = RegistrationToken {
        token: token.expose().to_owned(),
        uses: request.uses,
        expires_at,
    };
    Ok((StatusCode::CREATED, Answer(body)).into_response())
}
