//! Signing in with a passkey, without a user name; signed in already, proving it again.

use axum::{
    Json as Answer,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{UserId, audit::AuditKind, passkeys::Passkey as Kept, sign_in::Proof};
use portcullis_types::{
    ErrorCode, Problem, SessionAnswer,
    passkey::{Begun, SignInFinishRequest},
};
use serde_json::Value;
use webauthn_rs::prelude::{AuthenticationResult, DiscoverableAuthentication, PublicKeyCredential};

use super::{
    ceremony::{self, Binding, Kind},
    from_bytes, is_framed, is_synced, read_credential, rejected, take_try, to_bytes,
};
use crate::{
    app::{App, Handle},
    http::{
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    sessions::sign_in as machine,
};

/// Begins signing in with a passkey.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-in/begin", tag = "sign-in",
    responses((status = 200, body = Begun<Value>,
               description = "PublicKeyCredentialRequestOptionsJSON."),
              (status = 429, body = Problem)))]
pub(crate) async fn begin(app: Handle, caller: Caller, headers: HeaderMap) -> ApiResult<Response> {
    take_try(&app, &caller)?;
    let (challenge, state) = app
        .passkeys
        .webauthn
        .start_discoverable_authentication()
        .map_err(|error| rejected(&error))?;
    let options = serde_json::to_value(challenge.public_key)
        .map_err(|_| ApiError::internal("request options"))?;
    let binding = Binding::begin_in_browser(&app, &headers);
    let ceremony = ceremony::begin(&app, &caller, Kind::SignIn, &binding, state)?;
    let cookie = binding.cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), Answer(Begun { ceremony, options })).into_response())
}

/// Finishes signing in with a passkey.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-in/finish", tag = "sign-in",
    request_body = SignInFinishRequest<Value>,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 401, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn finish(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<SignInFinishRequest<Value>>,
) -> ApiResult<Response> {
    let credential: PublicKeyCredential = read_credential(body.credential)?;
    let binding = Binding::finish_in_browser(&headers)?;
    let state: DiscoverableAuthentication =
        ceremony::finish(&app, &caller, Kind::SignIn, &binding, &body.ceremony).await?;
    let (user, synced) = match prove(&app, &caller, &credential, state).await? {
        Proven::User { user, synced } => (user, synced),
        Proven::Nobody => return Err(fail(&app, &caller, ApiError::invalid_credentials()).await?),
        Proven::Unknown => return Err(fail(&app, &caller, unknown(&app)).await?),
    };
    let proof = Proof::passkey(caller.now, synced);
    machine::proved(&app, &caller, &headers, user, proof, body.remember).await
}

/// What a passkey has proved.
enum Proven {
    /// Whose it is, and whether it is synced.
    User {
        /// The user.
        user: UserId,
        /// WebAuthn's backup state.
        synced: bool,
    },
    /// Nothing, whatever the reason.
    Nobody,
    /// Nothing: no account has it. Its browser may know, so that it does not offer it again; to
    /// anybody else the random bytes of an id that is not registered say nothing.
    Unknown,
}

/// Whose passkey signed the challenge.
async fn prove(
    app: &App,
    caller: &Caller,
    credential: &PublicKeyCredential,
    state: DiscoverableAuthentication,
) -> ApiResult<Proven> {
    if is_framed(&credential.response.client_data_json) {
        return Ok(Proven::Nobody);
    }
    let webauthn = &app.passkeys.webauthn;
    let Ok((handle, credential_id)) = webauthn.identify_discoverable_authentication(credential)
    else {
        return Ok(Proven::Nobody);
    };
    let Some(kept) = app.store.passkey_by_credential(credential_id).await? else {
        return Ok(Proven::Unknown);
    };
    // The authenticator names the user; the key must be that user's (WebAuthn level 3 section 7.2).
    if kept.user.0 != handle {
        return Ok(Proven::Nobody);
    }
    let passkey = from_bytes(&kept.data)?;
    match webauthn.finish_discoverable_authentication_v2(credential, state, &passkey) {
        Ok(result) if result.user_verified() => {
            let user = kept.user;
            let synced = keep_use(app, caller, kept, &result).await?;
            Ok(synced.map_or(Proven::Nobody, |synced| Proven::User { user, synced }))
        }
        Ok(_) => Ok(Proven::Nobody),
        Err(error) => {
            tracing::info!(%error, "passkey sign-in rejected");
            Ok(Proven::Nobody)
        }
    }
}

/// How often a use gives way to others of the same passkey that came first.
const TURNS: usize = 100;

/// Keeps the new counter and flags. Uses at once take turns; a passkey that is deleted in the
/// meantime, or whose counter another use has overtaken, signs nobody in.
async fn keep_use(
    app: &App,
    caller: &Caller,
    kept: Kept,
    result: &AuthenticationResult,
) -> ApiResult<Option<bool>> {
    let mut current = Some(kept);
    for _ in 0..TURNS {
        let Some(kept) = current else { return Ok(None) };
        let mut passkey = from_bytes(&kept.data)?;
        let changed = passkey.update_credential(result);
        if result.counter() > 0 && changed != Some(true) {
            return Ok(None);
        }
        let (data, synced) = (to_bytes(&passkey)?, is_synced(&passkey));
        let store = &app.store;
        if store
            .record_passkey_use(kept.id, kept.revision, data, synced, caller.now)
            .await?
        {
            return Ok(Some(synced));
        }
        current = store.passkey_by_credential(&kept.credential_id).await?;
    }
    Ok(None)
}

async fn fail(app: &App, caller: &Caller, error: ApiError) -> ApiResult<ApiError> {
    let mut audit = caller.audit(AuditKind::SignInFailed);
    audit.detail = serde_json::json!({ "method": "passkey" });
    app.store.record(audit).await?;
    Ok(error)
}

fn unknown(app: &App) -> ApiError {
    ApiError::new(
        ErrorCode::PasskeyUnknown,
        "No account has this passkey any more. Sign in another way.",
    )
    .rp_id(&app.passkeys.rp_id)
}
