//! Where the parameters of an authorization request come from: the address itself, a request object
//! in it (RFC 9101), a request that was pushed before (RFC 9126), or one that goes on after a detour
//! to the sign-in or consent page.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{SecretHash, Timestamp, UserId};
use portcullis_types::paths;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PARAMETERS, request_object};
use crate::{
    app::App,
    credentials::passkeys::ceremony::Binding,
    crypto::token,
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
        text::Say,
    },
    oauth::{clients::Registered, form::Parameters, par},
};

/// Carries, sealed, a request across the pages that it needs.
const CONTINUE: &str = "portcullis_continue";
/// For how long it can: time enough to sign in.
pub(super) const SIGN_IN_SECONDS: i64 = 15 * 60;

/// What a person sees whose request is over.
pub(super) const SPENT: Say = |words| words.link_spent;

/// How a request has come: what the browser could have changed of it on the way.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(super) struct Came {
    /// Past the browser, from the client that has authenticated.
    pub(super) pushed: bool,
    /// Signed by the client.
    pub(super) signed: bool,
}

/// A request about to be checked.
pub(super) struct Request {
    pub(super) parameters: Parameters,
    /// Set, if it was pushed or signed, or has been somewhere.
    pub(super) journey: Option<Journey>,
}

/// A request on its way, whose address or `request_uri` is left behind; what goes on from here is
/// good for one code, in the browser that showed it, for as long as signing in may take.
#[derive(Serialize, Deserialize)]
pub(super) struct Journey {
    id: Uuid,
    /// When it was shown: a proof since then was made for it.
    pub(super) since: Timestamp,
    pub(super) expires_at: Timestamp,
    form: String,
    #[serde(default)]
    came: Came,
    /// What somebody said who was asked whether the client gets what it wants.
    #[serde(default)]
    pub(super) decided: Option<Decided>,
    /// Whether it has been to a page.
    #[serde(skip)]
    pub(super) came_back: bool,
}

/// Who said what.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct Decided {
    pub(super) user: UserId,
    pub(super) allowed: bool,
}

/// The request that an address asks for; `Err` says on a page what is wrong with it.
pub(super) async fn read(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    client: &Registered,
    parameters: Parameters,
) -> ApiResult<Result<Request, Say>> {
    let id = client.id.as_str();
    let journey = if let Some(sealed) = parameters.get(CONTINUE) {
        open(app, caller, headers, id, sealed)
    } else if let Some(uri) = parameters
        .get("request_uri")
        .filter(|uri| par::is_ours(uri))
    {
        let found = par::consume(app, caller, id, uri).await?;
        // Whether it is signed was checked when it was pushed.
        let came = Came {
            pushed: true,
            signed: client.require_signed_request_object,
        };
        found.map(|found| Journey::begin(app, caller, &found, came, caller.now))
    } else if parameters.get("request").is_some() {
        let came = Came {
            pushed: false,
            signed: true,
        };
        match request_object::read(app, caller, client, &parameters).await {
            Ok(found) => found.map(|found| Journey::begin(app, caller, &found, came, caller.now)),
            // Where to send the browser is in what cannot be trusted.
            Err(_) => return Ok(Err(|words| words.link_object)),
        }
    } else {
        return Ok(Ok(Request {
            parameters,
            journey: None,
        }));
    };
    let read = journey.and_then(|journey| {
        // Nothing of the address counts besides what was pushed or signed (RFC 9126 section 4, RFC
        // 9101 section 6.3).
        let parameters = journey.parameters()?;
        Some(Request {
            parameters,
            journey: Some(journey),
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
) -> Option<Journey> {
    let binding = Binding::finish_in_browser(headers).ok()?;
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let plain = app.continuation.open(&sealed, &context(client, &binding))?;
    let mut journey: Journey = serde_json::from_slice(&plain).ok()?;
    journey.came_back = true;
    (caller.now < journey.expires_at).then_some(journey)
}

fn context(client: &str, binding: &Binding) -> Vec<u8> {
    [binding.browser(), client.as_bytes()].concat()
}

impl Journey {
    /// A request sets out. A proof since `since` was made for it.
    pub(super) fn begin(
        app: &App,
        caller: &Caller,
        parameters: &Parameters,
        came: Came,
        since: Timestamp,
    ) -> Self {
        Self {
            id: app.rng.uuid_at(caller.now),
            since,
            expires_at: caller.now.plus_seconds(SIGN_IN_SECONDS),
            form: parameters.to_text(PARAMETERS),
            came,
            decided: None,
            came_back: false,
        }
    }

    /// How it has come.
    pub(super) const fn came(&self) -> Came {
        self.came
    }

    /// What was asked for.
    pub(super) fn parameters(&self) -> Option<Parameters> {
        Parameters::parse(self.form.as_bytes()).ok()
    }

    /// What stands for the question whether the client gets what it wants, which each who is asked
    /// answers once.
    pub(super) fn question(&self, user: UserId) -> SecretHash {
        let parts = [&b"consent"[..], self.id.as_bytes(), user.0.as_bytes()];
        SecretHash(token::sha256(&parts.concat()))
    }

    /// The path that continues this request, and the cookie that binds it to the browser, where
    /// there is none yet.
    pub(super) fn to_path(
        &self,
        app: &App,
        headers: &HeaderMap,
        client: &str,
    ) -> ApiResult<(String, Option<HeaderValue>)> {
        let (query, cookie) = self.to_query(app, headers, client)?;
        Ok((format!("{}?{query}", paths::OAUTH_AUTHORIZE), cookie))
    }

    fn to_query(
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
