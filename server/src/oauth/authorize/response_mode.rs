//! `response_mode`: how the answer gets to the client (OAuth 2.0 Multiple Response Type Encoding
//! Practices, OAuth 2.0 Form Post Response Mode).

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use super::{Asked, Told, error_page, redirect};
use crate::{crypto::token::sha256, http::pages};

/// Every mode there is.
pub(in crate::oauth) const ALL: [&str; 3] = ["query", "fragment", "form_post"];

/// What the page of a form post does. The page says by its hash that it may, and nothing else.
const SUBMIT: &str = "document.forms[0].submit()";

/// Checks the value; for an unknown one the error goes in the query.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    match asked.parameters.get("response_mode") {
        Some(mode) if !ALL.contains(&mode) => Err(Told(
            "invalid_request",
            "response_mode must be query, fragment or form_post.",
        )),
        _ => Ok(()),
    }
}

/// Sends the browser back to the client with these.
pub(super) fn send(asked: &Asked<'_>, pairs: &[(&str, &str)]) -> Response {
    let Ok(mut url) = Url::parse(asked.redirect_uri) else {
        return error_page::page(asked.words, |words| words.link_no_url);
    };
    match asked.parameters.get("response_mode") {
        Some("form_post") => form(asked, pairs),
        Some("fragment") => {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            url.set_fragment(Some(&text.extend_pairs(pairs).finish()));
            redirect(url.as_str())
        }
        _ => {
            url.query_pairs_mut().extend_pairs(pairs);
            redirect(url.as_str())
        }
    }
}

/// A page that posts to the client, by itself or, without scripts, when the person says so.
fn form(asked: &Asked<'_>, pairs: &[(&str, &str)]) -> Response {
    let words = asked.words;
    let mut inputs = String::new();
    for (name, value) in pairs {
        let value = pages::escape(value);
        let _ = write!(
            inputs,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        );
    }
    let body = format!(
        "<form method=\"post\" action=\"{}\">{inputs}<noscript><button>{}</button>\
         </noscript></form><script>{SUBMIT}</script>",
        pages::escape(asked.redirect_uri),
        words.back_button,
    );
    // No form-action: browsers would hold it against where the client sends people next. The form
    // leads to a registered address.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; script-src 'sha256-{}'; \
         base-uri 'none'; frame-ancestors 'none'",
        STANDARD.encode(sha256(SUBMIT.as_bytes()))
    );
    let page = pages::page(words.language, words.back_title, "narrow", &body);
    match HeaderValue::from_str(&policy) {
        Ok(policy) => ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response(),
        Err(_) => error_page::page(words, |words| words.link_no_url),
    }
}
