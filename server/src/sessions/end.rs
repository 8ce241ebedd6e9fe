//! Ending sessions: in the database, in memory and in the open tabs, before it is acknowledged.

use portcullis_domain::{SecretHash, SessionId, UserId};

use super::hub::Notice;
use crate::app::App;

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
