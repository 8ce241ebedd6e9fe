//! The notes API's calls.

use portcullis_sdk::{Auth, AuthError};
use portcullis_types::notes::{NoteList, NoteView, WriteNoteRequest};
use portcullis_types::{NoteId, paths};

/// The notes that the user may read, latest changed first.
pub(super) async fn list(client: &Auth) -> Result<Vec<NoteView>, AuthError> {
    let list: NoteList = client.request("GET", paths::NOTES, None::<&()>).await?;
    Ok(list.notes)
}

/// Writes a note.
pub(super) async fn create(client: &Auth, text: &str) -> Result<NoteView, AuthError> {
    let body = WriteNoteRequest {
        text: text.to_owned(),
    };
    client.request("POST", paths::NOTES, Some(&body)).await
}

/// Changes a note.
pub(super) async fn change(client: &Auth, id: NoteId, text: &str) -> Result<NoteView, AuthError> {
    let body = WriteNoteRequest {
        text: text.to_owned(),
    };
    client
        .request("PUT", &format!("{}/{id}", paths::NOTES), Some(&body))
        .await
}

/// Deletes a note.
pub(super) async fn delete(client: &Auth, id: NoteId) -> Result<(), AuthError> {
    client
        .request("DELETE", &format!("{}/{id}", paths::NOTES), None::<&()>)
        .await
}
