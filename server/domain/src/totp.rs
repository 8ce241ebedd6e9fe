//! Authenticator apps (TOTP, RFC 6238) and recovery codes: what a second factor is made of.

use async_trait::async_trait;
use portcullis_types::{SessionId, Timestamp, TotpId, UserId};

use crate::{AuditEvent, SecretHash, StorageError, sessions::EndedSessions};

/// An authenticator app as it is kept.
#[derive(Clone, Debug)]
pub struct Totp {
    /// Our id for it.
    pub id: TotpId,
    /// What its owner calls it.
    pub name: String,
    /// Its key, sealed by a key that is not in the database.
    pub sealed: Vec<u8>,
    /// The latest step that was used; none up to it is good any more.
    pub last_step: i64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used to sign in.
    pub last_used_at: Option<Timestamp>,
}

/// An authenticator app about to be kept, and what comes with the first one of an account.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Whose it is.
    pub user: UserId,
    /// The app.
    pub totp: Totp,
    /// The most that an account may have.
    pub limit: u32,
    /// What the enrolment is spent by, and until when that is remembered.
    pub ceremony: (SecretHash, Timestamp),
    /// The first one's recovery codes, as they are kept.
    pub recovery_codes: Vec<SecretHash>,
    /// The session it is added in, which goes on, and what that has proved now.
    pub session: (SessionId, Vec<String>),
    /// The row of the end of all others, with the first one.
    pub others: AuditEvent,
}

/// What adding an authenticator app came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddTotp {
    /// It is kept.
    Added,
    /// It is the first one: the recovery codes are kept as well, and these sessions have ended.
    First(EndedSessions),
    /// This enrolment was finished before.
    Spent,
    /// The account has as many as it may have.
    Limit,
    /// There is no such account, it is disabled, or the session has ended.
    NoSession,
}

/// Keeps authenticator apps and recovery codes.
#[async_trait]
pub trait TotpStore {
    /// The user's authenticator apps, oldest first.
    async fn totps_of(&self, user: UserId) -> Result<Vec<Totp>, StorageError>;

    /// How many recovery codes the user has left.
    async fn recovery_codes_left(&self, user: UserId) -> Result<u32, StorageError>;

    /// Adds an authenticator app. With the first one of an account come its recovery codes, and
    /// whatever was signed in with a password alone is over: all other sessions and all token families
    /// end. All or nothing.
    async fn add_totp(
        &self,
        enrolment: Enrolment,
        audit: AuditEvent,
    ) -> Result<AddTotp, StorageError>;

    /// Deletes an authenticator app; with the last one go the recovery codes. False: the user has no
    /// such one.
    async fn delete_totp(
        &self,
        user: UserId,
        id: TotpId,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Puts these recovery codes in place of all that the user has. False: there is no authenticator
    /// app that they could stand in for.
    async fn replace_recovery_codes(
        &self,
        user: UserId,
        codes: Vec<SecretHash>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;
}
