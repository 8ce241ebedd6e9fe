//! How refresh tokens are kept and rotated, so that a lost answer, fifty tabs or a thief each get
//! what they should.

use portcullis_domain::{
    AuditEvent, FamilyId, SecretHash, StorageError, Timestamp,
    oauth::{NewRefreshToken, RefreshRotation, RotateRefresh, TokenFamily},
};

use crate::{
    change::{Change, made, refused},
    connection::{Connection, locking},
    oauth,
    value::args,
};

/// Keeps a token of a family.
pub(crate) async fn insert(
    db: &mut Connection<'_>,
    family: FamilyId,
    token: NewRefreshToken,
) -> Result<(), StorageError> {
    let sql = "INSERT INTO refresh_tokens (token, family_id, expires_at) VALUES ($1, $2, $3)";
    db.execute(sql, args![token.token, family, token.expires_at])
        .await
        .map(drop)
}

/// Rotates a refresh token. The family is held meanwhile, so that of a first use, a retry and a
/// replay at the same moment each sees what the one before it did.
pub(crate) async fn rotate(
    db: &mut Connection<'_>,
    rotation: RefreshRotation,
    mut audit_rotated: AuditEvent,
    mut audit_replayed: AuditEvent,
) -> Result<Change<RotateRefresh>, StorageError> {
    let Some(mut family) = usable_family(db, &rotation).await? else {
        return refused(RotateRefresh::Refused);
    };
    // Whose token it is turns out only here.
    for audit in [&mut audit_rotated, &mut audit_replayed] {
        audit.subject = Some(family.user);
        audit.family = Some(family.id);
    }
    let sql = "UPDATE refresh_tokens SET used_at = $2, successor = $3, sealed_successor = $4
        WHERE token = $1 AND used_at IS NULL AND expires_at > $2";
    let RefreshRotation {
        presented,
        successor,
        sealed_successor,
        now,
        retry_seconds,
        ..
    } = rotation;
    let args = args![presented, now, successor.token, sealed_successor];
    if db.execute(sql, args).await? == 1 {
        insert(db, family.id, successor).await?;
        return made(RotateRefresh::Rotated(family), audit_rotated);
    }
    match spent(db, presented, now).await? {
        None => refused(RotateRefresh::Refused),
        Some(Spent {
            used_at,
            sealed_successor: Some(sealed_successor),
        }) if retry_seconds > 0 && now <= used_at.plus_seconds(retry_seconds) => {
            refused(RotateRefresh::Retried {
                family,
                sealed_successor,
            })
        }
        Some(_) => {
            oauth::revoke_family(db, family.id, now).await?;
            family.revoked_at = Some(now);
            made(RotateRefresh::Replayed(family), audit_replayed)
        }
    }
}

/// The family of the token presented, held, if it may still be used by this client with this key
/// and certificate. That the account is not held as well does no harm: disabling it revokes the
/// family, and waits for it.
async fn usable_family(
    db: &mut Connection<'_>,
    rotation: &RefreshRotation,
) -> Result<Option<TokenFamily>, StorageError> {
    let sql = locking!(
        "SELECT f.* FROM refresh_tokens t
            JOIN token_families f ON f.id = t.family_id
            JOIN accounts a ON a.id = f.user_id
            WHERE t.token = $1 AND f.client_id = $2 AND f.revoked_at IS NULL
                AND f.expires_at > $3 AND a.enabled
                AND (f.dpop_jkt IS NULL OR f.dpop_jkt = $4)
                AND (f.certificate IS NULL OR f.certificate = $5)",
        " FOR NO KEY UPDATE OF f"
    );
    let args = args![
        rotation.presented,
        &rotation.client_id,
        rotation.now,
        rotation.dpop_jkt.clone(),
        rotation.certificate.clone(),
    ];
    db.row(sql, args)
        .await?
        .as_ref()
        .map(oauth::family)
        .transpose()
}

/// What is known of a token that was used before.
struct Spent {
    used_at: Timestamp,
    /// Its successor, as long as that one was not used.
    sealed_successor: Option<Vec<u8>>,
}

/// The token's past. Nothing: it is expired, or gone.
async fn spent(
    db: &mut Connection<'_>,
    token: SecretHash,
    now: Timestamp,
) -> Result<Option<Spent>, StorageError> {
    let sql = "SELECT t.used_at,
            CASE WHEN s.used_at IS NULL THEN t.sealed_successor END AS sealed_successor
        FROM refresh_tokens t LEFT JOIN refresh_tokens s ON s.token = t.successor
        WHERE t.token = $1 AND t.used_at IS NOT NULL AND t.expires_at > $2";
    let Some(row) = db.row(sql, args![token, now]).await? else {
        return Ok(None);
    };
    let sealed_successor = row.get("sealed_successor")?;
    Ok(Some(Spent {
        used_at: row.time("used_at")?,
        sealed_successor,
    }))
}
