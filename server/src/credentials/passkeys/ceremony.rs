//! What must be remembered between a ceremony's begin and its finish.
//!
//! It travels with the client, sealed: opened only by us, only for the same kind of ceremony, only
//! in the browser (and session) that began it, only before it expires, and only once.

use axum::http::{HeaderMap, HeaderValue};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{SecretHash, Timestamp, TokenKind, UserId};
use portcullis_types::ErrorCode;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::{
    app::App,
    crypto::token,
    http::{
        caller::Caller,
        cookies,
        errors::{ApiError, ApiResult},
    },
    sessions::registry::LiveSession,
};

/// Which ceremony; one kind's state never opens as another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Signing in without a user name.
    SignIn,
    /// A new account that begins with a passkey.
    SignUp,
    /// One more passkey for somebody signed in.
    Register,
    /// One more authenticator app for somebody signed in.
    Totp,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignUp => "sign-up",
            Self::Register => "register",
            Self::Totp => "totp",
        }
    }
}

/// What a ceremony is bound to.
pub(crate) struct Binding {
    context: Vec<u8>,
    /// To be set, where the browser has no binding yet.
    pub(crate) cookie: Option<HeaderValue>,
}

impl Binding {
    /// The browser, by a cookie of its own that is made where there is none.
    pub(crate) fn begin_in_browser(app: &App, headers: &HeaderMap) -> Self {
        let known = cookies::read(headers, cookies::BROWSER, TokenKind::Browser);
        let (token, cookie) = if let Some(token) = known {
            (token, None)
        } else {
            let token = token::generate(&*app.rng, TokenKind::Browser);
            let cookie = cookies::set(cookies::BROWSER, &token, None);
            (token, Some(cookie))
        };
        Self {
            context: token::hash(&token).0.to_vec(),
            cookie,
        }
    }

    /// The browser that a ceremony should have begun in.
    pub(crate) fn finish_in_browser(headers: &HeaderMap) -> ApiResult<Self> {
        let token =
            cookies::read(headers, cookies::BROWSER, TokenKind::Browser).ok_or_else(invalid)?;
        Ok(Self {
            context: token::hash(&token).0.to_vec(),
            cookie: None,
        })
    }

    /// The session.
    pub(crate) fn session(session: &LiveSession) -> Self {
        Self {
            context: session.id().0.as_bytes().to_vec(),
            cookie: None,
        }
    }

    /// What stands for the browser or session.
    pub(crate) fn browser(&self) -> &[u8] {
        &self.context
    }

    fn context(&self, kind: Kind) -> Vec<u8> {
        let mut context = kind.name().as_bytes().to_vec();
        context.push(0);
        context.extend_from_slice(&self.context);
        context
    }
}

/// Who a registration is for.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Registrant {
    /// The user's id, existing or to be.
    pub(crate) user: UserId,
    /// Normalised address.
    pub(crate) email: String,
    /// Name.
    pub(crate) name: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed<State> {
    id: Uuid,
    expires_at: Timestamp,
    state: State,
}

/// Seals a ceremony's state for its client.
pub(crate) fn begin<State: Serialize>(
    app: &App,
    caller: &Caller,
    kind: Kind,
    binding: &Binding,
    state: State,
) -> ApiResult<String> {
    let sealed = Sealed {
        id: app.rng.uuid_at(caller.now),
        expires_at: caller.now.plus_seconds(app.config.passkey.ceremony_seconds),
        state,
    };
    let plain = serde_json::to_vec(&sealed).map_err(|_| ApiError::internal("ceremony"))?;
    let sealed = app.passkeys.sealer.seal(&plain, &binding.context(kind));
    let sealed = sealed.ok_or_else(|| ApiError::internal("ceremony"))?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Opens a ceremony's state and spends it: the second call with the same fails, also at the same
/// time, and also if the first one then fails to verify.
pub(crate) async fn finish<State: DeserializeOwned>(
    app: &App,
    caller: &Caller,
    kind: Kind,
    binding: &Binding,
    ceremony: &str,
) -> ApiResult<State> {
    let opened = open(app, caller, kind, binding, ceremony)?;
    let (spent, expires_at) = opened.spent_by;
    if !app.store.spend_ceremony(spent, expires_at).await? {
        return Err(invalid());
    }
    Ok(opened.state)
}

/// A ceremony's state, and what spends it.
pub(crate) struct Opened<State> {
    pub(crate) state: State,
    /// Until when it would have been good.
    pub(crate) spent_by: (SecretHash, Timestamp),
}

/// Opens a ceremony's state without spending it, for what may be tried again until it works.
pub(crate) fn open<State: DeserializeOwned>(
    app: &App,
    caller: &Caller,
    kind: Kind,
    binding: &Binding,
    ceremony: &str,
) -> ApiResult<Opened<State>> {
    let sealed = URL_SAFE_NO_PAD.decode(ceremony).map_err(|_| invalid())?;
    let plain = app
        .passkeys
        .sealer
        .open(&sealed, &binding.context(kind))
        .ok_or_else(invalid)?;
    let opened: Sealed<State> = serde_json::from_slice(&plain).map_err(|_| invalid())?;
    if caller.now >= opened.expires_at {
        return Err(invalid());
    }
    let spent = SecretHash(token::sha256(opened.id.as_bytes()));
    Ok(Opened {
        state: opened.state,
        spent_by: (spent, opened.expires_at),
    })
}

fn invalid() -> ApiError {
    ApiError::new(
        ErrorCode::CeremonyInvalid,
        "This took too long or was used before. Please start again.",
    )
}
