//! `/oauth/device`: the page where somebody types the code of a device, and lets it in. It needs no
//! script.
//!
//! The form that decides carries, sealed, the session that it was shown in and the code: no other page
//! can send it, and nobody is made to agree to what they have not seen.

use std::fmt::Write as _;

use axum::{
    extract::RawQuery,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_domain::Timestamp;
use portcullis_types::paths;

use super::verification::{self, Waiting};
use crate::{
    app::{App, Handle},
    http::{
        actor::browser_session,
        caller::Caller,
        errors::{ApiError, ApiResult},
        pages,
    },
    oauth::{
        errors::Refusal,
        form::{Form, Parameters},
    },
    sessions::registry::LiveSession,
};

/// Says, sealed, who was asked about which code, and when.
const CONFIRM: &str = "portcullis_confirm";
/// For how long the question can be answered, in seconds.
const SECONDS: i64 = 10 * 60;

/// The page for the code of a device: to type it, or, with `user_code`, to decide.
#[utoipa::path(get, path = "/oauth/device", tag = "oauth",
    params(("user_code" = Option<String>, Query)),
    responses((status = 200, body = String, content_type = "text/html",
               description = "A page: for the code, or for the decision."),
              (status = 302, description = "To the sign-in page, which returns here."),
              (status = 400, description = "A page: the request is not good."),
              (status = 404, description = "A page: no device shows this code."),
              (status = 429, description = "A page: too many codes were tried.")))]
pub(crate) async fn show(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> ApiResult<Response> {
    let query = query.unwrap_or_default();
    let Ok(parameters) = Parameters::parse(query.as_bytes()) else {
        return Ok(ask(StatusCode::BAD_REQUEST, "Type the code again."));
    };
    let code = parameters.get("user_code");
    let Some((session, principal)) = browser_session(&app, &headers, caller.now).await? else {
        return to_sign_in(code);
    };
    app.sessions.touch(&session, caller.now);
    let Some(code) = code else {
        return Ok(ask(StatusCode::OK, "It is on the screen of your device."));
    };
    match verification::find(&app, &caller, &session, code).await {
        Ok(waiting) => {
            let email = principal.account.email.as_str();
            question(&app, &caller, &session, &waiting, code, email)
        }
        Err(error) => refused(error),
    }
}

/// Decides, and says so.
#[utoipa::path(post, path = "/oauth/device", tag = "oauth",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "What the page of `GET /oauth/device` sends."),
    responses((status = 200, body = String, content_type = "text/html",
               description = "A page: decided."),
              (status = 400, description = "A page: the question must be asked again."),
              (status = 404, description = "A page: no device shows this code."),
              (status = 429, description = "A page: too many codes were tried.")))]
pub(crate) async fn decide(
    app: Handle,
    caller: Caller,
    headers: HeaderMap,
    Form(parameters): Form,
) -> Result<Response, Refusal> {
    let code = parameters.get("user_code").unwrap_or_default();
    let again = || Ok(ask(StatusCode::BAD_REQUEST, "Type the code again."));
    let Some((session, _)) = browser_session(&app, &headers, caller.now).await? else {
        return again();
    };
    let allowed = match parameters.get("decision") {
        Some("allow") => true,
        Some("deny") => false,
        _ => return again(),
    };
    if !was_asked(&app, &caller, &session, code, parameters.get(CONFIRM)) {
        return again();
    }
    app.sessions.touch(&session, caller.now);
    match verification::decide(&app, &caller, &session, code, allowed).await {
        Ok(waiting) => Ok(done(&waiting, allowed)),
        Err(error) => Ok(refused(error)?),
    }
}

fn to_sign_in(code: Option<&str>) -> ApiResult<Response> {
    let mut back = paths::OAUTH_DEVICE.to_owned();
    if let Some(code) = code {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("user_code", code)
            .finish();
        back.extend(["?", &query]);
    }
    let to = format!(
        "/sign-in?return_to={}",
        utf8_percent_encode(&back, NON_ALPHANUMERIC)
    );
    let to = HeaderValue::from_str(&to).map_err(|_| ApiError::internal("redirect"))?;
    Ok((StatusCode::FOUND, [(header::LOCATION, to)]).into_response())
}

/// Asks for the code. `detail` is one of our own sentences, never input.
fn ask(status: StatusCode, detail: &str) -> Response {
    let body = format!(
        "<p>{}</p><form action=\"{}\"><p><label>Code <input name=\"user_code\" \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"16\" \
         required></label></p><button>Continue</button></form>",
        pages::escape(detail),
        paths::OAUTH_DEVICE
    );
    (status, pages::page("Connect a device", "narrow", &body)).into_response()
}

/// What is wrong with the code is said on the page that asks for it.
fn refused(error: ApiError) -> ApiResult<Response> {
    let problem = error.problem();
    match StatusCode::from_u16(problem.status) {
        Ok(status @ (StatusCode::NOT_FOUND | StatusCode::TOO_MANY_REQUESTS)) => {
            Ok(ask(status, &problem.detail))
        }
        _ => Err(error),
    }
}

/// What a seal is bound to: nobody else's session and no other code.
fn context(session: &LiveSession, code: &str) -> Vec<u8> {
    [session.id().0.as_bytes(), code.as_bytes()].concat()
}

fn was_asked(
    app: &App,
    caller: &Caller,
    session: &LiveSession,
    code: &str,
    sealed: Option<&str>,
) -> bool {
    let since = sealed
        .and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok())
        .and_then(|sealed| app.device_page.open(&sealed, &context(session, code)))
        .and_then(|plain| plain.try_into().ok())
        .map(|plain| Timestamp(i64::from_be_bytes(plain)));
    since.is_some_and(|since| caller.now.millis_since(since) <= SECONDS * 1000)
}

/// Asks whether to let the device in.
fn question(
    app: &App,
    caller: &Caller,
    session: &LiveSession,
    waiting: &Waiting,
    code: &str,
    email: &str,
) -> ApiResult<Response> {
    let now = caller.now.0.to_be_bytes();
    let sealed = app.device_page.seal(&now, &context(session, code));
    let sealed = sealed.ok_or_else(|| ApiError::internal("sealing"))?;
    let mut scopes = String::new();
    for scope in &waiting.device.scopes {
        let _ = match in_words(scope) {
            Some(words) => write!(scopes, "<li>{words}</li>"),
            None => write!(scopes, "<li><code>{}</code></li>", pages::escape(scope)),
        };
    }
    let wanted = match scopes.as_str() {
        "" => String::new(),
        _ => format!(" It could:</p><ul>{scopes}</ul><p>"),
    };
    let body = format!(
        "<p><strong>{}</strong> wants to sign in as {}.{wanted} Go on only if you have begun this \
         yourself, just now, and this code is on the screen of your device: \
         <strong>{}</strong></p><form method=\"post\" action=\"{}\"><input type=\"hidden\" \
         name=\"user_code\" value=\"{}\"><input type=\"hidden\" name=\"{CONFIRM}\" value=\"{}\">\
         <button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form>",
        pages::escape(&waiting.client.name),
        pages::escape(email),
        pages::escape(code),
        paths::OAUTH_DEVICE,
        pages::escape(code),
        URL_SAFE_NO_PAD.encode(sealed)
    );
    Ok(pages::page("Connect a device?", "narrow", &body).into_response())
}

/// What a scope of everybody's lets an application do.
fn in_words(scope: &str) -> Option<&'static str> {
    match scope {
        "openid" => Some("Know who you are"),
        "profile" => Some("See your name"),
        "email" => Some("See your email address"),
        _ => None,
    }
}

fn done(waiting: &Waiting, allowed: bool) -> Response {
    let name = pages::escape(&waiting.client.name);
    let (title, said) = if allowed {
        (
            "Your device is connected",
            "is signed in. You can close this page.",
        )
    } else {
        (
            "Your device is not connected",
            "gets no access. You can close this page.",
        )
    };
    let body = format!("<p><strong>{name}</strong> {said}</p>");
    pages::page(title, "narrow", &body).into_response()
}
