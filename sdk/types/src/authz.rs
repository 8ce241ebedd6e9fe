//! Questions about permissions, on single resources too, asked of the server in batches.

use serde::{Deserialize, Serialize};

/// Most questions in one request.
pub const MOST_CHECKS: usize = 200;
/// Longest name of a resource, in code points.
pub const LONGEST_RESOURCE: usize = 256;

/// Body of `POST /api/authz/check`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckRequest {
    /// The questions, 1 to 200.
    pub checks: Vec<Check>,
}

/// One question: whether the caller has a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The permission, such as `notes:delete`.
    pub permission: String,
    /// On which resource: `type:id`, at most 256 code points. Left out: on any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// What `POST /api/authz/check` answers, all of it as of one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckAnswer {
    /// The caller's [`version`](crate::SessionView::version) that was decided on.
    pub version: i64,
    /// One decision for each question, in the order asked.
    pub decisions: Vec<CheckDecision>,
}

/// One question again, with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckDecision {
    /// The permission asked about.
    pub permission: String,
    /// The resource asked about, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Whether it is allowed. A resource that does not exist is answered like one that is not
    /// allowed.
    pub allowed: bool,
}
