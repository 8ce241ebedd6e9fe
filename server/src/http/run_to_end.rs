//! Finishes what a request has begun, also when its caller hangs up.
//!
//! A dropped connection drops the handler's future wherever it stands; between "committed" and
//! "forgotten by the cache" that would leave an ended session alive in memory. So requests that
//! change something run in a task of their own.

use axum::{
    extract::Request,
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::errors::ApiError;

/// Runs unsafe methods to their end.
pub(crate) async fn run_to_end(request: Request, next: Next) -> Response {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::internal("a handler panicked").into_response(),
    }
}
