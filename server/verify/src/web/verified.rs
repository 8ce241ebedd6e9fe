//! The extractor.

use std::{ops::Deref, sync::Arc};

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};

use super::rejection::{Rejection, Scheme};
use crate::Claims;

/// The token of a request, verified by [`VerifyLayer`](super::VerifyLayer). It reads as its
/// [`Claims`].
///
/// As an extractor it asks for a token; `Option<Verified>` lets requests without one in, where the
/// layer does.
#[derive(Clone, Debug)]
pub struct Verified {
    claims: Arc<Claims>,
    scheme: Scheme,
}

impl Verified {
    pub(crate) fn new(claims: Claims, scheme: Scheme) -> Self {
        Self {
            claims: Arc::new(claims),
            scheme,
        }
    }

    /// Goes on if the token has that scope.
    ///
    /// # Errors
    /// 403 `insufficient_scope` (RFC 6750 section 3.1).
    pub fn require_scope(&self, scope: &str) -> Result<(), Rejection> {
        if self.claims.has_scope(scope) {
            return Ok(());
        }
        Err(Rejection::scope(scope, self.scheme))
    }

    /// Goes on if the token's permissions cover this one.
    ///
    /// # Errors
    /// 403 `forbidden`.
    pub fn require_permission(&self, permission: &str) -> Result<(), Rejection> {
        if self.claims.can(permission) {
            return Ok(());
        }
        Err(Rejection::permission(permission, self.scheme))
    }
}

impl Deref for Verified {
    type Target = Claims;

    fn deref(&self) -> &Claims {
        &self.claims
    }
}

/// What the layer found out about a request.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) verified: Option<Verified>,
    pub(crate) dpop: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Verified {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let found = parts.extensions.get::<Found>();
        let found = found.ok_or_else(|| MissingLayer.into_response())?;
        let verified = found.verified.clone();
        verified.ok_or_else(|| Rejection::no_token(found.dpop).into_response())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for Verified {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, MissingLayer> {
        let found = parts.extensions.get::<Found>().ok_or(MissingLayer)?;
        Ok(found.verified.clone())
    }
}

/// A handler asks for a verified token, but no [`VerifyLayer`](super::VerifyLayer) is in front of
/// it. Answers 500: a mistake of the service, not of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingLayer;

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!("a handler asks for Verified, but its router lacks VerifyLayer");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
