//! The audit log: who did what to whom, from where, written in the transaction of the change.

use async_trait::async_trait;
use portcullis_types::{FamilyId, RequestId, SessionId, Timestamp, UserId};

use crate::{StorageError, mail::NewMail};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What happened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AuditKind { $($(#[$doc])* $name,)* }

        impl AuditKind {
            /// The name under which it is kept.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

kinds! {
    /// An account was made.
    AccountCreated = "account.created";
    /// An account was enabled.
    AccountEnabled = "account.enabled";
    /// An account was disabled, and its sessions and families ended.
    AccountDisabled = "account.disabled";
    /// Somebody said other things of themselves.
    ProfileChanged = "account.profile_changed";
    /// Somebody signed in.
    SignedIn = "session.signed_in";
    /// Somebody signed in proved themselves again.
    Elevated = "session.elevated";
    /// A sign-in did not succeed.
    SignInFailed = "session.sign_in_failed";
    /// A session was ended by its user or an admin.
    SessionEnded = "session.ended";
    /// All (other) sessions of a user were ended.
    SessionsEnded = "session.all_ended";
    /// A password was set or changed.
    PasswordChanged = "password.changed";
    /// A link was asked for by which a password can be set.
    PasswordResetAsked = "password.reset_asked";
    /// A password was set by such a link.
    PasswordReset = "password.reset";
    /// A password was not changed: the current one was wrong.
    PasswordChangeFailed = "password.change_failed";
    /// A mail was asked for that shows an address to be its account's.
    EmailVerificationAsked = "email.verification_asked";
    /// An address was shown to be its account's.
    EmailVerified = "email.verified";
    /// A code was typed that does not show it.
    EmailVerificationFailed = "email.verification_failed";
    /// Somebody said that what a mail told of was not them, and all their sessions ended.
    Disowned = "account.disowned";
    /// A mail could not be sent.
    MailGivenUp = "mail.given_up";
    /// A passkey was added.
    PasskeyAdded = "passkey.added";
    /// A passkey was not added: it, or its ceremony, was no good.
    PasskeyRefused = "passkey.refused";
    /// A passkey was renamed.
    PasskeyRenamed = "passkey.renamed";
    /// A passkey was deleted.
    PasskeyDeleted = "passkey.deleted";
    /// An authenticator app was added.
    TotpAdded = "totp.added";
    /// An authenticator app was deleted.
    TotpDeleted = "totp.deleted";
    /// Other recovery codes were made.
    RecoveryCodesReplaced = "recovery_codes.replaced";
    /// A role was given.
    RoleAssigned = "role.assigned";
    /// A role was taken away.
    RoleUnassigned = "role.unassigned";
    /// What a role allows has changed, which happens when a program starts with another list.
    RoleChanged = "role.changed";
    /// A group was made.
    GroupCreated = "group.created";
    /// A group was described anew, or moved.
    GroupChanged = "group.changed";
    /// A group was deleted.
    GroupDeleted = "group.deleted";
    /// Somebody was put into a group.
    GroupMemberAdded = "group.member_added";
    /// Somebody was taken out of a group.
    GroupMemberRemoved = "group.member_removed";
    /// A group was given a role.
    GroupRoleGiven = "group.role_given";
    /// A role was taken from a group.
    GroupRoleTaken = "group.role_taken";
    /// An authorization code was issued.
    CodeIssued = "oauth.code_issued";
    /// A code was presented a second time, and its family revoked.
    CodeReused = "oauth.code_reused";
    /// A token family began.
    FamilyBegan = "oauth.family_began";
    /// A refresh token was rotated.
    Refreshed = "oauth.refreshed";
    /// A spent refresh token was replayed, and its family revoked.
    RefreshReplayed = "oauth.refresh_replayed";
    /// A family was revoked by its client.
    FamilyRevoked = "oauth.family_revoked";
    /// Somebody let a device in.
    DeviceAllowed = "oauth.device_allowed";
    /// Somebody did not let a device in.
    DeviceDenied = "oauth.device_denied";
    /// Somebody let an application have what it asked for.
    ConsentGiven = "oauth.consent_given";
    /// Somebody did not.
    ConsentDenied = "oauth.consent_denied";
    /// Somebody took back what an application had, and its families were revoked.
    ConsentRevoked = "oauth.consent_revoked";
    /// A client was given a token of its own.
    ClientTokenIssued = "oauth.client_token_issued";
    /// A service was given a token for another one, for the user it acts for.
    TokenExchanged = "oauth.token_exchanged";
    /// A service was not given a token for another one; the detail says why.
    TokenExchangeRefused = "oauth.token_exchange_refused";
    /// A client gave a token of its own back.
    TokenRevoked = "oauth.token_revoked";
    /// An OAuth client was registered.
    ClientCreated = "client.created";
    /// Something was made that applications register themselves with.
    RegistrationTokenMade = "client.registration_token_made";
    /// It was taken back before it was over.
    RegistrationTokenRevoked = "client.registration_token_revoked";
    /// An OAuth client was changed.
    ClientUpdated = "client.updated";
    /// An OAuth client was given another secret.
    ClientSecretRotated = "client.secret_rotated";
    /// An OAuth client was deleted, and what it was given revoked.
    ClientDeleted = "client.deleted";
    /// A signing key took another's place.
    KeyRotated = "key.rotated";
    /// Something was denied to somebody signed in.
    Denied = "authz.denied";
    /// A note was written.
    NoteCreated = "note.created";
    /// A note was changed.
    NoteUpdated = "note.updated";
    /// A note was deleted.
    NoteDeleted = "note.deleted";
}

/// One event, as a flow hands it to the store together with the change it describes.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    /// What happened.
    pub kind: AuditKind,
    /// When.
    pub at: Timestamp,
    /// Who did it, if somebody was signed in.
    pub actor: Option<UserId>,
    /// To whom it was done.
    pub subject: Option<UserId>,
    /// In which session.
    pub session: Option<SessionId>,
    /// In which token family.
    pub family: Option<FamilyId>,
    /// Address of the caller.
    pub ip: String,
    /// The request.
    pub request: Option<RequestId>,
    /// What else there is to know; never a secret. Control characters cannot get in: JSON escapes
    /// them.
    pub detail: serde_json::Value,
    /// Mails that tell people of it, queued in the same transaction. A copy of the event queues
    /// none of them again.
    pub mails: Vec<NewMail>,
}

impl AuditEvent {
    /// An event that no request is behind, such as what happens when the server starts.
    pub fn by_itself(kind: AuditKind, at: Timestamp) -> Self {
        Self {
            kind,
            at,
            actor: None,
            subject: None,
            session: None,
            family: None,
            ip: String::new(),
            request: None,
            detail: serde_json::Value::Null,
            mails: Vec::new(),
        }
    }
}

/// An event as it is kept, with its place in the order.
#[derive(Clone, Debug)]
pub struct AuditRow {
    /// Its place; gaps are possible, going back is not.
    pub sequence: i64,
    /// [`AuditKind::as_str`].
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Option<UserId>,
    /// To whom.
    pub subject: Option<UserId>,
    /// The rest.
    pub detail: serde_json::Value,
}

/// Keeps the audit log.
#[async_trait]
pub trait AuditStore {
    /// Writes an event that goes with no change, such as a failed sign-in.
    async fn record(&self, event: AuditEvent) -> Result<(), StorageError>;

    /// The latest events, newest first.
    async fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>, StorageError>;
}
