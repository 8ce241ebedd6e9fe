//! The API's own description: `openapi.json`, generated from the handlers, and a page to read it.

mod refusals;

use std::{
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

use axum::{Router, http::header, response::Html, routing::get};
use portcullis_types::ErrorCode;
use serde_json::Value;
use tower_http::cors::CorsLayer;
use utoipa::{
    OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
};

use crate::http::{
    cookies,
    pages::{self, escape},
    router,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Portcullis",
        description = "Authentication and authorization. Errors of our own API are RFC 9457 \
                       problem documents with a stable `code`; the OAuth endpoints answer in \
                       OAuth's shape. Requests that change something need the header \
                       `X-Portcullis: 1`, unless they carry a bearer token.",
    ),
    tags(
        (name = "sign-in", description = "Making accounts and signing in"),
        (name = "sessions", description = "The session, and all of one's sessions"),
        (name = "account", description = "One's own account"),
        (name = "passkeys", description = "One's own passkeys"),
        (name = "second factors", description = "One's own authenticator apps and recovery codes"),
        (name = "authz", description = "What one may do"),
        (name = "admin", description = "Users and their roles, OAuth clients, signing keys"),
        (name = "oauth", description = "OAuth 2.1 and OpenID Connect"),
        (name = "set-up", description = "The first admin"),
        (name = "operation", description = "Health"),
        (name = "demo", description = "The demo's notes"),
    )
)]
struct Base;

/// The OpenAPI document of all routes.
pub(crate) fn document(with_demo: bool) -> utoipa::openapi::OpenApi {
    let routes = utoipa_axum::router::OpenApiRouter::with_openapi(Base::openapi())
        .merge(router::routes(with_demo, CorsLayer::new()));
    let mut document = routes.into_openapi();
    let components = document.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(cookies::SESSION)));
    components.add_security_scheme("session", cookie);
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("access_token", bearer);
    refusals::complete(&mut document);
    document
}

/// `/openapi.json` and `/docs`, put together when somebody first looks.
pub(crate) fn routes(with_demo: bool) -> Router {
    let built = Arc::new(OnceLock::<(String, Html<String>)>::new());
    let again = Arc::clone(&built);
    let make = move || {
        let document = document(with_demo);
        let json = document.to_pretty_json().unwrap_or_default();
        (
            json,
            page(&serde_json::to_value(&document).unwrap_or_default()),
        )
    };
    let json = move || async move {
        let json = built.get_or_init(make).0.clone();
        ([(header::CONTENT_TYPE, "application/json")], json)
    };
    let page = move || async move { again.get_or_init(make).1.clone() };
    Router::new()
        .route("/openapi.json", get(json))
        .route("/docs", get(page))
        .route(pages::STYLE, get(pages::style))
}

/// The page that describes the API; it needs no script.
fn page(document: &Value) -> Html<String> {
    let mut html = String::new();
    push(&mut html, "p", document.pointer("/info/description"));
    html.push_str("<p><a href=\"/openapi.json\">openapi.json</a></p>");
    let tags = document.pointer("/tags").and_then(Value::as_array);
    for tag in tags.into_iter().flatten() {
        section(&mut html, document, tag);
    }
    html.push_str("<section id=\"errors\"><h2>Error codes</h2>");
    html.push_str(&table(["Code", "Meaning", "Status"]));
    for code in ErrorCode::ALL {
        let (name, status, title) = (code.as_str(), code.status(), code.title());
        let _ = write!(
            html,
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{title}</td><td>{status}</td></tr>"
        );
    }
    html.push_str("</tbody></table></div></section>");
    pages::page("en", "Portcullis API", "docs", &html)
}

/// The beginning of a table.
fn table(columns: [&str; 3]) -> String {
    let [first, second, third] = columns;
    format!(
        "<div class=\"table\"><table><thead><tr><th>{first}</th><th>{second}</th><th>{third}</th>\
         </tr></thead><tbody>"
    )
}

fn section(html: &mut String, document: &Value, tag: &Value) {
    let name = tag.get("name").and_then(Value::as_str).unwrap_or_default();
    let paths = document.pointer("/paths").and_then(Value::as_object);
    let mut rows = String::new();
    for (path, methods) in paths.into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let tags = operation.get("tags").and_then(Value::as_array);
            if tags.is_some_and(|tags| tags.iter().any(|tag| tag == name)) {
                row(&mut rows, method, path, operation);
            }
        }
    }
    if rows.is_empty() {
        return;
    }
    html.push_str("<section>");
    push(html, "h2", tag.get("description"));
    html.push_str(&table(["Request", "What it does", "Answers"]));
    html.push_str(&rows);
    html.push_str("</tbody></table></div></section>");
}

fn row(html: &mut String, method: &str, path: &str, operation: &Value) {
    html.push_str("<tr><td><code>");
    html.push_str(&escape(&format!("{} {path}", method.to_uppercase())));
    html.push_str("</code></td>");
    push(html, "td", operation.get("summary"));
    let answers = operation.get("responses").and_then(Value::as_object);
    let statuses: Vec<&str> = answers
        .into_iter()
        .flatten()
        .map(|(status, _)| status.as_str())
        .collect();
    let _ = write!(html, "<td>{}</td></tr>", escape(&statuses.join(", ")));
}

fn push(html: &mut String, element: &str, text: Option<&Value>) {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let _ = write!(html, "<{element}>{}</{element}>", escape(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_openapi_document_is_as_published() {
        insta::assert_snapshot!("openapi", document(true).to_pretty_json().unwrap());
    }

    #[test]
    fn the_page_names_every_route_and_every_error() {
        let document = serde_json::to_value(document(true)).unwrap();
        let Html(page) = page(&document);
        for path in document["paths"].as_object().unwrap().keys() {
            assert!(
                page.contains(&escape(path)),
                "{path} is on no section of the page"
            );
        }
        assert!(page.contains("id=\"step_up_required\""));
        assert!(!page.contains("<script"));
    }
}
