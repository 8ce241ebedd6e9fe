//! Adding an authenticator app: a key to scan or type, confirmed by the first code.

use axum::{
    Json as Answer,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_domain::{
    TotpId, UserId,
    audit::AuditKind,
    totp::{AddTotp, Enrolment, Totp},
};
use portcullis_types::{
    ErrorCode, Problem,
    totp::{TotpAdded, TotpBegun, TotpFinishRequest, TotpView},
};
use serde::{Deserialize, Serialize};

use super::{
    code::{self, DIGITS, Key, STEP},
    context,
};
use crate::{
    app::{App, Handle},
    credentials::{
        passkeys::ceremony::{self, Binding, Kind},
        recovery_codes,
    },
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    identity::names,
    oauth::device::qr,
    sessions::{end, hub::Notice},
};

/// What an enrolment remembers.
#[derive(Serialize, Deserialize)]
struct State {
    user: UserId,
    key: Vec<u8>,
}

/// Begins adding an authenticator app: its key, which is shown once.
#[utoipa::path(post, path = "/api/auth/totp/register/begin", tag = "second factors",
    responses((status = 200, body = TotpBegun), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn begin(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
) -> ApiResult<Answer<TotpBegun>> {
    browser.require_recent_proof(&app, caller.now)?;
    let user = browser.user_id();
    if app.store.totps_of(user).await?.len() >= app.config.totp.per_account as usize {
        return Err(limit());
    }
    let key = Key::generate(&*app.rng);
    let state = State {
        user,
        key: key.expose().to_vec(),
    };
    let binding = Binding::session(&browser.session);
    let ceremony = ceremony::begin(&app, &caller, Kind::Totp, &binding, state)?;
    let secret = key.base32();
    let uri = uri(&app, browser.principal.account.email.as_str(), &secret);
    let qr = qr::draw(&uri).ok_or_else(|| ApiError::internal("QR code"))?;
    Ok(Answer(TotpBegun {
        ceremony,
        secret,
        uri,
        qr,
    }))
}

/// The address that authenticator apps read.
fn uri(app: &App, email: &str, secret: &str) -> String {
    let [issuer, email] = [app.config.passkey.rp_name.as_str(), email]
        .map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string());
    format!(
        "otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}&algorithm=SHA1\
         &digits={DIGITS}&period={STEP}"
    )
}

/// Finishes adding an authenticator app with the code that it shows. A wrong one may be corrected.
#[utoipa::path(post, path = "/api/auth/totp/register/finish", tag = "second factors",
    request_body = TotpFinishRequest,
    responses((status = 201, body = TotpAdded), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn finish(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(body): Json<TotpFinishRequest>,
) -> ApiResult<Response> {
    browser.require_recent_proof(&app, caller.now)?;
    let name = names::parse(body.name.as_deref().unwrap_or("Authenticator app"))?;
    let binding = Binding::session(&browser.session);
    let opened = ceremony::open::<State>(&app, &caller, Kind::Totp, &binding, &body.ceremony)?;
    let user = browser.user_id();
    let key = Key::from_bytes(&opened.state.key).filter(|_| opened.state.user == user);
    let key = key.ok_or_else(again)?;
    let step = code::parse(&body.code).and_then(|code| key.step_of(&code, caller.now));
    let step = step.ok_or_else(wrong)?;
    let id = TotpId(app.rng.uuid_at(caller.now));
    let sealed = app.totp_keys.seal(key.expose(), &context(user, id));
    let totp = Totp {
        id,
        name,
        sealed: sealed.ok_or_else(|| ApiError::internal("sealing"))?,
        last_step: step,
        created_at: caller.now,
        last_used_at: None,
    };
    let view = view(&totp);
    let codes = recovery_codes::generate(&*app.rng);
    let event = |kind| recovery_codes::event(&caller, &browser, kind);
    let mut audit = event(AuditKind::TotpAdded);
    audit.detail = serde_json::json!({ "totp": id, "name": totp.name });
    let enrolment = Enrolment {
        user,
        totp,
        limit: app.config.totp.per_account,
        ceremony: opened.spent_by,
        recovery_codes: recovery_codes::kept(&app, user, &codes),
        session: (browser.session.id(), proved(&browser)),
        others: event(AuditKind::SessionsEnded),
    };
    let session = browser.session.current();
    let handle = app.clone();
    let added = wholly(async move {
        let added = handle.store.add_totp(enrolment, audit).await?;
        if let AddTotp::First(ended) = &added {
            handle.sessions.forget(&[(session.id, session.token)]);
            end::announce_all(&handle, user, ended);
            handle.hub.tell(user, Notice::Changed);
        }
        Ok(added)
    });
    let recovery_codes = match added.await? {
        AddTotp::Added => None,
        AddTotp::First(_) => Some(codes),
        AddTotp::Spent => return Err(again()),
        AddTotp::Limit => return Err(limit()),
        AddTotp::NoSession => return Err(ApiError::not_authenticated()),
    };
    let added = TotpAdded {
        device: view,
        recovery_codes,
    };
    Ok((StatusCode::CREATED, Answer(added)).into_response())
}

/// What the session has proved with the first code, in the words of RFC 8176.
fn proved(browser: &BrowserSession) -> Vec<String> {
    let (_, amr) = browser.session.proof();
    let mut amr = amr.to_vec();
    if !portcullis_domain::sign_in::is_multi_factor(&amr) {
        amr.extend(["otp", "mfa"].map(ToOwned::to_owned));
    }
    amr
}

/// An authenticator app as its owner sees it.
pub(super) fn view(totp: &Totp) -> TotpView {
    TotpView {
        id: totp.id,
        name: totp.name.clone(),
        created_at: totp.created_at,
        last_used_at: totp.last_used_at,
    }
}

fn wrong() -> ApiError {
    let error = ApiError::new(
        ErrorCode::InvalidCredentials,
        "That code is not right. Type the one that the app shows now.",
    );
    error.field("code")
}

fn again() -> ApiError {
    ApiError::new(
        ErrorCode::CeremonyInvalid,
        "This took too long or was used before. Please start again.",
    )
}

fn limit() -> ApiError {
    ApiError::new(
        ErrorCode::TotpLimit,
        "You have as many authenticator apps as an account can have. Remove one first.",
    )
}
