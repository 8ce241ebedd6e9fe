//! What links and codes in mails are good for: each says that whoever has it reads that mailbox.

use async_trait::async_trait;
use portcullis_types::{PasskeyId, Timestamp, UserId};

use crate::{
    AuditEvent, Email, SecretHash, StorageError, passwords::PasswordHash, sessions::EndedSessions,
};

/// What a link is for; one for one thing is none for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailPurpose {
    /// Shows that an address is its account's.
    Verify,
    /// Sets another password.
    Reset,
    /// Says that what a mail told of was not its reader's doing.
    NotMe,
}

impl MailPurpose {
    /// The name under which it is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::NotMe => "not_me",
        }
    }
}

/// A link that was sent, and the code beside it, if any.
#[derive(Clone, Debug)]
pub struct MailToken {
    /// SHA-256 of what is in the link.
    pub token: SecretHash,
    /// What it is for.
    pub purpose: MailPurpose,
    /// Whose account it is about.
    pub user: UserId,
    /// Where it was sent. It is good only as long as this is the account's address.
    pub email: Email,
    /// What is kept of the code that can be typed instead, and when that is over.
    pub code: Option<(SecretHash, Timestamp)>,
    /// The passkey that the mail told of, if it did of one.
    pub about: Option<PasskeyId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is over.
    pub expires_at: Timestamp,
}

/// By what somebody shows that they have read a mail.
#[derive(Clone, Copy, Debug)]
pub enum MailProof {
    /// By its link.
    Link(SecretHash),
    /// By its code, of which so many tries are looked at.
    Code(SecretHash, u32),
}

/// Audit events of a password that is set by a link.
#[derive(Clone, Debug)]
pub struct ResetEvents {
    /// The password was set.
    pub reset: AuditEvent,
    /// The sessions have ended; not written where there were none.
    pub ended: AuditEvent,
}

/// Keeps what links and codes are good for.
#[async_trait]
pub trait MailTokenStore {
    /// Keeps a token, and where it is for verifying an address forgets those before it. One that is
    /// kept already stays as it is. The event, if any, is written either way.
    async fn keep_mail_token(
        &self,
        token: MailToken,
        audit: Option<AuditEvent>,
    ) -> Result<(), StorageError>;

    /// Whose link it is, without spending it: of an enabled account whose address is still the one
    /// it was sent to, and not over at `now`.
    async fn mail_token_user(
        &self,
        token: SecretHash,
        purpose: MailPurpose,
        now: Timestamp,
    ) -> Result<Option<UserId>, StorageError>;

    /// The user's address is theirs, if that is what the link or code of the last such mail shows;
    /// it is spent then. A code that is not it counts as a try; past the last one even the right
    /// one is not looked at, also when many come at once. False: it shows nothing.
    async fn verify_email(
        &self,
        user: UserId,
        proof: MailProof,
        now: Timestamp,
        verified: AuditEvent,
        failed: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Spends a link and sets the password in place of the one there is, ends all of the user's
    /// sessions and families, and forgets all such links of theirs; or nothing at all. The address
    /// counts as verified. `None`: the link is no good, or the account has no password.
    async fn reset_password(
        &self,
        token: SecretHash,
        new: PasswordHash,
        now: Timestamp,
        events: ResetEvents,
    ) -> Result<Option<(UserId, EndedSessions)>, StorageError>;

    /// Spends a link that says "this was not me": deletes the passkey that it is about, if any, ends
    /// all of the user's sessions and families, and where they have a password keeps `reset` as the
    /// link by which they set another. `None`: the link is no good.
    async fn disown(
        &self,
        token: SecretHash,
        reset: SecretHash,
        reset_expires_at: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<(UserId, EndedSessions)>, StorageError>;
}
