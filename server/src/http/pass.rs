//! What every request passes on its way in, and its answer on the way out.
//!
//! In one piece and written by hand: as layers of their own the parts would cost every request a
//! dozen allocations, and a timer that is set and taken back.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    extract::Request,
    http::{HeaderValue, Method, Uri},
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use portcullis_domain::RequestId;
use portcullis_types::ErrorCode;
use tokio::time::timeout;
use tower::{Layer, Service};

use super::{
    caller::Caller,
    csrf::{self, Routes},
    errors::ApiError,
};
use crate::{
    app::Handle,
    oauth::{dpop, session_state},
};

/// Gives a request its id and its caller, keeps other sites out, and writes down what came of it.
#[derive(Clone)]
pub(crate) struct Pass {
    app: Handle,
    routes: Routes,
    limit: Option<Duration>,
}

impl Pass {
    /// For requests to these routes, which may take as long as they do.
    pub(crate) fn new(app: &Handle, routes: Routes) -> Self {
        Self {
            app: app.clone(),
            routes,
            limit: None,
        }
    }

    /// For requests that are answered with 408 when they take longer. Event streams are answered at
    /// once and go on.
    pub(crate) fn within(self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

impl<S> Layer<S> for Pass {
    type Service = Passing<S>;

    fn layer(&self, inner: S) -> Passing<S> {
        Passing {
            pass: self.clone(),
            inner,
        }
    }
}

/// A service behind [`Pass`].
#[derive(Clone)]
pub(crate) struct Passing<S> {
    pass: Pass,
    inner: S,
}

impl<S> Service<Request> for Passing<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let Pass { app, routes, limit } = self.pass.clone();
        let caller = Caller::of(&app, &request);
        let seen = Seen::of(&request, &caller);
        if !csrf::admits(&app, routes, &request) {
            let answer = csrf::refusal().into_response();
            return Box::pin(async move { Ok(seen.answered(&app, answer)) });
        }
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(Handle(Arc::clone(&app.0)));
        // A defect in one handler is one failed request.
        let call = AssertUnwindSafe(|| self.inner.call(request));
        let begun = std::panic::catch_unwind(call).map(AssertUnwindSafe);
        Box::pin(async move {
            let answer = async {
                match begun {
                    Ok(answer) => answer.catch_unwind().await,
                    Err(panic) => Err(panic),
                }
            };
            let answer = match limit {
                Some(limit) => timeout(limit, answer).await,
                None => Ok(answer.await),
            };
            let answer = match answer {
                Ok(Ok(Ok(answer))) => answer,
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_)) => ApiError::internal("a handler panicked").into_response(),
                Err(_) => too_long(limit.unwrap_or_default()).into_response(),
            };
            Ok(seen.answered(&app, answer))
        })
    }
}

/// What is answered in the end where there was no answer in time.
fn too_long(limit: Duration) -> ApiError {
    let seconds = limit.as_secs();
    ApiError::new(
        ErrorCode::RequestTimeout,
        format!(
            "The request was not there, or not done, within {seconds} seconds. What it had begun \
             to change may still come to its end."
        ),
    )
}

/// What the log says of a request, once it is answered.
struct Seen {
    id: RequestId,
    method: Method,
    uri: Uri,
    has_proof: bool,
    since: Instant,
}

impl Seen {
    fn of(request: &Request, caller: &Caller) -> Self {
        Self {
            id: caller.request,
            method: request.method().clone(),
            uri: request.uri().clone(),
            has_proof: dpop::is_used(request.headers()),
            since: Instant::now(),
        }
    }

    /// Writes the answer down, and puts the request's id on it.
    fn answered(self, app: &Handle, mut response: Response) -> Response {
        let Self { id, method, .. } = self;
        // The path without its query: codes and the like stay out of the logs.
        let (path, status) = (self.uri.path(), response.status().as_u16());
        let micros = self.since.elapsed().as_micros();
        if response.status().is_server_error() {
            tracing::error!(request = %id, %method, path, status, micros, "request failed");
        } else {
            tracing::debug!(request = %id, %method, path, status, micros, "request");
        }
        session_state::follow(app, response.headers_mut());
        if self.has_proof {
            dpop::offer_nonce(app, response.headers_mut());
        }
        let mut text = uuid::Uuid::encode_buffer();
        if let Ok(value) = HeaderValue::from_str(id.0.hyphenated().encode_lower(&mut text)) {
            response.headers_mut().insert("x-request-id", value);
        }
        response
    }
}
