//! Beginning a session: at sign-in, at elevation, with a new account.

use std::sync::Arc;

use axum::{
    Json,
    http::header,
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{
    AuditEvent, Principal, SecretToken, SessionId, Timestamp, TokenKind, UserId,
    audit::AuditKind,
    sessions::{FirstSession, NewSession, Session},
    sign_in::{Proof, amr},
};
use portcullis_types::ErrorCode;

use super::{devices::Browser, end, registry::LiveSession, view};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        caller::Caller,
        cookies,
        errors::{ApiError, ApiResult},
        run_to_end::wholly,
    },
    mail::{letter, notices},
};

/// A session that has begun, and the token that only its browser gets.
pub(crate) struct Begun {
    session: Session,
    token: SecretToken,
    /// How long the browser keeps the cookie; `None`: until it closes.
    max_age: Option<i64>,
}

impl Begun {
    /// A session to be kept together with whatever makes it possible.
    pub(crate) fn prepare(
        app: &App,
        caller: &Caller,
        user: UserId,
        proofs: &[Proof],
        remember: bool,
    ) -> Self {
        let token = token::generate(&*app.rng, TokenKind::Session);
        let lifetimes = &app.config.session;
        let (idle, absolute) = if remember {
            (lifetimes.remember_seconds, lifetimes.remember_seconds)
        } else {
            (lifetimes.idle_seconds, lifetimes.absolute_seconds)
        };
        let session = Session {
            id: SessionId(app.rng.uuid_at(caller.now)),
            token: token::hash(&token),
            user,
            amr: amr(proofs),
            auth_time: caller.now,
            idle_seconds: idle,
            created_at: caller.now,
            last_seen_at: caller.now,
            expires_at: caller.now.plus_seconds(absolute),
            ip: caller.ip_text(),
            user_agent: caller.user_agent(),
        };
        Self {
            session,
            token,
            max_age: remember.then_some(absolute),
        }
    }

    /// What the store keeps.
    pub(crate) fn to_keep(&self) -> NewSession {
        self.session.clone()
    }

    /// The same with a new account, where the browser may have had a session before.
    pub(crate) fn to_keep_instead(&self, previous: Option<&LiveSession>) -> FirstSession {
        FirstSession {
            session: self.to_keep(),
            replaces: previous.map(LiveSession::id),
        }
    }

    /// The answer that signs the browser in.
    pub(crate) fn into_response(self, principal: &Principal, now: Timestamp) -> Response {
        let cookie = cookies::set(cookies::SESSION, &self.token, self.max_age);
        let view = view::view(&self.session, self.session.idle_expires_at(), principal);
        let body = Json(view::answer(Some(view), now));
        (AppendHeaders([(header::SET_COOKIE, cookie)]), body).into_response()
    }
}

/// Signs a user in whose proofs suffice. A session the browser had before ends: with the same user this
/// is an elevation, else a change of user; either way the id is new (ASVS 7.2.4).
pub(crate) async fn sign_in(
    app: &Handle,
    caller: &Caller,
    user: UserId,
    proofs: &[Proof],
    remember: bool,
    previous: Option<Arc<LiveSession>>,
) -> ApiResult<Response> {
    let elevation = elevation(app, user, remember, previous.as_deref());
    let begun = Begun::prepare(app, caller, user, proofs, elevation.remember);
    let browser = Browser::of(app, caller, user).await?;
    let mut audit = event(caller, user, &begun, elevation.kind, proofs);
    tell(app, caller, user, browser.as_ref(), &mut audit).await?;
    let (handle, session) = (app.clone(), begun.to_keep());
    wholly(async move {
        let replaces = previous.as_ref().map(|session| session.id());
        if !handle.store.begin_session(session, replaces, audit).await? {
            return Err(ApiError::invalid_credentials());
        }
        if let Some(previous) = previous {
            end::announce_replaced(&handle, &previous);
        }
        Ok(())
    })
    .await?;
    answer(app, caller, user, begun, browser).await
}

/// What a sign-in is to the session that the browser had before.
pub(crate) struct Elevation {
    pub(crate) kind: AuditKind,
    pub(crate) remember: bool,
}

/// Whether somebody signed in proves themselves again, which keeps what "remember me" had granted.
pub(crate) fn elevation(
    app: &App,
    user: UserId,
    remember: bool,
    previous: Option<&LiveSession>,
) -> Elevation {
    let same = previous.filter(|session| session.user() == user);
    let remembered = |session: &LiveSession| {
        session.current().idle_seconds == app.config.session.remember_seconds
    };
    Elevation {
        kind: match same {
            Some(_) => AuditKind::Elevated,
            None => AuditKind::SignedIn,
        },
        remember: remember || same.is_some_and(remembered),
    }
}

/// The audit event of a sign-in: what proved it is the last factor.
pub(crate) fn event(
    caller: &Caller,
    user: UserId,
    begun: &Begun,
    kind: AuditKind,
    proofs: &[Proof],
) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(begun.session.id);
    let method = proofs.last().map(|proof| proof.factor.as_str());
    audit.detail = serde_json::json!({ "method": method });
    audit
}

/// Has a sign-in with a browser that its user has not used before tell them by mail.
pub(crate) async fn tell(
    app: &App,
    caller: &Caller,
    user: UserId,
    browser: Option<&Browser>,
    audit: &mut AuditEvent,
) -> ApiResult<()> {
    let is_new = browser.is_some_and(Browser::is_new);
    if is_new
        && audit.kind != AuditKind::Elevated
        && let Some(account) = app.store.account(user).await?
    {
        let told = notices::of(app, caller, &account, letter::Notice::NewDevice);
        audit.mails.extend(told);
    }
    Ok(())
}

/// The answer that signs a user in whose session is kept.
pub(crate) async fn answer(
    app: &App,
    caller: &Caller,
    user: UserId,
    begun: Begun,
    browser: Option<Browser>,
) -> ApiResult<Response> {
    let principal = app
        .principals
        .get(&*app.store, user)
        .await?
        .ok_or_else(|| ApiError::new(ErrorCode::InvalidCredentials, "Please sign in again."))?;
    app.mail_queued.ring();
    let mut answer = begun.into_response(&principal, caller.now);
    if let Some(browser) = browser {
        browser.signed_in(app, caller, user, &mut answer).await;
    }
    Ok(answer)
}
