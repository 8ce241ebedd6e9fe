//! A tower layer that guards a whole router with one requirement.

use std::{
    convert::Infallible,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use futures::future::BoxFuture;
use portcullis_policy::{PatternError, Requirement};
use tower::{Layer, Service};

use super::require::allow;

/// Lets requests pass if the actor meets the requirement; 401 or 403 otherwise. Goes inside
/// [`Portcullis::layer`](crate::Portcullis::layer).
///
/// ```
/// use axum::{Router, routing::get};
/// use portcullis_policy::Requirement;
/// use portcullis_server::RequireLayer;
///
/// # fn main() -> Result<(), portcullis_policy::PatternError> {
/// let reports = Router::<()>::new()
///     .route("/reports", get(|| async { "Reports" }))
///     .layer(RequireLayer::new(Requirement::one("reports:read")?));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct RequireLayer(Arc<Requirement>);

impl RequireLayer {
    /// Guards with this requirement.
    pub fn new(requirement: Requirement) -> Self {
        Self(Arc::new(requirement))
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> RequireService<S> {
        RequireService {
            inner,
            requirement: Arc::clone(&self.0),
        }
    }
}

/// What [`RequireLayer`] wraps a service in.
#[derive(Clone, Debug)]
pub struct RequireService<S> {
    inner: S,
    requirement: Arc<Requirement>,
}

impl<S> Service<Request> for RequireService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The one that was polled ready is used; its clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let requirement = Arc::clone(&self.requirement);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let requirement = Ok::<_, PatternError>(Requirement::clone(&requirement));
            match allow(&mut parts, requirement).await {
                Ok(_) => inner.call(Request::from_parts(parts, body)).await,
                Err(error) => Ok(error.into_response()),
            }
        })
    }
}
