//! Malformed bodies, for every route that takes one: a 4xx that says what is wrong, and no change.

use std::fmt::Write;

use portcullis_http_tests::{
    Answer, Browser, Server, database,
    routes::{self, Route},
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::shape::{PAGES, check_refusal};

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
    check_refusal(what, path, answer);
}

/// Routes with a body of that media type.
async fn taking(browser: &Browser, media_type: &str) -> (Vec<Route>, Value) {
    let (routes, document) = routes::all(browser).await;
    let media_type = media_type.replace('/', "~1");
    let pointer = format!("/requestBody/content/{media_type}");
    let takes =
        |route: &Route| route.operation.pointer(&pointer).is_some() && !has_test_of_its_own(route);
    (routes.into_iter().filter(takes).collect(), document)
}

/// Pages take every form, or ask again; applications that register themselves show a token first.
fn has_test_of_its_own(route: &Route) -> bool {
    PAGES.contains(&&*route.path) || registers(route)
}

fn registers(route: &Route) -> bool {
    route.path.starts_with(paths::OAUTH_REGISTER) && takes_body(route)
}

fn takes_body(route: &Route) -> bool {
    !route.operation["requestBody"].is_null()
}

#[tokio::test]
async fn no_route_with_a_body_is_left_out() {
    let server = Server::start().await;
    let browser = server.browser();
    let (all, _) = routes::all(&browser).await;
    let mut tried = Vec::new();
    for media_type in [JSON, FORM] {
        tried.extend(taking(&browser, media_type).await.0.iter().map(Route::name));
    }
    let own = all.iter().filter(|route| has_test_of_its_own(route));
    tried.extend(own.map(Route::name));
    for route in all.iter().filter(|route| takes_body(route)) {
        assert!(tried.contains(&route.name()), "{}", route.name());
    }
    // Whatever else could take a body takes none.
    let silent: Vec<String> = all
        .iter()
        .filter(|route| ["POST", "PUT", "PATCH"].contains(&route.method.as_str()))
        .filter(|route| !takes_body(route))
        .map(Route::name)
        .collect();
    assert_eq!(
        silent,
        [
            "PUT /api/admin/groups/{group}/members/{id}",
            "PUT /api/admin/groups/{group}/roles/{role}",
            "POST /api/admin/users/{id}/disable",
            "POST /api/admin/users/{id}/enable",
            "PUT /api/admin/users/{id}/roles/{role}",
            "POST /api/auth/email/send-verification",
            "POST /api/auth/passkeys/sign-in/begin",
            "POST /api/auth/recovery-codes",
            "POST /api/auth/sessions/end-others",
            "POST /api/auth/totp/register/begin",
        ]
    );
}

/// The path with ids that fit.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{id}", "01a3185c-5000-7b48-baf6-4d2f80957b95")
        .replace("{role}", "user")
        .replace("{group}", "sales")
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
            let expected = if route.path == paths::OAUTH_USERINFO {
                401
            } else {
                400
            };
            assert_eq!(answer.status, expected, "{what}: {}", answer.text());
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
                json!({ "unknown": MARK }),
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
        let takes_all = [paths::SIGN_OUT, paths::PROFILE].contains(&&*route.path);
        if takes_all || route.path.starts_with(paths::NOTES) {
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
            "POST /oauth/revocations",
            "POST /oauth/revoke",
            "POST /oauth/token",
            "POST /oauth/userinfo"
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

/// A form that is none is refused, and any other gets a page or is sent on to the same by `GET`.
#[tokio::test]
async fn forms_for_pages_change_nothing_whatever_is_in_them() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = server.tables().await;
    for path in PAGES {
        for body in [
            &b""[..],
            b"=",
            b"%",
            b"%zz=%",
            b"\xff\xfe",
            b"\0",
            b"client_id=spa&client_id=spa",
            b"client_id=%00",
            b"client_id=spa",
            b"id_token_hint=a.b.c&post_logout_redirect_uri=https://evil.example/",
            b"redirect_uri=https://evil.example/&client_id=spa&response_type=code",
            b"confirm=x&state=xyzzy-4711-secret",
            b"{\"client_id\":\"spa\"}",
        ] {
            let what = format!("{:?} to {path}", String::from_utf8_lossy(body));
            for browser in [&ada, &server.browser()] {
                let call = browser.call(Method::POST, path).body(FORM, body);
                let answer = call.send().await;
                match answer.status {
                    303 => {
                        let to = answer.header("location");
                        assert!(to.starts_with(&format!("{path}?")), "{what}: {to}");
                    }
                    200 => assert!(answer.header("content-type").starts_with("text/html")),
                    _ => check(&what, path, &answer),
                }
            }
        }
        for media_type in [
            JSON,
            "text/plain",
            "multipart/form-data; boundary=x",
            "",
            ";",
        ] {
            let call = ada
                .call(Method::POST, path)
                .body(media_type, "client_id=spa");
            check(media_type, path, &call.send().await);
        }
        for length in [64 * 1024 + 1, 1_000_000] {
            let call = ada.call(Method::POST, path).body(FORM, vec![b' '; length]);
            let answer = call.send().await;
            assert_eq!(answer.status, 413, "{path}: {}", answer.text());
            check("a large form", path, &answer);
        }
    }
    assert_eq!(database::changed(&before, &server.tables().await), [""; 0]);
    assert!(ada.is_signed_in().await);
}

/// With a good token each time, so that it is the body that is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_applications_say_of_themselves_is_json_of_the_right_kind() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let made = admin.post(
        paths::ADMIN_REGISTRATION_TOKENS,
        json!({ "uses": 100, "seconds": 3600 }),
    );
    let initial = made.await.status(201).text_at("/token");
    let program = server.program();
    let good = json!({ "redirect_uris": ["https://new.example/cb"], "client_name": "New",
                       "token_endpoint_auth_method": "none" });
    let call = program
        .call(Method::POST, paths::OAUTH_REGISTER)
        .bearer(&initial);
    let registered = call.json(&good).send().await.status(201);
    let id = registered.text_at("/client_id");
    let own = registered.text_at("/registration_access_token");
    let of_it = format!("{}/{id}", paths::OAUTH_REGISTER);
    let before = server.tables().await;
    let long = "a".repeat(3000);
    for (method, path, token) in [
        (Method::POST, paths::OAUTH_REGISTER, &initial),
        (Method::PUT, &of_it, &own),
    ] {
        let send = async |media_type: &str, body: Vec<u8>| {
            let call = program.call(method.clone(), path).bearer(token);
            call.body(media_type, body).send().await
        };
        for (what, body) in syntax() {
            check(what, path, &send(JSON, body).await);
        }
        for media_type in ["", "text/plain", "application/jsonx", FORM, ";"] {
            let answer = send(media_type, good.to_string().into_bytes()).await;
            check(media_type, path, &answer);
            assert_eq!(
                answer.at("/error"),
                "invalid_client_metadata",
                "{media_type}"
            );
        }
        let answer = send(JSON, vec![b' '; 64 * 1024 + 1]).await;
        assert_eq!(answer.status, 413, "{}", answer.text());
        for (name, value) in [
            ("redirect_uris", json!([])),
            ("redirect_uris", json!("https://new.example/cb")),
            ("redirect_uris", json!(["javascript:alert(1)"])),
            ("redirect_uris", json!(["cb"])),
            ("redirect_uris", json!(vec!["https://new.example/cb"; 51])),
            ("client_name", json!("")),
            ("client_name", json!("\u{202e}")),
            ("client_name", json!(1)),
            ("token_endpoint_auth_method", json!("tls_client_auth")),
            ("grant_types", json!(["implicit"])),
            ("grant_types", json!("authorization_code")),
            ("response_types", json!(["token"])),
            ("scope", json!("admin")),
            ("scope", json!(["openid"])),
            ("jwks", json!({ "keys": "x" })),
            ("jwks_uri", json!("http://169.254.169.254/")),
            ("logo_uri", json!("data:image/png;base64,x")),
            ("policy_uri", json!(long)),
            ("id_token_signed_response_alg", json!("none")),
            ("subject_type", json!("transient")),
            ("sector_identifier_uri", json!("https://127.0.0.1/")),
            ("dpop_bound_access_tokens", json!("yes")),
            ("backchannel_logout_uri", json!("http://127.0.0.1/")),
        ] {
            let mut body = good.clone();
            body["client_id"] = json!(id);
            body[name] = value;
            let what = format!("{name} to {path}");
            check(
                &what,
                path,
                &send(JSON, body.to_string().into_bytes()).await,
            );
        }
    }
    let after = server.tables().await;
    assert_eq!(database::changed(&before, &after), [""; 0]);
    // It is what it was, and can still say so.
    let call = program.call(Method::GET, &of_it).bearer(&own);
    assert_eq!(call.send().await.status(200).at("/client_name"), "New");
}
