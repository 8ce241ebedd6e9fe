//! The session as its own browser sees it, and the list of a user's sessions.

use serde::{Deserialize, Serialize};

use crate::{SessionId, Timestamp, UserId};

/// What `GET /api/auth/session` answers. Not being signed in is an answer, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionAnswer {
    /// The session, or nothing when nobody is signed in.
    pub session: Option<SessionView>,
    /// The server's clock, from which a client measures how wrong its own is.
    pub server_time: Timestamp,
}

/// A live session and what its user may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    /// The session; in token mode the token family.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserView,
    /// The user's roles, sorted.
    pub roles: Vec<String>,
    /// Every permission the roles give, sorted; patterns such as `notes:*` included.
    pub permissions: Vec<String>,
    /// Counts up whenever the user's roles or status change; a larger one is newer.
    pub version: i64,
    /// How the user proved themselves: RFC 8176 values such as `pwd`, `hwk`, `user`.
    pub amr: Vec<String>,
    /// When the user last proved themselves.
    pub auth_time: Timestamp,
    /// When the session ends if it is not used.
    pub idle_expires_at: Timestamp,
    /// When the session ends whatever happens.
    pub expires_at: Timestamp,
}

/// A user as shown to themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserView {
    /// The user's id.
    pub id: UserId,
    /// Their email address, normalised.
    pub email: String,
    /// The name they go by.
    pub name: String,
    /// Whether the account has a password (a passkey-only account has none).
    pub has_password: bool,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// One row of the list of a user's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSummary {
    /// The session's id.
    pub id: SessionId,
    /// Whether it is the one this request came with.
    pub current: bool,
    /// The browser and system in words, such as `Firefox on Linux`.
    pub device: String,
    /// The address it was signed in from.
    pub ip: String,
    /// How it was signed in: RFC 8176 values.
    pub amr: Vec<String>,
    /// When it was signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute or better.
    pub last_seen_at: Timestamp,
}

/// What `GET /api/auth/sessions` answers, the current session first, then latest used first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionList {
    /// The sessions.
    pub sessions: Vec<SessionSummary>,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// The number of sessions that are over now.
    pub ended: u64,
}

/// Body of `POST /api/auth/sign-out`; an empty object ends this session only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignOutRequest {
    /// End all of the user's sessions and token families.
    #[serde(default)]
    pub everywhere: bool,
}
