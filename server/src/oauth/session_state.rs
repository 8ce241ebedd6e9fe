//! Session management (OpenID Connect Session Management 1.0): an application asks a frame of ours,
//! without any request, whether the browser is signed in as it was.
//!
//! Beside the session's cookie there is one that the frame's script can read. It says nothing: a MAC of
//! the session's token, another one with each sign-in, and gone with the sign-out. What applications
//! get is a salted hash of it, for their id and origin alone. Off by default (docs/decisions/0012).

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use portcullis_domain::{SecretToken, TokenKind};
use portcullis_types::{client::Client, oauth::OAuthError};
use url::Url;

use super::errors::Refusal;
use crate::{
    app::{App, Handle},
    crypto::token::{self, base64url, sha256},
    http::{cookies, headers::Framed},
};

/// Holds the state of the browser, for scripts of ours to read.
const COOKIE: &str = "__Host-portcullis-state";
/// What the page does.
const SCRIPT: &str = include_str!("check_session.js");

/// What the cookie holds in a browser that is signed in with that token.
fn of_browser(app: &App, session: &SecretToken) -> String {
    base64url(&app.browser_state.of(session.expose()).0)
}

/// The browser that an authorization request comes with.
#[derive(Default)]
pub(super) struct Browser {
    session: Option<SecretToken>,
    /// The state that it has is not that of the session, which ended elsewhere, or began before there
    /// was one.
    is_behind: bool,
}

impl Browser {
    /// `is_signed_in`: its session is good.
    pub(super) fn of(app: &App, headers: &HeaderMap, is_signed_in: bool) -> Self {
        if !app.config.oauth.session_management {
            return Self::default();
        }
        let session = cookies::read(headers, cookies::SESSION, TokenKind::Session);
        let session = session.filter(|_| is_signed_in);
        let expected = session.as_ref().map(|session| of_browser(app, session));
        Self {
            is_behind: state(headers) != expected.as_deref(),
            session,
        }
    }

    /// What an application is told (section 2), also with an error, where it has a page that could
    /// ask: nothing for apps without a web origin, nor for who does not ask who somebody is.
    pub(super) fn tell(
        &self,
        app: &App,
        client: &Client,
        redirect_uri: &str,
        scope: Option<&str>,
    ) -> Option<String> {
        let mut scopes = scope.unwrap_or_default().split_ascii_whitespace();
        if !app.config.oauth.session_management || !scopes.any(|scope| scope == "openid") {
            return None;
        }
        let url = Url::parse(redirect_uri).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let origin = url.origin().ascii_serialization();
        let state = self
            .session
            .as_ref()
            .map(|session| of_browser(app, session));
        let mut salt = [0_u8; 16];
        app.rng.fill(&mut salt);
        let salt = base64url(&salt);
        let state = state.unwrap_or_default();
        let hash = sha256(format!("{} {origin} {state} {salt}", client.id).as_bytes());
        Some(format!("{}.{salt}", base64url(&hash)))
    }

    /// The cookie that brings it up to date, if it is behind.
    pub(super) fn cookie(&self, app: &App) -> Option<HeaderValue> {
        self.is_behind.then(|| cookie(app, self.session.as_ref()))
    }
}

/// The cookie for a browser that is signed in with that token, or with none.
///
/// Not `HttpOnly`, so that the frame can read it, and `SameSite=None`, so that it can inside of another
/// site's page, where the browser lets it at all.
fn cookie(app: &App, session: Option<&SecretToken>) -> HeaderValue {
    let (value, end) = match session {
        Some(session) => (of_browser(app, session), ""),
        None => (String::new(), "; Max-Age=0"),
    };
    let text = format!("{COOKIE}={value}; Path=/; Secure; SameSite=None{end}");
    // Base64url and constants.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Makes the state follow the session, wherever an answer begins or ends one.
pub(crate) fn follow(app: &App, headers: &mut HeaderMap) {
    if !app.config.oauth.session_management {
        return;
    }
    let set = headers.get_all(header::SET_COOKIE).iter();
    let of_session = set
        .filter_map(|value| value.to_str().ok()?.split_once('='))
        .filter(|(name, _)| *name == cookies::SESSION)
        .map(|(_, rest)| rest.split(';').next().unwrap_or_default())
        .next_back();
    let Some(value) = of_session else {
        return;
    };
    let session = token::parse(TokenKind::Session, value);
    headers.append(header::SET_COOKIE, cookie(app, session.as_ref()));
}

/// The state that a browser has.
fn state(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
}

/// The page that applications put into a frame and ask (section 4). Only pages of registered
/// applications may; which page it is, the browser says in `Referer`.
#[utoipa::path(get, path = "/oauth/check-session", tag = "oauth",
    responses((status = 200, description = "A page for a frame; it answers messages."),
              (status = 404, body = OAuthError, description = "`oauth.session_management` is off.")))]
pub(crate) async fn check_session(app: Handle, headers: HeaderMap) -> Result<Response, Refusal> {
    if !app.config.oauth.session_management {
        return Err(Refusal::turned_off());
    }
    let mut nonce = [0_u8; 16];
    app.rng.fill(&mut nonce);
    let nonce = base64url(&nonce);
    let parent = embedding(&app, &headers);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors {}; require-trusted-types-for 'script'; trusted-types 'none'",
        parent.as_deref().unwrap_or("'none'")
    );
    let policy = HeaderValue::from_str(&policy).map_err(|_| Refusal::server_error())?;
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Session</title></head>\
         <body><script nonce=\"{nonce}\">{SCRIPT}</script></body></html>"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        ),
        (header::VARY, HeaderValue::from_static("referer")),
    ];
    let mut answer = (headers, page).into_response();
    if parent.is_some() {
        answer.extensions_mut().insert(Framed);
    }
    Ok(answer)
}

/// The origin of the page that asks, if an application lives there.
fn embedding(app: &App, headers: &HeaderMap) -> Option<String> {
    let mut referers = headers.get_all(header::REFERER).iter();
    let (Some(referer), None) = (referers.next(), referers.next()) else {
        return None;
    };
    let url = Url::parse(referer.to_str().ok()?).ok()?;
    let origin = url.origin().ascii_serialization();
    app.clients.origins().contains(&origin).then_some(origin)
}
