//! How waiting devices are kept.

use async_trait::async_trait;
use portcullis_domain::{
    AuditEvent, FamilyId, SecretHash, StorageError, Timestamp, UserId,
    consents::Consent,
    devices::{DeviceAuthorization, DeviceDecision, DeviceGrant, DeviceStore, PollDevice},
};

use crate::{
    Database,
    change::{Change, made, refused, unaudited},
    connection::{Connection, locking},
    consents,
    value::{Row, args},
};

/// By how much a device that asks too often has to wait longer (RFC 8628 section 3.5).
const SLOWER: i64 = 5;

fn device(row: &Row) -> Result<DeviceAuthorization, StorageError> {
    Ok(DeviceAuthorization {
        device_code: row.hash("device_code")?,
        user_code: row.hash("user_code")?,
        family: FamilyId(row.get("family_id")?),
        client_id: row.get("client_id")?,
        scopes: row.words("scopes")?,
        resources: row.words("resources")?,
        interval_seconds: row.get("interval_seconds")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    })
}

/// What a device that was let in gets; spends it.
async fn spend(
    db: &mut Connection<'_>,
    device_code: SecretHash,
    row: &Row,
    now: Timestamp,
) -> Result<Change<PollDevice>, StorageError> {
    let sql = "UPDATE device_authorizations SET spent_at = $2
        WHERE device_code = $1 AND spent_at IS NULL";
    if db.execute(sql, args![device_code, now]).await? != 1 {
        return refused(PollDevice::Unknown);
    }
    unaudited(PollDevice::Granted(Box::new(DeviceGrant {
        family: FamilyId(row.get("family_id")?),
        user: UserId(row.get("user_id")?),
        scopes: row.words("scopes")?,
        resources: row.words("resources")?,
        auth_time: row.time("auth_time")?,
        amr: row.words("amr")?,
    })))
}

/// A device asks. Its row is held meanwhile, so that of many questions at once each sees what the
/// one before it did.
async fn poll(
    db: &mut Connection<'_>,
    device_code: SecretHash,
    client_id: String,
    now: Timestamp,
) -> Result<Change<PollDevice>, StorageError> {
    let sql =
        locking!("SELECT * FROM device_authorizations WHERE device_code = $1 AND client_id = $2");
    let Some(row) = db.row(sql, args![device_code, client_id]).await? else {
        return refused(PollDevice::Unknown);
    };
    if row.time_if_any("spent_at")?.is_some() {
        return refused(PollDevice::Unknown);
    }
    if row.time("expires_at")? <= now {
        return refused(PollDevice::Expired);
    }
    if row.time_if_any("decided_at")?.is_some() {
        return if row.get("allowed")? {
            spend(db, device_code, &row, now).await
        } else {
            refused(PollDevice::Denied)
        };
    }
    let interval: i64 = row.get("interval_seconds")?;
    let before = row.time_if_any("polled_at")?;
    let is_too_soon = before.is_some_and(|before| now < before.plus_seconds(interval));
    let longer = if is_too_soon { SLOWER } else { 0 };
    let sql = "UPDATE device_authorizations SET polled_at = $2, interval_seconds = $3
        WHERE device_code = $1";
    db.execute(sql, args![device_code, now, interval + longer])
        .await?;
    unaudited(if is_too_soon {
        PollDevice::SlowDown
    } else {
        PollDevice::Pending
    })
}

#[async_trait]
impl DeviceStore for Database {
    async fn save_device(&self, device: DeviceAuthorization) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                let sql = "INSERT INTO device_authorizations (device_code, user_code, family_id,
                        client_id, scopes, resources, interval_seconds, allowed, created_at,
                        expires_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                    ON CONFLICT (user_code) DO NOTHING";
                let args = args![
                    device.device_code,
                    device.user_code,
                    device.family,
                    device.client_id,
                    device.scopes.as_slice(),
                    device.resources.as_slice(),
                    device.interval_seconds,
                    false,
                    device.created_at,
                    device.expires_at,
                ];
                unaudited(db.execute(sql, args).await? == 1)
            })
        })
        .await
    }

    async fn waiting_device(
        &self,
        user_code: SecretHash,
        now: Timestamp,
    ) -> Result<Option<DeviceAuthorization>, StorageError> {
        let sql = "SELECT * FROM device_authorizations
            WHERE user_code = $1 AND decided_at IS NULL AND expires_at > $2";
        let row = self.read_one(sql, args![user_code, now]).await?;
        row.as_ref().map(device).transpose()
    }

    async fn decide_device(
        &self,
        decision: DeviceDecision,
        audit: AuditEvent,
    ) -> Result<bool, StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(decision.user).await? != Some(true) {
                    return refused(false);
                }
                let sql = "UPDATE device_authorizations SET user_id = $2, allowed = $3,
                        auth_time = $4, amr = $5, decided_at = $6
                    WHERE user_code = $1 AND decided_at IS NULL AND expires_at > $6
                    RETURNING client_id, scopes, resources";
                let args = args![
                    decision.user_code,
                    decision.user,
                    decision.allowed,
                    decision.auth_time,
                    decision.amr.as_slice(),
                    decision.now,
                ];
                let Some(row) = db.row(sql, args).await? else {
                    return refused(false);
                };
                if decision.allowed {
                    let consent = Consent {
                        user: decision.user,
                        client_id: row.get("client_id")?,
                        scopes: row.words("scopes")?,
                        resources: row.words("resources")?,
                        created_at: decision.now,
                        updated_at: decision.now,
                    };
                    consents::give(db, consent).await?;
                }
                made(true, audit)
            })
        })
        .await
    }

    async fn poll_device(
        &self,
        device_code: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<PollDevice, StorageError> {
        let client_id = client_id.to_owned();
        self.write(move |db| Box::pin(poll(db, device_code, client_id, now)))
            .await
    }
}
