//! `/api/consent` and `/api/auth/consents`: what the consent page shows and decides, and one's
//! connected applications.

use axum::{
    Json as Answer,
    http::{HeaderMap, StatusCode},
};
use portcullis_domain::{audit::AuditKind, consents::Consent};
use portcullis_types::{
    Problem,
    consent::{
        ConsentDecided, ConsentDecisionRequest, ConsentList, ConsentQuery, ConsentSummary,
        ConsentView,
    },
};

use super::authorize::consent::{self, Wanted};
use crate::{
    app::Handle,
    http::{
        actor::BrowserSession,
        body::{Json, Path, Query},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
};

/// What an application asks for that has sent the browser here.
#[utoipa::path(get, path = "/api/consent", tag = "account", params(ConsentQuery),
    responses((status = 200, body = ConsentView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn show_consent(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    browser: BrowserSession,
    Query(query): Query<ConsentQuery>,
) -> ApiResult<Answer<ConsentView>> {
    let user = browser.user_id();
    let question = consent::open(&app, &caller, &headers, user, &query.request)?;
    let client = app
        .clients
        .find(&*app.store, &question.client_id, caller.now);
    let client = client.await?.ok_or_else(consent::over)?;
    let principal = app.principals.enabled(&*app.store, user).await?;
    let principal = principal.ok_or_else(consent::over)?;
    let wanted = Wanted::of(&client, &question.parameters);
    Ok(Answer(ConsentView {
        client_id: client.id.clone(),
        client_name: client.name.clone(),
        logo_uri: client.logo_uri.clone(),
        policy_uri: client.policy_uri.clone(),
        tos_uri: client.tos_uri.clone(),
        goes_to: question.goes_to(),
        scopes: wanted.scopes,
        resources: wanted.resources,
        email: principal.account.email.as_str().to_owned(),
        another_account: question.another_account(&app, &headers)?,
        expires_at: question.expires_at(),
    }))
}

/// Lets the application have what it asks for, or not; once.
#[utoipa::path(post, path = "/api/consent", tag = "account",
    request_body = ConsentDecisionRequest,
    responses((status = 200, body = ConsentDecided), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn decide_consent(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    browser: BrowserSession,
    Json(request): Json<ConsentDecisionRequest>,
) -> ApiResult<Answer<ConsentDecided>> {
    let user = browser.user_id();
    let question = consent::open(&app, &caller, &headers, user, &request.request)?;
    let client = app
        .clients
        .find(&*app.store, &question.client_id, caller.now);
    let client = client.await?.ok_or_else(consent::over)?;
    let wanted = Wanted::of(&client, &question.parameters);
    let kind = if request.allow {
        AuditKind::ConsentGiven
    } else {
        AuditKind::ConsentDenied
    };
    let mut audit = caller.audit(kind);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({
        "client": client.id, "scopes": wanted.scopes, "resources": wanted.resources,
    });
    let allowed = request.allow.then(|| Consent {
        user,
        client_id: client.id.clone(),
        scopes: wanted.scopes,
        resources: wanted.resources,
        created_at: caller.now,
        updated_at: caller.now,
    });
    let decision = question.decision(user, allowed);
    if !app.store.decide_consent(decision, audit).await? {
        return Err(consent::over());
    }
    Ok(Answer(ConsentDecided {
        continue_to: question.answered(&app, &headers, user, request.allow)?,
    }))
}

/// Lists one's connected applications.
#[utoipa::path(get, path = "/api/auth/consents", tag = "account",
    responses((status = 200, body = ConsentList), (status = 401, body = Problem),
              (status = 403, body = Problem)))]
pub(crate) async fn list_consents(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
) -> ApiResult<Answer<ConsentList>> {
    let mut consents = Vec::new();
    for kept in app.store.consents_of(browser.user_id()).await? {
        let client = app.clients.find(&*app.store, &kept.client_id, caller.now);
        let client = client.await?;
        consents.push(ConsentSummary {
            // One that was taken out of the file has left its id only.
            client_name: client
                .as_ref()
                .map_or_else(|| kept.client_id.clone(), |client| client.name.clone()),
            logo_uri: client.and_then(|client| client.logo_uri.clone()),
            client_id: kept.client_id,
            scopes: kept.scopes,
            resources: kept.resources,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
        });
    }
    Ok(Answer(ConsentList { consents }))
}

/// Disconnects an application: what it was given ends at once.
#[utoipa::path(delete, path = "/api/auth/consents/{id}", tag = "account",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)))]
pub(crate) async fn revoke_consent(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Path(client_id): Path<String>,
) -> ApiResult<StatusCode> {
    let user = browser.user_id();
    // What no client can be called, a database need not see.
    if client_id.len() > 256 || client_id.chars().any(char::is_control) {
        return Err(ApiError::not_found());
    }
    let mut audit = caller.audit(AuditKind::ConsentRevoked);
    audit.actor = Some(user);
    audit.subject = Some(user);
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "client": client_id });
    let store = &app.store;
    if !store
        .revoke_consent(user, &client_id, caller.now, audit)
        .await?
    {
        return Err(ApiError::not_found());
    }
    app.families.forget_user(user);
    Ok(StatusCode::NO_CONTENT)
}
