//! Reading requests: JSON bodies, path parameters and queries, with a problem document for each
//! way in which they can be malformed.

use axum::{
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequest, Request,
        rejection::{BytesRejection, FailedToBufferBody},
    },
    http::{HeaderMap, header, request::Parts},
};
use bytes::Bytes;
use portcullis_types::ErrorCode;
use serde::de::DeserializeOwned;

use super::errors::ApiError;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        let body = read(request, state).await?;
        let value = serde_json::from_slice(&body).map_err(|error| {
            // Where, and what kind of mistake, but not the text: it may hold a password.
            let what = match error.classify() {
                serde_json::error::Category::Data => format!("does not fit: {}", shape(&error)),
                _ => "is not JSON".to_owned(),
            };
            ApiError::new(
                ErrorCode::InvalidRequest,
                format!(
                    "The body {what} (line {}, column {}).",
                    error.line(),
                    error.column()
                ),
            )
        })?;
        // serde reads a struct from an array as well, field by field; a body is an object.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(ApiError::new(
                ErrorCode::InvalidRequest,
                "The body must be a JSON object.",
            ));
        }
        Ok(Self(value))
    }
}

/// A JSON body that may be left out: neither a body nor a type of one.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            return <Self as FromRequest<S>>::from_request(request, state)
                .await
                .map(Some);
        }
        if read(request, state).await?.is_empty() {
            return Ok(None);
        }
        Err(not_json())
    }
}

/// Whether a body says that it is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    media_type.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}

fn not_json() -> ApiError {
    ApiError::new(
        ErrorCode::UnsupportedMediaType,
        "Send the body as JSON, with `Content-Type: application/json`.",
    )
}

/// The whole body, within the limit that the router set.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) => {
                ApiError::new(
                    ErrorCode::PayloadTooLarge,
                    "The body is larger than is accepted here.",
                )
            }
            _ => ApiError::new(ErrorCode::InvalidRequest, "The body did not arrive whole."),
        })
}

/// serde's message without the value it met.
fn shape(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    if message.starts_with("missing field") || message.starts_with("unknown field") {
        message
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect()
    } else {
        match message.rsplit_once("expected ") {
            Some((_, expected)) => {
                format!("expected {}", expected.chars().take(80).collect::<String>())
            }
            None => "a value has the wrong type".to_owned(),
        }
    }
}

/// Path parameters. One that does not parse names nothing that exists.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_| ApiError::not_found())
    }
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|_| {
                ApiError::new(
                    ErrorCode::InvalidRequest,
                    "A parameter of the query is unknown, repeated or has a value that does not fit.",
                )
            })
    }
}
