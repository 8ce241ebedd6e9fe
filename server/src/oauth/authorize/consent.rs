//! Consent: whether somebody has let the client have what it asks for, and the way to the page that
//! asks (OpenID Connect Core section 3.1.2.4).
//!
//! The page gets the request sealed, in the part of its address that no server sees. The seal is
//! bound to the browser and to who is signed in; the question is answered once, and what was
//! answered is sealed into the way back, so that no link can answer it.

use axum::{
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{
    Timestamp, UserId,
    consents::{Consent as Given, ConsentDecision},
};
use portcullis_types::{
    ErrorCode,
    client::{AuthMethod, Client, Consent},
};
use url::Url;

use super::{
    Asked, Told,
    claims::Claims,
    prompt, redirect, refuse,
    request::{Decided, Journey},
};
use crate::{
    app::App,
    credentials::passkeys::ceremony::Binding,
    http::{
        caller::Caller,
        errors::{ApiError, ApiResult},
    },
    oauth::{form::Parameters, resources},
    sessions::registry::LiveSession,
};

/// The page.
const PAGE: &str = "/consent";

/// What the client is told if the person said no.
pub(super) const DENIED: Told = Told("access_denied", "The user did not allow it.");

/// Whether the client may have what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may.
    Given,
    /// Somebody has to be asked.
    Missing,
    /// Somebody was asked for this request, and said no.
    Denied,
}

/// What a client asks for.
pub(in crate::oauth) struct Wanted {
    pub(in crate::oauth) scopes: Vec<String>,
    pub(in crate::oauth) resources: Vec<String>,
}

impl Wanted {
    /// Each scope once; those of single claims among them.
    pub(in crate::oauth) fn of(client: &Client, parameters: &Parameters) -> Self {
        let asked = parameters.get("scope").unwrap_or_default();
        let asked = asked.split_ascii_whitespace().map(str::to_owned);
        let mut scopes: Vec<String> = Vec::new();
        for scope in asked.chain(Claims::of(parameters).scopes(client)) {
            if !scopes.contains(&scope) {
                scopes.push(scope);
            }
        }
        Self {
            scopes,
            resources: resources::asked(parameters),
        }
    }
}

/// Whether this user lets the client have what it asks for.
pub(super) async fn standing(asked: &Asked<'_>, session: &LiveSession) -> ApiResult<Standing> {
    let user = session.user();
    let decided = asked.journey.and_then(|journey| journey.decided);
    // What somebody else has said who was signed in here meanwhile does not count.
    if let Some(decided) = decided.filter(|decided| decided.user == user) {
        return Ok(if decided.allowed {
            Standing::Given
        } else {
            Standing::Denied
        });
    }
    if prompt::is_consent(asked) {
        return Ok(Standing::Missing);
    }
    let is_given = match asked.client.consent {
        Consent::Skipped => true,
        Consent::Required => false,
        Consent::Remembered => {
            let wanted = Wanted::of(asked.client, asked.parameters);
            let kept = asked.app.store.consent(user, &asked.client.id).await?;
            leads_to_client_alone(asked)
                && kept.is_some_and(|kept| kept.covers(&wanted.scopes, &wanted.resources))
        }
    };
    Ok(if is_given {
        Standing::Given
    } else {
        Standing::Missing
    })
}

/// Whether nobody but the client can get the code: a public client proves nothing, and any program
/// on a device can listen at a loopback address or take a scheme of its own for itself (RFC 8252
/// section 8.6).
fn leads_to_client_alone(asked: &Asked<'_>) -> bool {
    asked.client.token_endpoint_auth_method != AuthMethod::None
        || asked.redirect_uri.starts_with("https://")
}

/// Sends the browser to the page, or tells the client that no page may be shown.
pub(super) fn ask(
    asked: &Asked<'_>,
    headers: &HeaderMap,
    session: &LiveSession,
) -> ApiResult<Response> {
    if prompt::is_none(asked) {
        let told = Told("consent_required", "The user has not allowed this yet.");
        return Ok(refuse(asked, &told));
    }
    let (app, caller) = (asked.app, asked.caller);
    let begun;
    let journey = if let Some(journey) = asked.journey {
        journey
    } else {
        let since = prompt::since(asked).unwrap_or(caller.now);
        begun = Journey::begin(app, caller, asked.parameters, asked.came, since);
        &begun
    };
    let binding = Binding::begin_in_browser(app, headers);
    let broken = || ApiError::internal("sealing");
    let plain = serde_json::to_vec(journey).map_err(|_| broken())?;
    let sealed = app.consent.seal(&plain, &context(&binding, session.user()));
    let sealed = URL_SAFE_NO_PAD.encode(sealed.ok_or_else(broken)?);
    let locales = asked.parameters.get("ui_locales");
    let locales = locales.map(|tags| format!("?ui_locales={}", prompt::encode(tags)));
    let locales = locales.unwrap_or_default();
    let page = redirect(&format!("{PAGE}{locales}#request={sealed}"));
    let cookie = binding.cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), page).into_response())
}

fn context(binding: &Binding, user: UserId) -> Vec<u8> {
    [binding.browser(), user.0.as_bytes()].concat()
}

/// A request that waits for somebody's decision.
pub(in crate::oauth) struct Question {
    journey: Journey,
    pub(in crate::oauth) client_id: String,
    pub(in crate::oauth) parameters: Parameters,
}

/// Opens what the page was given, in the browser it was given to, for whom it was given.
pub(in crate::oauth) fn open(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    user: UserId,
    sealed: &str,
) -> ApiResult<Question> {
    let binding = Binding::finish_in_browser(headers)?;
    let journey: Option<Journey> = URL_SAFE_NO_PAD
        .decode(sealed)
        .ok()
        .and_then(|sealed| app.consent.open(&sealed, &context(&binding, user)))
        .and_then(|plain| serde_json::from_slice(&plain).ok());
    let journey = journey.filter(|journey| caller.now < journey.expires_at);
    let parts = journey.and_then(|journey| {
        let parameters = journey.parameters()?;
        let client_id = parameters.get("client_id")?.to_owned();
        Some(Question {
            journey,
            client_id,
            parameters,
        })
    });
    parts.ok_or_else(over)
}

/// The question was answered, or it is too late.
pub(in crate::oauth) fn over() -> ApiError {
    ApiError::new(
        ErrorCode::CeremonyInvalid,
        "This took too long or was answered before. Go back to the application and start again.",
    )
}

impl Question {
    /// When it can no longer be answered.
    pub(in crate::oauth) const fn expires_at(&self) -> Timestamp {
        self.journey.expires_at
    }

    /// Where the browser will be sent: a host with its port, or the scheme of an app's own.
    pub(in crate::oauth) fn goes_to(&self) -> String {
        let uri = self.parameters.get("redirect_uri").unwrap_or_default();
        let Ok(url) = Url::parse(uri) else {
            return String::new();
        };
        match (url.host_str(), url.port()) {
            _ if !matches!(url.scheme(), "https" | "http") => format!("{}:", url.scheme()),
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        }
    }

    /// Where somebody else can sign in and be asked instead.
    pub(in crate::oauth) fn another_account(
        &self,
        app: &App,
        headers: &HeaderMap,
    ) -> ApiResult<String> {
        let (back, _) = self.journey.to_path(app, headers, &self.client_id)?;
        Ok(format!("/sign-in?return_to={}", prompt::encode(&back)))
    }

    /// What is to be kept of a decision.
    pub(in crate::oauth) fn decision(
        &self,
        user: UserId,
        allowed: Option<Given>,
    ) -> ConsentDecision {
        ConsentDecision {
            question: self.journey.question(user),
            expires_at: self.journey.expires_at,
            user,
            allowed,
        }
    }

    /// The way back, with what was decided.
    pub(in crate::oauth) fn answered(
        mut self,
        app: &App,
        headers: &HeaderMap,
        user: UserId,
        allowed: bool,
    ) -> ApiResult<String> {
        self.journey.decided = Some(Decided { user, allowed });
        let (back, _) = self.journey.to_path(app, headers, &self.client_id)?;
        Ok(back)
    }
}
