//! What every request passes on its way in, and its answer on the way out.
//!
//! In one piece: as layers of their own the parts would cost every request a dozen allocations.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use axum::{
    extract::Request,
    http::HeaderValue,
    middleware::Next,
    response::{IntoResponse, Response},
};

use futures::FutureExt as _;

use super::{caller::Caller, csrf, errors::ApiError};
use crate::{app::Handle, oauth::dpop};

/// Gives a request its id and its caller, keeps other sites out, and writes down what came of it.
pub(crate) async fn pass(app: Handle, mut request: Request, next: Next) -> Response {
    let caller = Caller::of(&app, &request);
    let id = caller.request;
    let has_proof = dpop::is_used(request.headers());
    // The path without its query: codes and the like stay out of the logs.
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let started = Instant::now();
    let mut response = if csrf::admits(&app, &request) {
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(Handle(Arc::clone(&app.0)));
        // A defect in one handler is one failed request.
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        answer.unwrap_or_else(|_| ApiError::internal("a handler panicked").into_response())
    } else {
        csrf::refusal().into_response()
    };
    let (path, status) = (uri.path(), response.status().as_u16());
    let micros = started.elapsed().as_micros();
    if response.status().is_server_error() {
        tracing::error!(request = %id, %method, path, status, micros, "request failed");
    } else {
        tracing::debug!(request = %id, %method, path, status, micros, "request");
    }
    if has_proof {
        dpop::offer_nonce(&app, response.headers_mut());
    }
    let mut text = uuid::Uuid::encode_buffer();
    if let Ok(value) = HeaderValue::from_str(id.0.hyphenated().encode_lower(&mut text)) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
