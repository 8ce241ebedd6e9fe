//! `/api/admin/keys`: the keys that tokens are signed with.

use axum::Json as Answer;
use portcullis_domain::audit::AuditKind;
use portcullis_types::{
    ErrorCode, Problem,
    keys::{KeyList, RotateKeysRequest},
};

use super::{may, may_now};
use crate::{
    app::Handle,
    http::{
        actor::{Actor, BrowserSession},
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    keys::{self, rotation::NotRotated},
};

/// Seeing signing keys.
const READ: &str = "keys:read";
/// Rotating them.
const MANAGE: &str = "keys:manage";

/// The signing keys, newest first. Needs `keys:read`.
#[utoipa::path(get, path = "/api/admin/keys", tag = "admin",
    responses((status = 200, body = KeyList), (status = 401, body = Problem),
              (status = 403, body = Problem)))]
pub(crate) async fn list_keys(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
) -> ApiResult<Answer<KeyList>> {
    may(&app, &caller, &actor, READ).await?;
    let keys = app.keys.list();
    Ok(Answer(KeyList { keys }))
}

/// Lets the next signing keys take over. What the keys before have signed stays good. Needs
/// `keys:manage`.
#[utoipa::path(post, path = "/api/admin/keys/rotate", tag = "admin",
    request_body = RotateKeysRequest,
    responses((status = 200, body = KeyList), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn rotate_keys(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Json(request): Json<RotateKeysRequest>,
) -> ApiResult<Answer<KeyList>> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    let audit = || {
        let mut audit = caller.audit(AuditKind::KeyRotated);
        audit.actor = Some(actor.user_id());
        audit.detail = serde_json::json!({});
        audit
    };
    let means = app.key_means();
    let (algorithm, force) = (request.algorithm, request.force);
    let rotated = app.keys.rotate(&means, algorithm, force, &audit);
    match rotated.await {
        Ok(()) => {}
        Err(NotRotated::NoKey) => {
            return Err(ApiError::new(
                ErrorCode::NotFound,
                "There is no key for this algorithm: one is made when a token needs it.",
            ));
        }
        Err(NotRotated::TooSoon(_)) => {
            return Err(ApiError::new(
                ErrorCode::Conflict,
                "The next key was published less than an hour ago, and some services may not know \
                 it yet. Try again later, or set `force`.",
            ));
        }
        Err(NotRotated::Failed(error)) => return Err(keys::failed(error)),
    }
    let keys = app.keys.list();
    Ok(Answer(KeyList { keys }))
}
