//! Malformed bodies, for every route that takes one: a 4xx that says what is wrong, and no change.

use std::fmt::Write;

use portcullis_http_tests::{
    Answer, Browser, Server, database,
    routes::{self, Route},
};
use portcullis_types::paths;
use serde_json::{Map, Value, json};

/// Stands where a secret would; must never come back.
const MARK: &str = "xyzzy-4711-secret";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// The answer is a 4xx in the shape that belongs to the path, and repeats nothing.
pub(super) fn check(what: &str, path: &str, answer: &Answer) {
    assert!(
        (400..500).contains(&answer.status),
        "{what}: {} {}",
        answer.status,
        answer.text()
    );
    assert!(
        !answer.text().contains(MARK),
        "{what} comes back: {}",
        answer.text()
    );
    if path.starts_with("/oauth/") {
        assert!(answer.text_at("/error").len() > 3, "{what}");
        assert!(answer.header("content-type").starts_with(JSON), "{what}");
    } else {
        answer.problem_code();
    }
    assert!(!answer.header("x-request-id").is_empty(), "{what}");
}

/// Routes with a body of that media type.
async fn taking(browser: &Browser, media_type: &str) -> (Vec<Route>, Value) {
    let (routes, document) = routes::all(browser).await;
    let media_type = media_type.replace('/', "~1");
    let pointer = format!("/requestBody/content/{media_type}");
    // Pages answer people: every form is a good one, or is asked for again.
    let pages = [paths::OAUTH_AUTHORIZE, paths::OAUTH_LOGOUT];
    let takes = |route: &Route| {
        // Registering answers in a shape of its own; see `oauth::register`.
        let is_other =
            pages.contains(&&*route.path) || route.path.starts_with(paths::OAUTH_REGISTER);
        route.operation.pointer(&pointer).is_some() && !is_other
    };
    (routes.into_iter().filter(takes).collect(), document)
}

/// The path with ids that fit.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{id}", "01a3185c-5000-7b48-baf6-4d2f80957b95")
        .replace("{role}", "user")
}

async fn send(browser: &Browser, route: &Route, media_type: &str, body: Vec<u8>) -> Answer {
    let call = browser.call(route.method.clone(), &path(route));
    call.body(media_type, body).send().await
}

fn syntax() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("nothing", text("")),
        ("white space", text(" \n\t ")),
        ("an open brace", text("{")),
        ("half a body", text("{\"email\":\"a")),
        ("null", text("null")),
        ("a number", text("1")),
        ("a string", text("\"xyzzy-4711-secret\"")),
        ("an array", text("[]")),
        ("an array of it", text("[{}]")),
        ("two of it", text("{} {}")),
        ("garbage after it", text("{}xyzzy-4711-secret")),
        ("a comment", text("{/* xyzzy-4711-secret */}")),
        ("single quotes", text("{'a':1}")),
        ("a trailing comma", text("{\"a\":1,}")),
        ("not a number", text("{\"a\":NaN}")),
        ("a form", text("email=a&password=xyzzy-4711-secret")),
        ("XML", text("<a>xyzzy-4711-secret</a>")),
        ("a NUL", b"{\"a\":\0}".to_vec()),
        ("a NUL inside", b"{\"a\":\"\0\"}".to_vec()),
        ("invalid UTF-8", b"{\"a\":\"\xff\xfe\"}".to_vec()),
        ("overlong UTF-8", b"{\"a\":\"\xc0\xaf\"}".to_vec()),
        ("half a surrogate pair", text("{\"a\":\"\\ud800\"}")),
        (
            "UTF-16",
            "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("a byte order mark", text("\u{feff}{}")),
        ("deep arrays", text(&"[".repeat(60_000))),
        ("deep objects", text(&"{\"a\":".repeat(10_000))),
        (
            "deep and closed",
            [text(&"[".repeat(30_000)), text(&"]".repeat(30_000))].concat(),
        ),
        (
            "a huge number",
            text(&format!("{{\"a\":1{}}}", "0".repeat(10_000))),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_are_no_json_get_400() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (routes, _) = taking(&admin, JSON).await;
    assert!(routes.len() >= 11, "{}", routes.len());
    let before = server.tables().await;
    for route in &routes {
        for (what, body) in syntax() {
            let what = format!("{what} to {}", route.name());
            let answer = send(&admin, route, JSON, body.clone()).await;
            check(&what, &route.path, &answer);
            assert_eq!(answer.problem_code(), "invalid_request", "{what}");
            // Nobody learns more, and nothing else breaks, without a session.
            let answer = send(&server.browser(), route, JSON, body).await;
            check(&what, &route.path, &answer);
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    assert!(admin.is_signed_in().await);
}

#[tokio::test]
async fn bodies_of_another_type_get_415() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (routes, _) = taking(&admin, JSON).await;
    let before = server.tables().await;
    for route in &routes {
        let fine = json!({ "text": "x", "name": "x" }).to_string();
        for media_type in [
            "",
            "text/plain",
            "text/json",
            "application/jsonx",
            "application/json5",
            "application/problem+json",
            "application/octet-stream",
            FORM,
            "multipart/form-data; boundary=x",
            "application/xml",
            "json",
            ";",
        ] {
            let what = format!("{media_type:?} to {}", route.name());
            let answer = send(&admin, route, media_type, fine.clone().into_bytes()).await;
            check(&what, &route.path, &answer);
            assert_eq!(answer.problem_code(), "unsupported_media_type", "{what}");
        }
        let call = admin.call(route.method.clone(), &path(route));
        let call = call.body("x", fine.clone());
        let answer = call.header("content-type", b"\xff\xfe").send().await;
        assert_eq!(answer.problem_code(), "unsupported_media_type");
        let call = admin.call(route.method.clone(), &path(route));
        let answer = call.body("x", fine).without("content-type").send().await;
        assert_eq!(answer.problem_code(), "unsupported_media_type");
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test]
async fn bodies_over_64_kib_get_413() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let before = server.tables().await;
    for media_type in [JSON, FORM] {
        let (routes, _) = taking(&admin, media_type).await;
        assert!(!routes.is_empty());
        for route in &routes {
            let what = format!("a large body to {}", route.name());
            for length in [64 * 1024 + 1, 1_000_000] {
                let answer = send(&admin, route, media_type, vec![b' '; length]).await;
                assert_eq!(answer.status, 413, "{what}: {}", answer.text());
                check(&what, &route.path, &answer);
            }
            // One byte less is looked at.
            let answer = send(&admin, route, media_type, vec![b' '; 64 * 1024]).await;
            assert_eq!(answer.status, 400, "{what}: {}", answer.text());
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

/// The schema of a route's JSON body: its properties and which are required.
fn schema(route: &Route, document: &Value) -> (Map<String, Value>, Vec<String>) {
    let mut schema = &route.operation["requestBody"]["content"][JSON]["schema"];
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let properties = schema["properties"].as_object().cloned();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let required = required
        .iter()
        .map(|name| name.as_str().unwrap().to_owned());
    (properties.unwrap_or_default(), required.collect())
}

fn is(property: &Value, kind: &str) -> bool {
    property["type"] == kind
        || property["type"]
            .as_array()
            .is_some_and(|kinds| kinds.contains(&json!(kind)))
        || property["oneOf"]
            .as_array()
            .is_some_and(|kinds| kinds.iter().any(|one| is(one, kind)))
}

/// A body of the right shape which nevertheless does nothing.
fn shaped(properties: &Map<String, Value>) -> Map<String, Value> {
    let fitting = |property: &Value| {
        if is(property, "boolean") {
            json!(true)
        } else if is(property, "string") {
            json!("x")
        } else {
            json!({})
        }
    };
    properties
        .iter()
        .map(|(name, property)| (name.clone(), fitting(property)))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fields_that_are_missing_unknown_or_of_the_wrong_type_get_400() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (routes, document) = taking(&admin, JSON).await;
    let before = server.tables().await;
    let mut tried = 0;
    for route in &routes {
        let (properties, required) = schema(route, &document);
        assert!(!properties.is_empty(), "{} has no schema", route.name());
        let good = shaped(&properties);
        let mut bodies = Vec::new();
        let mut extra = good.clone();
        extra.insert("unknown".to_owned(), json!(MARK));
        bodies.push((
            "an unknown field".to_owned(),
            Value::Object(extra).to_string(),
        ));
        for name in &required {
            let mut body = good.clone();
            body.remove(name);
            bodies.push((format!("no {name}"), Value::Object(body).to_string()));
        }
        for (name, property) in &properties {
            for value in [
                json!(null),
                json!(true),
                json!(0),
                json!(-1.5),
                json!(1e300),
                json!(MARK),
                json!([]),
                json!([MARK]),
                json!({ MARK: MARK }),
            ] {
                let fits = (value.is_string() && is(property, "string"))
                    || (value.is_boolean() && is(property, "boolean"))
                    || (value.is_u64() && is(property, "integer"))
                    || (value.is_null() && is(property, "null"));
                if !fits {
                    let mut body = good.clone();
                    body.insert(name.clone(), value.clone());
                    let what = format!("{name} = {value}");
                    bodies.push((what, Value::Object(body).to_string()));
                }
            }
            let mut body = Value::Object(good.clone()).to_string();
            body.truncate(body.len() - 1);
            write!(body, ",{}:{}}}", json!(name), good[name]).unwrap();
            bodies.push((format!("{name} twice"), body));
        }
        for (what, body) in bodies {
            let what = format!("{what} to {}", route.name());
            let answer = send(&admin, route, JSON, body.into_bytes()).await;
            check(&what, &route.path, &answer);
            let code = answer.problem_code();
            // `credential` is WebAuthn's and read as a whole, after the ceremony's cookie.
            let late = what.starts_with("credential") && code == "ceremony_invalid";
            assert!(
                code == "invalid_request" || late,
                "{what}: {}",
                answer.text()
            );
            tried += 1;
        }
    }
    println!("{tried} bodies");
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    assert!(admin.is_signed_in().await);
}

/// Strings that fit by type and are still no good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strings_that_make_no_sense_get_4xx() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let (routes, document) = taking(&admin, JSON).await;
    let before = server.tables().await;
    for route in &routes {
        // Any text that is a note or a name is one.
        if route.path.starts_with(paths::NOTES) || route.path == paths::SIGN_OUT {
            continue;
        }
        let (properties, _) = schema(route, &document);
        for (name, property) in &properties {
            if !is(property, "string") {
                continue;
            }
            for value in [
                "",
                " ",
                "\0",
                "a\0b",
                "\u{feff}",
                "\u{202e}",
                "' OR 1=1 --",
                "{{7*7}}",
                "../../etc/passwd",
                "%00",
                "\r\nset-cookie: a=b",
                &"a".repeat(60_000),
                &"🦦".repeat(15_000),
                &"e\u{301}".repeat(10_000),
                &"\u{fdfa}".repeat(10_000),
            ] {
                let mut body = shaped(&properties);
                body.insert(name.clone(), json!(value));
                let body = Value::Object(body).to_string().into_bytes();
                let short: String = value.chars().take(12).collect();
                let what = format!("{name} = {short:?} to {}", route.name());
                let answer = send(&admin, route, JSON, body).await;
                check(&what, &route.path, &answer);
            }
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}

#[tokio::test]
async fn forms_that_are_none_get_400_in_oauths_shape() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (routes, _) = taking(&ada, FORM).await;
    let names: Vec<_> = routes.iter().map(Route::name).collect();
    assert_eq!(
        names,
        [
            "POST /oauth/device_authorization",
            "POST /oauth/introspect",
            "POST /oauth/par",
            "POST /oauth/revoke",
            "POST /oauth/token"
        ]
    );
    let before = server.tables().await;
    for route in &routes {
        for body in [
            &b""[..],
            b"=",
            b"&&&",
            b"%",
            b"%zz=%",
            b"\xff\xfe",
            b"%ff=%fe",
            b"\0",
            b"client_id=spa&client_id=spa",
            b"client_id=spa&token=a&token=b",
            b"client_id=%00&token=x",
            b"client_id=spa",
            b"grant_type=refresh_token&client_id=spa",
            b"grant_type=refresh_token&client_id=spa&refresh_token=",
            b"grant_type=password&client_id=spa&username=ada&password=xyzzy-4711-secret",
            b"grant_type[]=refresh_token&client_id[]=spa",
            b"{\"grant_type\":\"refresh_token\",\"client_id\":\"spa\"}",
        ] {
            let what = format!("{:?} to {}", String::from_utf8_lossy(body), route.name());
            let answer = send(&ada, route, FORM, body.to_vec()).await;
            check(&what, &route.path, &answer);
        }
        for media_type in [JSON, "text/plain", "multipart/form-data; boundary=x", ""] {
            let body = b"client_id=spa&token=x&grant_type=refresh_token".to_vec();
            let answer = send(&ada, route, media_type, body).await;
            check(media_type, &route.path, &answer);
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
}
