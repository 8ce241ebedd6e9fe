//! A forgotten password: a mail with a link, and what the link does.
//!
//! Whoever asks is answered alike, in the same time and after the same work, whether there is an
//! account or not: that is looked at only when the mail is sent. A reset signs nobody in. Whoever
//! has set their password goes on to sign in with it and with all else that is due, so there is no
//! factor that it could skip; an account without a password gets none this way.

use axum::http::{HeaderMap, StatusCode};
use portcullis_domain::{
    Account, SecretHash, TokenKind,
    audit::AuditKind,
    mail_tokens::{MailPurpose, ResetEvents},
};
use portcullis_types::{
    ErrorCode, Problem,
    mail::{ForgotPasswordRequest, ResetPasswordRequest},
};

use super::{hashing::Typed, policy};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
        text,
    },
    identity::names,
    mail::{
        self,
        letter::{Letter, Notice},
        notices,
    },
    sessions::{end, hub::Notice as TabNotice},
};

/// Seconds for which a link is good.
pub(crate) const SECONDS: i64 = 30 * 60;

/// Sends a mail with a link to set another password, if there is an account with that address. The
/// answer is the same if there is none.
#[utoipa::path(post, path = "/api/auth/password/forgot", tag = "sign-in",
    request_body = ForgotPasswordRequest,
    responses((status = 202, description = "If there is such an account, a mail is on its way."),
              (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(crate) async fn forgot(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<ForgotPasswordRequest>,
) -> ApiResult<StatusCode> {
    mail::limits::require(&app)?;
    let email = names::email(&body.email)?;
    mail::limits::take(&app, &caller, "forgot", &email)?;
    let token = token::generate(&*app.rng, TokenKind::Mail);
    let letter = Letter::Reset {
        token: token.expose().to_owned(),
    };
    let language = text::of(&headers, None).language;
    let mut audit = caller.audit(AuditKind::PasswordResetAsked);
    let mail = mail::write(&app, caller.now, (&email, None), language, letter, SECONDS);
    audit.mails.extend(mail);
    app.store.record(audit).await?;
    app.mail_queued.ring();
    Ok(StatusCode::ACCEPTED)
}

/// Sets another password by the link of a mail, and signs all devices out. It signs nobody in.
#[utoipa::path(post, path = "/api/auth/password/reset", tag = "sign-in",
    request_body = ResetPasswordRequest,
    responses((status = 204, description = "The new password is in force; sign in with it."),
              (status = 422, body = Problem), (status = 429, body = Problem),
              (status = 503, body = Problem)))]
pub(crate) async fn reset(
    app: Handle,
    caller: Caller,
    Json(body): Json<ResetPasswordRequest>,
) -> ApiResult<StatusCode> {
    mail::limits::take_link(&app, &caller)?;
    let token = mail::limits::parse(&body.token)?;
    let account = owner(&app, &caller, token, MailPurpose::Reset).await?;
    let new = Typed::new(&body.new);
    let new = policy::check(&app, new, &account.email, &account.name, "new").await?;
    let hash = app.hasher.hash(&*app.rng, new).await?;
    let mut reset = caller.audit(AuditKind::PasswordReset);
    reset.mails.extend(notices::of(
        &app,
        &caller,
        &account,
        Notice::PasswordChanged,
    ));
    let events = ResetEvents {
        reset,
        ended: caller.audit(AuditKind::SessionsEnded),
    };
    let now = caller.now;
    wholly(async move {
        let done = app.store.reset_password(token, hash, now, events);
        let (user, ended) = done.await?.ok_or_else(mail::limits::no_link)?;
        app.principals.forget(user);
        end::announce_all(&app, user, &ended);
        app.hub.tell(user, TabNotice::Changed);
        app.mail_queued.ring();
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Whose link it is, which is not spent by that.
pub(crate) async fn owner(
    app: &App,
    caller: &Caller,
    token: SecretHash,
    purpose: MailPurpose,
) -> ApiResult<Account> {
    let user = app.store.mail_token_user(token, purpose, caller.now);
    let user = user.await?.ok_or_else(mail::limits::no_link)?;
    let account = app.store.account(user).await?;
    account.ok_or_else(|| ApiError::new(ErrorCode::LinkInvalid, "Please ask for another."))
}
