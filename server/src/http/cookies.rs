//! Our cookies: the session's, the one that binds a ceremony to its browser, that of a sign-in which
//! waits for a second factor, and the one that a browser is known by.
//!
//! All have the `__Host-` prefix: `Secure`, `Path=/` and no `Domain`, so that no sibling domain
//! and no plain-text page can set them (RFC 6265bis section 4.1.3.2).

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use portcullis_domain::{SecretToken, TokenKind};

use crate::crypto::token;

/// Holds the session's token.
pub(crate) const SESSION: &str = "__Host-portcullis";
/// Holds what a browser is known by that somebody has signed in with.
pub(crate) const DEVICE: &str = "__Host-portcullis-device";
/// Holds what ceremonies are bound to.
pub(crate) const BROWSER: &str = "__Host-portcullis-browser";

/// Holds the token of a sign-in that is under way.
pub(crate) const SIGN_IN: &str = "__Host-portcullis-sign-in";

/// A cookie's token: the first cookie of that name that looks like one of the kind.
pub(crate) fn read(headers: &HeaderMap, name: &str, kind: TokenKind) -> Option<SecretToken> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(cookie, _)| *cookie == name)
        .find_map(|(_, value)| token::parse(kind, value))
}

/// Whether a cookie of that name came at all.
pub(crate) fn is_present(headers: &HeaderMap, name: &str) -> bool {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .any(|(cookie, _)| cookie == name)
}

/// `Set-Cookie` that keeps a token; without `max_age` until the browser closes.
pub(crate) fn set(name: &str, token: &SecretToken, max_age: Option<i64>) -> HeaderValue {
    let mut text = format!(
        "{name}={}; Path=/; Secure; HttpOnly; SameSite=Lax",
        token.expose()
    );
    if let Some(seconds) = max_age {
        let _ = write!(text, "; Max-Age={seconds}");
    }
    value(&text)
}

/// `Set-Cookie` that removes a cookie.
pub(crate) fn clear(name: &str) -> HeaderValue {
    value(&format!(
        "{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"
    ))
}

fn value(text: &str) -> HeaderValue {
    // Tokens are base64url and names are constants, so this cannot fail; an empty header would be
    // ignored by the browser, which fails closed.
    let mut value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
