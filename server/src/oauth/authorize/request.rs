//! Where the parameters of an authorization request come from: the address itself, a request that
//! was pushed before (RFC 9126), or one of those after the detour to the sign-in page.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{SecretHash, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PARAMETERS;
use crate::{
    app::App,
    credentials::passkeys::ceremony::Binding,
    crypto::token,
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    oauth::{form::Parameters, par},
};

/// Carries, sealed, a pushed request across the sign-in page.
const CONTINUE: &str = "portcullis_continue";
/// For how long it can: time enough to sign in.
pub(super) const SIGN_IN_SECONDS: i64 = 15 * 60;

/// What a person sees whose request is over.
pub(super) const SPENT: &str = "This sign-in was used before, took too long, or was begun in \
                                another browser.";

/// A request about to be checked.
pub(super) struct Request {
    pub(super) parameters: Parameters,
    /// Set, if it was pushed.
    pub(super) pushed: Option<Pushed>,
}

/// A pushed request on its way. Its `request_uri` is spent; what goes on from here is good for one
/// code, in the browser that showed it, for as long as signing in may take.
#[derive(Serialize, Deserialize)]
pub(super) struct Pushed {
    id: Uuid,
    /// When it was shown: a proof since then was made for it.
    pub(super) since: Timestamp,
    expires_at: Timestamp,
    form: String,
    /// Whether it has been to the sign-in page.
    #[serde(skip)]
    pub(super) came_back: bool,
}

/// The request that an address asks for; `Err` says on a page what is wrong with it.
pub(super) async fn read(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    parameters: Parameters,
) -> ApiResult<Result<Request, &'static str>> {
    let Some(client) = parameters.get("client_id") else {
        return Ok(Err(super::checks::UNKNOWN_CLIENT));
    };
    let pushed = if let Some(sealed) = parameters.get(CONTINUE) {
        open(app, caller, headers, client, sealed)
    } else if let Some(uri) = parameters
        .get("request_uri")
        .filter(|uri| par::is_ours(uri))
    {
        let found = par::consume(app, caller, client, uri).await?;
        found.map(|found| Pushed {
            id: app.rng.uuid_at(caller.now),
            since: caller.now,
            expires_at: caller.now.plus_seconds(SIGN_IN_SECONDS),
            form: found.to_text(PARAMETERS),
            came_back: false,
        })
    } else {
        return Ok(Ok(Request {
            parameters,
            pushed: None,
        }));
    };
    let read = pushed.and_then(|pushed| {
        // Nothing of the address counts besides what was pushed (RFC 9126 section 4).
        let parameters = Parameters::parse(pushed.form.as_bytes()).ok()?;
        Some(Request {
            parameters,
            pushed: Some(pushed),
        })
    });
    Ok(read.ok_or(SPENT))
}

fn open(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    client: &str,
    sealed: &str,
) -> Option<Pushed> {
    let binding = Binding::finish_in_browser(headers).ok()?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = app.continuation.open(&sealed, &context(client, &binding))?;
    let mut pushed: Pushed = serde_json::from_slice(&plain).ok()?;
    pushed.came_back = true;
    (caller.now < pushed.expires_at).then_some(pushed)
}

fn context(client: &str, binding: &Binding) -> Vec<u8> {
    [binding.browser(), client.as_bytes()].concat()
}

impl Pushed {
    /// The query that continues this request after signing in, and the cookie that binds it to the
    /// browser, where there is none yet.
    pub(super) fn to_query(
        &self,
        app: &App,
        headers: &HeaderMap,
        client: &str,
    ) -> ApiResult<(String, Option<HeaderValue>)> {
        let broken = || ApiError::internal("sealing");
        let binding = Binding::begin_in_browser(app, headers);
        let plain = serde_json::to_vec(self).map_err(|_| broken())?;
        let sealed = app.continuation.seal(&plain, &context(client, &binding));
        let sealed = URL_SAFE_NO_PAD.encode(sealed.ok_or_else(broken)?);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", client)
            .append_pair(CONTINUE, &sealed)
            .finish();
        Ok((query, binding.cookie))
    }

    /// Spends it for a code. False: it was before.
    pub(super) async fn spend(&self, app: &App) -> ApiResult<bool> {
        let spent = SecretHash(token::sha256(self.id.as_bytes()));
        Ok(app.store.spend_ceremony(spent, self.expires_at).await?)
    }
}
