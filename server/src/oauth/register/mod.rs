//! `/oauth/register`: applications register themselves with an initial access token that an admin
//! has made (RFC 7591), and manage their own registration afterwards (RFC 7592).

pub(crate) mod initial;
mod metadata;

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::{
    SecretToken, TokenKind,
    audit::AuditKind,
    clients::UpdateClient,
    registration::{RegisterClient, SelfRegistration},
};
use portcullis_types::{
    client::Client,
    oauth::OAuthError,
    paths,
    registration::{ClientMetadata, RegistrationResponse},
};

use self::metadata::Refused;
use super::{
    clients::{Registered, new_id, secrets, sector, validate},
    errors::Refusal,
};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{
        body::{self, Path},
        caller::Caller,
    },
    limits::Quota,
};

/// How many sectors may be named from one address.
const SECTORS: Quota = Quota {
    tries: 20,
    seconds: 60,
};

/// Why a request was refused.
pub(crate) enum Failure {
    /// No good token came with it (RFC 6750 section 3).
    Token,
    Refused(Refused),
    Other(Refusal),
}

impl<T: Into<Refusal>> From<T> for Failure {
    fn from(error: T) -> Self {
        Self::Other(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        let say = |status: StatusCode, error: &str, description: &str| {
            let error = OAuthError {
                error: error.to_owned(),
                error_description: Some(description.to_owned()),
            };
            (status, Json(error)).into_response()
        };
        match self {
            Self::Token => {
                let said = "The access token is missing, used up, over, or another application's.";
                let mut answer = say(StatusCode::UNAUTHORIZED, "invalid_token", said);
                let headers = answer.headers_mut();
                headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
                answer
            }
            Self::Refused(Refused(error, said)) => say(StatusCode::BAD_REQUEST, error, &said),
            Self::Other(refusal) => refusal.into_response(),
        }
    }
}

/// The token that a request shows.
fn bearer(headers: &HeaderMap, kind: TokenKind) -> Result<SecretToken, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let shown = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    shown
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .and_then(|(_, text)| token::parse(kind, text.trim()))
        .ok_or(Failure::Token)
}

/// What an application says of itself.
async fn said(request: Request) -> Result<ClientMetadata, Failure> {
    if !body::is_json(request.headers()) {
        let said = "Send the client metadata as application/json.";
        return Err(Failure::Refused(Refused(
            "invalid_client_metadata",
            said.to_owned(),
        )));
    }
    let body = body::read(request, &()).await?;
    let read = serde_json::from_slice(&body).ok();
    let is_object = body.trim_ascii_start().first() == Some(&b'{');
    read.filter(|_| is_object).ok_or_else(|| {
        let said = "The body is no JSON object of client metadata.";
        Failure::Refused(Refused("invalid_client_metadata", said.to_owned()))
    })
}

/// Whether the sector that an application names counts it in; asked now and then, not by whoever
/// wants to have pages fetched.
async fn in_sector(
    app: &App,
    caller: &Caller,
    client: &Client,
    before: Option<&Client>,
) -> Result<(), Failure> {
    if client.sector_identifier_uri.is_some() {
        let counter = format!("sector:{}", caller.network());
        app.limiter
            .take(caller.now, vec![(counter, SECTORS)])
            .map(drop)?;
    }
    let checked = sector::check(client, before, sector::AskedBy::Anybody).await;
    checked.map_err(|invalid| Failure::Refused(metadata::refused(invalid)))
}

/// Registers an application.
#[utoipa::path(post, path = "/oauth/register", tag = "oauth", request_body = ClientMetadata,
    responses((status = 201, body = RegistrationResponse), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError)))]
pub(crate) async fn register(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Failure> {
    let initial = bearer(&headers, TokenKind::InitialAccess)?;
    // Nothing is fetched for who has no token; whether it is used up is decided when it is spent.
    let shown = app
        .store
        .initial_token(token::hash(&initial), caller.now)
        .await?
        .ok_or(Failure::Token)?;
    let mut said = said(request).await?;
    // It gets one that nobody has.
    said.client_id = None;
    let id = new_id(&*app.rng, caller.now);
    let client = metadata::new_client(&id, said).map_err(Failure::Refused)?;
    offered(&app, &client)?;
    in_sector(&app, &caller, &client, None).await?;
    let method = client.token_endpoint_auth_method;
    let secret = method
        .has_secret()
        .then(|| secrets::generate(&*app.rng, &app.client_secrets, &id, method, caller.now));
    let (secret, kept) = secret.transpose()?.unzip();
    let token = token::generate(&*app.rng, TokenKind::Registration);
    let registration = SelfRegistration {
        initial: token::hash(&initial),
        client,
        secret: kept,
        token: token::hash(&token),
    };
    let mut audit = caller.audit(AuditKind::ClientCreated);
    audit.detail = serde_json::json!({
        "client": id, "method": "registration", "registration_token": shown.id,
    });
    let registered = app.store.register_client(registration, caller.now, audit);
    match registered.await? {
        RegisterClient::Registered => {}
        RegisterClient::NoToken => return Err(Failure::Token),
        RegisterClient::Taken => return Err(Refusal::server_error().into()),
    }
    let body = answer(&app, &caller, &id, &token, secret.as_ref()).await?;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What the application is registered as.
#[utoipa::path(get, path = "/oauth/register/{id}", tag = "oauth", params(("id" = String, Path)),
    responses((status = 200, body = RegistrationResponse), (status = 401, body = OAuthError)))]
pub(crate) async fn show(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let token = own(&app, &headers, &id).await?;
    let body = answer(&app, &caller, &id, &token, None).await?;
    Ok(Json(body).into_response())
}

/// Changes what the application is registered as. What is left out goes, but for scopes, grants and
/// ways, which stay; there is no more of them than before, and what an admin has made of it stays.
#[utoipa::path(put, path = "/oauth/register/{id}", tag = "oauth", params(("id" = String, Path)),
    request_body = ClientMetadata,
    responses((status = 200, body = RegistrationResponse), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError)))]
pub(crate) async fn update(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Failure> {
    let token = own(&app, &headers, &id).await?;
    let said = said(request).await?;
    if said.client_id.as_ref() != Some(&id) {
        let what = "client_id: must be the application's own.".to_owned();
        return Err(Failure::Refused(Refused("invalid_client_metadata", what)));
    }
    // As it is in the database, and only if it still is: an admin's change is not undone by one that
    // was on its way.
    let seen = app.store.client(&id).await?.ok_or(Failure::Token)?.client;
    let client = metadata::changed(&seen, said).map_err(Failure::Refused)?;
    offered(&app, &client)?;
    in_sector(&app, &caller, &client, Some(&seen)).await?;
    let method = client.token_endpoint_auth_method;
    let sealer = &app.client_secrets;
    let (secret, kept) = secrets::generate(&*app.rng, sealer, &id, method, caller.now)?;
    let mut audit = caller.audit(AuditKind::ClientUpdated);
    audit.detail = serde_json::json!({ "client": id, "method": "registration" });
    let updated = app.store.update_client_seen(seen, client, kept, audit);
    let secret = match updated.await? {
        UpdateClient::Updated => None,
        UpdateClient::UpdatedWithSecret => Some(secret),
        UpdateClient::NoClient => return Err(Failure::Token),
        UpdateClient::Changed => {
            let what = "The registration was changed meanwhile; read it again.".to_owned();
            return Err(Failure::Refused(Refused("invalid_client_metadata", what)));
        }
    };
    let body = answer(&app, &caller, &id, &token, secret.as_ref()).await?;
    Ok(Json(body).into_response())
}

/// Deletes the application; what it was given ends at once.
#[utoipa::path(delete, path = "/oauth/register/{id}", tag = "oauth",
    params(("id" = String, Path)),
    responses((status = 204), (status = 401, body = OAuthError)))]
pub(crate) async fn delete(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<StatusCode, Failure> {
    own(&app, &headers, &id).await?;
    let mut audit = caller.audit(AuditKind::ClientDeleted);
    audit.detail = serde_json::json!({ "client": id, "method": "registration" });
    if !app.store.delete_client(&id, caller.now, audit).await? {
        return Err(Failure::Token);
    }
    app.clients.forget(&id);
    app.families.forget_client(&id);
    app.clients.read_origins(&*app.store).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether it can be had here.
fn offered(app: &App, client: &Client) -> Result<(), Failure> {
    let offered = validate::offered(client, &app.config.tls);
    offered.map_err(|wrong| Failure::Refused(metadata::refused(wrong)))
}

/// The registration token, if it is that client's; whether the client is there, nobody else learns.
async fn own(app: &App, headers: &HeaderMap, id: &str) -> Result<SecretToken, Failure> {
    let token = bearer(headers, TokenKind::Registration)?;
    let hash = token::hash(&token);
    if app.store.is_registration_token(id, hash).await? {
        Ok(token)
    } else {
        Err(Failure::Token)
    }
}

/// Makes memory follow the database, and answers with the client as it is now.
async fn answer(
    app: &App,
    caller: &Caller,
    id: &str,
    token: &SecretToken,
    secret: Option<&SecretToken>,
) -> Result<RegistrationResponse, Failure> {
    app.clients.forget(id);
    app.clients.read_origins(&*app.store).await?;
    let client = app.clients.find(&*app.store, id, caller.now).await?;
    let client = client.ok_or(Failure::Token)?;
    let registered: &Registered = &client;
    let issued = registered.view(caller.now).created_at.unwrap_or_default();
    Ok(RegistrationResponse {
        metadata: metadata::of_client(registered),
        client_secret: secret.map(|secret| secret.expose().to_owned()),
        client_secret_expires_at: secret.map(|_| 0),
        client_id_issued_at: issued.as_seconds(),
        registration_client_uri: format!("{}{}/{id}", app.issuer, paths::OAUTH_REGISTER),
        registration_access_token: token.expose().to_owned(),
    })
}
