//! Groups: named sets of users. A group carries roles and may sit in a parent; its members have the
//! roles of all groups above it as well.

use async_trait::async_trait;
use portcullis_types::{Timestamp, UserId};

use crate::{AuditEvent, StorageError};

/// Most groups above one another.
pub const DEEPEST: usize = 16;

/// A group as it is about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewGroup {
    /// Its name: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The group that it sits in.
    pub parent: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The group that it sits in.
    pub parent: Option<String>,
    /// Roles that it carries itself, sorted.
    pub roles: Vec<String>,
    /// How many users are in it, those of groups below it not counted.
    pub members: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// The name they go by.
    pub name: String,
}

/// What is to become of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupChange {
    /// Another description.
    Describe(String),
    /// Into that parent, or into none.
    Move(Option<String>),
    /// Carry a role as well.
    GiveRole(String),
    /// Carry it no longer.
    TakeRole(String),
    /// One more member.
    Add(UserId),
    /// One less.
    Remove(UserId),
    /// It is no more, and nobody is in it.
    Delete,
}

/// What changing groups came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedGroup {
    /// It is as asked now; these users may do more or less than before, or are in other groups.
    Changed(Vec<UserId>),
    /// It was so already; nothing was written.
    Unchanged,
    /// There is a group of that name already.
    Taken,
    /// There is no such group.
    NoGroup,
    /// There is no such parent.
    NoParent,
    /// There is no such role.
    NoRole,
    /// There is no such user.
    NoUser,
    /// It would be above itself.
    Cycle,
    /// More than [`DEEPEST`] groups would be above one another.
    TooDeep,
    /// There are groups in it.
    HasGroups,
}

/// Keeps groups.
#[async_trait]
pub trait GroupStore {
    /// Makes a group.
    async fn create_group(
        &self,
        group: NewGroup,
        audit: AuditEvent,
    ) -> Result<ChangedGroup, StorageError>;

    /// All groups, by name.
    async fn groups(&self) -> Result<Vec<Group>, StorageError>;

    /// At most so many of a group's own members, from after that one; by id.
    async fn group_members(
        &self,
        group: &str,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<Member>, StorageError>;

    /// Makes the changes, all or none, and counts up the versions of the accounts that they touch.
    /// Whoever moves groups at the same time makes no cycle together.
    async fn change_group(
        &self,
        name: &str,
        changes: Vec<GroupChange>,
        audit: AuditEvent,
    ) -> Result<ChangedGroup, StorageError>;
}
