//! Ending sessions: in the database, in memory and in the open tabs, before it is acknowledged.
//!
//! Whatever ends a session does it inside of [`wholly`], announcing included: a caller who hangs up
//! after the commit would otherwise leave it dead in the database and alive in memory.

use portcullis_domain::{AuditEvent, SecretHash, SessionId, Timestamp, UserId};

use super::{hub::Notice, registry::LiveSession};
use crate::{
    app::{App, Handle},
    http::{errors::ApiResult, run_to_end::wholly},
};

/// Makes what has ended in the database true everywhere else.
pub(crate) fn announce(app: &App, user: UserId, ended: &[(SessionId, SecretHash)]) {
    app.sessions.forget(ended);
    for (session, _) in ended {
        app.hub.tell(user, Notice::Ended(*session));
    }
}

/// As [`announce`], when all token families of the user are revoked too.
pub(crate) fn announce_all(app: &App, user: UserId, ended: &[(SessionId, SecretHash)]) {
    app.families.forget_user(user);
    announce(app, user, ended);
}

/// As [`announce`], of the session that a browser had before it was given another one (ASVS 7.2.4).
pub(crate) fn announce_replaced(app: &App, previous: &LiveSession) {
    let ended = previous.current();
    app.sessions.forget(&[(ended.id, ended.token)]);
    app.hub.tell(ended.user, Notice::Replaced(ended.id));
}

/// Ends one session of a user, everywhere. False: they have no such session.
pub(crate) async fn one(
    app: &Handle,
    user: UserId,
    id: SessionId,
    audit: AuditEvent,
) -> ApiResult<bool> {
    let app = app.clone();
    wholly(async move {
        let ended = app.store.end_session(user, id, audit).await?;
        if let Some(token) = ended {
            announce(&app, user, &[(id, token)]);
        }
        Ok(ended.is_some())
    })
    .await
}

/// Ends all of a user's sessions but one, and revokes all their token families, everywhere; how
/// many sessions it were.
pub(crate) async fn all(
    app: &Handle,
    user: UserId,
    except: Option<SessionId>,
    now: Timestamp,
    audit: AuditEvent,
) -> ApiResult<u64> {
    let app = app.clone();
    wholly(async move {
        let ended = app.store.end_sessions(user, except, now, audit).await?;
        announce_all(&app, user, &ended);
        Ok(ended.len() as u64)
    })
    .await
}
