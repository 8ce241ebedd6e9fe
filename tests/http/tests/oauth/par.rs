//! `/oauth/par`: requests that are pushed before the browser is sent (RFC 9126).

use portcullis_http_tests::{Answer, App, Browser, Server, all_at_once, app::query};
use portcullis_types::paths;
use serde_json::json;

async fn page(browser: &Browser, path: &str) {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(answer.header("location"), "");
}

/// Where the sign-in page returns to.
fn back_from_sign_in(answer: &Answer) -> String {
    let to = answer.location();
    assert!(to.starts_with("/sign-in?"), "{to}");
    query(&to, "return_to").unwrap()
}

#[tokio::test]
async fn rfc9126_2_2_a_pushed_request_leads_to_tokens() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let pushed = app.push(&program).await.status(201);
    assert_eq!(pushed.at("/expires_in"), 60);
    assert_eq!(pushed.header("cache-control"), "no-store");
    let uri = pushed.text_at("/request_uri");
    let reference = uri
        .strip_prefix("urn:ietf:params:oauth:request_uri:")
        .unwrap();
    assert!(reference.len() >= 43, "256 bits: {reference}");
    let back = ada.get(&app.pushed_path(&uri)).await.location();
    assert!(back.starts_with(&app.redirect_uri), "{back}");
    assert_eq!(query(&back, "state"), Some(app.state.clone()));
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    let code = query(&back, "code").unwrap();
    let tokens = app.redeem(&program, &code).await.status(200);
    assert_eq!(tokens.at("/scope"), "openid profile email");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rfc9126_7_3_a_request_uri_is_good_once() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let path = app.pushed_path(&app.pushed(&server.program()).await);
    let answers = all_at_once((0..50).map(|_| {
        let (ada, path) = (ada.clone(), path.clone());
        async move { ada.get(&path).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 302).count(), 1);
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 49);
    assert_eq!(server.audited("oauth.code_issued").await, 1);
}

#[tokio::test]
async fn rfc9126_4_a_request_uri_is_bound_to_its_client_and_short_lived() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let uri = app.pushed(&program).await;
    page(&ada, &App::other().pushed_path(&uri)).await;
    let nobody = App::new("unknown", "https://unknown.example/callback");
    page(&ada, &nobody.pushed_path(&uri)).await;
    // Neither has spent it.
    server.clock.advance_seconds(59);
    ada.get(&app.pushed_path(&uri)).await.location();
    let late = app.pushed(&program).await;
    server.clock.advance_seconds(60);
    page(&ada, &app.pushed_path(&late)).await;
    for forged in [
        "urn:ietf:params:oauth:request_uri:",
        "urn:ietf:params:oauth:request_uri:x",
        "https://evil.example/request.jwt",
        "http://169.254.169.254/latest/meta-data",
        &format!(
            "urn:ietf:params:oauth:request_uri:pc_par_{}",
            "A".repeat(43)
        ),
        &uri.to_uppercase(),
    ] {
        page(&ada, &app.pushed_path(forged)).await;
    }
}

#[tokio::test]
async fn rfc9126_4_only_what_was_pushed_counts() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let beside = [
        ("state", "evil"),
        ("redirect_uri", "https://other.example/callback"),
        ("scope", "admin"),
        (
            "code_challenge",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ),
        ("prompt", "none"),
    ];
    let uri = app.pushed(&program).await;
    let mut path = app.pushed_path(&uri);
    for (name, value) in beside {
        path = format!("{path}&{name}={value}");
    }
    let back = ada.get(&path).await.location();
    assert!(back.starts_with(&app.redirect_uri), "{back}");
    assert_eq!(query(&back, "state"), Some(app.state.clone()));
    let code = query(&back, "code").unwrap();
    app.redeem(&program, &code).await.status(200);
}

#[tokio::test]
async fn rfc9126_2_1_what_authorize_would_refuse_cannot_be_pushed() {
    let server = Server::start().await;
    let program = server.program();
    let app = App::spa();
    let before = server.tables().await;
    for (changes, status, error) in [
        ([("client_id", "unknown")], 401, "invalid_client"),
        ([("client_id", "")], 400, "invalid_request"),
        ([("client_id", "other")], 400, "invalid_request"),
        ([("redirect_uri", "")], 400, "invalid_request"),
        (
            [("redirect_uri", "https://evil.example/")],
            400,
            "invalid_request",
        ),
        ([("response_type", "")], 400, "invalid_request"),
        (
            [("response_type", "token")],
            400,
            "unsupported_response_type",
        ),
        ([("response_mode", "web_message")], 400, "invalid_request"),
        ([("scope", "openid admin")], 400, "invalid_scope"),
        ([("code_challenge", "")], 400, "invalid_request"),
        ([("code_challenge", "short")], 400, "invalid_request"),
        ([("code_challenge_method", "plain")], 400, "invalid_request"),
        ([("prompt", "none login")], 400, "invalid_request"),
        ([("max_age", "-1")], 400, "invalid_request"),
        ([("state", &*"x".repeat(2049))], 400, "invalid_request"),
        ([("scope", &*"openid ".repeat(200))], 400, "invalid_request"),
        ([("prompt", &*"login ".repeat(20))], 400, "invalid_request"),
        (
            [("request", "eyJhbGciOiJub25lIn0..")],
            400,
            "invalid_request_object",
        ),
        (
            [("request_uri", "urn:ietf:params:oauth:request_uri:x")],
            400,
            "invalid_request",
        ),
    ] {
        let answer = app.push_with(&program, &changes).await;
        assert_eq!(answer.status, status, "{changes:?}: {}", answer.text());
        answer.oauth_error(status, error);
    }
    assert_eq!(server.tables().await, before);
}

#[tokio::test]
async fn a_person_who_signs_in_first_comes_back_to_the_same_request() {
    let server = Server::start().await;
    server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let browser = server.browser();
    let uri = app.pushed(&program).await;
    let away = browser.get(&app.pushed_path(&uri)).await;
    let back = back_from_sign_in(&away);
    assert!(
        back.starts_with("/oauth/authorize?client_id=spa&"),
        "{back}"
    );
    assert!(
        !back.contains("request_uri") && !back.contains(&app.state),
        "{back}"
    );
    // Showing the request_uri again does not help, here or elsewhere.
    page(&browser, &app.pushed_path(&uri)).await;
    // Coming back without having signed in leads there again.
    back_from_sign_in(&browser.get(&back).await);
    browser.sign_in("ada").await.status(200);
    server.clock.advance_seconds(14 * 60);
    let done = browser.get(&back).await.location();
    assert_eq!(query(&done, "state"), Some(app.state.clone()));
    let code = query(&done, "code").unwrap();
    app.redeem(&program, &code).await.status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_back_from_signing_in_is_good_for_one_code_in_one_browser() {
    let server = Server::start().await;
    let eve = server.person("eve").await;
    server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let browser = server.browser();
    let uri = app.pushed(&program).await;
    let back = back_from_sign_in(&browser.get(&app.pushed_path(&uri)).await);
    // In another browser, signed in or not, with a browser cookie of its own or none.
    page(&eve, &back).await;
    page(&server.browser(), &back).await;
    eve.begin(paths::PASSKEY_SIGN_IN_BEGIN).await;
    page(&eve, &back).await;
    // For another client, or bent.
    page(&browser, &back.replace("client_id=spa", "client_id=other")).await;
    page(&browser, &format!("{back}A")).await;
    browser.sign_in("ada").await.status(200);
    let answers = all_at_once((0..50).map(|_| {
        let (tab, back) = (browser.clone(), back.clone());
        async move { tab.get(&back).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 302).count(), 1);
    assert_eq!(answers.iter().filter(|status| **status == 400).count(), 49);
    assert_eq!(server.audited("oauth.code_issued").await, 1);
    // Out of the browser's history, much later.
    let late = server.browser();
    let uri = app.pushed(&program).await;
    let back = back_from_sign_in(&late.get(&app.pushed_path(&uri)).await);
    late.sign_in("ada").await.status(200);
    server.clock.advance_seconds(15 * 60);
    page(&late, &back).await;
}

#[tokio::test]
async fn oidcc_prompts_work_with_pushed_requests_too() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let none = app.pushed_with(&program, &[("prompt", "none")]).await;
    let back = server
        .browser()
        .get(&app.pushed_path(&none))
        .await
        .location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
    assert_eq!(query(&back, "state"), Some(app.state.clone()));
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    let none = app.pushed_with(&program, &[("prompt", "none")]).await;
    let back = ada.get(&app.pushed_path(&none)).await.location();
    assert!(query(&back, "code").is_some());
    for again in [("prompt", "login"), ("max_age", "0")] {
        server.clock.advance_seconds(1);
        let uri = app.pushed_with(&program, &[again]).await;
        let back = back_from_sign_in(&ada.get(&app.pushed_path(&uri)).await);
        let back_again = back_from_sign_in(&ada.get(&back).await);
        server.clock.advance_seconds(1);
        ada.sign_in("ada").await.status(200);
        server.clock.advance_seconds(1);
        let done = ada.get(&back_again).await.location();
        assert!(query(&done, "code").is_some(), "{again:?}: {done}");
    }
}

#[tokio::test]
async fn rfc9126_5_a_client_can_be_made_to_push() {
    let server = Server::start_with(|config| {
        config.clients[0].require_pushed_authorization_requests = true;
    })
    .await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let back = ada.get(&app.path()).await.location();
    assert!(back.starts_with(&app.redirect_uri));
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    assert_eq!(query(&back, "iss"), Some(server.origin.clone()));
    let uri = app.pushed(&program).await;
    let back = ada.get(&app.pushed_path(&uri)).await.location();
    assert!(query(&back, "code").is_some());
    // Signing in first is no way around it.
    let browser = server.browser();
    let uri = app.pushed(&program).await;
    let back = back_from_sign_in(&browser.get(&app.pushed_path(&uri)).await);
    browser.sign_in("ada").await.status(200);
    let done = browser.get(&back).await.location();
    assert!(query(&done, "code").is_some());
    // Others may still do without.
    let back = ada.get(&App::other().path()).await.location();
    assert!(query(&back, "code").is_some());
}

#[tokio::test]
async fn rfc9126_5_the_endpoint_is_announced() {
    let server = Server::start().await;
    for path in [paths::OAUTH_METADATA, paths::OPENID_METADATA] {
        let metadata = server.program().get(path).await.status(200);
        assert_eq!(
            metadata.at("/pushed_authorization_request_endpoint"),
            format!("{}/oauth/par", server.origin)
        );
    }
}

#[tokio::test]
async fn rfc9126_2_3_requests_pushed_from_one_address_are_limited() {
    let server = Server::start_with(|config| config.limits.pushed_requests_per_ip = 3).await;
    let (app, program) = (App::spa(), server.program());
    for _ in 0..3 {
        app.push(&program).await.status(201);
    }
    let answer = app.push(&program).await;
    assert!(answer.header("retry-after").parse::<u32>().unwrap() <= 61);
    answer.oauth_error(429, "temporarily_unavailable");
    server.clock.advance_seconds(61);
    app.push(&program).await.status(201);
}

#[tokio::test]
async fn asvs_11_1_the_database_alone_tells_nothing_of_a_pushed_request() {
    let server = Server::start().await;
    let (app, program) = (App::spa(), server.program());
    let uri = app.pushed(&program).await;
    let tables = server.tables().await;
    let rows = &tables["pushed_requests"];
    assert_eq!(rows.len(), 1);
    let text = format!("{rows:?}").to_lowercase();
    let reference = uri.rsplit(':').next().unwrap();
    let hex = |text: &str| {
        let digits = |hex: String, byte: u8| hex + &format!("{byte:02x}");
        text.bytes().fold(String::new(), digits)
    };
    for secret in [reference, &app.state, &app.nonce, &app.challenge()] {
        assert!(!text.contains(&secret.to_lowercase()) && !text.contains(&hex(secret)));
    }
    // Shown, it is gone.
    let ada = server.person("ada").await;
    ada.get(&app.pushed_path(&uri)).await.location();
    assert_eq!(server.tables().await["pushed_requests"], [""; 0]);
}

#[tokio::test]
async fn a_pushed_request_needs_no_cookie_and_looks_at_none() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let call = ada.call(reqwest::Method::POST, paths::OAUTH_PAR);
    let parameters = app.parameters();
    let fields: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let call = call.form(&fields).without("x-portcullis");
    let call = call.header("origin", "http://localhost:5173");
    let answer = call.header("sec-fetch-site", "cross-site").send().await;
    let allow = answer.header("access-control-allow-origin");
    assert_eq!(allow, "http://localhost:5173");
    let uri = answer.status(201).text_at("/request_uri");
    // Pushed by Ada's page, shown by Eve's browser: it is the client's request, whoever signs in.
    let eve = server.person("eve").await;
    let back = eve.get(&app.pushed_path(&uri)).await.location();
    let code = query(&back, "code").unwrap();
    let tokens = app.redeem(&server.program(), &code).await.status(200);
    let id = portcullis_http_tests::jwt::claims(&tokens.text_at("/id_token"));
    assert_eq!(id["name"], json!("eve"));
}
