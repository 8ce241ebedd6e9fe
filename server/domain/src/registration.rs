//! Applications that register themselves (RFC 7591) and manage their registration (RFC 7592).

use async_trait::async_trait;
use portcullis_types::{RegistrationTokenId, Timestamp, UserId, client::Client};

use crate::{AuditEvent, SecretHash, StorageError, clients::ClientSecret};

/// What applications register themselves with, but for the token itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialToken {
    /// What it is managed by.
    pub id: RegistrationTokenId,
    /// How the token begins: enough to tell which one somebody has found, not to guess it.
    pub prefix: String,
    /// How many applications may register with it in all.
    pub uses: u32,
    /// How many still may.
    pub uses_left: u32,
    /// Who made it; nobody: the command line.
    pub made_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
    /// When an application last registered with it.
    pub last_used_at: Option<Timestamp>,
}

/// An application that registers itself.
#[derive(Clone, Debug)]
pub struct SelfRegistration {
    /// SHA-256 of the initial access token that it shows.
    pub initial: SecretHash,
    /// What it registers as.
    pub client: Client,
    /// Its secret, if it authenticates with one.
    pub secret: Option<ClientSecret>,
    /// SHA-256 of what it will manage its registration with.
    pub token: SecretHash,
}

/// What registering came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegisterClient {
    /// It is registered, and one use of the initial access token is gone.
    Registered,
    /// No such initial access token, or it is used up or over. Nothing changed.
    NoToken,
    /// There is a client with that id. Nothing changed.
    Taken,
}

/// Keeps what applications register themselves with.
#[async_trait]
pub trait RegistrationStore {
    /// Keeps an initial access token, of which that is the SHA-256.
    async fn save_initial_token(
        &self,
        hash: SecretHash,
        token: InitialToken,
        audit: AuditEvent,
    ) -> Result<(), StorageError>;

    /// The initial access token, if an application could register with it now.
    async fn initial_token(
        &self,
        hash: SecretHash,
        now: Timestamp,
    ) -> Result<Option<InitialToken>, StorageError>;

    /// Initial access tokens that are not over, the newest first, of those that are older than
    /// `before`; used up ones too.
    async fn initial_tokens(
        &self,
        before: Option<RegistrationTokenId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InitialToken>, StorageError>;

    /// Takes an initial access token back: once this returns, nobody else registers with it. False:
    /// there is none with that id, or it is over.
    async fn revoke_initial_token(
        &self,
        id: RegistrationTokenId,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Registers a client with an initial access token: of several at once, no more than it is good
    /// for.
    async fn register_client(
        &self,
        registration: SelfRegistration,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<RegisterClient, StorageError>;

    /// Whether the client of that id has registered itself.
    async fn registered_itself(&self, client_id: &str) -> Result<bool, StorageError>;

    /// Whether that token manages the client of that id.
    async fn is_registration_token(
        &self,
        client_id: &str,
        token: SecretHash,
    ) -> Result<bool, StorageError>;
}
