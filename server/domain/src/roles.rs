//! Roles: named sets of permissions, and who has them.

use async_trait::async_trait;
use portcullis_types::UserId;

use crate::{AuditEvent, StorageError};

/// The role that may do everything; it always exists.
pub const ADMIN: &str = "admin";

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Role {
    /// Its name: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Permission patterns it gives.
    pub permissions: Vec<String>,
}

/// What changing a user's roles came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRole {
    /// It is as asked now.
    Changed,
    /// It was so already; nothing was written.
    Unchanged,
    /// There is no such user.
    NoUser,
    /// There is no such role.
    NoRole,
    /// Only when taking away: nobody who may sign in would have the role `admin` any more.
    LastAdmin,
}

/// Keeps roles.
#[async_trait]
pub trait RoleStore {
    /// Makes each of these roles what it says here; leaves others alone. Each that allows something
    /// else than before is written down as this event, with what it allowed and what it allows.
    async fn define_roles(&self, roles: &[Role], audit: AuditEvent) -> Result<(), StorageError>;

    /// All roles, by name.
    async fn roles(&self) -> Result<Vec<Role>, StorageError>;

    /// Gives the user a role and counts up the account's version.
    async fn assign_role(
        &self,
        user: UserId,
        role: &str,
        audit: AuditEvent,
    ) -> Result<ChangeRole, StorageError>;

    /// Takes a role away and counts up the account's version. The last enabled account with the
    /// role `admin` keeps it, whoever asks at the same time.
    async fn unassign_role(
        &self,
        user: UserId,
        role: &str,
        audit: AuditEvent,
    ) -> Result<ChangeRole, StorageError>;
}
