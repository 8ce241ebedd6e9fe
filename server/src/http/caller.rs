//! Where a request comes from: address, browser and request id, for limits, logs and the audit log.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request},
    http::{HeaderValue, header, request::Parts},
};
use portcullis_domain::{
    RequestId, SecretHash, Timestamp, TokenKind,
    audit::{AuditEvent, AuditKind},
};

use super::cookies;
use crate::{app::App, crypto::token, tls::ClientCertificate};

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
    /// The certificate that the peer has shown in the TLS handshake. No header says so.
    pub(crate) certificate: Option<ClientCertificate>,
    /// What its browser is known by, if it is.
    pub(crate) device: Option<SecretHash>,
    user_agent: Option<HeaderValue>,
}

impl Caller {
    /// Whom a request comes from that has just come in.
    pub(crate) fn of(app: &App, request: &Request) -> Self {
        let now = app.now();
        let address = request.extensions().get::<ConnectInfo<SocketAddr>>();
        Self {
            now,
            request: RequestId(app.rng.uuid_at(now)),
            ip: address.map(|ConnectInfo(address)| address.ip()),
            certificate: request.extensions().get::<ClientCertificate>().cloned(),
            device: cookies::read(request.headers(), cookies::DEVICE, TokenKind::Device)
                .map(|token| token::hash(&token)),
            user_agent: request.headers().get(header::USER_AGENT).cloned(),
        }
    }

    /// The browser's description of itself, shortened and without control characters.
    pub(crate) fn user_agent(&self) -> String {
        let value = self.user_agent.as_ref();
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .chars()
            .filter(|c| !c.is_control())
            .take(USER_AGENT)
            .collect()
    }

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
            mails: Vec::new(),
        }
    }
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
                certificate: None,
                device: None,
                user_agent: None,
            }))
    }
}
