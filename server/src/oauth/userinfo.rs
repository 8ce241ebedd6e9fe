//! `/oauth/userinfo`: what a client may know of the user, by the scopes of its token (OpenID
//! Connect Core section 5.3).

use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_types::{
    ErrorCode,
    client::{ClaimPlace, ClaimValue},
    oauth::{OAuthError, UserInfo},
};

use super::{
    form::Parameters,
    subject,
    token::granted,
    user_claims::{self, Claims},
};
use crate::{
    app::Handle,
    http::{
        actor::{Scheme, bearer},
        body,
        caller::Caller,
        errors::ApiError,
    },
};

/// The user behind an access token with the scope `openid`.
#[utoipa::path(get, path = "/oauth/userinfo", tag = "oauth",
    responses((status = 200, body = UserInfo), (status = 401, body = OAuthError),
              (status = 403, body = OAuthError)))]
pub(crate) async fn by_get(app: Handle, caller: Caller, request: Request) -> Response {
    answer(&app, &caller, request).await.into_response()
}

/// The same by `POST`, with the token in the header or as `access_token` in a form.
#[utoipa::path(post, path = "/oauth/userinfo", tag = "oauth",
    request_body(content = Option<String>, content_type = "application/x-www-form-urlencoded",
        description = "`access_token`, unless it is in the header."),
    responses((status = 200, body = UserInfo), (status = 400, body = OAuthError),
              (status = 401, body = OAuthError), (status = 403, body = OAuthError)))]
pub(crate) async fn by_post(app: Handle, caller: Caller, request: Request) -> Response {
    answer(&app, &caller, request).await.into_response()
}

async fn answer(app: &Handle, caller: &Caller, request: Request) -> Result<Json<Claims>, Failure> {
    let (mut parts, body) = request.into_parts();
    if parts.method == Method::POST && is_form(&parts.headers) {
        let whole = Request::from_parts(parts.clone(), body);
        let bytes = body::read(whole, &()).await?;
        let parameters = Parameters::parse(&bytes).map_err(|_| Failure::Request)?;
        if let Some(token) = parameters.get("access_token") {
            // RFC 6750 section 2: one place and no other.
            if parts.headers.contains_key(header::AUTHORIZATION) {
                return Err(Failure::Request);
            }
            let value = HeaderValue::from_str(&format!("Bearer {token}"));
            let value = value.map_err(|_| Failure::Token(None))?;
            parts.headers.insert(header::AUTHORIZATION, value);
        }
    }
    if !parts.headers.contains_key(header::AUTHORIZATION) {
        // A cookie is nobody's consent to an application.
        return Err(Failure::Nobody);
    }
    let actor = bearer(&mut parts).await?;
    let Scheme::Bearer(family) = actor.scheme() else {
        return Err(Failure::Nobody);
    };
    let client = app
        .clients
        .find(&*app.store, &family.client_id, caller.now)
        .await
        .map_err(ApiError::from)?;
    let client = client.ok_or(Failure::Token(None))?;
    let scope = granted(&client, &family.scopes);
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    if !has("openid") {
        return Err(Failure::Scope);
    }
    let (principal, place) = (actor.principal(), ClaimPlace::Userinfo);
    let mut told = user_claims::tell(&client, principal, &scope, &family.claims, place);
    let sub = subject::of(app, &client, actor.user_id());
    told.insert("sub".to_owned(), ClaimValue::Text(sub));
    Ok(Json(told))
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| {
            value
                .trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        })
}

/// Why nothing is said, in the words of RFC 6750 section 3.1.
enum Failure {
    /// No token came.
    Nobody,
    /// More than one came, or the form is none.
    Request,
    /// The token is not good; how the challenge says so, if not in the usual way.
    Token(Option<HeaderValue>),
    /// It is not for this.
    Scope,
    /// Something else.
    Other(ApiError),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        if error.code() == ErrorCode::NotAuthenticated {
            let headers = error.into_response().headers().clone();
            let challenge = headers.get(header::WWW_AUTHENTICATE);
            // `Bearer` alone would not say what is wrong.
            return Self::Token(challenge.filter(|it| *it != "Bearer").cloned());
        }
        Self::Other(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        const TOKEN: &str = "Bearer error=\"invalid_token\"";
        let (status, error, detail, challenge) = match self {
            Self::Other(error) => return super::errors::Refusal::from(error).into_response(),
            Self::Nobody => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "An access token is needed.",
                Some(HeaderValue::from_static("Bearer")),
            ),
            Self::Token(challenge) => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "The access token is not good, or not as it is presented.",
                challenge.or(Some(HeaderValue::from_static(TOKEN))),
            ),
            Self::Scope => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "The access token lacks the scope openid.",
                Some(HeaderValue::from_static(
                    "Bearer error=\"insufficient_scope\", scope=\"openid\"",
                )),
            ),
            Self::Request => (
                StatusCode::BAD_REQUEST,
                "invalid_request",
                "Send one access token, in the header or in the form.",
                None,
            ),
        };
        let body = OAuthError {
            error: error.to_owned(),
            error_description: Some(detail.to_owned()),
        };
        let mut response = (status, Json(body)).into_response();
        if let Some(challenge) = challenge {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
