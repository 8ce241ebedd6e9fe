//! A new account that begins with a passkey and has no password.

use axum::{
    Json as Answer,
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use portcullis_domain::{NewAccount, sign_in::Proof};
use portcullis_types::{
    Problem, SessionAnswer,
    passkey::{Begun, RegisterFinishRequest, SignUpBeginRequest},
};
use serde_json::Value;

use super::{
    ceremony::{Binding, Kind, Registrant},
    register, take_try,
};
use crate::{
    app::Handle,
    http::{body::Json, caller::Caller, errors::ApiResult, text},
    identity::{names, register as accounts},
};

/// Begins a passkey-only account. The answer is the same whether the address has an account.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-up/begin", tag = "sign-in",
    request_body = SignUpBeginRequest,
    responses((status = 200, body = Begun<Value>,
               description = "PublicKeyCredentialCreationOptionsJSON."),
              (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn begin(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<SignUpBeginRequest>,
) -> ApiResult<Response> {
    let email = names::email(&body.email)?;
    let name = names::or_from(body.name.as_deref(), &email)?;
    take_try(&app, &caller)?;
    let user = register::new_user(&app, &caller);
    let registrant = Registrant {
        user,
        email: email.as_str().to_owned(),
        name,
    };
    let binding = Binding::begin_in_browser(&app, &headers);
    let asked = register::Asked {
        registrant,
        exclude: Vec::new(),
        conditional: false,
    };
    let begun = register::options(&app, &caller, Kind::SignUp, &binding, asked)?;
    let cookie = binding.cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), Answer(begun)).into_response())
}

/// Finishes a passkey-only account and signs in.
#[utoipa::path(post, path = "/api/auth/passkeys/sign-up/finish", tag = "sign-in",
    request_body = RegisterFinishRequest<Value>,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(crate) async fn finish(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<RegisterFinishRequest<Value>>,
) -> ApiResult<Response> {
    let binding = Binding::finish_in_browser(&headers)?;
    accounts::take_try(&app, &caller)?;
    let verified = register::verify(&app, &caller, Kind::SignUp, &binding, body).await;
    let (registrant, passkey) = match verified {
        Ok(verified) => verified,
        Err(error) => {
            if let Some(audit) = register::refused(&caller, &error) {
                // As many as there may be tries from an address.
                app.store.record(audit).await?;
            }
            return Err(error);
        }
    };
    let synced = passkey.synced;
    let account = NewAccount {
        id: registrant.user,
        email: names::email(&registrant.email)?,
        name: registrant.name,
        email_verified: false,
        language: Some(text::of(&headers, None).language.to_owned()),
        password: None,
        passkey: Some(passkey),
        roles: app.config.default_roles.clone(),
        created_at: caller.now,
    };
    accounts::create(
        &app,
        &caller,
        &headers,
        account,
        Proof::passkey(caller.now, synced),
    )
    .await
}
