//! What the server tells a browser that listens at `GET /api/auth/events`.
//!
//! Each server-sent event is named after [`EventKind`] and carries a [`SessionEvent`] as JSON.

use serde::{Deserialize, Serialize};

/// Why the client should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The stream is open; the version says whether anything was missed.
    Hello,
    /// Roles, permissions or details of the user have changed: ask for the session again.
    Changed,
    /// The session is over.
    Ended,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionEvent {
    /// Why the client should look.
    pub kind: EventKind,
    /// [`crate::SessionView::version`] as of this event.
    pub version: i64,
}
