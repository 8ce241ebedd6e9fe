//! Accounts: who can sign in, and what they are once they have.

use async_trait::async_trait;
use portcullis_policy::PermissionSet;
use portcullis_types::{SessionId, Timestamp, UserId, profile::Profile};

use crate::{
    AuditEvent, Email, SecretHash, StorageError, passkeys::NewPasskey, passwords::PasswordHash,
    sessions::FirstSession,
};

/// Whether a principal may do anything at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountStatus {
    /// May sign in.
    Enabled,
    /// May not; whatever they had open has ended.
    Disabled,
}

/// A user's account without its credentials.
#[derive(Clone, Debug)]
pub struct Account {
    /// The user's id.
    pub id: UserId,
    /// Their address, unique among accounts.
    pub email: Email,
    /// The name they go by.
    pub name: String,
    /// What else they say of themselves.
    pub profile: Profile,
    /// When they changed name or profile last.
    pub profile_changed_at: Option<Timestamp>,
    /// Whether they may sign in.
    pub status: AccountStatus,
    /// Whether the address has been shown to be theirs.
    pub email_verified: bool,
    /// The language they are written to in, as a BCP 47 tag; none: nobody knows yet.
    pub language: Option<String>,
    /// Whether there is a password.
    pub has_password: bool,
    /// Counts up with every change of roles, status or details.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account about to be made, with at least one way in.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The new user's id.
    pub id: UserId,
    /// Their address.
    pub email: Email,
    /// The name they go by.
    pub name: String,
    /// Whether the address has been shown to be theirs.
    pub email_verified: bool,
    /// The language they are written to in, as a BCP 47 tag.
    pub language: Option<String>,
    /// Their password's hash, if they have one.
    pub password: Option<PasswordHash>,
    /// Their first passkey, if they begin with one.
    pub passkey: Option<NewPasskey>,
    /// Roles they start with.
    pub roles: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An account with what its roles allow: what requests are decided on, kept in memory.
#[derive(Clone, Debug)]
pub struct Principal {
    /// The account.
    pub account: Account,
    /// Names of its roles, sorted; those of its groups as well.
    pub roles: Vec<String>,
    /// Names of its groups, sorted; those above them as well.
    pub groups: Vec<String>,
    /// What the roles allow together.
    pub permissions: PermissionSet,
}

/// An account as the admin list shows it.
#[derive(Clone, Debug)]
pub struct AccountSummary {
    /// The account.
    pub account: Account,
    /// Names of its roles, sorted.
    pub roles: Vec<String>,
    /// How many passkeys it has.
    pub passkeys: u32,
    /// How many unexpired sessions it has.
    pub sessions: u32,
}

/// Which page of accounts is asked for.
#[derive(Clone, Debug)]
pub struct AccountQuery {
    /// Part of address or name, compared without regard to case.
    pub search: Option<String>,
    /// Accounts made before this one (ids are ordered by time).
    pub after: Option<UserId>,
    /// At most this many.
    pub limit: u32,
    /// For counting sessions that are still alive.
    pub now: Timestamp,
}

/// What creating an account came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateAccount {
    /// It exists now.
    Created,
    /// The address has an account already, or the passkey belongs to one.
    Taken,
    /// Only for the first admin: there is an admin already.
    AdminExists,
}

/// What disabling an account came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DisableAccount {
    /// It is disabled now, or was so already; these sessions have ended.
    Disabled(Vec<(SessionId, SecretHash)>),
    /// There is no such account.
    NoUser,
    /// Nobody who may sign in would have the role `admin` any more.
    LastAdmin,
}

/// Keeps accounts.
#[async_trait]
pub trait AccountStore {
    /// Creates the account, its credentials, its roles and, if given, its first session, which ends
    /// the one that its browser had before (see [`SessionStore::begin_session`]); or nothing at all.
    ///
    /// [`SessionStore::begin_session`]: crate::sessions::SessionStore::begin_session
    async fn create_account(
        &self,
        account: NewAccount,
        session: Option<FirstSession>,
        audit: AuditEvent,
    ) -> Result<CreateAccount, StorageError>;

    /// As [`Self::create_account`], but only if no account has the role `admin`; two callers at
    /// once make one admin.
    async fn create_first_admin(
        &self,
        account: NewAccount,
        session: Option<FirstSession>,
        audit: AuditEvent,
    ) -> Result<CreateAccount, StorageError>;

    /// Whether some account has the role `admin`.
    async fn admin_exists(&self) -> Result<bool, StorageError>;

    /// The account with that id.
    async fn account(&self, id: UserId) -> Result<Option<Account>, StorageError>;

    /// The account with that address, and its password's hash.
    async fn account_by_email(
        &self,
        email: &Email,
    ) -> Result<Option<(Account, Option<PasswordHash>)>, StorageError>;

    /// The account with its roles and what they allow, read as of one moment.
    async fn principal(&self, id: UserId) -> Result<Option<Principal>, StorageError>;

    /// A page of accounts, newest first.
    async fn accounts(&self, query: AccountQuery) -> Result<Vec<AccountSummary>, StorageError>;

    /// Gives an account that name and profile, and counts up its version. False: there is none.
    async fn replace_profile(
        &self,
        id: UserId,
        name: &str,
        profile: Profile,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;

    /// Enables an account. False: there is none.
    async fn enable_account(&self, id: UserId, audit: AuditEvent) -> Result<bool, StorageError>;

    /// Disables an account, ends its sessions and revokes its token families, all or nothing. The
    /// last enabled account with the role `admin` stays so, whoever asks at the same time.
    async fn disable_account(
        &self,
        id: UserId,
        now: Timestamp,
        audit: AuditEvent,
    ) -> Result<DisableAccount, StorageError>;
}
