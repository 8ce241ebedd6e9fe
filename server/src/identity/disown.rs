//! "This was not me": what the link does that is in every notice.

use axum::Json as Answer;
use portcullis_domain::{TokenKind, audit::AuditKind, mail_tokens::MailPurpose};
use portcullis_types::{
    Problem,
    mail::{NotMeAnswer, NotMeRequest},
};

use crate::{
    app::Handle,
    credentials::password::reset,
    crypto::token,
    http::{body::Json, caller::Caller, errors::ApiResult, run_to_end::wholly},
    mail,
    sessions::{end, hub::Notice},
};

/// Signs all of an account's devices out by the link of a notice, deletes the passkey that the notice
/// told of, and begins to set another password.
#[utoipa::path(post, path = "/api/auth/not-me", tag = "sign-in", request_body = NotMeRequest,
    responses((status = 200, body = NotMeAnswer), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(crate) async fn not_me(
    app: Handle,
    caller: Caller,
    Json(body): Json<NotMeRequest>,
) -> ApiResult<Answer<NotMeAnswer>> {
    mail::limits::take_link(&app, &caller)?;
    let token = mail::limits::parse(&body.token)?;
    let account = reset::owner(&app, &caller, token, MailPurpose::NotMe).await?;
    // Whoever has the link reads the mailbox that a link for this would be sent to.
    let fresh = token::generate(&*app.rng, TokenKind::Mail);
    let expires_at = caller.now.plus_seconds(reset::SECONDS);
    let audit = caller.audit(AuditKind::Disowned);
    let kept = token::hash(&fresh);
    wholly(async move {
        let done = app.store.disown(token, kept, expires_at, audit);
        let (user, ended) = done.await?.ok_or_else(mail::limits::no_link)?;
        app.principals.forget(user);
        end::announce_all(&app, user, &ended);
        app.hub.tell(user, Notice::Changed);
        Ok(())
    })
    .await?;
    let reset_token = account.has_password.then(|| fresh.expose().to_owned());
    Ok(Answer(NotMeAnswer { reset_token }))
}
