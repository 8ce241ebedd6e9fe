//! `/api/device`: what a page of one's own needs to let devices in.

use axum::{Json as Answer, http::StatusCode};
use portcullis_types::{
    Problem,
    device::{DeviceDecisionRequest, DeviceQuery, DeviceView},
};

use super::verification::{self, Waiting};
use crate::{
    app::Handle,
    http::{
        actor::BrowserSession,
        body::{Json, Query},
        caller::Caller,
        errors::ApiResult,
    },
};

fn view(waiting: &Waiting) -> DeviceView {
    DeviceView {
        client_id: waiting.client.id.clone(),
        client_name: waiting.client.name.clone(),
        logo_uri: waiting.client.logo_uri.clone(),
        policy_uri: waiting.client.policy_uri.clone(),
        tos_uri: waiting.client.tos_uri.clone(),
        scopes: waiting.device.scopes.clone(),
        expires_at: waiting.device.expires_at,
    }
}

/// The device that shows this code.
#[utoipa::path(get, path = "/api/device", tag = "account", params(DeviceQuery),
    responses((status = 200, body = DeviceView), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn show_device(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Query(query): Query<DeviceQuery>,
) -> ApiResult<Answer<DeviceView>> {
    let found = verification::find(&app, &caller, &browser.session, &query.user_code).await?;
    Ok(Answer(view(&found)))
}

/// Lets the device that shows this code in, or not.
#[utoipa::path(post, path = "/api/device", tag = "account", request_body = DeviceDecisionRequest,
    responses((status = 204, description = "Decided."), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn decide_device(
    app: Handle,
    caller: Caller,
    browser: BrowserSession,
    Json(request): Json<DeviceDecisionRequest>,
) -> ApiResult<StatusCode> {
    let (session, code) = (&browser.session, &request.user_code);
    verification::decide(&app, &caller, session, code, request.allow).await?;
    Ok(StatusCode::NO_CONTENT)
}
