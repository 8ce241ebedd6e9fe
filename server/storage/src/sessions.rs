//! How sessions are kept: a row each while they live, found by the hash of their token.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, SecretHash, SessionId, StorageError, Timestamp, UserId,
    audit::AuditKind,
    sessions::{EndedSessions, NewSession, Session, SessionStore},
    sign_in::is_multi_factor,
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, made_with, refused, unaudited},
    connection::{Connection, locking},
    logouts, oauth, sign_in, totp,
    value::{Row, args},
};

fn session(row: &Row) -> Result<Session, StorageError> {
    Ok(Session {
        id: SessionId(row.get("id")?),
        token: row.hash("token")?,
        user: UserId(row.get("user_id")?),
        amr: row.words("amr")?,
        auth_time: row.time("auth_time")?,
        idle_seconds: row.get("idle_seconds")?,
        created_at: row.time("created_at")?,
        last_seen_at: row.time("last_seen_at")?,
        expires_at: row.time("expires_at")?,
        ip: row.get("ip")?,
        user_agent: row.get("user_agent")?,
    })
}

fn id_and_token(row: &Row) -> Result<(SessionId, SecretHash), StorageError> {
    Ok((SessionId(row.get::<Uuid>("id")?), row.hash("token")?))
}

/// Keeps a session.
pub(crate) async fn insert(
    db: &mut Connection<'_>,
    session: NewSession,
) -> Result<(), StorageError> {
    let sql = "INSERT INTO sessions (id, token, user_id, amr, auth_time, idle_seconds, created_at,
            last_seen_at, expires_at, ip, user_agent)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let args = args![
        session.id,
        session.token,
        session.user,
        session.amr.as_slice(),
        session.auth_time,
        session.idle_seconds,
        session.created_at,
        session.last_seen_at,
        session.expires_at,
        session.ip,
        session.user_agent,
    ];
    db.execute(sql, args).await.map(drop)
}

/// Ends a user's sessions but one, and revokes their families. The caller holds the account.
pub(crate) async fn end_all(
    db: &mut Connection<'_>,
    user: UserId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Ended, StorageError> {
    sign_in::end_all(db, user).await?;
    let grants = oauth::revoke_families_of(db, user, now).await?;
    logouts::sessions_end(db, user, except, now).await?;
    // Locked in the order of their ids first, as `touch_sessions` takes them.
    let sql = locking!(
        "SELECT id, token FROM sessions
            WHERE user_id = $1 AND ($2 IS NULL OR id <> $2) ORDER BY id"
    );
    let rows = db.rows(sql, args![user, except]).await?;
    let sql = "DELETE FROM sessions WHERE user_id = $1 AND ($2 IS NULL OR id <> $2)";
    db.execute(sql, args![user, except]).await?;
    let sessions = rows.iter().map(id_and_token).collect::<Result<_, _>>()?;
    Ok(Ended { sessions, grants })
}

/// What [`end_all`] has ended.
pub(crate) struct Ended {
    pub(crate) sessions: EndedSessions,
    /// Token families, and codes that would have begun some.
    pub(crate) grants: u64,
}

impl Ended {
    /// Whether there was nothing to end.
    pub(crate) fn is_nothing(&self) -> bool {
        self.sessions.is_empty() && self.grants == 0
    }
}

/// Ends the session that a browser had before one of this user begins in it (`new`, if it is about
/// to), which is what `audit` is about. What began in it goes on in the new one. Where it was somebody
/// else's, its clients are to be told, and that it has ended is written down too: the event.
pub(crate) async fn replace(
    db: &mut Connection<'_>,
    old: SessionId,
    user: UserId,
    new: Option<SessionId>,
    audit: &AuditEvent,
) -> Result<Option<AuditEvent>, StorageError> {
    let sql = "SELECT user_id FROM sessions WHERE id = $1";
    let Some(row) = db.row(sql, args![old]).await? else {
        return Ok(None);
    };
    let before = UserId(row.get("user_id")?);
    match new.filter(|_| before == user) {
        Some(new) => logouts::session_moves(db, old, new).await?,
        None => logouts::session_ends(db, old, audit.at).await?,
    }
    db.execute("DELETE FROM sessions WHERE id = $1", args![old])
        .await?;
    Ok((before != user).then(|| AuditEvent {
        kind: AuditKind::SessionEnded,
        actor: Some(before),
        subject: Some(before),
        session: Some(old),
        family: None,
        detail: serde_json::json!({ "reason": "somebody else signed in" }),
        ..audit.clone()
    }))
}

/// Begins a session in place of the one before; the rows of the audit log. The caller holds the
/// account. `None`: somebody with a second factor has not shown it. That is looked at here, under the
/// lock, so that no sign-in with a password alone slips by while one is added.
pub(crate) async fn begin(
    db: &mut Connection<'_>,
    session: NewSession,
    replaces: Option<SessionId>,
    audit: AuditEvent,
) -> Result<Option<Vec<AuditEvent>>, StorageError> {
    if !is_multi_factor(&session.amr) && totp::count(db, session.user).await? > 0 {
        return Ok(None);
    }
    let ended = match replaces {
        Some(old) => replace(db, old, session.user, Some(session.id), &audit).await?,
        None => None,
    };
    insert(db, session).await?;
    Ok(Some([audit].into_iter().chain(ended).collect()))
}

#[async_trait]
impl SessionStore for Database {
    async fn begin_session(
        &self,
        session: NewSession,
        replaces: Option<SessionId>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(session.user).await? != Some(true) {
                    return refused(false);
                }
                match begin(db, session, replaces, audit).await? {
                    Some(rows) => made_with(true, rows),
                    None => refused(false),
                }
            })
        })
        .await
    }

    async fn session_by_token(&self, token: SecretHash) -> Result<Option<Session>, StorageError> {
        let sql = "SELECT * FROM sessions WHERE token = $1";
        self.read_one(sql, args![token])
            .await?
            .as_ref()
            .map(self::session)
            .transpose()
    }

    async fn sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<Session>, StorageError> {
        let sql = "SELECT * FROM sessions WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC";
        let rows = self.read(sql, args![user]).await?;
        let mut sessions = rows
            .iter()
            .map(self::session)
            .collect::<Result<Vec<_>, _>>()?;
        sessions.retain(|session| session.is_alive(now));
        Ok(sessions)
    }

    async fn end_session(
        &self,
        user: UserId,
        id: SessionId,
        audit: AuditEvent,
    ) -> Result<Option<SecretHash>, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                // Before the session, as wherever both are locked; undone if it is not theirs.
                logouts::session_ends(db, id, audit.at).await?;
                let sql = "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING token";
                match db.row(sql, args![id, user]).await? {
                    Some(row) => made(Some(row.hash("token")?), audit),
                    None => refused(None),
                }
            })
        })
        .await
    }

    async fn end_sessions(
        &self,
        user: UserId,
        except: Option<SessionId>,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<EndedSessions, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                db.lock_account(user).await?;
                let ended = end_all(db, user, except, now).await?;
                if ended.is_nothing() {
                    return refused(Vec::new());
                }
                made(ended.sessions, audit)
            })
        })
        .await
    }

    async fn touch_sessions(&self, seen: &[(SessionId, Timestamp)]) -> Result<(), StorageError> {
        if seen.is_empty() {
            return Ok(());
        }
        let mut seen = seen.to_vec();
        seen.sort_unstable();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE sessions SET last_seen_at = $2
                    WHERE id = $1 AND last_seen_at < $2";
                for (id, at) in seen {
                    db.execute(sql, args![id, at]).await?;
                }
                unaudited(())
            })
        })
        .await
    }
}
