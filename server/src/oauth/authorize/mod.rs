//! `GET /oauth/authorize`: an ordered table of small checks, then a code.
//!
//! The request comes with the address, or was pushed before ([`super::par`]). Until client and
//! redirect URI are known to be good, an error is a page here; after that it goes back to the
//! client with `state` and `iss` (RFC 6749 section 4.1.2.1, RFC 9207). Where somebody has to sign
//! in or to consent first, the browser goes to a page for it and comes back here.

mod acr;
mod checks;
mod claims;
mod code;
pub(super) mod consent;
mod error_page;
mod hints;
mod prompt;
mod request;
mod request_object;
mod resource;
pub(super) mod response_mode;

use axum::{
    extract::RawQuery,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use portcullis_types::{client::Client, paths};

use self::{
    acr::Strength,
    consent::Standing,
    hints::Hinted,
    request::{Came, Journey},
};
use super::{
    clients::Registered,
    errors::Refusal,
    form::{Form, Parameters},
    session_state::Browser,
};
use crate::{
    app::{App, Handle},
    http::{
        actor::browser_session,
        caller::Caller,
        errors::ApiResult,
        text::{self, ENGLISH, Words},
    },
};

/// The parameters that mean something here.
pub(super) const PARAMETERS: &[&str] = &[
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "dpop_jkt",
    "resource",
    "acr_values",
    "login_hint",
    "ui_locales",
    "id_token_hint",
    "claims",
];

/// A request on its way through the checks.
struct Asked<'a> {
    app: &'a App,
    caller: &'a Caller,
    parameters: &'a Parameters,
    client: &'a Client,
    redirect_uri: &'a str,
    /// What a page of ours says.
    words: &'static Words,
    /// How it has come.
    came: Came,
    /// Set, if it was pushed or signed, or has been somewhere.
    journey: Option<&'a Journey>,
    /// Who it must be, if the client says so with an ID token.
    hinted: Hinted,
    /// What it comes with.
    browser: Browser,
}

/// An error that the client is told: its code and what to mend.
struct Told(&'static str, &'static str);

/// Begins the code flow.
#[utoipa::path(get, path = "/oauth/authorize", tag = "oauth",
    params(("client_id" = String, Query),
           ("request_uri" = Option<String>, Query,
            description = "From `POST /oauth/par`; in place of all that follows"),
           ("request" = Option<String>, Query,
            description = "What follows as a JWT that the client has signed (RFC 9101)"),
           ("response_type" = Option<String>, Query, description = "`code`"),
           ("redirect_uri" = Option<String>, Query),
           ("code_challenge" = Option<String>, Query, description = "RFC 7636, S256"),
           ("code_challenge_method" = Option<String>, Query, description = "`S256`"),
           ("scope" = Option<String>, Query), ("state" = Option<String>, Query),
           ("nonce" = Option<String>, Query),
           ("dpop_jkt" = Option<String>, Query, description = "RFC 9449 section 10"), ("prompt" = Option<String>, Query,
            description = "`none`, `login`, `consent` or `select_account`"), ("max_age" = Option<u64>, Query),
           ("response_mode" = Option<String>, Query,
            description = "`query`, `fragment` or `form_post`"),
           ("resource" = Option<Vec<String>>, Query, description = "RFC 8707"),
           ("acr_values" = Option<String>, Query, description = "`phr` asks for a passkey"),
           ("login_hint" = Option<String>, Query), ("ui_locales" = Option<String>, Query),
           ("id_token_hint" = Option<String>, Query),
           ("claims" = Option<String>, Query, description = "OpenID Connect Core section 5.5")),
    responses((status = 302, description = "To the client with `code`, `state` and `iss` or an \
               error; or to the sign-in or consent page."),
              (status = 400, description = "A page: client or redirect URI are not registered.")))]
pub(crate) async fn by_get(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let query = query.unwrap_or_default();
    let Ok(parameters) = Parameters::parse(query.as_bytes()) else {
        let words = text::of(&headers, None);
        return Ok(error_page::page(words, |words| words.link_repeated));
    };
    let words = text::of(&headers, parameters.get("ui_locales"));
    let id = parameters.get("client_id").unwrap_or_default();
    let Some(client) = app.clients.find(&*app.store, id, caller.now).await? else {
        return Ok(error_page::page(words, |words| words.link_unknown));
    };
    let request = match request::read(&app, &caller, &headers, &client, parameters).await? {
        Ok(request) => request,
        Err(detail) => return Ok(error_page::page(words, detail)),
    };
    let parameters = request.parameters;
    let redirect_uri = match checks::redirect_uri(&client, &parameters) {
        Ok(found) => found,
        Err(detail) => return Ok(error_page::page(words, detail)),
    };
    let session = browser_session(&app, &headers, caller.now).await?;
    let asked = Asked {
        app: &app,
        caller: &caller,
        parameters: &parameters,
        client: &client,
        redirect_uri,
        words: text::of(&headers, parameters.get("ui_locales")),
        came: request
            .journey
            .as_ref()
            .map(Journey::came)
            .unwrap_or_default(),
        journey: request.journey.as_ref(),
        hinted: hints::read(&app, &caller, &client, &parameters).await?,
        browser: Browser::of(&app, &headers, session.is_some()),
    };
    if let Err(told) = checks::was_pushed(&asked).and_then(|()| checks::all(&asked)) {
        return Ok(refuse(&asked, &told));
    }
    let session = session.filter(|(session, _)| prompt::is_recent_enough(&asked, session));
    let is_meant = match &session {
        Some((session, _)) => hints::is_meant(&asked, session.user()).await?,
        None => true,
    };
    match session {
        // Somebody has just signed in for this request: it becomes no better by asking again.
        Some(_) if !prompt::may_ask(&asked) && !is_meant => {
            let told = Told("login_required", "Somebody else is signed in.");
            Ok(refuse(&asked, &told))
        }
        Some((session, _))
            if !prompt::may_ask(&asked) && acr::strength(&asked, &session) == Strength::TooWeak =>
        {
            let told = "The sign-in is not as strong as was asked for.";
            Ok(refuse(
                &asked,
                &Told("unmet_authentication_requirements", told),
            ))
        }
        Some((session, _))
            if prompt::may_ask(&asked)
                && (!is_meant || acr::strength(&asked, &session) != Strength::Enough) =>
        {
            prompt::to_sign_in(&asked, &headers, &query)
        }
        Some((session, principal)) => {
            app.sessions.touch(&session, caller.now);
            let standing = consent::standing(&asked, &session).await?;
            if standing == Standing::Missing {
                return consent::ask(&asked, &headers, &session);
            }
            if let Some(journey) = asked.journey
                && journey.came_back
                && !journey.spend(&app).await?
            {
                return Ok(error_page::page(asked.words, request::SPENT));
            }
            match standing {
                Standing::Denied => Ok(refuse(&asked, &consent::DENIED)),
                Standing::Given | Standing::Missing => {
                    code::issue(&asked, &session, &principal).await
                }
            }
        }
        None if prompt::is_none(&asked) => Ok(refuse(
            &asked,
            &Told("login_required", "Nobody is signed in."),
        )),
        None => prompt::to_sign_in(&asked, &headers, &query),
    }
}

/// The same with a form (OpenID Connect Core section 3.1.2.1).
#[utoipa::path(post, path = "/oauth/authorize", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The parameters of `GET /oauth/authorize`."),
    responses((status = 303, description = "The same as a `GET`, with which cookies come along."),
              (status = 400, description = "A form that is none.")))]
pub(crate) async fn by_post(Form(parameters): Form) -> Result<Response, Refusal> {
    // Browsers send our cookie with no form of another site (SameSite=Lax).
    let names = [PARAMETERS, &["request", "request_uri"]].concat();
    let query = parameters.to_text(&names);
    let to = HeaderValue::from_str(&format!("{}?{query}", paths::OAUTH_AUTHORIZE));
    let to = to.map_err(|_| Refusal::server_error())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}

/// Checks a request that is being pushed as it will be checked when it is shown, and answers what is
/// to be kept of it: of a signed one, what is signed (RFC 9126 section 3).
pub(super) async fn check_pushed(
    app: &App,
    caller: &Caller,
    client: &Registered,
    parameters: Parameters,
) -> Result<Parameters, Refusal> {
    let refuse = |Told(error, description)| Refusal::told(error, description);
    // RFC 9126 section 2.1.
    if parameters.get("request_uri").is_some() {
        return Err(Refusal::invalid_request("A request_uri cannot be pushed."));
    }
    let signed = request_object::read(app, caller, client, &parameters);
    let signed = signed.await.map_err(refuse)?;
    let came = Came {
        pushed: true,
        signed: signed.is_some(),
    };
    let mut bound = signed.unwrap_or_else(|| parameters.clone());
    // The proof that came along is by whoever pushes.
    if let Some(jkt) = parameters.get("dpop_jkt") {
        if bound.get("dpop_jkt").is_some_and(|said| said != jkt) {
            return Err(Refusal::invalid_dpop_proof());
        }
        bound.set("dpop_jkt", jkt.to_owned());
    }
    let parameters = bound;
    let redirect_uri = checks::redirect_uri(client, &parameters)
        .map_err(|detail| Refusal::invalid_request(detail(&ENGLISH)))?;
    let asked = Asked {
        app,
        caller,
        parameters: &parameters,
        client,
        redirect_uri,
        words: &ENGLISH,
        came,
        journey: None,
        hinted: hints::read(app, caller, client, &parameters).await?,
        browser: Browser::default(),
    };
    checks::all(&asked).map_err(refuse)?;
    Ok(parameters)
}

/// Sends the browser back to the client with an error.
fn refuse(asked: &Asked<'_>, told: &Told) -> Response {
    answer(asked, &[("error", told.0), ("error_description", told.1)])
}

/// Sends the browser back to the client; `state` and `iss` always go along, and where applications
/// may ask for it the state of the browser.
fn answer(asked: &Asked<'_>, pairs: &[(&str, &str)]) -> Response {
    let mut pairs = pairs.to_vec();
    if let Some(state) = asked.parameters.get("state") {
        pairs.push(("state", state));
    }
    pairs.push(("iss", &asked.app.issuer));
    let (app, browser) = (asked.app, &asked.browser);
    let scope = asked.parameters.get("scope");
    let state = browser.tell(app, asked.client, asked.redirect_uri, scope);
    if let Some(state) = &state {
        pairs.push(("session_state", state));
    }
    let mut answer = response_mode::send(asked, &pairs);
    if let Some(cookie) = browser.cookie(app) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// 302: unlike 307 it never repeats a body (RFC 9700 section 4.12).
fn redirect(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => error_page::page(&ENGLISH, |words| words.link_no_url),
    }
}
