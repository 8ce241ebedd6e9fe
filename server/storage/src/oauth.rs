//! How pushed requests, authorization codes and token families are kept. Refresh tokens are in
//! [`crate::refresh`].

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, FamilyId, SecretHash, SessionId, StorageError, Timestamp, UserId,
    oauth::{
        AuthorizationCode, ConsumeCode, FreshRefreshToken, NewRefreshToken, OAuthStore,
        PushedRequest, RefreshRotation, RotateRefresh, TokenFamily,
    },
};
use uuid::Uuid;

use crate::{
    Database,
    change::{made, refused, unaudited},
    connection::{Connection, locking},
    refresh,
    value::{Row, args},
};

fn code(row: &Row) -> Result<AuthorizationCode, StorageError> {
    Ok(AuthorizationCode {
        code: row.hash("code")?,
        family: FamilyId(row.get("family_id")?),
        client_id: row.get("client_id")?,
        user: UserId(row.get("user_id")?),
        session: row.get::<Option<Uuid>>("session_id")?.map(SessionId),
        redirect_uri: row.get("redirect_uri")?,
        scopes: row.words("scopes")?,
        code_challenge: row.get("code_challenge")?,
        resources: row.words("resources")?,
        claims: row.words("claims")?,
        nonce: row.get("nonce")?,
        dpop_jkt: row.get("dpop_jkt")?,
        auth_time: row.time("auth_time")?,
        amr: row.words("amr")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

pub(crate) fn family(row: &Row) -> Result<TokenFamily, StorageError> {
    Ok(TokenFamily {
        id: FamilyId(row.get("id")?),
        user: UserId(row.get("user_id")?),
        session: row.get::<Option<Uuid>>("session_id")?.map(SessionId),
        client_id: row.get("client_id")?,
        scopes: row.words("scopes")?,
        resources: row.words("resources")?,
        claims: row.words("claims")?,
        dpop_jkt: row.get("dpop_jkt")?,
        certificate: row.get("certificate")?,
        auth_time: row.time("auth_time")?,
        amr: row.words("amr")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        revoked_at: row.time_if_any("revoked_at")?,
    })
}

/// Revokes one family. False: there is none, or it was revoked before.
pub(crate) async fn revoke_family(
    db: &mut Connection<'_>,
    id: FamilyId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let sql = "UPDATE token_families SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(db.execute(sql, args![id, now]).await? == 1)
}

/// Revokes all of a user's families, and the codes that would begin more of them; how many of
/// both. The caller holds the account.
pub(crate) async fn revoke_families_of(
    db: &mut Connection<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<u64, StorageError> {
    // A device that was let in, but has not heard of it. Locked in order first, as below.
    let sql = locking!(
        "SELECT device_code FROM device_authorizations WHERE user_id = $1 ORDER BY device_code"
    );
    db.rows(sql, args![user]).await?;
    let sql = "UPDATE device_authorizations SET expires_at = $2
        WHERE user_id = $1 AND spent_at IS NULL AND expires_at > $2";
    db.execute(sql, args![user, now]).await?;
    // Locked in order first: a client that is being deleted locks codes of several users.
    let sql = locking!(
        "SELECT code FROM authorization_codes WHERE user_id = $1 AND expires_at > $2 ORDER BY code"
    );
    db.rows(sql, args![user, now]).await?;
    // A code that is spent, but whose family has not begun yet, must not begin one afterwards.
    let sql = "UPDATE authorization_codes SET expires_at = $2,
            reused_at = CASE WHEN spent_at IS NULL THEN reused_at ELSE COALESCE(reused_at, $2) END
        WHERE user_id = $1 AND expires_at > $2";
    let codes = db.execute(sql, args![user, now]).await?;
    // Locked in the order of their ids first: a client may be revoking several at the same time.
    let sql = locking!(
        "SELECT id FROM token_families WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id"
    );
    if db.rows(sql, args![user]).await?.is_empty() {
        return Ok(codes);
    }
    let sql = "UPDATE token_families SET revoked_at = $2
        WHERE user_id = $1 AND revoked_at IS NULL";
    Ok(codes + db.execute(sql, args![user, now]).await?)
}

/// A code that could not be spent: whether because it was spent before, and its family with it.
async fn reused(
    db: &mut Connection<'_>,
    code: SecretHash,
    client_id: String,
    now: Timestamp,
) -> Result<Option<(FamilyId, UserId)>, StorageError> {
    // Before the family is looked for, so that one which is about to begin either is there already
    // or finds the mark.
    let sql = "UPDATE authorization_codes SET reused_at = COALESCE(reused_at, $3)
        WHERE code = $1 AND client_id = $2 AND spent_at IS NOT NULL
        RETURNING family_id, user_id";
    let Some(row) = db.row(sql, args![code, client_id, now]).await? else {
        return Ok(None);
    };
    let family = FamilyId(row.get("family_id")?);
    revoke_family(db, family, now).await?;
    Ok(Some((family, UserId(row.get("user_id")?))))
}

/// Begins a family, unless its code was presented twice or has ended with its session. The caller
/// holds the account.
pub(crate) async fn insert_family(
    db: &mut Connection<'_>,
    mut family: TokenFamily,
    first: NewRefreshToken,
) -> Result<bool, StorageError> {
    let sql = locking!(
        "SELECT reused_at IS NOT NULL AS reused, session_id, spent_at IS NOT NULL AS spent,
                expires_at > $2 AND (session_id IS NULL OR EXISTS (SELECT id FROM sessions
                    WHERE sessions.id = authorization_codes.session_id)) AS good
            FROM authorization_codes WHERE family_id = $1"
    );
    let at = family.created_at;
    if let Some(code) = db.row(sql, args![family.id, at]).await? {
        let (is_reused, is_spent): (bool, bool) = (code.get("reused")?, code.get("spent")?);
        if is_reused || (!is_spent && !code.get::<bool>("good")?) {
            return Ok(false);
        }
        // In the same transaction: of many who redeem it at once exactly one begins a family.
        let sql = "UPDATE authorization_codes SET spent_at = $2
            WHERE family_id = $1 AND spent_at IS NULL";
        db.execute(sql, args![family.id, at]).await?;
        // The session may have gone on under another id since the code was spent.
        if family.session.is_some() {
            family.session = code.get::<Option<Uuid>>("session_id")?.map(SessionId);
        }
    }
    let sql = "INSERT INTO token_families (id, user_id, client_id, scopes, auth_time, amr,
            created_at, expires_at, revoked_at, dpop_jkt, resources, claims, session_id,
            certificate)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (id) DO NOTHING";
    let args = args![
        family.id,
        family.user,
        family.client_id,
        family.scopes.as_slice(),
        family.auth_time,
        family.amr.as_slice(),
        family.created_at,
        family.expires_at,
        family.revoked_at,
        family.dpop_jkt,
        family.resources.as_slice(),
        family.claims.as_slice(),
        family.session,
        family.certificate,
    ];
    if db.execute(sql, args).await? == 0 {
        return Ok(false);
    }
    refresh::insert(db, family.id, first).await?;
    Ok(true)
}

#[async_trait]
impl OAuthStore for Database {
    async fn save_pushed_request(&self, request: PushedRequest) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO pushed_requests (request, client_id, sealed, expires_at)
                    VALUES ($1, $2, $3, $4)";
                let args = args![
                    request.request,
                    request.client_id,
                    request.sealed,
                    request.expires_at,
                ];
                db.execute(sql, args).await?;
                unaudited(())
            })
        })
        .await
    }

    async fn consume_pushed_request(
        &self,
        request: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "DELETE FROM pushed_requests
                    WHERE request = $1 AND client_id = $2 AND expires_at > $3
                    RETURNING sealed";
                let row = db.row(sql, args![request, client_id, now]).await?;
                unaudited(row.map(|row| row.get("sealed")).transpose()?)
            })
        })
        .await
    }

    async fn save_code(
        &self,
        code: AuthorizationCode,
        audit: AuditEvent,
    ) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO authorization_codes (code, family_id, client_id, user_id,
                        redirect_uri, scopes, code_challenge, nonce, auth_time, amr, created_at,
                        expires_at, dpop_jkt, resources, claims, session_id)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
                let args = args![
                    code.code,
                    code.family,
                    code.client_id,
                    code.user,
                    code.redirect_uri,
                    code.scopes.as_slice(),
                    code.code_challenge,
                    code.nonce,
                    code.auth_time,
                    code.amr.as_slice(),
                    code.created_at,
                    code.expires_at,
                    code.dpop_jkt,
                    code.resources.as_slice(),
                    code.claims.as_slice(),
                    code.session,
                ];
                db.execute(sql, args).await?;
                made((), audit)
            })
        })
        .await
    }

    async fn fresh_code(
        &self,
        code: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<AuthorizationCode>, StorageError> {
        let sql = "SELECT * FROM authorization_codes
            WHERE code = $1 AND client_id = $2 AND spent_at IS NULL AND expires_at > $3";
        let row = self.read_one(sql, args![code, client_id, now]).await?;
        row.as_ref().map(self::code).transpose()
    }

    async fn consume_code(
        &self,
        code: SecretHash,
        client_id: &str,
        now: Timestamp,
        audit_reuse: AuditEvent,
    ) -> Result<ConsumeCode, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                // Its session may have ended while it was being issued.
                let sql = "UPDATE authorization_codes SET spent_at = $3
                    WHERE code = $1 AND client_id = $2 AND spent_at IS NULL AND expires_at > $3
                        AND (session_id IS NULL OR EXISTS (SELECT id FROM sessions
                            WHERE sessions.id = authorization_codes.session_id))
                    RETURNING *";
                if let Some(row) = db.row(sql, args![code, &client_id, now]).await? {
                    return unaudited(ConsumeCode::Fresh(Box::new(self::code(&row)?)));
                }
                match reused(db, code, client_id, now).await? {
                    Some((family, user)) => made(ConsumeCode::Reused { family, user }, audit_reuse),
                    None => refused(ConsumeCode::Unknown),
                }
            })
        })
        .await
    }

    async fn begin_family(
        &self,
        family: TokenFamily,
        first: NewRefreshToken,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(family.user).await? == Some(true)
                    && insert_family(db, family, first).await?
                {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }

    async fn rotate_refresh(
        &self,
        rotation: RefreshRotation,
        audit_rotated: AuditEvent,
        audit_replayed: AuditEvent,
    ) -> Result<RotateRefresh, StorageError> {
        self.write(move |db| Box::pin(refresh::rotate(db, rotation, audit_rotated, audit_replayed)))
            .await
    }

    async fn family(&self, id: FamilyId) -> Result<Option<TokenFamily>, StorageError> {
        let sql = "SELECT * FROM token_families WHERE id = $1";
        self.read_one(sql, args![id])
            .await?
            .as_ref()
            .map(self::family)
            .transpose()
    }

    async fn revoke_family_of(
        &self,
        token: SecretHash,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<FamilyId>, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE token_families SET revoked_at = $3
                    WHERE client_id = $2 AND revoked_at IS NULL
                        AND id = (SELECT family_id FROM refresh_tokens WHERE token = $1)
                    RETURNING id";
                match db.row(sql, args![token, client_id, now]).await? {
                    Some(row) => made(Some(FamilyId(row.get("id")?)), audit),
                    None => refused(None),
                }
            })
        })
        .await
    }

    async fn revoke_family(
        &self,
        id: FamilyId,
        client_id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| {
            Box::pin(async move {
                let sql = "UPDATE token_families SET revoked_at = $3
                    WHERE id = $1 AND client_id = $2 AND revoked_at IS NULL";
                if db.execute(sql, args![id, client_id, now]).await? == 1 {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }

    async fn fresh_refresh_token(
        &self,
        token: SecretHash,
        now: Timestamp,
    ) -> Result<Option<FreshRefreshToken>, StorageError> {
        let sql = "SELECT family_id, expires_at FROM refresh_tokens
            WHERE token = $1 AND used_at IS NULL AND expires_at > $2";
        let Some(row) = self.read_one(sql, args![token, now]).await? else {
            return Ok(None);
        };
        Ok(Some(FreshRefreshToken {
            family: FamilyId(row.get("family_id")?),
            expires_at: row.time("expires_at")?,
        }))
    }

    async fn revoke_token(
        &self,
        token: SecretHash,
        expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO revoked_tokens (token, expires_at, revoked_at)
                    VALUES ($1, $2, $3) ON CONFLICT (token) DO NOTHING";
                if db.execute(sql, args![token, expires_at, audit.at]).await? == 1 {
                    made(true, audit)
                } else {
                    refused(false)
                }
            })
        })
        .await
    }

    async fn is_token_revoked(&self, token: SecretHash) -> Result<bool, StorageError> {
        let sql = "SELECT token FROM revoked_tokens WHERE token = $1";
        Ok(self.read_one(sql, args![token]).await?.is_some())
    }
}
