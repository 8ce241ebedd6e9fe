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
