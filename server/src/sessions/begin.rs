//! Beginning a session: at sign-in, at elevation, with a new account.

use std::sync::Arc;

use axum::{
    Json,
    http::header,
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{
    Principal, SecretToken, SessionId, Timestamp, TokenKind, UserId,
    audit::AuditKind,
    sessions::{FirstSession, NewSession, Session},
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

/// How somebody has just proved themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// With a password.
    Password,
    /// With a passkey and user verification; `synced` if it lives on several devices.
    Passkey {
        /// WebAuthn's backup state.
        synced: bool,
    },
}

impl Proof {
    /// RFC 8176 values. A passkey with user verification is possession and knowledge or biometry
    /// at once.
    fn amr(self) -> Vec<String> {
        let values: &[&str] = match self {
            Self::Password => &["pwd"],
            Self::Passkey { synced: false } => &["hwk", "user", "mfa"],
            Self::Passkey { synced: true } => &["swk", "user", "mfa"],
        };
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    /// What the audit log calls it.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey { .. } => "passkey",
        }
    }
}

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
        proof: Proof,
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
            amr: proof.amr(),
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

/// Signs a user in who has just proved themselves. A session the browser had before ends: with the
/// same user this is an elevation, else a change of user; either way the id is new (ASVS 7.2.4).
pub(crate) async fn sign_in(
    app: &Handle,
    caller: &Caller,
    user: UserId,
    proof: Proof,
    remember: bool,
    previous: Option<Arc<LiveSession>>,
) -> ApiResult<Response> {
    let elevates = previous
        .as_ref()
        .is_some_and(|session| session.user() == user);
    // Proving oneself again keeps what "remember me" had granted.
    let remember = remember
        || previous.as_ref().is_some_and(|session| {
            elevates && session.current().idle_seconds == app.config.session.remember_seconds
        });
    let begun = Begun::prepare(app, caller, user, proof, remember);
    let browser = Browser::of(app, caller, user).await?;
    let kind = if elevates {
        AuditKind::Elevated
    } else {
        AuditKind::SignedIn
    };
    let mut audit = caller.audit(kind);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(begun.session.id);
    audit.detail = serde_json::json!({ "method": proof.method() });
    let is_new = browser.as_ref().is_some_and(Browser::is_new);
    if is_new
        && !elevates
        && let Some(account) = app.store.account(user).await?
    {
        let told = notices::of(app, caller, &account, letter::Notice::NewDevice);
        audit.mails.extend(told);
    }
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
