//! Request objects: an authorization request as a JWT that the client has signed (JAR, RFC 9101), so
//! that nobody on the way, the browser included, can change what it asks for.

use portcullis_domain::Timestamp;
use serde_json::{Map, Value};

use super::{PARAMETERS, Told};
use crate::{
    app::App,
    http::caller::Caller,
    oauth::{
        client_auth::{
            read_signed,
            signed::{self, Audience},
        },
        clients::Registered,
        form::Parameters,
    },
};

/// The type that a request object may say to be of (RFC 9101 section 4).
const TYPE: &str = "oauth-authz-req+jwt";

const INVALID: &str = "invalid_request_object";
const NOT_SIGNED: Told = Told(
    INVALID,
    "The request object is not signed with a key of this application.",
);
const NOT_MEANT: Told = Told(
    INVALID,
    "The request object needs iss (this application), aud (this server) and exp (within an hour).",
);
const MALFORMED: Told = Told(INVALID, "A parameter in the request object is malformed.");

/// The request that the client has signed; nothing, if there is none. It takes the place of whatever
/// else came along (RFC 9101 section 6.3).
pub(super) async fn read(
    app: &App,
    caller: &Caller,
    client: &Registered,
    parameters: &Parameters,
) -> Result<Option<Parameters>, Told> {
    let Some(jwt) = parameters.get("request") else {
        return Ok(None);
    };
    let claims: Option<Map<String, Value>> = read_signed(app, caller, client, jwt, TYPE).await;
    let claims = claims.ok_or(NOT_SIGNED)?;
    if !is_meant(&app.issuer, &client.id, &claims, caller.now) {
        return Err(NOT_MEANT);
    }
    let mut asked = to_parameters(&claims)?;
    // It may be left out where the signature says it.
    asked.set("client_id", client.id.clone());
    Ok(Some(asked))
}

/// Whether that client has made it for this server, and for now. Whatever has a subject is a JWT
/// made for something else, such as an assertion (RFC 9101 section 10.8), and a request in a
/// request is none (section 4).
fn is_meant(issuer: &str, client: &str, claims: &Map<String, Value>, now: Timestamp) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let number = |name: &str| claims.get(name).map(Value::as_f64);
    let audience = claims.get("aud").cloned();
    let is_for_us = match audience.map(serde_json::from_value) {
        Some(Ok(Audience::One(one))) => one == issuer,
        Some(Ok(Audience::Several(several))) => several.iter().any(|it| it == issuer),
        _ => false,
    };
    let foreign = ["sub", "request", "request_uri"];
    let (Some(Some(exp)), iat, nbf) = (number("exp"), number("iat"), number("nbf")) else {
        return false;
    };
    is_for_us
        && text("iss") == Some(client)
        && claims.get("client_id").is_none_or(|id| id == client)
        && !foreign.iter().any(|name| claims.contains_key(*name))
        && iat != Some(None)
        && nbf != Some(None)
        && signed::is_timely(now, exp, iat.flatten(), nbf.flatten())
}

/// The parameters that mean something here, as they would come in a form.
fn to_parameters(claims: &Map<String, Value>) -> Result<Parameters, Told> {
    let mut parameters = Parameters::default();
    for name in PARAMETERS {
        let Some(value) = claims.get(*name) else {
            continue;
        };
        let text = match (*name, value) {
            (_, Value::String(text)) => text.clone(),
            ("max_age", Value::Number(seconds)) => seconds.to_string(),
            ("claims", Value::Object(_)) => value.to_string(),
            ("resource", Value::Array(several)) => {
                let texts: Option<Vec<&str>> = several.iter().map(Value::as_str).collect();
                texts.ok_or(MALFORMED)?.join(" ")
            }
            _ => return Err(MALFORMED),
        };
        if !text.is_empty() {
            parameters.set(name, text);
        }
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ISSUER: &str = "https://auth.example";
    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    fn is_taken(change: impl FnOnce(&mut Map<String, Value>)) -> bool {
        let Value::Object(mut claims) = json!({
            "iss": "shop", "aud": ISSUER, "exp": 1_700_000_300, "iat": 1_700_000_000,
            "client_id": "shop", "response_type": "code",
        }) else {
            unreachable!("it is an object")
        };
        change(&mut claims);
        is_meant(ISSUER, "shop", &claims, NOW)
    }

    #[test]
    fn rfc9101_4_made_by_that_client_for_this_server_for_now() {
        assert!(is_taken(|_| {}));
        assert!(is_taken(|claims| drop(claims.remove("client_id"))));
        let several = json!(["https://other.example", ISSUER]);
        assert!(is_taken(|claims| drop(
            claims.insert("aud".into(), several)
        )));
        for (name, value) in [
            ("iss", json!("other")),
            ("iss", Value::Null),
            ("aud", json!("https://other.example")),
            ("aud", json!([])),
            ("aud", json!(7)),
            ("exp", json!(1_699_999_999)),
            ("exp", json!(1_700_010_000)),
            ("exp", json!("1700000300")),
            ("iat", json!(1_700_000_100)),
            ("iat", json!("now")),
            ("nbf", json!(1_700_000_100)),
            ("client_id", json!("other")),
            ("sub", json!("shop")),
            ("request", json!("a.b.c")),
            ("request_uri", json!("urn:x")),
        ] {
            let why = format!("{name}: {value}");
            assert!(
                !is_taken(|claims| drop(claims.insert(name.into(), value))),
                "{why}"
            );
        }
        for name in ["iss", "aud", "exp"] {
            assert!(!is_taken(|claims| drop(claims.remove(name))), "{name}");
        }
    }

    #[test]
    fn numbers_objects_and_lists_become_what_a_form_has() {
        let read = |value: Value| to_parameters(value.as_object().unwrap());
        let parameters = read(json!({
            "max_age": 60, "claims": { "id_token": { "email": null } },
            "resource": ["https://a", "https://b"], "state": "", "unknown": { "a": 1 },
        }));
        let parameters = parameters.ok().unwrap();
        assert_eq!(parameters.get("max_age"), Some("60"));
        assert_eq!(
            parameters.get("claims"),
            Some(r#"{"id_token":{"email":null}}"#)
        );
        assert_eq!(parameters.get("resource"), Some("https://a https://b"));
        assert_eq!(parameters.get("state"), None);
        assert_eq!(parameters.get("unknown"), None);
        for bad in [
            json!({ "state": 1 }),
            json!({ "scope": ["openid"] }),
            json!({ "resource": [1] }),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
