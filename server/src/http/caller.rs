//! Where a request comes from: address, browser and request id, for limits, logs and the audit log.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    time::Instant,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderValue, header, request::Parts},
    middleware::Next,
    response::Response,
};
use portcullis_domain::{
    RequestId, Timestamp,
    audit::{AuditEvent, AuditKind},
};

use crate::app::Handle;

/// Longest part of a `User-Agent` that is kept.
const USER_AGENT: usize = 256;

/// The origin of one request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// When the request came in.
    pub(crate) now: Timestamp,
    /// The request's id, also in the answer's `X-Request-Id`.
    pub(crate) request: RequestId,
    /// The peer's address; none where the host app does not tell.
    pub(crate) ip: Option<IpAddr>,
    /// The browser's description of itself, shortened and without control characters.
    pub(crate) user_agent: String,
}

impl Caller {
    /// What limits count by: the address, for IPv6 its /64 (one household has that many).
    pub(crate) fn network(&self) -> String {
        match self.ip {
            Some(IpAddr::V4(ip)) => ip.to_string(),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                ip.to_ipv4_mapped().map_or_else(
                    || format!("{a:x}:{b:x}:{c:x}:{d:x}::/64"),
                    |ip| ip.to_string(),
                )
            }
            None => "unknown".to_owned(),
        }
    }

    /// The address as text.
    pub(crate) fn ip_text(&self) -> String {
        self.ip
            .map_or_else(|| "unknown".to_owned(), |ip| ip.to_canonical().to_string())
    }

    /// An audit event of this request; who and to whom is set by the flow.
    pub(crate) fn audit(&self, kind: AuditKind) -> AuditEvent {
        AuditEvent {
            kind,
            at: self.now,
            actor: None,
            subject: None,
            session: None,
            family: None,
            ip: self.ip_text(),
            request: Some(self.request),
            detail: serde_json::Value::Null,
        }
    }
}

/// Gives each request its id, and its answer the header that says it.
pub(crate) async fn identify(handle: Handle, mut request: Request, next: Next) -> Response {
    let now = handle.now();
    let id = RequestId(handle.rng.uuid_at(now));
    let ip = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(address)| address.ip());
    let user_agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(USER_AGENT)
        .collect();
    request.extensions_mut().insert(Caller {
        now,
        request: id,
        ip,
        user_agent,
    });
    request.extensions_mut().insert(handle);
    // The path without its query: codes and the like stay out of the logs.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let started = Instant::now();
    let mut response = next.run(request).await;
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    if response.status().is_server_error() {
        tracing::error!(request = %id, %method, path, status, micros, "request failed");
    } else {
        tracing::debug!(request = %id, %method, path, status, micros, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts
            .extensions
            .get::<Self>()
            .cloned()
            .unwrap_or_else(|| Self {
                now: Timestamp::default(),
                request: RequestId(uuid::Uuid::nil()),
                ip: None,
                user_agent: String::new(),
            }))
    }
}
