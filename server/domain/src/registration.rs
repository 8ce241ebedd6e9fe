//! Applications that register themselves (RFC 7591) and manage their registration (RFC 7592).

use async_trait::async_trait;
use portcullis_types::{Timestamp, client::Client};

use crate::{AuditEvent, SecretHash, StorageError, clients::ClientSecret};

/// What applications register themselves with.
#[derive(Clone, Debug)]
pub struct InitialToken {
    /// SHA-256 of the token.
    pub token: SecretHash,
    /// How many applications may still register with it.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it can no longer be used.
    pub expires_at: Timestamp,
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
    /// Keeps an initial access token.
    async fn save_initial_token(
        &self,
        token: InitialToken,
        audit: AuditEvent,
    ) -> Result<(), StorageError>;

    /// Whether an application could register with that initial access token now.
    async fn is_initial_token(
        &self,
        token: SecretHash,
        now: Timestamp,
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
