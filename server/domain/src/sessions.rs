//! Sessions: a signed-in browser or device, behind an opaque token in a cookie.

use async_trait::async_trait;
use portcullis_types::{SessionId, Timestamp, UserId};

use crate::{AuditEvent, SecretHash, StorageError};

/// A session as it is kept.
#[derive(Clone, Debug)]
pub struct Session {
    /// The session's id, which may be shown.
    pub id: SessionId,
    /// SHA-256 of its token.
    pub token: SecretHash,
    /// Who is signed in.
    pub user: UserId,
    /// How they proved themselves (RFC 8176 values).
    pub amr: Vec<String>,
    /// When they last did.
    pub auth_time: Timestamp,
    /// How long it lives without use, in seconds.
    pub idle_seconds: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last used; written in batches, so at most a minute old.
    pub last_seen_at: Timestamp,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// Address it was begun from.
    pub ip: String,
    /// The browser's description of itself, shortened.
    pub user_agent: String,
}

impl Session {
    /// When it ends if it is not used again: idle limit or absolute limit, whichever is first.
    pub fn idle_expires_at(&self) -> Timestamp {
        self.last_seen_at
            .plus_seconds(self.idle_seconds)
            .min(self.expires_at)
    }

    /// Whether it is still good at `now`; the limits themselves are already too late.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at()
    }
}

/// A session about to begin; the same fields as a [`Session`].
pub type NewSession = Session;

/// Sessions that have ended, and the hashes of their tokens.
pub type EndedSessions = Vec<(SessionId, SecretHash)>;

/// A session that begins in a browser, and the one that this browser had before, which ends.
#[derive(Clone, Debug)]
pub struct FirstSession {
    /// The session that begins.
    pub session: NewSession,
    /// The one before, if there was one.
    pub replaces: Option<SessionId>,
}

impl From<NewSession> for FirstSession {
    fn from(session: NewSession) -> Self {
        Self {
            session,
            replaces: None,
        }
    }
}

/// The end of a user's other sessions and of all their token families, together with a change.
#[derive(Clone, Debug)]
pub struct EndOthers {
    /// The session that goes on.
    pub keep: SessionId,
    /// Its row in the audit log; not written where there is nothing to end.
    pub audit: AuditEvent,
}

/// Keeps sessions.
#[async_trait]
pub trait SessionStore {
    /// Begins a session of an enabled account, and ends the one it replaces, if any (new id at
    /// sign-in and at elevation). What began in the one before goes with it, if it was the same
    /// user's; else its clients are to be told that it has ended, and that it has gets a row of its
    /// own in the audit log. False: the account is gone or disabled, or it has a second factor which
    /// this session knows nothing of; nothing changed.
    async fn begin_session(
        &self,
        session: NewSession,
        replaces: Option<SessionId>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// The session with that token, expired or not.
    async fn session_by_token(&self, token: SecretHash) -> Result<Option<Session>, StorageError>;

    /// The user's sessions that are alive at `now`, latest used first.
    async fn sessions_of(&self, user: UserId, now: Timestamp)
    -> Result<Vec<Session>, StorageError>;

    /// Ends one session of that user, and queues what its clients have to be told; its token's
    /// hash. `None`: they have no such session.
    async fn end_session(
        &self,
        user: UserId,
        id: SessionId,
        audit: AuditEvent,
    ) -> Result<Option<SecretHash>, StorageError>;

    /// Ends all of the user's sessions except one, and revokes all their token families; the
    /// hashes of the tokens that are dead now.
    async fn end_sessions(
        &self,
        user: UserId,
        except: Option<SessionId>,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<EndedSessions, StorageError>;

    /// Writes when sessions were last used; never moves one back.
    async fn touch_sessions(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StorageError>;
}
