//! The minimal admin API: users, their roles, and whether they may sign in.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, UserId};

/// Query of `GET /api/admin/users`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct UserQuery {
    /// Part of an email address or name, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Where the page before this one ended: its `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many, 1 to 100; 50 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of users, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserPage {
    /// The users.
    pub users: Vec<AdminUserView>,
    /// `after` for the next page; nothing: this is the last one.
    pub next: Option<UserId>,
}

/// A user as an admin sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminUserView {
    /// The user's id.
    pub id: UserId,
    /// Their email address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// Whether they may sign in.
    pub enabled: bool,
    /// Their roles, sorted.
    pub roles: Vec<String>,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// How many sessions they have now.
    pub sessions: u32,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// Body of `POST /api/admin/groups`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewGroupRequest {
    /// Its name: 1 to 64 lower-case letters, digits, `-` and `_`; it stays.
    pub name: String,
    /// What it is for, at most 256 code points.
    #[serde(default)]
    pub description: String,
    /// The group that it sits in; left out: in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// Body of `PUT /api/admin/groups/{group}`; what is left out gets its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct GroupRequest {
    /// What it is for, at most 256 code points.
    #[serde(default)]
    pub description: String,
    /// The group that it sits in; left out: in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A group: a named set of users, who have its roles and those of the groups that it sits in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupView {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The group that it sits in.
    pub parent: Option<String>,
    /// Roles that it carries itself, sorted.
    pub roles: Vec<String>,
    /// How many users are in it itself.
    pub members: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What `GET /api/admin/groups` answers, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupList {
    /// The groups.
    pub groups: Vec<GroupView>,
}

/// Query of `GET /api/admin/groups/{group}/members`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct MemberQuery {
    /// Where the page before this one ended: its `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<UserId>,
    /// How many, 1 to 100; 50 if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberView {
    /// Who.
    pub id: UserId,
    /// Their email address.
    pub email: String,
    /// Their name.
    pub name: String,
}

/// A page of a group's own members, oldest account first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberPage {
    /// The members.
    pub members: Vec<MemberView>,
    /// `after` for the next page; nothing: this is the last one.
    pub next: Option<UserId>,
}

/// A role and what it permits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleView {
    /// The role's name, such as `moderator`.
    pub name: String,
    /// What it is for, in a sentence.
    pub description: String,
    /// Its permissions, sorted.
    pub permissions: Vec<String>,
}

/// What `GET /api/admin/roles` answers, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleList {
    /// The roles.
    pub roles: Vec<RoleView>,
}
