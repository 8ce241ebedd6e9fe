//! What a person sees when a request cannot be sent back to whoever made it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::http::pages;

/// A page that says what is wrong. `detail` is one of our own sentences, never input.
pub(super) fn page(detail: &'static str) -> Response {
    let body = format!(
        "<p>{detail}</p><p>Go back to the application and try again. If it keeps happening, tell \
         the people who run it.</p>"
    );
    let page = pages::page("This sign-in link does not work", "narrow", &body);
    (StatusCode::BAD_REQUEST, page).into_response()
}
