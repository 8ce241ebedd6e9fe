//! Finishing a sign-in with a code of an authenticator app.

use axum::{http::HeaderMap, response::Response};
use portcullis_domain::{UserId, sign_in::Spend};
use portcullis_types::{
    Problem, SessionAnswer,
    totp::{CodeSignInRequest, Factor},
};

use super::{
    code::{self, Key},
    context,
};
use crate::{
    app::{App, Handle},
    http::{
        body::Json,
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    sessions::sign_in::{self, Look},
};

/// Finishes signing in with a code of an authenticator app.
#[utoipa::path(post, path = "/api/auth/totp/sign-in", tag = "sign-in",
    request_body = CodeSignInRequest,
    responses((status = 200, body = SessionAnswer, description = "Signed in; the cookie is set."),
              (status = 401, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)))]
pub(crate) async fn sign_in(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<CodeSignInRequest>,
) -> ApiResult<Response> {
    sign_in::finish(&app, &caller, &headers, &Typed(&body.code)).await
}

/// A code as it was typed.
struct Typed<'a>(&'a str);

impl Look for Typed<'_> {
    const FACTOR: Factor = Factor::Totp;

    async fn look(&self, app: &App, caller: &Caller, user: UserId) -> ApiResult<Option<Spend>> {
        let Some(code) = code::parse(self.0) else {
            return Ok(None);
        };
        let mut found = None;
        for totp in app.store.totps_of(user).await? {
            let key = app.totp_keys.open(&totp.sealed, &context(user, totp.id));
            let key = key.and_then(|key| Key::from_bytes(&key));
            let key = key.ok_or_else(|| ApiError::internal("the key of an authenticator app"))?;
            let step = key.step_of(&code, caller.now);
            // What was used before may still be a fresh code of another app.
            if let Some(step) = step.filter(|step| *step > totp.last_step) {
                let device = totp.id;
                found = found.or(Some(Spend::Totp { device, step }));
            }
        }
        Ok(found)
    }
}
