//! The demo's outbox: what would have been sent, newest first. Only where nothing is sent, and only on
//! the machine it runs on: whoever sees it can set anybody's password.

use axum::{
    Router,
    http::{HeaderMap, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use portcullis_domain::mail::{Message, QueuedMail};
use url::Url;

use super::{Post, prepare::prepare};
use crate::{
    app::{App, Handle},
    http::{
        errors::{ApiError, ApiResult},
        pages::{escape, page},
    },
    oauth::clients::validate::is_loopback,
};

/// Where it is.
const PATH: &str = "/demo/outbox";
/// How many are shown.
const MOST: u32 = 50;

/// Its route.
pub(crate) fn routes() -> Router {
    Router::new().route(PATH, get(show))
}

async fn show(app: Handle, headers: HeaderMap) -> ApiResult<Response> {
    if !matches!(app.post, Post::Kept) || !is_here(&app, &headers) {
        return Err(ApiError::not_found());
    }
    let mut body = String::new();
    for mail in app.store.mails(MOST).await? {
        // One that nobody has seen to yet has links that are not good yet.
        let is_ready = mail.tries > 0 && mail.expires_at > app.now();
        if let Some(message) = message(&app, &mail).await?.filter(|_| is_ready) {
            body.push_str(&shown(&message));
        }
    }
    if body.is_empty() {
        "<p>No mail yet. What this demo would send stands here.</p>".clone_into(&mut body);
    }
    let Html(html) = page("en", "Outbox", "outbox", &body);
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, Html(html)).into_response())
}

/// Whether the browser is on this machine, and means this server: another name that was made to lead
/// here (DNS rebinding) is none of ours.
fn is_here(app: &App, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let asked = host.and_then(|host| Url::parse(&format!("http://{host}/")).ok());
    let ours = Url::parse(&app.issuer).ok();
    [asked, ours]
        .iter()
        .all(|url| url.as_ref().is_some_and(is_loopback))
}

async fn message(app: &App, mail: &QueuedMail) -> ApiResult<Option<Message>> {
    let Some(envelope) = super::open(app, mail) else {
        return Ok(None);
    };
    Ok(prepare(app, mail, envelope).await?)
}

fn shown(message: &Message) -> String {
    let text: String = message
        .text
        .lines()
        .map(|line| {
            let line = escape(line);
            if line.starts_with("http://") || line.starts_with("https://") {
                format!("<a href=\"{line}\">{line}</a>\n")
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    format!(
        "<article><h2>{}</h2><p>{}</p><pre>{text}</pre></article>",
        escape(&message.subject),
        escape(&message.to)
    )
}
