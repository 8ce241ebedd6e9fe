//! The demo app's notes.

use std::collections::HashMap;

use async_trait::async_trait;
use portcullis_types::{NoteId, Timestamp, UserId};

use crate::{AuditEvent, StorageError};

/// A note.
#[derive(Clone, Debug)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// Who wrote it.
    pub owner: UserId,
    /// The writer's name.
    pub owner_name: String,
    /// Its text.
    pub text: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Keeps notes. Who may do what is decided by the caller, and handed down as `owner`: `Some` limits
/// the statement to that user's notes.
#[async_trait]
pub trait NoteStore {
    /// The latest changed notes, `limit` at most.
    async fn notes(&self, owner: Option<UserId>, limit: u32) -> Result<Vec<Note>, StorageError>;

    /// Whose each of these notes is, read as of one moment; one that does not exist is left out.
    async fn note_owners(&self, ids: &[NoteId]) -> Result<HashMap<NoteId, UserId>, StorageError>;

    /// Keeps a new note.
    async fn create_note(&self, note: Note, audit: AuditEvent) -> Result<(), StorageError>;

    /// Changes a note's text. `None`: no such note (of that owner).
    async fn update_note(
        &self,
        id: NoteId,
        owner: UserId,
        text: &str,
        at: Timestamp,
        audit: AuditEvent,
    ) -> Result<Option<Note>, StorageError>;

    /// Deletes a note. False: no such note (of that owner).
    async fn delete_note(
        &self,
        id: NoteId,
        owner: Option<UserId>,
        audit: AuditEvent,
    ) -> Result<bool, StorageError>;
}
