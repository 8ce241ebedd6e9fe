//! Asking the server, and listening.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis_types::revocation::RevocationLine;
use reqwest::{Client, StatusCode, header, redirect::Policy};
use tokio::time::timeout;
use url::{Url, form_urlencoded};

use super::{CutOff, Shared};
use crate::{SetupError, discovery::is_loopback};

/// Longest time in which nothing comes. The server says something every three seconds.
const SILENCE: Duration = Duration::from_secs(10);
/// Most bytes of one line: 500 entries of about 100.
const MOST: usize = 1024 * 1024;
/// First and longest pause before asking again, in milliseconds.
const FIRST_PAUSE: u64 = 250;
const LONGEST_PAUSE: u64 = 10_000;
/// How often it is said that tokens pass unseen, in milliseconds.
const WARNING: i64 = 60_000;

/// Where to ask, and as whom.
pub(super) struct Source {
    client: Client,
    pub(super) at: Url,
    authorization: header::HeaderValue,
}

impl Source {
    pub(super) fn new(at: Url, id: &str, secret: &str) -> Result<Self, SetupError> {
        let failed = |error: &dyn std::fmt::Display| SetupError::Client(error.to_string());
        let client = Client::builder()
            .redirect(Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .retry(reqwest::retry::never());
        // What is on this machine is not for a proxy to fetch.
        let client = if is_loopback(&at) {
            client.no_proxy()
        } else {
            client
        };
        let client = client.build().map_err(|error| failed(&error))?;
        // RFC 6749 section 2.3.1.
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(id), encode(secret));
        let text = format!("Basic {}", STANDARD.encode(pair));
        let mut authorization =
            header::HeaderValue::from_str(&text).map_err(|error| failed(&error))?;
        authorization.set_sensitive(true);
        Ok(Self {
            client,
            at,
            authorization,
        })
    }
}

/// Listens, and asks again whenever that ends, ever later as long as nothing comes of it.
pub(super) async fn forever(source: Source, shared: Arc<Shared>) {
    let mut pause = FIRST_PAUSE;
    let mut warned = None;
    loop {
        let mut heard = false;
        let why = listen(&source, &shared, &mut heard).await;
        if heard {
            pause = FIRST_PAUSE;
            tracing::debug!(
                issuer = shared.issuer,
                why,
                "asking again what is taken back"
            );
        } else {
            let now = (shared.clock)();
            let is_due = warned.is_none_or(|at| now.millis_since(at) >= WARNING);
            if is_due {
                warned = Some(now);
                let passing = shared.cut_off == CutOff::Pass;
                tracing::warn!(
                    issuer = shared.issuer,
                    why,
                    passing,
                    "cannot hear what tokens are taken back"
                );
            }
        }
        tokio::time::sleep(Duration::from_millis(pause + jitter(pause))).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Up to as long again, so that services do not all ask at the same time.
fn jitter(pause: u64) -> u64 {
    let mut bytes = [0; 2];
    // Without randomness they do.
    _ = aws_lc_rs::rand::fill(&mut bytes);
    u64::from(u16::from_le_bytes(bytes)) * pause / u64::from(u16::MAX)
}

/// Listens until it ends; why it did. `heard`: whether all was told.
async fn listen(source: &Source, shared: &Shared, heard: &mut bool) -> &'static str {
    const UNREACHABLE: &str = "it does not answer";
    let cursor = shared.known.read().cursor().map(str::to_owned);
    let body = cursor.map(|cursor| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("cursor", &cursor).finish()
    });
    let request = source
        .client
        .post(source.at.clone())
        .header(header::AUTHORIZATION, source.authorization.clone())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.unwrap_or_default());
    let Ok(Ok(mut answer)) = timeout(SILENCE, request.send()).await else {
        return UNREACHABLE;
    };
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => return "it does not take this client's secret",
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN => {
            return "it says that this client is no service (serves, may_introspect)";
        }
        _ => return "it answers with an error, or wants to be asked elsewhere",
    }
    let mut lines = Vec::new();
    loop {
        let piece = match timeout(SILENCE, answer.chunk()).await {
            Ok(Ok(Some(piece))) => piece,
            Ok(Ok(None)) => return "it has ended its answer",
            Ok(Err(_)) => return "the connection broke",
            Err(_) => return "it has fallen silent",
        };
        lines.extend_from_slice(&piece);
        while let Some(end) = lines.iter().position(|b| *b == b'\n') {
            let rest = lines.split_off(end + 1);
            let Ok(line) = serde_json::from_slice::<RevocationLine>(&lines) else {
                return "its answer is malformed";
            };
            lines = rest;
            if shared.known.write().hear(line, (shared.clock)()) {
                *heard = true;
                shared.ready.send_replace(true);
            }
        }
        if lines.len() > MOST {
            return "its answer is malformed";
        }
    }
}
