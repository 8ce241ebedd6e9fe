//! Showing that an address is one's own, by the link of a mail or by the code in it.
//!
//! Either needs the session of the account: a stranger who has made an account with somebody else's
//! address does not get it verified by that somebody's pressing a button.

use axum::http::{HeaderMap, StatusCode};
use portcullis_domain::{
    Account, AuditEvent, SecretHash, SecretToken, TokenKind, UserId,
    audit::AuditKind,
    mail::NewMail,
    mail_tokens::{MailProof, MailPurpose, MailToken},
};
use portcullis_types::{ErrorCode, Problem, mail::VerifyEmailRequest};

use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
        text,
    },
    mail::{self, letter::Letter},
    sessions::hub::Notice,
};

/// Seconds for which a link is good.
const LINK: i64 = 24 * 3600;
/// Seconds for which a code is good (ASVS 6.5.5).
const CODE: i64 = 10 * 60;
/// How many codes are looked at.
const TRIES: u32 = 5;
/// How long a code is: 26 bits, of which five tries see one in twenty million.
const DIGITS: usize = 8;

/// Sends a mail with a link and a code that show one's address to be one's own; those before it are no
/// good any more.
#[utoipa::path(post, path = "/api/auth/email/send-verification", tag = "account",
    responses((status = 202, description = "A mail is on its way, unless it is shown already."),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn send(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    browser: BrowserSession,
) -> ApiResult<StatusCode> {
    mail::limits::require(&app)?;
    let account = &browser.principal.account;
    if account.email_verified {
        return Ok(StatusCode::ACCEPTED);
    }
    mail::limits::take(&app, &caller, "verify", &account.email)?;
    let language = account.language.as_deref();
    let language = language.unwrap_or_else(|| text::of(&headers, None).language);
    let mut audit = event(&caller, account.id, AuditKind::EmailVerificationAsked);
    audit.session = Some(browser.session.id());
    if let Some((mail, token)) = asked(&app, &caller, account, language) {
        audit.mails.push(mail);
        app.store.keep_mail_token(token, Some(audit)).await?;
        app.mail_queued.ring();
    }
    Ok(StatusCode::ACCEPTED)
}

/// The mail that asks the owner of an account to show that its address is theirs, and what its link
/// and its code are good for.
fn asked(
    app: &App,
    caller: &Caller,
    account: &Account,
    language: &str,
) -> Option<(NewMail, MailToken)> {
    let token = token::generate(&*app.rng, TokenKind::Mail);
    let code = digits(app);
    let kept = MailToken {
        token: token::hash(&token),
        purpose: MailPurpose::Verify,
        user: account.id,
        email: account.email.clone(),
        code: Some((mac(app, account.id, &code), caller.now.plus_seconds(CODE))),
        about: None,
        created_at: caller.now,
        expires_at: caller.now.plus_seconds(LINK),
    };
    let letter = Letter::Verify {
        token: token.expose().to_owned(),
        code: code.expose().to_owned(),
    };
    let to = (&account.email, Some(account.id));
    let mail = mail::write(app, caller.now, to, language, letter, LINK)?;
    Some((mail, kept))
}

/// A code: each as likely as any other.
fn digits(app: &App) -> SecretToken {
    let mut code = String::with_capacity(DIGITS);
    while code.len() < DIGITS {
        let mut byte = [0_u8; 1];
        app.rng.fill(&mut byte);
        // 250 is a multiple of ten: what is above would make small digits likelier.
        let [byte] = byte;
        if byte < 250 {
            code.push(char::from(b'0' + byte % 10));
        }
    }
    SecretToken::new(code)
}

/// What is kept of a code: of another user's it is something else.
fn mac(app: &App, user: UserId, code: &SecretToken) -> SecretHash {
    app.mail_codes.of(&format!("{user} {}", code.expose()))
}

/// Shows that one's address is one's own.
#[utoipa::path(post, path = "/api/auth/email/verify", tag = "account",
    request_body = VerifyEmailRequest,
    responses((status = 204, description = "The address counts as verified."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn verify(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(body): Json<VerifyEmailRequest>,
) -> ApiResult<StatusCode> {
    mail::limits::take_link(&app, &caller)?;
    let user = browser.user_id();
    let (proof, refusal): (_, fn() -> ApiError) = match (&body.token, &body.code) {
        (Some(token), None) => {
            let token = mail::limits::parse(token)?;
            (MailProof::Link(token), mail::limits::no_link)
        }
        (None, Some(code)) => {
            let code = parse(code).ok_or_else(no_code)?;
            let code = mac(&app, user, &code);
            (MailProof::Code(code, TRIES), no_code)
        }
        _ => {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "Send either `token` or `code`.",
            ));
        }
    };
    let session = browser.session.id();
    let event = |kind| {
        let mut event = event(&caller, user, kind);
        event.session = Some(session);
        event
    };
    let (verified, failed) = (
        event(AuditKind::EmailVerified),
        event(AuditKind::EmailVerificationFailed),
    );
    let now = caller.now;
    wholly(async move {
        let store = &app.store;
        let shown = store.verify_email(user, proof, now, verified, failed);
        if !shown.await? {
            return Err(refusal());
        }
        app.principals.forget(user);
        app.hub.tell(user, Notice::Changed);
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// A code as it was typed. Nothing that does not look like one counts as a try.
fn parse(text: &str) -> Option<SecretToken> {
    if text.len() > 4 * DIGITS {
        return None;
    }
    let code: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let plain = code.len() == DIGITS && code.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| SecretToken::new(code))
}

fn no_code() -> ApiError {
    ApiError::new(
        ErrorCode::CodeInvalid,
        "That is not the code of the latest mail, or it is too old, or there were too many tries. \
         Ask for another mail if you cannot find it.",
    )
    .field("code")
}

fn event(caller: &Caller, user: UserId, kind: AuditKind) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit
}
