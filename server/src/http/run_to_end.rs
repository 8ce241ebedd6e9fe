//! Finishes what a request has begun, also when its caller hangs up.
//!
//! A dropped connection drops the handler's future wherever it stands; between "committed" and
//! "forgotten by the cache" that would leave an ended session alive in memory. So requests that
//! change something run in a task of their own; and what must not be cut in two, such as ending a
//! session, does so whatever method the request has (some links sign people out).

use std::task::{Context, Poll};

use axum::{
    extract::Request,
    http::Method,
    response::{IntoResponse, Response},
};
use futures::future::{Either, FutureExt, Map};
use tokio::task::{JoinError, JoinHandle};
use tower::Service;

use super::errors::{ApiError, ApiResult};

/// Does work whose parts belong together, such as a change and correcting the caches, in a task of
/// its own: it is done wholly even if whoever waits for it goes away.
pub(crate) async fn wholly<T: Send + 'static>(
    work: impl Future<Output = ApiResult<T>> + Send + 'static,
) -> ApiResult<T> {
    let joined = tokio::spawn(work).await;
    joined.unwrap_or_else(|_| Err(ApiError::internal("a task panicked")))
}

/// Runs unsafe methods to their end.
#[derive(Clone)]
pub(crate) struct RunToEnd<S>(pub(crate) S);

/// What has been answered in a task of its own.
type Joined<E> = Result<Result<Response, E>, JoinError>;
type Apart<E> = Map<JoinHandle<Result<Response, E>>, fn(Joined<E>) -> Result<Response, E>>;

impl<S, E> Service<Request> for RunToEnd<S>
where
    S: Service<Request, Response = Response, Error = E>,
    S::Future: Send + 'static,
    E: Send + 'static,
{
    type Response = Response;
    type Error = E;
    type Future = Either<S::Future, Apart<E>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let safe = matches!(
            *request.method(),
            Method::GET | Method::HEAD | Method::OPTIONS
        );
        let answer = self.0.call(request);
        if safe {
            return Either::Left(answer);
        }
        let joined: fn(Joined<E>) -> Result<Response, E> = |joined| {
            joined.unwrap_or_else(|_| Ok(ApiError::internal("a handler panicked").into_response()))
        };
        Either::Right(tokio::spawn(answer).map(joined))
    }
}
