//! What a request gets that does not pass: a problem document (RFC 9457), and in
//! `WWW-Authenticate` what is missing (RFC 6750 section 3, RFC 9449 section 7.1).

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;

use crate::{Refusal, dpop};

/// Seconds after which it may be worth trying again.
const RETRY_AFTER: u32 = 2;

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// As good as its bearer (RFC 6750).
    Bearer,
    /// With a proof (RFC 9449 section 7.1).
    Dpop,
}

#[derive(Clone, Debug)]
enum Reason {
    /// No token came.
    NoToken,
    /// More than one `Authorization` header came, or one that is not of its form.
    Malformed,
    Token(Refusal),
    Proof,
    Nonce,
    Scope(String),
    Permission(String),
    Busy,
}

/// An answer to a request that does not pass.
#[derive(Clone, Debug)]
pub struct Rejection {
    reason: Reason,
    scheme: Scheme,
    /// Whether proofs can be checked here, so that DPoP is on offer.
    dpop: bool,
}

impl Rejection {
    pub(crate) fn no_token(dpop: bool) -> Self {
        Self::new(Reason::NoToken, Scheme::Bearer, dpop)
    }

    pub(crate) fn malformed(dpop: bool) -> Self {
        Self::new(Reason::Malformed, Scheme::Bearer, dpop)
    }

    pub(crate) fn token(refusal: Refusal, scheme: Scheme, dpop: bool) -> Self {
        // What is not on offer here is not asked for, whatever was used.
        let scheme = if dpop { scheme } else { Scheme::Bearer };
        Self::new(Reason::Token(refusal), scheme, dpop)
    }

    pub(crate) fn proof(wrong: dpop::Wrong) -> Self {
        let reason = match wrong {
            dpop::Wrong::Proof => Reason::Proof,
            dpop::Wrong::Nonce => Reason::Nonce,
            dpop::Wrong::TooMany => Reason::Busy,
        };
        Self::new(reason, Scheme::Dpop, true)
    }

    pub(crate) fn scope(scope: &str, scheme: Scheme) -> Self {
        Self::new(Reason::Scope(scope.to_owned()), scheme, false)
    }

    pub(crate) fn permission(permission: &str, scheme: Scheme) -> Self {
        Self::new(Reason::Permission(permission.to_owned()), scheme, false)
    }

    fn new(reason: Reason, scheme: Scheme, dpop: bool) -> Self {
        Self {
            reason,
            scheme,
            dpop,
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(&self) -> StatusCode {
        match &self.reason {
            Reason::Malformed => StatusCode::BAD_REQUEST,
            Reason::Scope(_) | Reason::Permission(_) => StatusCode::FORBIDDEN,
            Reason::Token(Refusal::Unavailable) | Reason::Busy => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// The kind of problem, for programs.
    pub fn code(&self) -> &'static str {
        match &self.reason {
            Reason::NoToken => "not_authenticated",
            Reason::Malformed => "invalid_request",
            Reason::Token(Refusal::Unavailable) | Reason::Busy => "busy",
            Reason::Token(_) => "invalid_token",
            Reason::Proof => "invalid_dpop_proof",
            Reason::Nonce => "use_dpop_nonce",
            Reason::Scope(_) => "insufficient_scope",
            Reason::Permission(_) => "forbidden",
        }
    }

    fn title(&self) -> &'static str {
        match self.status() {
            StatusCode::BAD_REQUEST => "The request is malformed",
            StatusCode::FORBIDDEN => "Not allowed",
            StatusCode::SERVICE_UNAVAILABLE => "The service is busy",
            _ => "Not signed in",
        }
    }

    fn detail(&self) -> String {
        match &self.reason {
            Reason::NoToken => "An access token is needed.".to_owned(),
            Reason::Malformed => {
                "There must be one Authorization header, with one access token.".to_owned()
            }
            Reason::Token(refusal) => sentence(&refusal.to_string()),
            Reason::Proof => {
                "The DPoP proof is missing, was used before, or is not for this request.".to_owned()
            }
            Reason::Nonce => {
                "The DPoP proof must repeat the nonce in the header DPoP-Nonce.".to_owned()
            }
            Reason::Scope(scope) => format!("The access token needs the scope {scope}."),
            Reason::Permission(permission) => {
                format!("This needs the permission {permission}.")
            }
            Reason::Busy => "The service is busy. Please try again.".to_owned(),
        }
    }

    /// The values of `WWW-Authenticate`: what is wrong, in the scheme that was used, or without a
    /// token all schemes there are, with no reason (RFC 6750 section 3.1).
    fn challenges(&self) -> Vec<String> {
        let algorithms = format!("algs=\"{}\"", dpop::ALGORITHMS.join(" "));
        let wrong = match &self.reason {
            Reason::NoToken => {
                let dpop = self.dpop.then(|| format!("DPoP {algorithms}"));
                return [Some("Bearer".to_owned()), dpop]
                    .into_iter()
                    .flatten()
                    .collect();
            }
            Reason::Permission(_) | Reason::Busy | Reason::Token(Refusal::Unavailable) => {
                return Vec::new();
            }
            Reason::Token(refusal) => {
                format!("error=\"invalid_token\", error_description=\"{refusal}\"")
            }
            Reason::Scope(scope) => format!("error=\"insufficient_scope\", scope=\"{scope}\""),
            _ => format!("error=\"{}\"", self.code()),
        };
        // What is bound is asked for with a proof, however it came.
        let bound = matches!(self.reason, Reason::Token(Refusal::Bound)) && self.dpop;
        vec![match self.scheme {
            Scheme::Bearer if !bound => format!("Bearer {wrong}"),
            _ => format!("DPoP {wrong}, {algorithms}"),
        }]
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    format!("{}{}.", first.unwrap_or_default(), rest.as_str())
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response<Body> {
        let status = self.status();
        let body = json!({
            "type": "about:blank",
            "title": self.title(),
            "status": status.as_u16(),
            "detail": self.detail(),
            "code": self.code(),
        });
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for challenge in self.challenges() {
            if let Ok(challenge) = HeaderValue::from_str(&challenge) {
                headers.append(header::WWW_AUTHENTICATE, challenge);
            }
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        response
    }
}
