//! `POST /oauth/device_authorization`: a device without a browser asks to be let in (RFC 8628). It
//! shows a code, which somebody types on a device that has one.

pub(crate) mod api;
pub(crate) mod qr;
mod user_code;
mod verification;

use axum::{Json, http::HeaderMap};
use portcullis_domain::{FamilyId, TokenKind, devices::DeviceAuthorization};
use portcullis_types::{
    client::{Client, GrantType},
    oauth::{DeviceResponse, OAuthError},
    paths,
};

use super::{
    client_auth::authenticate,
    errors::Refusal,
    form::{Form, Parameters},
    resources,
};
use crate::{
    app::{App, Handle},
    crypto::token,
    http::{caller::Caller, errors::ApiResult},
    limits::Quota,
};

/// Seconds between two questions of a device (RFC 8628 section 3.2).
const INTERVAL: i64 = 5;

/// Lets a device wait for somebody to let it in.
#[utoipa::path(post, path = "/oauth/device_authorization", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`scope` and `resource`; and what the client authenticates with."),
    responses((status = 200, body = DeviceResponse), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError), (status = 429, body = OAuthError)))]
pub(crate) async fn authorize(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Json<DeviceResponse>, Refusal> {
    take_try(&app, &caller)?;
    let path = paths::OAUTH_DEVICE_AUTHORIZATION;
    let client = authenticate(&app, &caller, &headers, &parameters, path).await?;
    if !client.may(GrantType::DeviceCode) {
        return Err(Refusal::unauthorized_client());
    }
    let scopes = scopes(&client, &parameters)?;
    let resources = resources::asked(&parameters);
    if !resources::are_allowed(&app, &client, &resources) {
        return Err(Refusal::invalid_target());
    }
    let device_code = token::generate(&*app.rng, TokenKind::DeviceCode);
    let seconds = app.config.oauth.device_code_seconds;
    let mut device = DeviceAuthorization {
        device_code: token::hash(&device_code),
        user_code: app.user_codes.of(""),
        family: FamilyId(app.rng.uuid_at(caller.now)),
        client_id: client.id.clone(),
        scopes,
        resources,
        interval_seconds: INTERVAL,
        created_at: caller.now,
        expires_at: caller.now.plus_seconds(seconds),
    };
    // Two devices with the same code are one in ten thousand million; three times is never.
    for _ in 0..3 {
        let code = user_code::generate(&*app.rng);
        device.user_code = app.user_codes.of(&code);
        if app.store.save_device(device.clone()).await? {
            let shown = user_code::shown(&code);
            let uri = format!("{}{}", app.issuer, paths::DEVICE_PAGE);
            let qr = format!("{}{}", app.issuer, paths::OAUTH_DEVICE_QR);
            return Ok(Json(DeviceResponse {
                device_code: device_code.expose().to_owned(),
                verification_uri_complete: format!("{uri}?user_code={shown}"),
                verification_uri: uri,
                verification_uri_qr: format!("{qr}?user_code={shown}"),
                user_code: shown,
                expires_in: u32::try_from(seconds).unwrap_or(u32::MAX),
                interval: u32::try_from(INTERVAL).unwrap_or(u32::MAX),
            }));
        }
    }
    Err(Refusal::server_error())
}

/// What is asked for, if all of it is the client's.
fn scopes(client: &Client, parameters: &Parameters) -> Result<Vec<String>, Refusal> {
    let asked = parameters.get("scope").unwrap_or_default();
    let mut scopes: Vec<String> = Vec::new();
    for scope in asked.split_ascii_whitespace() {
        if !client.scopes.iter().any(|known| known == scope) {
            return Err(Refusal::invalid_scope());
        }
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

/// Counts a device that begins to wait at this address: each takes up room until it expires.
fn take_try(app: &App, caller: &Caller) -> ApiResult<()> {
    let quota = Quota {
        tries: app.config.limits.devices_per_ip,
        seconds: 60,
    };
    let counter = (format!("device ip {}", caller.network()), quota);
    app.limiter.take(caller.now, vec![counter]).map(drop)
}
