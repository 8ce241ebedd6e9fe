//! The server's own few pages, which must look right also where there is no user interface.

use axum::{
    http::header,
    response::{Html, IntoResponse, Response},
};

/// Where their style sheet is.
pub(crate) const STYLE: &str = "/docs/pages.css";

/// A page in that language. `title` and `body` are our own HTML; whatever is not goes through
/// [`escape`] first.
pub(crate) fn page(language: &str, title: &str, class: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"{STYLE}\"></head>\
         <body><main class=\"{class}\"><h1>{title}</h1>{body}</main></body></html>"
    ))
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The style sheet.
pub(crate) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("pages.css")).into_response()
}
