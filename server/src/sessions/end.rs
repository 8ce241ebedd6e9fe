//! Ending sessions: in the database, in memory and in the open tabs, before it is acknowledged.

use axum::http::HeaderMap;
use portcullis_domain::{SecretHash, SessionId, UserId, audit::AuditKind};

use super::hub::Notice;
use crate::{
    app::App,
    http::{actor::browser_session, caller::Caller, errors::ApiResult},
};

/// Makes what has ended in the database true everywhere else.
pub(crate) fn announce(app: &App, user: UserId, ended: &[(SessionId, SecretHash)]) {
    app.sessions.forget(ended);
    app.session_ended.ring();
    for (session, _) in ended {
        app.hub.tell(user, Notice::Ended(*session));
    }
}

/// As [`announce`], when all token families of the user are revoked too.
pub(crate) fn announce_all(app: &App, user: UserId, ended: &[(SessionId, SecretHash)]) {
    app.families.forget_user(user);
    announce(app, user, ended);
}

/// Ends the session that the browser had before a new account signed in (ASVS 7.2.4).
pub(crate) async fn previous(app: &App, caller: &Caller, headers: &HeaderMap) -> ApiResult<()> {
    let Some((session, _)) = browser_session(app, headers, caller.now).await? else {
        return Ok(());
    };
    let (user, id) = (session.user(), session.id());
    let mut audit = caller.audit(AuditKind::SessionEnded);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(id);
    if let Some(token) = app.store.end_session(user, id, audit).await? {
        app.sessions.forget(&[(id, token)]);
        app.session_ended.ring();
        app.hub.tell(user, Notice::Replaced(id));
    }
    Ok(())
}
