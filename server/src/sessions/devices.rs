//! Which browsers somebody has signed in with: of a new one they are told, where mails are sent.
//!
//! A browser is known by a cookie of its own, which signs nobody in. Whoever deletes theirs is told of
//! a new device once more.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use portcullis_domain::{SecretHash, TokenKind, UserId};

use crate::{
    app::App,
    crypto::token,
    http::{caller::Caller, cookies, errors::ApiResult},
};

/// How long a browser is known, in seconds: as long as browsers keep a cookie (RFC 6265bis section
/// 5.5).
const SECONDS: i64 = 400 * 24 * 3600;

/// The browser that somebody signs in with.
pub(crate) struct Browser {
    device: SecretHash,
    cookie: Option<HeaderValue>,
    is_known: bool,
}

impl Browser {
    /// The browser, and whether that user has used it before; none where nobody is told.
    pub(crate) async fn of(app: &App, caller: &Caller, user: UserId) -> ApiResult<Option<Self>> {
        if !app.post.is_on() {
            return Ok(None);
        }
        let Some(device) = caller.device else {
            let fresh = token::generate(&*app.rng, TokenKind::Device);
            return Ok(Some(Self {
                device: token::hash(&fresh),
                cookie: Some(cookies::set(cookies::DEVICE, &fresh, Some(SECONDS))),
                is_known: false,
            }));
        };
        Ok(Some(Self {
            device,
            cookie: None,
            is_known: app.store.is_known_device(user, device).await?,
        }))
    }

    /// Whether its user has never signed in with it.
    pub(crate) const fn is_new(&self) -> bool {
        !self.is_known
    }

    /// They have now. It is told of before it is known: if that fails, it is told of once more.
    pub(crate) async fn signed_in(
        self,
        app: &App,
        caller: &Caller,
        user: UserId,
        answer: &mut Response,
    ) {
        let known = app.store.know_device(user, self.device, caller.now).await;
        if let Err(error) = known {
            tracing::warn!(%error, "could not keep which browser somebody signed in with");
        }
        if let Some(cookie) = self.cookie {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
}
