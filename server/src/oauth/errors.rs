//! Errors of the OAuth endpoints, in OAuth's own shape (RFC 6749 section 5.2).

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::StorageError;
use portcullis_types::{ErrorCode, oauth::OAuthError};

use super::dpop::Wrong;
use crate::http::errors::ApiError;

/// A refused token or revocation request.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: &'static str,
    description: String,
    retry_after: Option<u32>,
    /// Whether to ask for Basic authentication.
    asks_for_basic: bool,
}

impl Refusal {
    fn new(status: StatusCode, error: &'static str, description: impl Into<String>) -> Self {
        Self {
            status,
            error,
            description: description.into(),
            retry_after: None,
            asks_for_basic: false,
        }
    }

    /// A parameter is missing, repeated or malformed.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", description)
    }

    /// What an authorization request lacks, in the words in which the client would be told by
    /// redirect.
    pub(crate) fn told(error: &'static str, description: &'static str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, description)
    }

    /// The client is not registered, or did not prove that it is itself: nobody learns which.
    pub(crate) fn invalid_client() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "The client is not registered, or does not authenticate as it is registered to.",
        )
    }

    /// Asks for Basic authentication: it was tried, and is not good.
    pub(crate) fn challenge(mut self) -> Self {
        self.asks_for_basic = true;
        self
    }

    /// The client may not use this grant.
    pub(crate) fn unauthorized_client() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unauthorized_client",
            "This client is not registered for that grant.",
        )
    }

    /// A setting turns off what is asked for.
    pub(crate) fn turned_off() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "This server does not offer that.",
        )
    }

    /// The client is no service that others' tokens are for.
    pub(crate) fn no_service() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "unauthorized_client",
            "This is for clients that are registered as services (serves, may_introspect).",
        )
    }

    /// As many as can be served are.
    pub(crate) fn busy(seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "Too many are served already. Try again later.",
            )
        }
    }

    /// A scope is not the client's, or means nothing without a user.
    pub(crate) fn invalid_scope() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_scope",
            "A scope is not registered for this client, or is about a user.",
        )
    }

    /// A resource is not the client's, or not one that the grant was given for.
    pub(crate) fn invalid_target() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_target",
            "Name one resource that the grant was given for, and that this client is registered for.",
        )
    }

    /// The code or refresh token is not good: whatever the reason, the words are the same.
    pub(crate) fn invalid_grant() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_grant",
            "The code or refresh token is expired, used, revoked or not this client's.",
        )
    }

    /// The DPoP proof is missing, or not good (RFC 9449 section 5).
    pub(crate) fn invalid_dpop_proof() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_dpop_proof",
            "The DPoP proof is missing, was used before, or is not for this request.",
        )
    }

    /// Nobody has decided about the device yet (RFC 8628 section 3.5).
    pub(crate) fn authorization_pending() -> Self {
        Self::told(
            "authorization_pending",
            "Nobody has let this device in yet. Ask again later.",
        )
    }

    /// The device asks too often.
    pub(crate) fn slow_down() -> Self {
        Self::told(
            "slow_down",
            "You ask too often. Wait five seconds longer from now on.",
        )
    }

    /// Somebody decided against the device.
    pub(crate) fn access_denied() -> Self {
        Self::told("access_denied", "Somebody decided against it.")
    }

    /// Nobody decided in time.
    pub(crate) fn expired_token() -> Self {
        Self::told("expired_token", "Nobody decided in time. Begin again.")
    }

    /// The grant type is not one of ours.
    pub(crate) fn unsupported_grant_type() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "unsupported_grant_type",
            "Use one of the grant types in the metadata.",
        )
    }

    /// Something failed on the server.
    pub(crate) fn server_error() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "Something went wrong.",
        )
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Proof => Self::invalid_dpop_proof(),
            Wrong::Nonce => Self::new(
                StatusCode::BAD_REQUEST,
                "use_dpop_nonce",
                "The DPoP proof must repeat the nonce in the header DPoP-Nonce.",
            ),
            Wrong::TooMany => ApiError::from(wrong).into(),
        }
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let problem = error.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_REQUEST);
        let name = match error.code() {
            ErrorCode::Busy | ErrorCode::RateLimited => "temporarily_unavailable",
            ErrorCode::Internal => "server_error",
            _ => "invalid_request",
        };
        let mut refusal = Self::new(status, name, problem.detail.clone());
        refusal.retry_after = problem.retry_after;
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = OAuthError {
            error: self.error.to_owned(),
            error_description: Some(self.description),
        };
        let mut response = (self.status, Json(body)).into_response();
        if self.asks_for_basic {
            let challenge = HeaderValue::from_static("Basic realm=\"OAuth clients\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
