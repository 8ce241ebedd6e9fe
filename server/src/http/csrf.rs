//! Refuses requests that another site made the browser send.
//!
//! Three independent signs, all of which must agree: Fetch Metadata, `Origin`, and a header that a
//! page of another origin cannot add without a preflight that we do not answer.

use axum::{
    extract::Request,
    http::{HeaderMap, Method},
};
use portcullis_types::ErrorCode;

use super::errors::ApiError;
use crate::{app::App, oauth::dpop};

/// The static header; its value is `1`.
pub(crate) const HEADER: &str = "x-portcullis";

/// Whose routes a request goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Routes {
    /// Our own, whose OAuth endpoints are for other origins and look at no cookie, or ask.
    Ours,
    /// The host app's, whatever they are called.
    Hosts,
}

/// Whether a request may pass: safe methods, and what is provably of this origin.
pub(crate) fn admits(app: &App, routes: Routes, request: &Request) -> bool {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let oauth = routes == Routes::Ours && request.uri().path().starts_with("/oauth/");
    let headers = request.headers();
    safe || oauth
        || (has_token(headers) && (routes == Routes::Hosts || may_have_token(app, headers)))
        || is_own(headers, &app.origin)
}

/// What the others are told.
pub(crate) fn refusal() -> ApiError {
    ApiError::new(
        ErrorCode::CsrfRejected,
        "This request must come from the site's own pages, with the header `X-Portcullis: 1`.",
    )
}

/// An access token, as a bearer's or with a proof, is never sent by the browser on its own, and
/// where one is, cookies are not looked at.
pub(crate) fn has_token(headers: &HeaderMap) -> bool {
    dpop::scheme(headers).is_some()
}

/// Whether whoever sends a token is a program, or a page of ours or of a client: nobody else's gets
/// one, and signing in or out looks at none.
fn may_have_token(app: &App, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all("origin").iter();
    let origin = origins.next();
    if origins.next().is_some() {
        return false;
    }
    origin.is_none_or(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        origin == app.origin || app.clients.origins().contains(origin)
    })
}

fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        (values.next(), values.next().is_some())
    };
    let header_is_set = matches!(one(HEADER), (Some(value), false) if value == "1");
    let site_fits = match one("sec-fetch-site") {
        (None, _) => true,
        (Some(value), false) => value == "same-origin",
        (Some(_), true) => false,
    };
    let origin_fits = match one("origin") {
        (None, _) => true,
        (Some(value), false) => value == origin,
        (Some(_), true) => false,
    };
    header_is_set && site_fits && origin_fits
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    fn verdict(pairs: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        is_own(&headers, "https://auth.example.com")
    }

    #[test]
    fn only_an_access_token_stands_in_for_them() {
        let with = |value| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            has_token(&headers)
        };
        assert!(with("Bearer abc") && with("bearer abc") && with("DPoP abc"));
        assert!(!with("Basic YTpi") && !with("Bearer") && !with("DPoP") && !with(""));
    }

    #[test]
    fn all_three_signs_must_agree() {
        let own = ("x-portcullis", "1");
        assert!(verdict(&[own]));
        assert!(verdict(&[
            own,
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://auth.example.com")
        ]));
        assert!(!verdict(&[]));
        assert!(!verdict(&[("x-portcullis", "2")]));
        assert!(!verdict(&[own, own]));
        assert!(!verdict(&[own, ("sec-fetch-site", "cross-site")]));
        assert!(!verdict(&[own, ("sec-fetch-site", "same-site")]));
        assert!(!verdict(&[own, ("sec-fetch-site", "none")]));
        assert!(!verdict(&[own, ("origin", "https://evil.example")]));
        assert!(!verdict(&[own, ("origin", "null")]));
        assert!(!verdict(&[
            own,
            ("origin", "https://auth.example.com"),
            ("origin", "https://evil.example")
        ]));
        assert!(!verdict(&[
            own,
            ("origin", "https://auth.example.com.evil.example")
        ]));
    }
}
