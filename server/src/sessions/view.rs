//! A session as its own browser sees it.

use portcullis_domain::{Principal, Timestamp, sessions::Session};
use portcullis_types::{SessionAnswer, SessionView, UserView};

/// The view of a session that ends at `idle_expires_at` unless it is used, and of its principal.
pub(crate) fn view(
    session: &Session,
    idle_expires_at: Timestamp,
    principal: &Principal,
) -> SessionView {
    SessionView {
        id: session.id,
        user: user(principal),
        roles: principal.roles.clone(),
        permissions: principal
            .permissions
            .patterns()
            .map(ToString::to_string)
            .collect(),
        version: principal.account.version,
        amr: session.amr.clone(),
        auth_time: session.auth_time,
        idle_expires_at,
        expires_at: session.expires_at,
    }
}

/// The view of a principal's account.
pub(crate) fn user(principal: &Principal) -> UserView {
    let account = &principal.account;
    UserView {
        id: account.id,
        email: account.email.as_str().to_owned(),
        name: account.name.clone(),
        has_password: account.has_password,
        created_at: account.created_at,
    }
}

/// The answer that carries a view, or says that nobody is signed in.
pub(crate) fn answer(session: Option<SessionView>, now: Timestamp) -> SessionAnswer {
    SessionAnswer {
        session,
        server_time: now,
    }
}
