//! Passkeys: WebAuthn credentials, kept as bytes that only the verifier understands.

use async_trait::async_trait;
use portcullis_types::{PasskeyId, Timestamp, UserId};

use crate::{AuditEvent, StorageError};

/// A passkey as it is kept.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Our id for it.
    pub id: PasskeyId,
    /// Whose it is.
    pub user: UserId,
    /// WebAuthn credential id.
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// The verifier's own serialised form: public key, counter, flags.
    pub data: Vec<u8>,
    /// Whether it is synced between devices.
    pub synced: bool,
    /// Counts up with each use, so that two uses at once cannot overwrite each other's counter.
    pub revision: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// A passkey about to be kept.
#[derive(Clone, Debug)]
pub struct NewPasskey {
    /// Our id for it.
    pub id: PasskeyId,
    /// WebAuthn credential id.
    pub credential_id: Vec<u8>,
    /// What its owner calls it.
    pub name: String,
    /// The verifier's own serialised form.
    pub data: Vec<u8>,
    /// Whether it is synced between devices.
    pub synced: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What adding a passkey came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddPasskey {
    /// It is kept.
    Added,
    /// Its credential id is registered already, with whichever account.
    Exists,
    /// The account has as many as it may have.
    Limit,
    /// There is no such account, or it is disabled.
    NoAccount,
}

/// What deleting a passkey came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeletePasskey {
    /// It is gone.
    Deleted,
    /// The user has no such passkey.
    NotFound,
    /// It is the last way in: no password and no other passkey. It was kept.
    LastCredential,
}

/// Keeps passkeys.
#[async_trait]
pub trait PasskeyStore {
    /// The user's passkeys, oldest first.
    async fn passkeys_of(&self, user: UserId) -> Result<Vec<Passkey>, StorageError>;

    /// The passkey with that WebAuthn credential id.
    async fn passkey_by_credential(
        &self,
        credential_id: &[u8],
    ) -> Result<Option<Passkey>, StorageError>;

    /// Adds a passkey unless the user has `limit` of them; the limit holds under parallel calls.
    async fn add_passkey(
        &self,
        user: UserId,
        passkey: NewPasskey,
        limit: u32,
        audit: AuditEvent,
    ) -> Result<AddPasskey, StorageError>;

    /// Keeps the state after a use, if its revision is still `revision`. False: another use came
    /// in between (or it was deleted), and nothing changed.
    async fn record_passkey_use(
        &self,
        id: PasskeyId,
        revision: i64,
        data: Vec<u8>,
        synced: bool,
        at: Timestamp,
    ) -> Result<bool, StorageError>;

    /// Renames a passkey of that user. False: they have no such passkey.
    async fn rename_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        name: &str,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Deletes a passkey of that user, unless it is the last way in, also under parallel calls.
    async fn delete_passkey(
        &self,
        user: UserId,
        id: PasskeyId,
        audit: AuditEvent,
    ) -> Result<DeletePasskey, StorageError>;
}
