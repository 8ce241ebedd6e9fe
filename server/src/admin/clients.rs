//! `/api/admin/clients`: OAuth clients, and their secrets.

use axum::{
    Json as Answer,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::{
    AuditEvent, SecretToken,
    audit::AuditKind,
    clients::{ClientSecret, UpdateClient},
};
use portcullis_types::{
    ErrorCode, Problem,
    client::{
        AuthMethod, Client, ClientChanged, ClientPage, ClientQuery, ClientView, RotateSecretRequest,
    },
    paths,
};

use super::{may, may_now};
use crate::{
    app::{App, Handle},
    http::{
        actor::{Actor, BrowserSession},
        body::{Json, Path, Query},
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    oauth::clients::{
        new_id, secrets, sector,
        validate::{self, Invalid},
    },
};

/// Seeing clients.
pub(super) const READ: &str = "clients:read";
/// Registering, changing and deleting them.
pub(super) const MANAGE: &str = "clients:manage";
const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;
/// Longest time that two secrets of a client are good, in seconds: 30 days.
const LONGEST_OVERLAP: u32 = 30 * 24 * 3600;

/// A page of OAuth clients. Needs `clients:read`.
#[utoipa::path(get, path = "/api/admin/clients", tag = "admin", params(ClientQuery),
    responses((status = 200, body = ClientPage), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)))]
pub(crate) async fn list_clients(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
    Query(query): Query<ClientQuery>,
) -> ApiResult<Answer<ClientPage>> {
    may(&app, &caller, &actor, READ).await?;
    let limit = query.limit.unwrap_or(DEFAULT_PAGE);
    let after = query.after.as_deref();
    let search = query.search.as_deref().unwrap_or_default().trim();
    let unusable = after
        .is_some_and(|id| id.len() > 128 || !id.bytes().all(|b| b.is_ascii_graphic()))
        || search.len() > 254
        || search.chars().any(char::is_control);
    if !(1..=LARGEST_PAGE).contains(&limit) || unusable {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "`limit` must be 1 to 100, `after` a client's id and `search` at most 254 bytes.",
        ));
    }
    // One more than asked for tells whether there is a next page.
    let found = app
        .clients
        .page(&*app.store, search, after, limit + 1)
        .await?;
    let more = found.len() > limit as usize;
    let page = found.iter().take(limit as usize);
    let clients: Vec<ClientView> = page.map(|client| client.view(caller.now)).collect();
    let next = clients.last().filter(|_| more);
    let next = next.map(|view| view.client.id.clone());
    Ok(Answer(ClientPage { clients, next }))
}

/// One OAuth client. Needs `clients:read`.
#[utoipa::path(get, path = "/api/admin/clients/{id}", tag = "admin",
    params(("id" = String, Path)),
    responses((status = 200, body = ClientView), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn show_client(
    app: Handle,
    caller: Caller,
    actor: Actor,
    _: BrowserSession,
    Path(id): Path<String>,
) -> ApiResult<Answer<ClientView>> {
    may(&app, &caller, &actor, READ).await?;
    view(&app, &caller, &id).await.map(Answer)
}

/// Registers an OAuth client; its secret, if it has one, is shown this once. Needs
/// `clients:manage`.
#[utoipa::path(post, path = "/api/admin/clients", tag = "admin", request_body = Client,
    responses((status = 201, body = ClientChanged), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem)))]
pub(crate) async fn create_client(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Json(mut client): Json<Client>,
) -> ApiResult<Response> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    if client.id.is_empty() {
        client.id = new_id(&*app.rng, caller.now);
    }
    check(&app, &client, None).await?;
    if app.clients.is_of_file(&client.id) {
        return Err(taken());
    }
    let method = client.token_endpoint_auth_method;
    let secret = method
        .has_secret()
        .then(|| make_secret(&app, &caller, &client.id, method))
        .transpose()?;
    let (token, kept) = secret.unzip();
    let audit = change(
        &caller,
        &actor,
        &browser,
        AuditKind::ClientCreated,
        &client.id,
    );
    let id = client.id.clone();
    if !app.store.create_client(client, kept, audit).await? {
        return Err(taken());
    }
    let body = changed(&app, &caller, &id, token.as_ref()).await?;
    let location = format!("{}/{id}", paths::ADMIN_CLIENTS);
    let mut response = (StatusCode::CREATED, Answer(body)).into_response();
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Changes an OAuth client: what is left out gets its default. A new secret is made, and shown
/// this once, if it authenticates in another way than before. Needs `clients:manage`.
#[utoipa::path(put, path = "/api/admin/clients/{id}", tag = "admin",
    params(("id" = String, Path)), request_body = Client,
    responses((status = 200, body = ClientChanged), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn update_client(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<String>,
    Json(mut client): Json<Client>,
) -> ApiResult<Answer<ClientChanged>> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    manageable(&app, &id)?;
    if !client.id.is_empty() && client.id != id {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "A client's id cannot be changed.",
        )
        .field("id"));
    }
    client.id.clone_from(&id);
    let before = app.clients.find(&*app.store, &id, caller.now).await?;
    let before = before.ok_or_else(ApiError::not_found)?;
    check(&app, &client, Some(&before)).await?;
    let method = client.token_endpoint_auth_method;
    let (token, kept) = make_secret(&app, &caller, &id, method)?;
    let audit = change(&caller, &actor, &browser, AuditKind::ClientUpdated, &id);
    let token = match app.store.update_client(client, kept, audit).await? {
        UpdateClient::Updated => None,
        UpdateClient::UpdatedWithSecret => Some(token),
        UpdateClient::NoClient | UpdateClient::Changed => return Err(ApiError::not_found()),
    };
    changed(&app, &caller, &id, token.as_ref())
        .await
        .map(Answer)
}

/// Gives an OAuth client another secret, shown this once; the one before it goes on being good for
/// as long as is asked. Needs `clients:manage`.
#[utoipa::path(post, path = "/api/admin/clients/{id}/rotate-secret", tag = "admin",
    params(("id" = String, Path)), request_body = RotateSecretRequest,
    responses((status = 200, body = ClientChanged), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn rotate_secret(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<String>,
    Json(request): Json<RotateSecretRequest>,
) -> ApiResult<Answer<ClientChanged>> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    manageable(&app, &id)?;
    if request.overlap_seconds > LONGEST_OVERLAP {
        return Err(ApiError::new(
            ErrorCode::InvalidRequest,
            "The overlap must be at most 30 days.",
        )
        .field("overlap_seconds"));
    }
    let client = app.clients.find(&*app.store, &id, caller.now).await?;
    let method = client
        .ok_or_else(ApiError::not_found)?
        .token_endpoint_auth_method;
    let (token, kept) = make_secret(&app, &caller, &id, method)?;
    let audit = change(
        &caller,
        &actor,
        &browser,
        AuditKind::ClientSecretRotated,
        &id,
    );
    let until = caller.now.plus_seconds(request.overlap_seconds.into());
    let store = &app.store;
    if !store.rotate_client_secret(&id, kept, until, audit).await? {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "This client authenticates without a secret.",
        ));
    }
    changed(&app, &caller, &id, Some(&token)).await.map(Answer)
}

/// Deletes an OAuth client; what it was given ends at once. Needs `clients:manage`.
#[utoipa::path(delete, path = "/api/admin/clients/{id}", tag = "admin",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn delete_client(
    app: Handle,
    caller: Caller,
    actor: Actor,
    browser: BrowserSession,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    may_now(&app, &caller, &actor, &browser, MANAGE).await?;
    manageable(&app, &id)?;
    let audit = change(&caller, &actor, &browser, AuditKind::ClientDeleted, &id);
    if !app.store.delete_client(&id, caller.now, audit).await? {
        return Err(ApiError::not_found());
    }
    app.clients.forget(&id);
    app.families.forget_client(&id);
    app.clients.read_origins(&*app.store).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What cannot be an id is none; what is in the file is changed there.
fn manageable(app: &App, id: &str) -> ApiResult<()> {
    if app.clients.is_of_file(id) {
        return Err(ApiError::new(
            ErrorCode::Conflict,
            "This client is in portcullis.toml. Change it there and start the server again.",
        ));
    }
    if validate::is_manageable_id(id) && !validate::looks_like_a_user(id) {
        Ok(())
    } else {
        Err(ApiError::not_found())
    }
}

async fn check(app: &App, client: &Client, before: Option<&Client>) -> ApiResult<()> {
    let invalid = |field: &str, what: String| {
        ApiError::new(ErrorCode::InvalidRequest, format!("{field}: {what}.")).field(field)
    };
    if !validate::is_manageable_id(&client.id) || validate::looks_like_a_user(&client.id) {
        let what = "use 1 to 128 letters, digits, `-`, `.`, `_` and `~`, and no UUID";
        return Err(invalid("id", what.to_owned()));
    }
    let wrong = |Invalid(field, what)| invalid(field, what);
    validate::check(client).map_err(wrong)?;
    validate::offered(client, &app.config.tls).map_err(wrong)?;
    sector::check(client, before, sector::AskedBy::Admin)
        .await
        .map_err(wrong)
}

fn taken() -> ApiError {
    ApiError::new(
        ErrorCode::Conflict,
        "There is a client with this id already.",
    )
    .field("id")
}

fn make_secret(
    app: &App,
    caller: &Caller,
    id: &str,
    method: AuthMethod,
) -> ApiResult<(SecretToken, ClientSecret)> {
    secrets::generate(&*app.rng, &app.client_secrets, id, method, caller.now)
}

fn change(
    caller: &Caller,
    actor: &Actor,
    browser: &BrowserSession,
    kind: AuditKind,
    id: &str,
) -> AuditEvent {
    let mut audit = caller.audit(kind);
    audit.actor = Some(actor.user_id());
    audit.session = Some(browser.session.id());
    audit.detail = serde_json::json!({ "client": id });
    audit
}

/// Makes memory follow the database, and answers with the client as it is now.
async fn changed(
    app: &App,
    caller: &Caller,
    id: &str,
    token: Option<&SecretToken>,
) -> ApiResult<ClientChanged> {
    app.clients.forget(id);
    app.clients.read_origins(&*app.store).await?;
    Ok(ClientChanged {
        client: view(app, caller, id).await?,
        client_secret: token.map(|token| token.expose().to_owned()),
    })
}

async fn view(app: &App, caller: &Caller, id: &str) -> ApiResult<ClientView> {
    let client = app.clients.find(&*app.store, id, caller.now).await?;
    let client = client.ok_or_else(ApiError::not_found)?;
    Ok(client.view(caller.now))
}
