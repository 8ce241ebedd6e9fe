//! `PUT /api/auth/password`: changing one's password, or giving a passkey-only account one.

use axum::http::StatusCode;
use portcullis_domain::{
    AuditEvent, audit::AuditKind, passwords::PasswordHash, sessions::EndOthers,
};
use portcullis_types::{ErrorCode, Problem, account::SetPasswordRequest};

use super::{hashing::Typed, policy};
use crate::{
    app::{App, Handle},
    http::{
        actor::BrowserSession,
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    limits::Quota,
    mail::{letter, notices},
    sessions::{end, hub::Notice},
};

/// Sets or changes one's password. Needs the current one where there is one, and a recent proof.
#[utoipa::path(put, path = "/api/auth/password", tag = "account",
    request_body = SetPasswordRequest,
    responses((status = 204, description = "The new password is in force."),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn set_password(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(body): Json<SetPasswordRequest>,
) -> ApiResult<StatusCode> {
    browser.require_recent_proof(&app, caller.now)?;
    take_attempt(&app, &caller, &browser)?;
    let account = &browser.principal.account;
    let new = Typed::new(&body.new);
    let new = policy::check(&app, new, &account.email, &account.name, "new").await?;
    let current = current_hash(&app, &caller, &browser, body.current.as_deref()).await?;
    let hash = app.hasher.hash(&*app.rng, new).await?;
    let (user, session) = (account.id, browser.session.id());
    let event = |kind| event(&caller, &browser, kind);
    let others = body.end_other_sessions.then(|| EndOthers {
        keep: session,
        audit: event(AuditKind::SessionsEnded),
    });
    let mut changed = event(AuditKind::PasswordChanged);
    let told = notices::of(&app, &caller, account, letter::Notice::PasswordChanged);
    changed.mails.extend(told);
    let (audit, failed) = (changed, event(AuditKind::PasswordChangeFailed));
    wholly(async move {
        let ends_others = others.is_some();
        let store = &app.store;
        let replaced = store.replace_password(user, current, hash, others, audit);
        let Some(ended) = replaced.await? else {
            return Err(wrong_current(&app, failed).await?);
        };
        app.principals.forget(user);
        app.hub.tell(user, Notice::Changed);
        app.mail_queued.ring();
        if ends_others {
            end::announce_all(&app, user, &ended);
        }
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Counts a change that is asked for, good or not, before any of the slow work: people correct
/// themselves, but nobody who is signed in may keep the pool from those who sign in.
fn take_attempt(app: &App, caller: &Caller, browser: &BrowserSession) -> ApiResult<()> {
    let limits = &app.config.limits;
    let quarter = |tries| Quota {
        tries,
        seconds: 15 * 60,
    };
    let (user, network) = (browser.user_id(), caller.network());
    let by_user = limits.sign_ins_per_account_and_ip.saturating_mul(2);
    let counters = vec![
        (format!("set-password attempt {user}"), quarter(by_user)),
        (
            format!("set-password attempt ip {network}"),
            quarter(limits.sign_ins_per_ip),
        ),
    ];
    app.limiter.take(caller.now, counters).map(drop)
}

/// The hash that is to be replaced, once the current password has proved to be its own.
async fn current_hash(
    app: &App,
    caller: &Caller,
    browser: &BrowserSession,
    current: Option<&str>,
) -> ApiResult<Option<PasswordHash>> {
    let user = browser.user_id();
    let Some(hash) = app.store.password_of(user).await? else {
        return Ok(None);
    };
    let quota = Quota {
        tries: app.config.limits.sign_ins_per_account_and_ip,
        seconds: 15 * 60,
    };
    let tries = app
        .limiter
        .take(caller.now, vec![(format!("change-password {user}"), quota)])?;
    let typed = Typed::new(current.unwrap_or_default());
    match app.hasher.verify(Some(&hash), typed).await {
        Ok(false) => {
            let audit = event(caller, browser, AuditKind::PasswordChangeFailed);
            Err(wrong_current(app, audit).await?)
        }
        Ok(true) => {
            app.limiter.give_back(tries);
            Ok(Some(hash))
        }
        Err(busy) => {
            // Not looked at, so not a try.
            app.limiter.give_back(tries);
            Err(busy)
        }
    }
}

fn event(caller: &Caller, browser: &BrowserSession, kind: AuditKind) -> AuditEvent {
    let user = browser.user_id();
    let mut audit = caller.audit(kind);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit
}

/// Writes down that the current password was wrong: with a stolen session it is being guessed.
async fn wrong_current(app: &App, audit: AuditEvent) -> ApiResult<ApiError> {
    app.store.record(audit).await?;
    let error = ApiError::new(
        ErrorCode::InvalidCredentials,
        "The current password is not right.",
    );
    Ok(error.field("current"))
}
