//! `/oauth/logout`: an application signs its user out here as well (OpenID Connect RP-Initiated
//! Logout 1.0).
//!
//! Whoever can show the user's ID token may do so; everybody else's link asks the person first, or
//! any page could sign people out.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::RawQuery,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use portcullis_domain::{Timestamp, audit::AuditKind};
use portcullis_types::paths;
use url::Url;

use super::{
    errors::Refusal,
    form::{Form, Parameters},
    id_token::{self, Hint},
};
use crate::{
    app::{App, Handle},
    http::{
        actor::browser_session,
        caller::Caller,
        cookies,
        errors::{ApiError, ApiResult},
        pages,
        run_to_end::wholly,
        text::{self, Say, Words},
    },
    sessions::{end, registry::LiveSession},
};

/// The parameters that mean something here.
const PARAMETERS: &[&str] = &[
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "logout_hint",
    "ui_locales",
];
/// Says, sealed, that the person was asked.
const CONFIRM: &str = "portcullis_confirm";
/// For how long the question can be answered, in seconds.
const SECONDS: i64 = 10 * 60;

/// Signs out, at once for who shows the user's ID token; otherwise asks first.
#[utoipa::path(get, path = "/oauth/logout", tag = "oauth",
    params(("id_token_hint" = Option<String>, Query), ("client_id" = Option<String>, Query),
           ("post_logout_redirect_uri" = Option<String>, Query),
           ("state" = Option<String>, Query)),
    responses((status = 200, description = "A page: signed out, or the question whether to."),
              (status = 302, description = "Signed out, and back to the client with `state`."),
              (status = 400, description = "A page: the request is not good.")))]
pub(crate) async fn by_get(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let query = query.unwrap_or_default();
    match Parameters::parse(query.as_bytes()) {
        Ok(parameters) => answer(&app, &caller, &headers, &parameters).await,
        Err(_) => Ok(wrong(text::of(&headers, None), |words| words.link_repeated)),
    }
}

/// The same with a form, and the answer to the question.
#[utoipa::path(post, path = "/oauth/logout", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "The parameters of `GET /oauth/logout`."),
    responses((status = 200, description = "A page: signed out, or the question whether to."),
              (status = 302, description = "Signed out, and back to the client with `state`."),
              (status = 303, description = "The same as a `GET`, with which cookies come along."),
              (status = 400, description = "A page, or a form that is none.")))]
pub(crate) async fn by_post(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Response, Refusal> {
    if parameters.get(CONFIRM).is_some() {
        return Ok(answer(&app, &caller, &headers, &parameters).await?);
    }
    // Browsers send our cookie with no form of another site (SameSite=Lax).
    let query = parameters.to_text(PARAMETERS);
    let to = HeaderValue::from_str(&format!("{}?{query}", paths::OAUTH_LOGOUT));
    let to = to.map_err(|_| Refusal::server_error())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}

/// What is asked, as far as it is good.
struct Asked {
    hint: Option<Hint>,
    /// Where to send the browser afterwards.
    back: Option<Url>,
}

async fn answer(
    app: &Handle,
    caller: &Caller,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> ApiResult<Response> {
    let words = text::of(headers, parameters.get("ui_locales"));
    let asked = match read(app, caller, parameters).await? {
        Ok(asked) => asked,
        Err(detail) => return Ok(wrong(words, detail)),
    };
    let session = browser_session(app, headers, caller.now).await?;
    if let Some((session, principal)) = &session {
        let user = session.user();
        let is_theirs = match &asked.hint {
            Some(hint) => hint.is(app, user, caller.now).await?,
            None => false,
        };
        if !is_theirs && !was_asked(app, caller, session, parameters) {
            let email = principal.account.email.as_str();
            return question(words, app, caller, session, parameters, email);
        }
    }
    let current = session.as_ref().map(|(session, _)| Arc::clone(session));
    // Also when the browser hangs up: a GET would otherwise end where it stands.
    wholly(sign_out(app.clone(), caller.clone(), current, asked.hint)).await?;
    let done = if let Some(back) = asked.back {
        let to = HeaderValue::from_str(back.as_str());
        let to = to.map_err(|_| ApiError::internal("redirect"))?;
        (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
    } else {
        let body = format!("<p>{}</p>", words.out_close);
        pages::page(words.language, words.out_done, "narrow", &body).into_response()
    };
    let cookie = session.map(|_| (header::SET_COOKIE, cookies::clear(cookies::SESSION)));
    Ok((AppendHeaders(cookie), done).into_response())
}

/// Ends the session, and the family that the ID token came with.
async fn sign_out(
    app: Handle,
    caller: Caller,
    session: Option<Arc<LiveSession>>,
    hint: Option<Hint>,
) -> ApiResult<()> {
    if let Some(session) = session {
        let (user, id) = (session.user(), session.id());
        let mut audit = caller.audit(AuditKind::SessionEnded);
        audit.actor = Some(user);
        audit.subject = Some(user);
        audit.session = Some(id);
        end::one(&app, user, id, audit).await?;
    }
    if let Some(hint) = hint {
        let mut audit = caller.audit(AuditKind::FamilyRevoked);
        let store = &app.store;
        let family = store.family(hint.family).await?;
        audit.subject = family.map(|family| family.user);
        audit.family = Some(hint.family);
        audit.detail = serde_json::json!({ "client": hint.client_id });
        let revoked = store.revoke_family(hint.family, &hint.client_id, caller.now, audit);
        if revoked.await? {
            app.families.forget(hint.family);
        }
    }
    Ok(())
}

/// Reads the request. Until the address to return to is known to be good, an error is a page here.
async fn read(
    app: &App,
    caller: &Caller,
    parameters: &Parameters,
) -> ApiResult<Result<Asked, Say>> {
    let hint = match parameters.get("id_token_hint") {
        None => None,
        // It may have expired long ago: whoever has been signed in for a day has an old one.
        Some(token) => match id_token::read(app, token).await? {
            Some(hint) => Some(hint),
            None => return Ok(Err(|words| words.out_hint)),
        },
    };
    let said = parameters.get("client_id");
    let of_hint = hint.as_ref().map(|hint| hint.client_id.as_str());
    if said.is_some() && of_hint.is_some() && said != of_hint {
        return Ok(Err(|words| words.out_other));
    }
    let Some(uri) = parameters.get("post_logout_redirect_uri") else {
        return Ok(Ok(Asked { hint, back: None }));
    };
    let client = match said.or(of_hint) {
        Some(id) => app.clients.find(&*app.store, id, caller.now).await?,
        None => None,
    };
    let known = client.is_some_and(|client| {
        let known = &client.post_logout_redirect_uris;
        known.iter().any(|known| known == uri)
    });
    let state = parameters.get("state");
    let Some(mut back) = Url::parse(uri).ok().filter(|_| known) else {
        return Ok(Err(|words| words.link_address));
    };
    if let Some(state) = state {
        back.query_pairs_mut().append_pair("state", state);
    }
    let back = Some(back);
    Ok(Ok(Asked { hint, back }))
}

/// Whether this person was asked, in this session, just now.
fn was_asked(app: &App, caller: &Caller, session: &LiveSession, parameters: &Parameters) -> bool {
    let since = parameters
        .get(CONFIRM)
        .and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok())
        .and_then(|sealed| app.sign_out.open(&sealed, session.id().0.as_bytes()))
        .and_then(|plain| plain.try_into().ok())
        .map(|plain| Timestamp(i64::from_be_bytes(plain)));
    since.is_some_and(|since| caller.now.millis_since(since) <= SECONDS * 1000)
}

/// Asks.
fn question(
    words: &Words,
    app: &App,
    caller: &Caller,
    session: &LiveSession,
    parameters: &Parameters,
    email: &str,
) -> ApiResult<Response> {
    let now = caller.now.0.to_be_bytes();
    let sealed = app.sign_out.seal(&now, session.id().0.as_bytes());
    let sealed = sealed.ok_or_else(|| ApiError::internal("sealing"))?;
    let mut fields = vec![(CONFIRM, URL_SAFE_NO_PAD.encode(sealed))];
    for name in PARAMETERS {
        fields.extend(parameters.get(name).map(|value| (*name, value.to_owned())));
    }
    let mut inputs = String::new();
    for (name, value) in fields {
        let value = pages::escape(&value);
        let _ = write!(
            inputs,
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        );
    }
    let body = format!(
        "<p>{}</p><form method=\"post\" action=\"{}\">{inputs}<button>{}</button></form>",
        words.out_as.replace("{email}", &pages::escape(email)),
        paths::OAUTH_LOGOUT,
        words.out_button,
    );
    let page = pages::page(words.language, words.out_question, "narrow", &body);
    // The answer may send the browser on, which counts as the form's action.
    let back = parameters.get("post_logout_redirect_uri");
    let origin = back.and_then(|uri| Url::parse(uri).ok());
    let origin = origin.map_or_else(String::new, |url| match url.scheme() {
        "http" | "https" => url.origin().ascii_serialization(),
        own => format!("{own}:"),
    });
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'self' {origin}; frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(policy.trim()).map_err(|_| ApiError::internal("policy"))?;
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response())
}

/// A page that says what is wrong: one of our own sentences, never input.
fn wrong(words: &Words, detail: Say) -> Response {
    let body = format!("<p>{}</p>", detail(words));
    let page = pages::page(words.language, words.out_title, "narrow", &body);
    (StatusCode::BAD_REQUEST, page).into_response()
}
