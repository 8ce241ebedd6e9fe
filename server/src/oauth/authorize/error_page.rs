//! What a person sees when a request cannot be sent back to whoever made it.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

/// A page that says what is wrong. `detail` is one of our own sentences, never input.
pub(super) fn page(detail: &'static str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>This sign-in link does not work</title>\
         <link rel=\"stylesheet\" href=\"/portcullis.css\"></head>\
         <body class=\"pc-page\"><main class=\"pc-card\">\
         <h1>This sign-in link does not work</h1><p>{detail}</p>\
         <p>Go back to the application and try again. If it keeps happening, tell the people who \
         run it.</p></main></body></html>"
    );
    (StatusCode::BAD_REQUEST, Html(page)).into_response()
}
