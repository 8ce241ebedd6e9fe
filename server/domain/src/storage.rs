//! What a storage backend is: every noun's trait together.

use async_trait::async_trait;
use portcullis_types::Timestamp;

use crate::{
    access_tokens::AccessTokenStore, accounts::AccountStore, audit::AuditStore,
    ceremonies::CeremonyStore, clients::ClientStore, consents::ConsentStore, devices::DeviceStore,
    groups::GroupStore, keys::KeyStore, known_devices::KnownDeviceStore, logouts::LogoutStore,
    mail::MailStore, mail_tokens::MailTokenStore, notes::NoteStore, oauth::OAuthStore,
    passkeys::PasskeyStore, passwords::PasswordStore, registration::RegistrationStore,
    revocations::RevocationStore, roles::RoleStore, sessions::SessionStore, sign_in::SignInStore,
    totp::TotpStore,
};

/// The database did not do what was asked. Nothing of the operation was kept.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It cannot be reached or gave up waiting; trying again may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// What is stored does not read as what it should be.
    #[error("the database holds something unreadable: {0}")]
    Corrupt(String),
    /// Anything else it reported.
    #[error("the database refused: {0}")]
    Failed(String),
}

/// A storage backend.
#[async_trait]
pub trait Store:
    AccessTokenStore
    + AccountStore
    + AuditStore
    + CeremonyStore
    + ClientStore
    + ConsentStore
    + DeviceStore
    + GroupStore
    + KeyStore
    + KnownDeviceStore
    + LogoutStore
    + MailStore
    + MailTokenStore
    + NoteStore
    + OAuthStore
    + PasskeyStore
    + PasswordStore
    + RegistrationStore
    + RevocationStore
    + RoleStore
    + SessionStore
    + SignInStore
    + TotpStore
    + Send
    + Sync
    + 'static
{
    /// Answers if the database does.
    async fn ping(&self) -> Result<(), StorageError>;

    /// Deletes what has expired: sessions, codes, spent ceremonies, families long over.
    async fn purge_expired(&self, now: Timestamp) -> Result<u64, StorageError>;

    /// Finishes what is under way and closes the connections.
    async fn close(&self);
}
