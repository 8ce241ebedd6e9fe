//! The notes API's calls.

use portcullis_sdk::{Auth, AuthError, ErrorKind};
use portcullis_types::notes::{NoteList, NoteView, WriteNoteRequest};
use portcullis_types::{ErrorCode, NoteId, paths};
use web_sys::{Request, RequestInit};

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

/// Deletes a note. The request outlives the page: it may be sent while the user is leaving.
pub(super) async fn delete(client: &Auth, id: NoteId) -> Result<(), AuthError> {
    let init = RequestInit::new();
    init.set_method("DELETE");
    // Where `keepalive` is unknown, it is ignored.
    _ = js_sys::Reflect::set(&init, &"keepalive".into(), &true.into());
    let path = format!("{}/{id}", paths::NOTES);
    let request =
        Request::new_with_str_and_init(&path, &init).map_err(|_| ErrorKind::NotSupported)?;
    let response = client.fetch(request).await?;
    match response.status() {
        // Gone already is as good as deleted.
        200..300 | 404 => Ok(()),
        401 => Err(ErrorKind::SignedOut.into()),
        403 => Err(ErrorKind::Server(ErrorCode::Forbidden).into()),
        _ => Err(ErrorKind::UnexpectedAnswer.into()),
    }
}
