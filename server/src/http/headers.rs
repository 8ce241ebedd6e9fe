//! Security headers for every answer (OWASP ASVS 5.0 V3.4).

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};

/// What pages may do, with images from there besides our own.
macro_rules! page_csp {
    ($images:literal) => {
        concat!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data:",
            $images,
            "; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'"
        )
    };
}

/// Pages may load our own scripts, styles and WASM and talk to us; nothing else.
const PAGE_CSP: &str = page_csp!("");
/// Pages about applications show their logos as well, which are wherever those are.
const LOGO_CSP: &str = page_csp!(" https:");
/// An API answer that is opened as a page may do nothing at all.
const API_CSP: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Marks a page that may be in a frame: its policy says whose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framed;

/// Adds what is not set yet.
pub(crate) fn secure(mut response: Response) -> Response {
    let is_framed = response.extensions().get::<Framed>().is_some();
    let is_whole = response.status() != StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    // All at once, so that the map grows no more than once.
    headers.reserve(12);
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    // "Not modified" does not say of what: browsers keep the policy that came with it, and would
    // take this one in its place (RFC 9111 section 3.2).
    if is_whole {
        default(
            headers,
            header::CONTENT_SECURITY_POLICY,
            if is_page { PAGE_CSP } else { API_CSP },
        );
    }
    default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(headers, header::REFERRER_POLICY, "no-referrer");
    if !is_framed {
        default(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    default(
        headers,
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000; includeSubDomains",
    );
    default(headers, OPENER_POLICY, "same-origin");
    default(
        headers,
        PERMISSIONS_POLICY,
        "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), \
         geolocation=(), microphone=()",
    );
    // What CORS opened to a listed origin stays open; all else is for this origin alone.
    if !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        default(headers, RESOURCE_POLICY, "same-origin");
    }
    // Answers of the API are about one person at one moment (RFC 6749 section 5.1 asks the same).
    default(headers, header::CACHE_CONTROL, "no-store");
    response
}

/// Lets a page show logos of applications.
pub(crate) fn allow_logos(mut response: Response) -> Response {
    if response.status() != StatusCode::NOT_MODIFIED {
        let policy = HeaderValue::from_static(LOGO_CSP);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use axum::response::{Html, IntoResponse};

    use super::*;

    fn policy(response: impl axum::response::IntoResponse) -> Option<HeaderValue> {
        let response = secure(response.into_response());
        response
            .headers()
            .get(header::CONTENT_SECURITY_POLICY)
            .cloned()
    }

    #[test]
    fn a_page_that_was_not_modified_keeps_the_policy_it_came_with() {
        assert_eq!(policy(Html("")).unwrap(), PAGE_CSP);
        assert_eq!(policy("{}").unwrap(), API_CSP);
        assert_eq!(policy(StatusCode::NOT_MODIFIED), None);
        let logos = allow_logos(Html("").into_response());
        assert_eq!(policy(logos).unwrap(), LOGO_CSP);
        let unchanged = allow_logos(StatusCode::NOT_MODIFIED.into_response());
        assert_eq!(policy(unchanged), None);
    }

    #[test]
    fn logos_are_all_that_differs() {
        let images = "img-src 'self' data:";
        let with_logos = PAGE_CSP.replace(images, &format!("{images} https:"));
        assert_eq!(with_logos, LOGO_CSP);
        assert_ne!(PAGE_CSP, LOGO_CSP);
    }
}
