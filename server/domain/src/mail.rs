//! Mails: what is sent, and the outbox that they wait in.
//!
//! A mail is queued in the transaction of what it tells of ([`AuditEvent::mails`]) and stays until
//! somebody has taken it, or nobody is going to: it is neither lost when the server ends nor told
//! of something that has not happened.
//!
//! [`AuditEvent::mails`]: crate::AuditEvent::mails

use async_trait::async_trait;
use portcullis_types::{Timestamp, UserId};
use uuid::Uuid;

use crate::{AuditEvent, StorageError};

/// A mail's id; what its `Message-ID` is made of, so that one that comes twice shows as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailId(pub Uuid);

/// A mail that is about to be queued.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    /// Its id.
    pub id: MailId,
    /// What it is about, in a word, for logs and the audit log.
    pub kind: &'static str,
    /// Whose account it is about, where that is known.
    pub user: Option<UserId>,
    /// Whom it goes to and what it says, sealed: there are links in it that let people in.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// A mail in the outbox.
#[derive(Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its id.
    pub id: MailId,
    /// What it is about.
    pub kind: String,
    /// Whose account it is about, where that is known.
    pub user: Option<UserId>,
    /// Whom it goes to and what it says, sealed.
    pub sealed: Vec<u8>,
    /// How often it was tried.
    pub tries: u32,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}

/// Debug output shows nothing of what a mail says.
macro_rules! opaque_debug {
    ($($name:ident),*) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("id", &self.id)
                    .field("kind", &self.kind)
                    .finish_non_exhaustive()
            }
        }
    )*};
}
opaque_debug!(NewMail, QueuedMail);

/// Keeps mails until they are sent.
#[async_trait]
pub trait MailStore {
    /// At most `limit` mails that are due at `now`, the earliest first. They count as tried once
    /// more, and nobody else gets them until `until`.
    async fn take_due_mails(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<QueuedMail>, StorageError>;

    /// Has a mail wait until then.
    async fn put_off_mail(&self, id: MailId, until: Timestamp) -> Result<(), StorageError>;

    /// A mail was sent, or nobody is to get it: it is erased.
    async fn finish_mail(&self, id: MailId) -> Result<(), StorageError>;

    /// A mail cannot be sent: it is erased, and that is written down.
    async fn give_up_mail(&self, id: MailId, audit: AuditEvent) -> Result<(), StorageError>;

    /// The latest mails in the outbox, newest first.
    async fn mails(&self, limit: u32) -> Result<Vec<QueuedMail>, StorageError>;
}

/// A mail as it leaves.
#[derive(Clone)]
pub struct Message {
    /// Without brackets: `id@host`. The same each time the mail is tried.
    pub message_id: String,
    /// Whom it goes to: an address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// For readers without HTML.
    pub text: String,
    /// For all others.
    pub html: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

/// What came of sending a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The next server has taken it.
    Sent,
    /// Nobody will ever take it, such as when there is no such mailbox.
    Refused(String),
    /// It was not taken this time.
    Failed(String),
}

/// Sends mails.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail on. Takes less than a minute, or another worker begins on it too.
    async fn send(&self, message: &Message) -> Delivery;
}
