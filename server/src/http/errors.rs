//! Errors of our own API: an RFC 9457 problem document, whatever went wrong.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::StorageError;
use portcullis_types::{ErrorCode, Problem, totp::Factor};

/// A failed request. Answering with it changes nothing.
#[derive(Debug)]
pub struct ApiError(
    Box<Problem>,
    /// What a 401 asks for, where it is not a bearer token.
    Option<&'static str>,
);

/// What handlers and flows return.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// The problem with that code; `detail` says what to mend.
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem::new(code, detail)), None)
    }

    /// Names the field of the body that is wrong.
    #[must_use]
    pub fn field(mut self, field: &str) -> Self {
        self.0.field = Some(field.to_owned());
        self
    }

    /// Says how many seconds to wait; also sent as `Retry-After`.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Names the relying party that a passkey is not known to.
    #[must_use]
    pub(crate) fn rp_id(mut self, rp_id: &str) -> Self {
        self.0.rp_id = Some(rp_id.to_owned());
        self
    }

    /// Names what a sign-in can go on with.
    #[must_use]
    pub(crate) fn factors(mut self, factors: Vec<Factor>) -> Self {
        self.0.factors = Some(factors);
        self
    }

    /// Says with a 401 what is missing, in the form of `WWW-Authenticate`.
    #[must_use]
    pub(crate) fn challenge(mut self, challenge: &'static str) -> Self {
        self.1 = Some(challenge);
        self
    }

    /// The problem's code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The problem document.
    pub fn problem(&self) -> &Problem {
        &self.0
    }

    pub(crate) fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing here.")
    }

    pub(crate) fn not_authenticated() -> Self {
        Self::new(ErrorCode::NotAuthenticated, "Please sign in.")
    }

    pub(crate) fn invalid_credentials() -> Self {
        Self::new(
            ErrorCode::InvalidCredentials,
            "That did not work. Check what you entered and try again.",
        )
    }

    pub(crate) fn internal(context: &str) -> Self {
        tracing::error!(context, "request failed");
        Self::new(
            ErrorCode::Internal,
            "Something went wrong on our side. Nothing was changed.",
        )
    }
}

impl From<StorageError> for ApiError {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "storage failed");
        match error {
            StorageError::Unavailable(_) => {
                Self::new(ErrorCode::Busy, "The database is not reachable right now.")
                    .retry_after(2)
            }
            _ => Self::internal("storage"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(&*self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.0.code == ErrorCode::NotAuthenticated {
            // RFC 9110 section 11.6.1 wants a challenge with each 401.
            let challenge = HeaderValue::from_static(self.1.unwrap_or("Bearer"));
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
