//! What a person sees when a request cannot be sent back to whoever made it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::http::{
    pages,
    text::{Say, Words},
};

/// A page that says what is wrong: one of our own sentences, never input.
pub(super) fn page(words: &Words, detail: Say) -> Response {
    let body = format!("<p>{}</p><p>{}</p>", detail(words), words.link_again);
    let page = pages::page(words.language, words.link_title, "narrow", &body);
    (StatusCode::BAD_REQUEST, page).into_response()
}
