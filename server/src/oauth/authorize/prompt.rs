//! `prompt` and `max_age`: whether the session that is there will do (OpenID Connect Core 3.1.2.1).

use axum::{
    http::{HeaderMap, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis_domain::Timestamp;
use portcullis_types::paths;

use super::{Asked, Told, hints::FOR_THE_PAGE, redirect, request::SIGN_IN_SECONDS};
use crate::{
    http::errors::{ApiError, ApiResult},
    sessions::registry::LiveSession,
};

/// Carries, sealed, since when a proof counts: so that after signing in again for `prompt=login`
/// the same request does not ask once more, and nobody can claim to have done so.
const SINCE: &str = "portcullis_since";

/// Checks the values themselves.
pub(super) fn check(asked: &Asked<'_>) -> Result<(), Told> {
    let values: Vec<&str> = asked
        .parameters
        .get("prompt")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .collect();
    if values.contains(&"none") && values.len() > 1 {
        return Err(Told("invalid_request", "prompt=none cannot be combined."));
    }
    if values
        .iter()
        .any(|value| !matches!(*value, "none" | "login" | "consent" | "select_account"))
    {
        return Err(Told("invalid_request", "prompt has an unknown value."));
    }
    match asked.parameters.get("max_age").map(str::parse::<u32>) {
        Some(Err(_)) => Err(Told(
            "invalid_request",
            "max_age is not a number of seconds.",
        )),
        _ => Ok(()),
    }
}

/// Whether no page may be shown.
pub(super) fn is_none(asked: &Asked<'_>) -> bool {
    has(asked, "none")
}

/// Whether somebody can still be asked to sign in, for this request: a page may be shown, and was
/// not yet.
pub(super) fn may_ask(asked: &Asked<'_>) -> bool {
    !is_none(asked) && since(asked).is_none()
}

/// Whether the session's last proof is recent enough for what was asked.
pub(super) fn is_recent_enough(asked: &Asked<'_>, session: &LiveSession) -> bool {
    let (auth_time, _) = session.proof();
    let again = has(asked, "login") || has(asked, "select_account");
    if again && since(asked).is_none_or(|since| auth_time < since) {
        return false;
    }
    let max_age = asked
        .parameters
        .get("max_age")
        .and_then(|seconds| seconds.parse::<i64>().ok());
    // A proof that was just made for this request is recent enough, whatever the number.
    max_age.is_none_or(|seconds| {
        asked.caller.now.millis_since(auth_time) <= seconds.saturating_mul(1000)
            || since(asked).is_some_and(|since| auth_time >= since)
    })
}

/// Sends the browser to the sign-in page, which returns here.
pub(super) fn to_sign_in(
    asked: &Asked<'_>,
    headers: &HeaderMap,
    query: &str,
) -> ApiResult<Response> {
    let (back, cookie) = if let Some(journey) = asked.journey {
        journey.to_path(asked.app, headers, &asked.client.id)?
    } else {
        let query = query_since(asked, query)?;
        (format!("{}?{query}", paths::OAUTH_AUTHORIZE), None)
    };
    let mut to = format!("/sign-in?return_to={}", encode(&back));
    for name in FOR_THE_PAGE {
        if let Some(value) = asked.parameters.get(name) {
            to.extend(["&", name, "=", &encode(value)]);
        }
    }
    let page = redirect(&to);
    let cookie = cookie.map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookie), page).into_response())
}

/// A value for a query.
pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The query as it came, and since when a proof counts.
fn query_since(asked: &Asked<'_>, query: &str) -> ApiResult<String> {
    let now = asked.caller.now.0.to_be_bytes();
    let sealed = asked
        .app
        .reauthentication
        .seal(&now, asked.client.id.as_bytes());
    let sealed = sealed.ok_or_else(|| ApiError::internal("sealing"))?;
    Ok(url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(
            url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != SINCE),
        )
        .append_pair(SINCE, &URL_SAFE_NO_PAD.encode(sealed))
        .finish())
}

/// Whether the client wants the person to be asked whether it gets what it wants.
pub(super) fn is_consent(asked: &Asked<'_>) -> bool {
    has(asked, "consent")
}

fn has(asked: &Asked<'_>, value: &str) -> bool {
    asked
        .parameters
        .get("prompt")
        .unwrap_or_default()
        .split_ascii_whitespace()
        .any(|given| given == value)
}

/// Since when a proof counts as made for this request, if somebody was asked for one.
pub(super) fn since(asked: &Asked<'_>) -> Option<Timestamp> {
    if let Some(journey) = asked.journey {
        return journey.came_back.then_some(journey.since);
    }
    let sealed = URL_SAFE_NO_PAD.decode(asked.parameters.get(SINCE)?).ok()?;
    let plain = asked
        .app
        .reauthentication
        .open(&sealed, asked.client.id.as_bytes())?;
    let since = Timestamp(i64::from_be_bytes(plain.try_into().ok()?));
    // The same address out of a browser's history, much later, asks anew.
    (asked.caller.now.millis_since(since) <= SIGN_IN_SECONDS * 1000).then_some(since)
}
