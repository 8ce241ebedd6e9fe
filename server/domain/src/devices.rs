//! Devices without a browser of their own, which wait for somebody to let them in (RFC 8628).

use async_trait::async_trait;
use portcullis_types::{FamilyId, Timestamp, UserId};

use crate::{AuditEvent, SecretHash, StorageError};

/// A device that waits.
#[derive(Clone, Debug)]
pub struct DeviceAuthorization {
    /// SHA-256 of the code that the device asks with.
    pub device_code: SecretHash,
    /// What a secret key makes of the code that is typed.
    pub user_code: SecretHash,
    /// The family that redeeming it will begin.
    pub family: FamilyId,
    /// The client that asked.
    pub client_id: String,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// The services its tokens may be for; none: our own API.
    pub resources: Vec<String>,
    /// Seconds that must pass between two questions.
    pub interval_seconds: i64,
    /// When it began to wait.
    pub created_at: Timestamp,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// Who decided, and how they had proved themselves.
#[derive(Clone, Debug)]
pub struct DeviceDecision {
    /// What a secret key makes of the code that was typed.
    pub user_code: SecretHash,
    /// Who.
    pub user: UserId,
    /// Whether the device is let in.
    pub allowed: bool,
    /// When the user had proved themselves.
    pub auth_time: Timestamp,
    /// How.
    pub amr: Vec<String>,
    /// Now.
    pub now: Timestamp,
}

/// What a device gets that was let in.
#[derive(Clone, Debug)]
pub struct DeviceGrant {
    /// The family to begin.
    pub family: FamilyId,
    /// Who let it in.
    pub user: UserId,
    /// Scopes granted.
    pub scopes: Vec<String>,
    /// The services its tokens may be for.
    pub resources: Vec<String>,
    /// When the user had proved themselves.
    pub auth_time: Timestamp,
    /// How.
    pub amr: Vec<String>,
}

/// What a device hears that asks.
#[derive(Clone, Debug)]
pub enum PollDevice {
    /// It is let in, and this is the first time that it hears so.
    Granted(Box<DeviceGrant>),
    /// Nobody has decided yet.
    Pending,
    /// Nobody has decided yet, and it asked too soon: it waits five seconds longer from now on.
    SlowDown,
    /// Somebody has decided against it.
    Denied,
    /// Nobody decided in time.
    Expired,
    /// No such device code, one of another client, or spent.
    Unknown,
}

/// Keeps waiting devices.
#[async_trait]
pub trait DeviceStore {
    /// Keeps a device that waits. False: the code to type is taken.
    async fn save_device(&self, device: DeviceAuthorization) -> Result<bool, StorageError>;

    /// The device with that code, if it waits and nobody has decided.
    async fn waiting_device(
        &self,
        user_code: SecretHash,
        now: Timestamp,
    ) -> Result<Option<DeviceAuthorization>, StorageError>;

    /// Decides, once; a device that is let in counts as consent to what it asked for. False: no
    /// such device waits, or the account is disabled.
    async fn decide_device(
        &self,
        decision: DeviceDecision,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// A device asks: exactly one call gets [`PollDevice::Granted`].
    async fn poll_device(
        &self,
        device_code: SecretHash,
        client_id: &str,
        now: Timestamp,
    ) -> Result<PollDevice, StorageError>;
}
