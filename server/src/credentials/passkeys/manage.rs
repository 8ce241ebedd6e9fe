//! One's passkeys: list, rename, delete.

use axum::Json as Answer;
use portcullis_domain::{
    PasskeyId,
    audit::AuditKind,
    passkeys::{DeletePasskey, NewPasskey, Passkey},
};
use portcullis_types::{
    ErrorCode, Problem,
    passkey::{PasskeyChanged, PasskeyList, PasskeyView, RenamePasskeyRequest},
};

use super::signal;
use crate::{
    app::{App, Handle},
    crypto::token::base64url,
    http::{
        actor::BrowserSession,
        body::{Json, Path},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    identity::names,
    mail::{letter, notices},
};

/// Lists one's passkeys.
#[utoipa::path(get, path = "/api/auth/passkeys", tag = "passkeys",
    responses((status = 200, body = PasskeyList), (status = 401, body = Problem)))]
pub(crate) async fn list(app: Handle, browser: BrowserSession) -> ApiResult<Answer<PasskeyList>> {
    let passkeys = app.store.passkeys_of(browser.user_id()).await?;
    Ok(Answer(PasskeyList {
        passkeys: passkeys.iter().map(view).collect(),
        rp_id: app.passkeys.rp_id.clone(),
        user_handle: signal::user_handle(browser.user_id()),
    }))
}

/// Renames one of one's passkeys.
#[utoipa::path(patch, path = "/api/auth/passkeys/{id}", tag = "passkeys",
    params(("id" = PasskeyId, Path)), request_body = RenamePasskeyRequest,
    responses((status = 200, body = PasskeyChanged), (status = 401, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn rename(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Path(id): Path<PasskeyId>,
    Json(body): Json<RenamePasskeyRequest>,
) -> ApiResult<Answer<PasskeyChanged>> {
    let name = names::parse(&body.name)?;
    let user = browser.user_id();
    let mut audit = caller.audit(AuditKind::PasskeyRenamed);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "passkey": id, "name": name });
    if !app.store.rename_passkey(user, id, &name, audit).await? {
        return Err(ApiError::not_found());
    }
    changed(&app, &browser).await
}

/// Deletes one of one's passkeys, unless it is the last way in.
#[utoipa::path(delete, path = "/api/auth/passkeys/{id}", tag = "passkeys",
    params(("id" = PasskeyId, Path)),
    responses((status = 200, body = PasskeyChanged), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem),
              (status = 409, body = Problem)))]
pub(crate) async fn delete(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Path(id): Path<PasskeyId>,
) -> ApiResult<Answer<PasskeyChanged>> {
    browser.require_recent_proof(&app, caller.now)?;
    let user = browser.user_id();
    let mut audit = caller.audit(AuditKind::PasskeyDeleted);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "passkey": id });
    let account = &browser.principal.account;
    let told = notices::of(&app, &caller, account, letter::Notice::PasskeyRemoved);
    audit.mails.extend(told);
    match app.store.delete_passkey(user, id, audit).await? {
        DeletePasskey::Deleted => {
            app.mail_queued.ring();
            changed(&app, &browser).await
        }
        DeletePasskey::NotFound => Err(ApiError::not_found()),
        DeletePasskey::LastCredential => Err(ApiError::new(
            ErrorCode::LastCredential,
            "This is your only way to sign in. Add a password or another passkey first.",
        )),
    }
}

async fn changed(app: &App, browser: &BrowserSession) -> ApiResult<Answer<PasskeyChanged>> {
    let signal = signal::of(app, &browser.principal.account).await?;
    Ok(Answer(PasskeyChanged { signal }))
}

fn view(passkey: &Passkey) -> PasskeyView {
    PasskeyView {
        id: passkey.id,
        credential_id: base64url(&passkey.credential_id),
        name: passkey.name.clone(),
        synced: passkey.synced,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    }
}

/// A passkey that is about to be kept, as its owner will see it.
pub(crate) fn view_new(passkey: &NewPasskey) -> PasskeyView {
    PasskeyView {
        id: passkey.id,
        credential_id: base64url(&passkey.credential_id),
        name: passkey.name.clone(),
        synced: passkey.synced,
        created_at: passkey.created_at,
        last_used_at: None,
    }
}
