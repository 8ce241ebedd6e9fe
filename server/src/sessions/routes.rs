//! One's sessions over HTTP: this one, the list, ending them.

use std::sync::Arc;

use axum::{
    Json as Answer,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{SessionId, audit::AuditKind};
use portcullis_types::{
    Problem, SessionAnswer,
    session::{SessionList, SessionSummary, SessionsEnded, SignOutRequest},
};

use super::{end, registry::LiveSession, user_agent::device, view};
use crate::{
    app::Handle,
    http::{
        actor::{Anybody, BrowserSession, Scheme, browser_session},
        body::{Json, Path},
        caller::Caller,
        cookies,
        errors::{ApiError, ApiResult},
        lent,
    },
    oauth::families,
};

/// The session behind the request, or that there is none.
#[utoipa::path(get, path = "/api/auth/session", tag = "sessions",
    responses((status = 200, body = SessionAnswer), (status = 401, body = Problem,
               description = "A bearer token came along and is not valid.")))]
pub(crate) async fn current(app: Handle, caller: Caller, Anybody(actor): Anybody) -> Response {
    let Some(actor) = actor else {
        // The cookie of a session that has ended is left where it is: a sign-in under way at the
        // same time may just have replaced it, and this answer would take the new one away.
        return Answer(view::answer(None, caller.now)).into_response();
    };
    let session = match actor.scheme() {
        Scheme::Cookie(session) => session.view(actor.principal()),
        Scheme::Bearer(family) => {
            let mut view = families::view(&app, family, actor.principal(), caller.now);
            if let Some(client) = actor.lent_to() {
                lent::hide(&mut view.user, client, &family.scopes);
            }
            view
        }
    };
    Answer(view::answer(Some(session), caller.now)).into_response()
}

/// Ends this session, or all of one's sessions. Signed out already: nothing to do, no error.
#[utoipa::path(post, path = "/api/auth/sign-out", tag = "sessions", request_body = SignOutRequest,
    responses((status = 204, description = "Signed out; the cookie is removed.")))]
pub(crate) async fn sign_out(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<SignOutRequest>,
) -> ApiResult<Response> {
    if let Some((session, _)) = browser_session(&app, &headers, caller.now).await? {
        let user = session.user();
        if body.everywhere {
            end_all(&app, &caller, &session, None).await?;
        } else {
            let mut audit = caller.audit(AuditKind::SessionEnded);
            audit.actor = Some(user);
            audit.subject = Some(user);
            audit.session = Some(session.id());
            end::one(&app, user, session.id(), audit).await?;
        }
    }
    let cookie = (header::SET_COOKIE, cookies::clear(cookies::SESSION));
    // What the page has read stays out of the back-forward cache and the disk.
    let clear = (
        axum::http::HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\""),
    );
    Ok((StatusCode::NO_CONTENT, AppendHeaders([cookie, clear])).into_response())
}

/// Lists one's sessions.
#[utoipa::path(get, path = "/api/auth/sessions", tag = "sessions",
    responses((status = 200, body = SessionList), (status = 401, body = Problem)))]
pub(crate) async fn list(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
) -> ApiResult<Answer<SessionList>> {
    let mut sessions: Vec<SessionSummary> = app
        .store
        .sessions_of(browser.user_id(), caller.now)
        .await?
        .into_iter()
        .map(|session| SessionSummary {
            id: session.id,
            current: session.id == browser.session.id(),
            device: device(&session.user_agent),
            last_seen_at: app.sessions.last_seen(&session),
            ip: session.ip,
            amr: session.amr,
            created_at: session.created_at,
        })
        .collect();
    sessions.sort_by_key(|session| (!session.current, std::cmp::Reverse(session.last_seen_at)));
    Ok(Answer(SessionList { sessions }))
}

/// Ends one of one's sessions.
#[utoipa::path(delete, path = "/api/auth/sessions/{id}", tag = "sessions",
    params(("id" = SessionId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn end_one(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Path(id): Path<SessionId>,
) -> ApiResult<StatusCode> {
    let user = browser.user_id();
    let mut audit = caller.audit(AuditKind::SessionEnded);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(id);
    if !end::one(&app, user, id, audit).await? {
        return Err(ApiError::not_found());
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of one's sessions but this one, and revokes one's tokens.
#[utoipa::path(post, path = "/api/auth/sessions/end-others", tag = "sessions",
    responses((status = 200, body = SessionsEnded), (status = 401, body = Problem)))]
pub(crate) async fn end_others(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
) -> ApiResult<Answer<SessionsEnded>> {
    let keep = Some(browser.session.id());
    let ended = end_all(&app, &caller, &browser.session, keep).await?;
    Ok(Answer(SessionsEnded { ended }))
}

async fn end_all(
    app: &Handle,
    caller: &Caller,
    session: &Arc<LiveSession>,
    except: Option<SessionId>,
) -> ApiResult<u64> {
    let user = session.user();
    let mut audit = caller.audit(AuditKind::SessionsEnded);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(session.id());
    end::all(app, user, except, caller.now, audit).await
}
