//! How logouts are queued that clients have to be told of.

use async_trait::async_trait;
use portcullis_domain::{
    FamilyId, SessionId, StorageError, Timestamp, UserId,
    logouts::{Logout, LogoutStore},
};

use crate::{
    Database,
    change::unaudited,
    connection::{Connection, Sql, locking},
    value::{Row, args},
};

fn logout(row: &Row) -> Result<Logout, StorageError> {
    Ok(Logout {
        family: FamilyId(row.get("family_id")?),
        user: UserId(row.get("user_id")?),
        client_id: row.get("client_id")?,
        tries: row.count("tries")?,
        created_at: row.time("created_at")?,
    })
}

/// A session is about to end: its codes go, and the clients that it was used with are to be told.
pub(crate) async fn session_ends(
    db: &mut Connection<'_>,
    session: SessionId,
    now: Timestamp,
) -> Result<(), StorageError> {
    // Locked in order first, as wherever several are locked.
    let sql = locking!(
        "SELECT code FROM authorization_codes
            WHERE session_id = $1 AND expires_at > $2 ORDER BY code"
    );
    db.rows(sql, args![session, now]).await?;
    // A code that is spent, but whose family has not begun yet, must not begin one afterwards.
    let sql = "UPDATE authorization_codes SET expires_at = $2,
            reused_at = CASE WHEN spent_at IS NULL THEN reused_at ELSE COALESCE(reused_at, $2) END
        WHERE session_id = $1 AND expires_at > $2";
    db.execute(sql, args![session, now]).await?;
    let sql = locking!("SELECT id FROM token_families WHERE session_id = $1 ORDER BY id");
    if db.rows(sql, args![session]).await?.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO backchannel_logouts
            (family_id, user_id, client_id, tries, due_at, created_at)
        SELECT id, user_id, client_id, 0, $2, $2 FROM token_families
            WHERE session_id = $1
        ON CONFLICT (family_id) DO NOTHING";
    db.execute(sql, args![session, now]).await?;
    let sql = "UPDATE token_families SET session_id = NULL WHERE session_id = $1";
    db.execute(sql, args![session]).await.map(drop)
}

/// As [`session_ends`], for all sessions of a user but one, those of before as well that have
/// expired. The caller holds the account, and sees to the codes.
pub(crate) async fn sessions_end(
    db: &mut Connection<'_>,
    user: UserId,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let sql = locking!(
        "SELECT id FROM token_families
            WHERE user_id = $1 AND session_id IS NOT NULL AND ($2 IS NULL OR session_id <> $2)
            ORDER BY id"
    );
    if db.rows(sql, args![user, except]).await?.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO backchannel_logouts
            (family_id, user_id, client_id, tries, due_at, created_at)
        SELECT id, user_id, client_id, 0, $3, $3 FROM token_families
            WHERE user_id = $1 AND session_id IS NOT NULL AND ($2 IS NULL OR session_id <> $2)
        ON CONFLICT (family_id) DO NOTHING";
    db.execute(sql, args![user, except, now]).await?;
    let sql = "UPDATE token_families SET session_id = NULL
        WHERE user_id = $1 AND session_id IS NOT NULL AND ($2 IS NULL OR session_id <> $2)";
    db.execute(sql, args![user, except]).await.map(drop)
}

/// A session goes on under another id: what began in it goes with it.
pub(crate) async fn session_moves(
    db: &mut Connection<'_>,
    from: SessionId,
    to: SessionId,
) -> Result<(), StorageError> {
    let sql = locking!("SELECT code FROM authorization_codes WHERE session_id = $1 ORDER BY code");
    db.rows(sql, args![from]).await?;
    let sql = "UPDATE authorization_codes SET session_id = $2 WHERE session_id = $1";
    db.execute(sql, args![from, to]).await?;
    let sql = locking!("SELECT id FROM token_families WHERE session_id = $1 ORDER BY id");
    db.rows(sql, args![from]).await?;
    let sql = "UPDATE token_families SET session_id = $2 WHERE session_id = $1";
    db.execute(sql, args![from, to]).await.map(drop)
}

#[async_trait]
impl LogoutStore for Database {
    async fn take_due_logouts(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<Logout>, StorageError> {
        // Nearly always there are none: looking takes no turn among those who write.
        let sql = "SELECT family_id FROM backchannel_logouts WHERE due_at <= $1 LIMIT 1";
        if self.read_one(sql, args![now]).await?.is_none() {
            return Ok(Vec::new());
        }
        self.write(move |db| {
            Box::pin(async move {
                let sql = Sql {
                    sqlite: "UPDATE backchannel_logouts SET tries = tries + 1, due_at = $2
                        WHERE family_id IN (SELECT family_id FROM backchannel_logouts
                            WHERE due_at <= $1 ORDER BY due_at LIMIT $3)
                        RETURNING *",
                    postgres: "UPDATE backchannel_logouts SET tries = tries + 1, due_at = $2
                        WHERE family_id IN (SELECT family_id FROM backchannel_logouts
                            WHERE due_at <= $1 ORDER BY due_at LIMIT $3
                            FOR UPDATE SKIP LOCKED)
                        RETURNING *",
                };
                let rows = db.rows(sql, args![now, until, limit]).await?;
                unaudited(rows.iter().map(logout).collect::<Result<Vec<_>, _>>()?)
            })
        })
        .await
    }

    async fn put_off_logout(&self, family: FamilyId, until: Timestamp) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE backchannel_logouts SET due_at = $2 WHERE family_id = $1";
                db.execute(sql, args![family, until]).await?;
                unaudited(())
            })
        })
        .await
    }

    async fn finish_logout(&self, family: FamilyId) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "DELETE FROM backchannel_logouts WHERE family_id = $1";
                db.execute(sql, args![family]).await?;
                unaudited(())
            })
        })
        .await
    }
}
