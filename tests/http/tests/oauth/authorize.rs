//! `GET /oauth/authorize`.

use portcullis_http_tests::{App, Server, app::query};
use portcullis_types::paths;
use reqwest::Method;

#[tokio::test]
async fn a_signed_in_person_comes_back_with_a_code_state_and_issuer() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let answer = ada.get(&app.path()).await;
    let back = answer.location();
    assert!(
        back.starts_with("http://localhost:5173/callback?"),
        "{back}"
    );
    assert!(query(&back, "code").unwrap().starts_with("pc_ac_"));
    assert_eq!(query(&back, "state"), Some(app.state.clone()));
    // RFC 9207 section 2: equal to the issuer to the byte.
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(server.audited("oauth.code_issued").await, 1);
}

#[tokio::test]
async fn who_is_not_signed_in_goes_to_the_sign_in_page_and_comes_back() {
    let server = Server::start().await;
    server.person("ada").await;
    let browser = server.browser();
    let app = App::spa();
    let to = browser.get(&app.path()).await.location();
    assert!(to.starts_with("/sign-in?return_to="), "{to}");
    let back = query(&to, "return_to").unwrap();
    assert!(back.starts_with("/oauth/authorize?"), "{back}");
    for (name, value) in app.parameters() {
        assert_eq!(query(&back, &name), Some(value), "{name}");
    }
    browser.sign_in("ada").await.status(200);
    let done = browser.get(&back).await.location();
    assert!(query(&done, "code").is_some(), "{done}");
}

#[tokio::test]
async fn rfc9700_4_11_a_bad_client_or_redirect_gets_a_page_and_never_a_redirect() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    for changes in [
        [("client_id", "unknown")],
        [("client_id", "")],
        [("client_id", "SPA")],
        [("client_id", "other")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "http://localhost:5173/callback/")],
        [("redirect_uri", "http://localhost:5173/callback?x=1")],
        [("redirect_uri", "http://localhost:5174/callback")],
        [("redirect_uri", "http://localhost:5173/callback#x")],
        [("redirect_uri", "http://localhost:5173/a/../callback")],
        [(
            "redirect_uri",
            "http://localhost:5173@evil.example/callback",
        )],
        [("redirect_uri", "//localhost:5173/callback")],
        [("redirect_uri", "javascript:alert(1)")],
        [("redirect_uri", "/")],
    ] {
        for browser in [&ada, &server.browser()] {
            let answer = browser.get(&app.path_with(&changes)).await;
            assert_eq!(answer.status, 400, "{changes:?}");
            assert!(answer.header("content-type").starts_with("text/html"));
            assert_eq!(answer.header("location"), "");
            assert_eq!(answer.header("x-frame-options"), "DENY");
            assert!(
                answer
                    .header("content-security-policy")
                    .contains("frame-ancestors 'none'")
            );
            assert!(!answer.text().contains("evil"), "input is not repeated");
        }
    }
    assert_eq!(server.audited("oauth.code_issued").await, 0);
}

#[tokio::test]
async fn rfc6749_3_1_a_parameter_that_comes_twice_gets_a_page() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for twice in [
        "client_id=spa",
        "redirect_uri=https://evil.example",
        "state=x",
        "scope=openid",
    ] {
        let path = format!("{}&{twice}", App::spa().path());
        ada.get(&path).await.status(400);
    }
}

#[tokio::test]
async fn rfc6749_4_1_2_1_other_errors_go_back_to_the_client_with_state_and_issuer() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let long = "x".repeat(2049);
    let long_nonce = "x".repeat(513);
    for (changes, error) in [
        (vec![("response_type", "")], "invalid_request"),
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
        ),
        (
            vec![("response_type", "code id_token")],
            "unsupported_response_type",
        ),
        (
            vec![("response_type", "code token")],
            "unsupported_response_type",
        ),
        (vec![("response_mode", "query.jwt")], "invalid_request"),
        (vec![("response_mode", "Fragment")], "invalid_request"),
        (vec![("resource", "https://api.example")], "invalid_target"),
        (vec![("acr_values", &long[..257])], "invalid_request"),
        (vec![("login_hint", "a\nb")], "invalid_request"),
        (vec![("ui_locales", &long[..321])], "invalid_request"),
        (vec![("id_token_hint", "a.b.c")], "invalid_request"),
        (vec![("claims", "{")], "invalid_request"),
        (vec![("claims", "[]")], "invalid_request"),
        (vec![("claims", "{\"id_token\":[]}")], "invalid_request"),
        (
            vec![("claims", "{\"id_token\":{\"name\":true}}")],
            "invalid_request",
        ),
        (
            vec![("request_uri", "https://evil.example/r")],
            "request_uri_not_supported",
        ),
        (vec![("scope", "openid admin")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", "short")], "invalid_request"),
        (vec![("code_challenge", &long[..44])], "invalid_request"),
        (vec![("code_challenge", &"!".repeat(43))], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "s256")], "invalid_request"),
        (
            vec![("code_challenge", ""), ("code_challenge_method", "")],
            "invalid_request",
        ),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "create")], "invalid_request"),
        (vec![("max_age", "-1")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("nonce", &long_nonce)], "invalid_request"),
    ] {
        let back = ada.get(&app.path_with(&changes)).await.location();
        assert!(back.starts_with(&app.redirect_uri), "{changes:?}: {back}");
        assert_eq!(query(&back, "error").as_deref(), Some(error), "{changes:?}");
        assert_eq!(query(&back, "state"), Some(app.state.clone()));
        assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
        assert!(query(&back, "code").is_none());
        assert!(query(&back, "error_description").is_some());
    }
    let back = ada
        .get(&app.path_with(&[("state", &long)]))
        .await
        .location();
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    assert_eq!(server.audited("oauth.code_issued").await, 0);
}

#[tokio::test]
async fn oidcc_without_state_nonce_and_scope_the_code_flow_still_works() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let path = app.path_with(&[
        ("state", ""),
        ("nonce", ""),
        ("scope", ""),
        ("unknown", "x"),
    ]);
    let back = ada.get(&path).await.location();
    assert!(query(&back, "state").is_none());
    let code = query(&back, "code").unwrap();
    let answer = app.redeem(&server.program(), &code).await.status(200);
    assert!(answer.at("/id_token").is_null());
    assert_eq!(answer.at("/scope"), "");
}

#[tokio::test]
async fn a_state_comes_back_as_it_was_whatever_is_in_it() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for state in [
        "a b&c=d#e?f",
        "ü🦦",
        "%20+%2B",
        "\"><script>",
        "\r\nlocation: x",
    ] {
        let answer = ada.get(&App::spa().path_with(&[("state", state)])).await;
        assert_eq!(query(&answer.location(), "state").as_deref(), Some(state));
        assert!(answer.headers.get_all("location").iter().count() == 1);
    }
}

#[tokio::test]
async fn rfc8252_7_3_a_native_app_may_listen_on_any_loopback_port() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::new("native", "http://127.0.0.1:51004/callback");
    let code = app.code(&ada).await;
    let program = server.program();
    let elsewhere = [("redirect_uri", "http://127.0.0.1:51005/callback")];
    let answer = app.redeem_with(&program, &code, &elsewhere).await;
    answer.oauth_error(400, "invalid_grant");
    let code = app.code(&ada).await;
    app.redeem(&program, &code).await.status(200);
}

#[tokio::test]
async fn rfc9207_2_every_answer_to_the_client_names_the_issuer_once() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let app = App::spa();
    let refused = [("prompt", "none"), ("max_age", "x")];
    let waits = [("prompt", "none")];
    let stranger = server.browser();
    let pushed = app.pushed(&program).await;
    let pushed_waits = app.pushed_with(&program, &waits).await;
    for (browser, path) in [
        (&ada, app.path()),
        (&ada, app.path_with(&refused)),
        (&stranger, app.path_with(&waits)),
        (&ada, app.pushed_path(&pushed)),
        (&stranger, app.pushed_path(&pushed_waits)),
    ] {
        let back = browser.get(&path).await.location();
        assert!(back.starts_with(&app.redirect_uri), "{back}");
        assert_eq!(back.matches("iss=").count(), 1, "{back}");
        assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    }
}

/// A form means the same; the browser is sent on with a `GET`, which its cookie goes along with.
#[tokio::test]
async fn openid_3_1_2_1_a_request_may_come_as_a_form() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let visitor = server.browser();
    let app = App::spa();
    let parameters = app.parameters();
    let fields: Vec<(&str, &str)> = parameters.iter().map(|(a, b)| (&**a, &**b)).collect();
    // As a page of another site would have the browser send it: without our cookie.
    let call = visitor
        .call(Method::POST, paths::OAUTH_AUTHORIZE)
        .form(&fields);
    let call = call
        .header("origin", "https://shop.example")
        .header("sec-fetch-site", "cross-site");
    let answer = call.send().await.status(303);
    let to = answer.header("location").to_owned();
    assert!(to.starts_with("/oauth/authorize?"), "{to}");
    let back = ada.get(&to).await.location();
    assert!(back.starts_with(&app.redirect_uri), "{back}");
    let code = query(&back, "code").expect("a code");
    app.redeem(&server.program(), &code).await.status(200);
    // Nothing but our own parameters goes along, and a form that is none goes nowhere.
    let call = visitor.call(Method::POST, paths::OAUTH_AUTHORIZE);
    let answer = call
        .form(&[("client_id", "spa"), ("portcullis_since", "x"), ("a", "b")])
        .send()
        .await;
    assert_eq!(
        answer.status(303).header("location"),
        "/oauth/authorize?client_id=spa"
    );
    let call = visitor.call(Method::POST, paths::OAUTH_AUTHORIZE);
    let twice = call
        .form(&[("client_id", "spa"), ("client_id", "spa")])
        .send()
        .await;
    assert_eq!(twice.status, 400);
}
