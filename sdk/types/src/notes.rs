//! The demo app's shared notes.
//!
//! Permissions: `notes:write` (one's own), `notes:read` (everybody's), `notes:delete`
//! (everybody's). One's own notes need no more than being signed in with `notes:write`.

use serde::{Deserialize, Serialize};

use crate::{NoteId, Timestamp, UserId};

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteView {
    /// The note's id.
    pub id: NoteId,
    /// Who wrote it.
    pub owner: UserId,
    /// The writer's name.
    pub owner_name: String,
    /// Whether it is the caller's own.
    pub own: bool,
    /// Its text, 1 to 4,000 code points.
    pub text: String,
    /// When it was first written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What `GET /api/notes` answers: the notes the caller may read, latest changed first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteList {
    /// The notes, 200 at most.
    pub notes: Vec<NoteView>,
}

/// Body of `POST /api/notes` and `PUT /api/notes/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WriteNoteRequest {
    /// The text, 1 to 4,000 code points.
    pub text: String,
}
