//! OAuth clients that are kept in the database, and their secrets.

use async_trait::async_trait;
use portcullis_types::{Timestamp, client::Client};

use crate::{AuditEvent, SecretHash, StorageError};

/// A client as it is kept.
#[derive(Clone, Debug)]
pub struct KeptClient {
    /// What it is registered as.
    pub client: Client,
    /// Its secrets, newest first. Those that have expired may be among them.
    pub secrets: Vec<ClientSecret>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A client's secret as it is kept.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// SHA-256 of the secret.
    pub secret: SecretHash,
    /// The secret itself, sealed under the master key: for clients who authenticate assertions with
    /// it.
    pub sealed: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if another has taken its place.
    pub expires_at: Option<Timestamp>,
}

/// What changing a client came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateClient {
    /// It is changed, and keeps the secrets that it had.
    Updated,
    /// It is changed, and now has the new secret and no other, because it authenticates in another
    /// way than before.
    UpdatedWithSecret,
    /// There is no such client.
    NoClient,
    /// It is not what it was seen as any more, and stays as it is.
    Changed,
}

/// Keeps clients.
#[async_trait]
pub trait ClientStore {
    /// Registers a client. False: there is one with that id, and it stays as it is.
    async fn create_client(
        &self,
        client: Client,
        secret: Option<ClientSecret>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// The client with that id.
    async fn client(&self, id: &str) -> Result<Option<KeptClient>, StorageError>;

    /// At most `limit` clients with `search` in their id or name, whatever its case (of A to Z at
    /// least), whose ids come after `after`, by id (its bytes).
    async fn clients(
        &self,
        search: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<KeptClient>, StorageError>;

    /// Makes the client of that id what it says here. Where it does not authenticate as before, its
    /// secrets go, and `secret` takes their place if it has one from now on.
    async fn update_client(
        &self,
        client: Client,
        secret: ClientSecret,
        audit: AuditEvent,
    ) -> Result<UpdateClient, StorageError>;

    /// The same, unless the client has become something else since it was `seen`: for changes to a
    /// part of it.
    async fn update_client_seen(
        &self,
        seen: Client,
        client: Client,
        secret: ClientSecret,
        audit: AuditEvent,
    ) -> Result<UpdateClient, StorageError>;

    /// Gives a client a new secret. The one before it is good until `before_expires_at`; all others
    /// go. False: there is no such client, or it has no secret.
    async fn rotate_client_secret(
        &self,
        id: &str,
        secret: ClientSecret,
        before_expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Deletes a client and revokes what it was given: families, codes, pushed requests. False:
    /// there is no such client.
    async fn delete_client(
        &self,
        id: &str,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;
}
