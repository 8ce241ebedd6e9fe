//! One's authenticator apps: list, delete.

use axum::{Json as Answer, http::StatusCode};
use portcullis_domain::{TotpId, audit::AuditKind};
use portcullis_types::{Problem, totp::TotpList};

use super::register::view;
use crate::{
    app::Handle,
    credentials::recovery_codes,
    http::{
        actor::BrowserSession,
        body::Path,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
};

/// Lists one's authenticator apps, and says how many recovery codes are left.
#[utoipa::path(get, path = "/api/auth/totp", tag = "second factors",
    responses((status = 200, body = TotpList), (status = 401, body = Problem)))]
pub(crate) async fn list(app: Handle, browser: BrowserSession) -> ApiResult<Answer<TotpList>> {
    let user = browser.user_id();
    let totps = app.store.totps_of(user).await?;
    Ok(Answer(TotpList {
        devices: totps.iter().map(view).collect(),
        recovery_codes_left: app.store.recovery_codes_left(user).await?,
    }))
}

/// Deletes one of one's authenticator apps. With the last one go the recovery codes, and signing in
/// takes no second step any more.
#[utoipa::path(delete, path = "/api/auth/totp/{id}", tag = "second factors",
    params(("id" = TotpId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn delete(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Path(id): Path<TotpId>,
) -> ApiResult<StatusCode> {
    browser.require_recent_proof(&app, caller.now)?;
    let mut audit = recovery_codes::event(&caller, &browser, AuditKind::TotpDeleted);
    audit.detail = serde_json::json!({ "totp": id });
    if !app.store.delete_totp(browser.user_id(), id, audit).await? {
        return Err(ApiError::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}
