//! `/api/notes`: one's own notes with `notes:write`, everybody's with `notes:read` and
//! `notes:delete`.

use axum::{
    Json as Answer,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use portcullis_domain::{AuditEvent, NoteId, audit::AuditKind, notes::Note};
use portcullis_types::{
    ErrorCode, Problem,
    notes::{NoteList, NoteView, WriteNoteRequest},
};

use crate::{
    app::Handle,
    authz::{RequireAny, RequirePermission},
    http::{
        Actor,
        body::{Json, Path},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    permissions,
};

permissions! {
    /// Writing, changing and deleting one's own notes.
    pub(crate) Write = "notes:write";
    /// Reading everybody's.
    pub(crate) Read = "notes:read";
    /// Deleting everybody's.
    pub(crate) Delete = "notes:delete";
}

const MOST_NOTES: u32 = 200;
const LONGEST: usize = 4000;

/// The notes one may read.
#[utoipa::path(get, path = "/api/notes", tag = "demo",
    responses((status = 200, body = NoteList), (status = 401, body = Problem),
              (status = 403, body = Problem)))]
pub(crate) async fn list_notes(
    app: Handle,
    RequireAny { actor, .. }: RequireAny<(Write, Read)>,
) -> ApiResult<Answer<NoteList>> {
    let owner = (!actor.can("notes:read")).then(|| actor.user_id());
    let notes = app.store.notes(owner, MOST_NOTES).await?;
    Ok(Answer(NoteList {
        notes: notes.into_iter().map(|note| view(note, &actor)).collect(),
    }))
}

/// Writes a note.
#[utoipa::path(post, path = "/api/notes", tag = "demo", request_body = WriteNoteRequest,
    responses((status = 201, body = NoteView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn create_note(
    app: Handle,
    caller: Caller,
    RequirePermission { actor, .. }: RequirePermission<Write>,
    Json(body): Json<WriteNoteRequest>,
) -> ApiResult<Response> {
    let note = Note {
        id: NoteId(app.rng.uuid_at(caller.now)),
        owner: actor.user_id(),
        owner_name: actor.principal().account.name.clone(),
        text: text(&body)?,
        created_at: caller.now,
        updated_at: caller.now,
    };
    let audit = event(&caller, &actor, AuditKind::NoteCreated, note.id);
    app.store.create_note(note.clone(), audit).await?;
    Ok((StatusCode::CREATED, Answer(view(note, &actor))).into_response())
}

/// Changes one of one's own notes. Another's is not found, whoever asks.
#[utoipa::path(put, path = "/api/notes/{id}", tag = "demo", params(("id" = NoteId, Path)),
    request_body = WriteNoteRequest,
    responses((status = 200, body = NoteView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn update_note(
    app: Handle,
    caller: Caller,
    RequirePermission { actor, .. }: RequirePermission<Write>,
    Path(id): Path<NoteId>,
    Json(body): Json<WriteNoteRequest>,
) -> ApiResult<Answer<NoteView>> {
    let text = text(&body)?;
    let audit = event(&caller, &actor, AuditKind::NoteUpdated, id);
    let note = app
        .store
        .update_note(id, actor.user_id(), &text, caller.now, audit)
        .await?;
    Ok(Answer(view(note.ok_or_else(ApiError::not_found)?, &actor)))
}

/// Deletes a note: one's own, or with `notes:delete` anybody's.
#[utoipa::path(delete, path = "/api/notes/{id}", tag = "demo", params(("id" = NoteId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn delete_note(
    app: Handle,
    caller: Caller,
    RequireAny { actor, .. }: RequireAny<(Write, Delete)>,
    Path(id): Path<NoteId>,
) -> ApiResult<StatusCode> {
    let owner = (!actor.can("notes:delete")).then(|| actor.user_id());
    let audit = event(&caller, &actor, AuditKind::NoteDeleted, id);
    if app.store.delete_note(id, owner, audit).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::not_found())
    }
}

fn text(body: &WriteNoteRequest) -> ApiResult<String> {
    let length = body.text.trim().chars().count();
    if (1..=LONGEST).contains(&length) && !body.text.contains('\0') {
        return Ok(body.text.trim().to_owned());
    }
    Err(ApiError::new(
        ErrorCode::InvalidRequest,
        "A note has 1 to 4,000 characters.",
    )
    .field("text"))
}

fn event(caller: &Caller, actor: &Actor, kind: AuditKind, note: NoteId) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(actor.user_id());
    audit.detail = serde_json::json!({ "note": note });
    audit
}

fn view(note: Note, actor: &Actor) -> NoteView {
    NoteView {
        own: note.owner == actor.user_id(),
        id: note.id,
        owner: note.owner,
        owner_name: note.owner_name,
        text: note.text,
        created_at: note.created_at,
        updated_at: note.updated_at,
    }
}
