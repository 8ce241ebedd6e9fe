//! Requests that another site makes the browser send (ASVS 3.5.1, OAuth for browser-based apps).

use portcullis_http_tests::{App, Call, PASSWORD, Server, browser::SESSION, call::form};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

/// A header that is changed: to that value, or left out.
type Change<'a> = (&'a str, Option<&'a str>);

#[tokio::test]
async fn asvs_3_5_1_all_signs_of_the_sites_own_pages_must_agree() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let origin = server.origin.as_str();
    let with_path = format!("{origin}/");
    let in_front = format!("{origin}.evil.example");
    let https = origin.replace("http://", "https://");
    let other_port = "http://localhost:1";
    let by_ip = origin.replace("localhost", "127.0.0.1");
    let refused: &[&[Change<'_>]] = &[
        &[("x-portcullis", None)],
        &[("x-portcullis", Some(""))],
        &[("x-portcullis", Some("0"))],
        &[("x-portcullis", Some("true"))],
        &[("sec-fetch-site", Some("cross-site"))],
        &[("sec-fetch-site", Some("same-site"))],
        &[("sec-fetch-site", Some("none"))],
        &[("sec-fetch-site", Some("Same-Origin"))],
        &[("sec-fetch-site", Some(""))],
        &[("origin", Some("https://evil.example"))],
        &[("origin", Some("null"))],
        &[("origin", Some(""))],
        &[("origin", Some(&with_path))],
        &[("origin", Some(&in_front))],
        &[("origin", Some(&https))],
        &[("origin", Some(other_port))],
        &[("origin", Some(&by_ip))],
        &[
            ("x-portcullis", None),
            ("origin", None),
            ("sec-fetch-site", None),
        ],
    ];
    let before = server.tables().await;
    for changes in refused {
        let mut call = ada
            .call(Method::POST, paths::NOTES)
            .json(&json!({ "text": "forged" }));
        for (name, value) in *changes {
            call = match value {
                Some(value) => call.header(name, value),
                None => call.without(name),
            };
        }
        let answer = call.send().await;
        assert_eq!(answer.status, 403, "{changes:?}: {}", answer.text());
        answer.problem(403, "csrf_rejected");
    }
    assert_eq!(
        server.tables().await,
        before,
        "nothing changed, nothing logged"
    );
    // An old browser sends neither Origin nor Fetch Metadata; the static header remains.
    let old = ada
        .call(Method::POST, paths::NOTES)
        .without("origin")
        .without("sec-fetch-site");
    old.json(&json!({ "text": "mine" }))
        .send()
        .await
        .status(201);
}

#[tokio::test]
async fn a_sign_that_comes_twice_is_refused() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", &server.origin),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "cross-site"),
        ("x-portcullis", "1"),
    ] {
        let call = ada.call(Method::POST, paths::SIGN_OUT).json(&json!({}));
        let answer = call.also(name, value).send().await;
        answer.problem(403, "csrf_rejected");
    }
    assert!(ada.is_signed_in().await);
}

/// What a form of another site can send without a preflight: three content types, no headers.
#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = server.tables().await;
    for (path, body) in [
        (paths::SIGN_OUT, json!({ "everywhere": true })),
        (paths::NOTES, json!({ "text": "forged" })),
        (paths::END_OTHER_SESSIONS, json!({})),
        (paths::REGISTER, json!({ "email": "x@example.com" })),
        (
            paths::PASSWORD_SIGN_IN,
            json!({ "email": "x@example.com", "password": "x" }),
        ),
        (paths::PASSKEY_REGISTER_BEGIN, json!({})),
        (paths::SETUP, json!({ "token": "x" })),
    ] {
        for media_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ] {
            let answer = ada
                .call(Method::POST, path)
                .without("x-portcullis")
                .header("origin", "https://evil.example")
                .header("sec-fetch-site", "cross-site")
                .header("sec-fetch-mode", "navigate")
                .body(media_type, body.to_string())
                .send()
                .await;
            answer.problem(403, "csrf_rejected");
            // Nor with the header, should a browser let it through.
            let answer = ada
                .call(Method::POST, path)
                .without("origin")
                .without("sec-fetch-site")
                .body(media_type, form(&[("text", "forged")]))
                .send()
                .await;
            if ![paths::END_OTHER_SESSIONS, paths::PASSKEY_REGISTER_BEGIN].contains(&path) {
                answer.problem(415, "unsupported_media_type");
            }
        }
    }
    assert_eq!(server.tables().await["notes"], before["notes"]);
    assert!(ada.is_signed_in().await);
}

#[tokio::test]
async fn every_unsafe_method_is_guarded() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "QUERY"] {
        for path in [paths::NOTES, paths::PASSWORD, "/api/unknown", "/"] {
            let method: Method = method.parse().unwrap();
            let call = ada
                .call(method, path)
                .header("origin", "https://evil.example");
            call.send().await.problem(403, "csrf_rejected");
        }
    }
}

/// Sign-in is guarded too: nobody is signed in to somebody else's account unawares.
#[tokio::test]
async fn a_cross_site_sign_in_is_refused() {
    let server = Server::start().await;
    server.person("eve").await;
    let victim = server.browser();
    let call = victim.call(Method::POST, paths::PASSWORD_SIGN_IN);
    let body = json!({ "email": "eve@example.com",
                       "password": portcullis_http_tests::PASSWORD });
    let call = call.header("origin", "https://evil.example").json(&body);
    call.send().await.problem(403, "csrf_rejected");
    assert!(!victim.is_signed_in().await);
}

/// A note written from a page of another origin.
fn write(call: Call<'_>) -> Call<'_> {
    call.header("origin", "http://localhost:5173")
        .json(&json!({ "text": "by token" }))
}

#[tokio::test]
async fn a_bearer_needs_none_of_it_but_gets_nothing_from_the_cookie() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let program = server.program();
    let tokens = App::spa().tokens(&ada, &program).await;
    let call = program.call(Method::POST, paths::NOTES);
    write(call.bearer(&tokens.access)).send().await.status(201);
    // A cookie that comes along counts for nothing beside a token, good or bad.
    let call = eve.call(Method::POST, paths::NOTES).without("x-portcullis");
    let answer = write(call.bearer(&tokens.access)).send().await.status(201);
    assert_eq!(answer.at("/owner"), ada.user_id().await);
    let call = eve.call(Method::POST, paths::NOTES).without("x-portcullis");
    let answer = write(call.bearer("nonsense")).send().await;
    answer.problem(401, "not_authenticated");
}

/// A token, and be it nonsense, must not open the way to what looks at the cookie.
#[tokio::test]
async fn a_nonsense_token_does_not_let_another_site_in() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let before = server.tables().await;
    let sign_in = json!({ "email": "ada@example.com", "password": PASSWORD });
    for (path, body) in [
        (paths::SIGN_OUT, json!({ "everywhere": true })),
        (paths::PASSWORD_SIGN_IN, sign_in.clone()),
        (
            paths::REGISTER,
            json!({ "email": "eve@example.com", "password": PASSWORD }),
        ),
    ] {
        for scheme in ["Bearer", "DPoP"] {
            let forged = || {
                let call = ada.call(Method::POST, path).json(&body);
                call.header("authorization", format!("{scheme} nonsense"))
            };
            for origin in ["https://evil.example", "null", "http://localhost:5174"] {
                let answer = forged().header("origin", origin).send().await;
                answer.problem(403, "csrf_rejected");
            }
            let twice = forged().header("origin", "http://localhost:5173");
            let answer = twice.also("origin", &server.origin).send().await;
            answer.problem(403, "csrf_rejected");
        }
    }
    assert_eq!(server.tables().await, before);
    // A client's own page gets past, and the cookie counts for nothing there.
    let client = |path, body: &Value| {
        let call = ada.call(Method::POST, path).without("x-portcullis");
        let call = call.header("origin", "http://localhost:5173");
        call.bearer("nonsense").json(body)
    };
    let token = ada.session_token();
    let everywhere = json!({ "everywhere": true });
    let answer = client(paths::SIGN_OUT, &everywhere).send().await;
    answer.status(204);
    ada.plant(SESSION, &token);
    assert!(ada.is_signed_in().await);
    assert_eq!(server.audited("session.all_ended").await, 0);
}
