//! How it is kept which browsers somebody has signed in with: a row for each of them.

use async_trait::async_trait;
use portcullis_domain::{
    SecretHash, StorageError, Timestamp, UserId, known_devices::KnownDeviceStore,
};

use crate::{
    Database,
    change::{refused, unaudited},
    value::args,
};

#[async_trait]
impl KnownDeviceStore for Database {
    async fn is_known_device(
        &self,
        user: UserId,
        device: SecretHash,
    ) -> Result<bool, StorageError> {
        let sql = "SELECT user_id FROM known_devices WHERE user_id = $1 AND device = $2";
        Ok(self.read_one(sql, args![user, device]).await?.is_some())
    }

    async fn know_device(
        &self,
        user: UserId,
        device: SecretHash,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        self.write(move |db| {
            Box::pin(async move {
                if db.lock_account(user).await?.is_none() {
                    return refused(());
                }
                let sql = "INSERT INTO known_devices (user_id, device, last_seen_at)
                    VALUES ($1, $2, $3)
                    ON CONFLICT (user_id, device) DO UPDATE SET last_seen_at = $3";
                db.execute(sql, args![user, device, now]).await?;
                unaudited(())
            })
        })
        .await
    }
}
