//! `POST /oauth/token` with an authorization code.

use portcullis_http_tests::{
    App, Server, all_at_once,
    app::{Tokens, session_of},
    jwt,
};
use portcullis_types::paths;
use reqwest::Method;

#[tokio::test]
async fn the_code_flow_gives_tokens_that_say_what_they_should() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    server.clock.advance_seconds(7);
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    server.clock.advance_seconds(3);
    let answer = app.redeem(&program, &code).await.status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.at("/token_type"), "Bearer");
    assert_eq!(answer.at("/expires_in"), 600);
    assert_eq!(answer.at("/scope"), "openid profile email");
    assert!(answer.text_at("/refresh_token").starts_with("pc_rt_"));
    let jwks = program.get(paths::JWKS).await.ok().json();
    let user = ada.user_id().await;

    // OpenID Connect Core 2 and 3.1.3.7.
    let id_token = answer.text_at("/id_token");
    let claims = jwt::verify(&id_token, &jwks, &server.origin, "spa");
    assert_eq!(claims["nonce"], app.nonce);
    assert_eq!(claims["sub"], user);
    assert_eq!(claims["iat"], 1_800_000_010);
    assert_eq!(claims["exp"], 1_800_000_310);
    assert_eq!(claims["auth_time"], 1_800_000_000);
    assert_eq!(claims["name"], "ada");
    assert_eq!(claims["email"], "ada@example.com");
    assert_eq!(claims["amr"], serde_json::json!(["pwd"]));

    // RFC 9068 section 2.
    let access = answer.text_at("/access_token");
    assert_eq!(jwt::header(&access)["typ"], "at+jwt");
    let claims = jwt::verify(&access, &jwks, &server.origin, &server.origin);
    assert_eq!(claims["sub"], user);
    assert_eq!(claims["client_id"], "spa");
    assert_eq!(claims["iat"], 1_800_000_010);
    assert_eq!(claims["exp"], 1_800_000_610);
    assert_eq!(claims["scope"], "openid profile email");
    assert!(claims["jti"].as_str().unwrap().len() >= 32);
    assert!(claims.get("email").is_none() && claims.get("nonce").is_none());
    assert_eq!(server.audited("oauth.family_began").await, 1);
}

#[tokio::test]
async fn oidcc_scopes_decide_which_claims_there_are() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    for (scope, name, email) in [
        ("openid", false, false),
        ("openid profile", true, false),
        ("openid email", false, true),
    ] {
        let mut app = App::spa();
        scope.clone_into(&mut app.scope);
        let code = app.code(&ada).await;
        let answer = app.redeem(&server.program(), &code).await;
        let claims = jwt::claims(&answer.text_at("/id_token"));
        assert_eq!(claims.get("name").is_some(), name, "{scope}");
        assert_eq!(claims.get("email").is_some(), email, "{scope}");
    }
    let mut app = App::spa();
    "profile".clone_into(&mut app.scope);
    let code = app.code(&ada).await;
    let answer = app.redeem(&server.program(), &code).await;
    assert!(answer.at("/id_token").is_null());
}

#[tokio::test]
async fn rfc6749_4_1_2_a_code_used_twice_is_refused_and_its_tokens_are_revoked() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let untouched = app.tokens(&ada, &program).await;
    let code = app.code(&ada).await;
    let tokens = Tokens::of(&app.redeem(&program, &code).await);
    session_of(&program, &tokens.access).await.status(200);
    app.redeem(&program, &code)
        .await
        .oauth_error(400, "invalid_grant");
    session_of(&program, &tokens.access).await.status(401);
    app.refresh(&program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    // The session and the other family have nothing to do with it.
    assert!(ada.is_signed_in().await);
    session_of(&program, &untouched.access).await.status(200);
    app.refresh(&program, &untouched.refresh).await.status(200);
    assert_eq!(server.audited("oauth.code_reused").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_who_redeem_a_code_at_once_one_gets_tokens_and_they_are_dead() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let app = App::spa();
    let code = app.code(&ada).await;
    let answers = all_at_once((0..50).map(|_| {
        let (app, program, code) = (app.clone(), server.program(), code.clone());
        async move { app.redeem(&program, &code).await }
    }))
    .await;
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(won.len(), 1, "got tokens");
    let refused = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!(won.len() + refused, 50);
    let program = server.program();
    for answer in won {
        let tokens = Tokens::of(answer);
        session_of(&program, &tokens.access).await.status(401);
        app.refresh(&program, &tokens.refresh).await.status(400);
    }
    // The person tries again and gets in.
    app.tokens(&ada, &program).await;
}

#[tokio::test]
async fn rfc7636_4_6_a_wrong_verifier_is_refused_and_the_code_is_spent() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let challenge = app.challenge();
    let short = &app.verifier[..42];
    let long = app.verifier.repeat(3);
    let spaced = format!("{} ", app.verifier);
    for wrong in [&challenge, short, &long, &spaced, &"A".repeat(43)] {
        let code = app.code(&ada).await;
        let changes = [("code_verifier", wrong)];
        let answer = app.redeem_with(&program, &code, &changes).await;
        answer.oauth_error(400, "invalid_grant");
        let answer = app.redeem(&program, &code).await;
        answer.oauth_error(400, "invalid_grant");
    }
    let code = app.code(&ada).await;
    let answer = app
        .redeem_with(&program, &code, &[("code_verifier", "")])
        .await;
    answer.oauth_error(400, "invalid_request");
    assert_eq!(server.audited("oauth.family_began").await, 0);
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri_and_client() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    let changes = [("redirect_uri", "http://localhost:5173/other")];
    let answer = app.redeem_with(&program, &code, &changes).await;
    answer.oauth_error(400, "invalid_grant");
    let code = app.code(&ada).await;
    let changes = [("redirect_uri", "")];
    let answer = app.redeem_with(&program, &code, &changes).await;
    answer.oauth_error(400, "invalid_request");
    // A code injected into another client is refused there and still good here.
    let code = app.code(&ada).await;
    let answer = app
        .redeem_with(&program, &code, &[("client_id", "other")])
        .await;
    answer.oauth_error(400, "invalid_grant");
    app.redeem(&program, &code).await.status(200);
}

#[tokio::test]
async fn asvs_10_4_3_a_code_lasts_a_minute() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let (early, late) = (app.code(&ada).await, app.code(&ada).await);
    server.clock.advance_seconds(59);
    app.redeem(&program, &early).await.status(200);
    server.clock.advance_seconds(1);
    app.redeem(&program, &late)
        .await
        .oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_request_that_is_none_is_refused_in_oauths_shape() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    for (changes, status, error) in [
        ([("grant_type", "")], 400, "invalid_request"),
        ([("grant_type", "password")], 400, "unsupported_grant_type"),
        (
            [("grant_type", "client_credentials")],
            400,
            "unauthorized_client",
        ),
        ([("grant_type", "implicit")], 400, "unsupported_grant_type"),
        ([("client_id", "")], 400, "invalid_request"),
        ([("client_id", "unknown")], 401, "invalid_client"),
        ([("code", "")], 400, "invalid_request"),
        ([("code", "nonsense")], 400, "invalid_grant"),
        ([("grant_type", "refresh_token")], 400, "invalid_request"),
    ] {
        let answer = app.redeem_with(&program, &code, &changes).await;
        answer.oauth_error(status, error);
    }
    let body = format!("grant_type=authorization_code&grant_type=x&client_id=spa&code={code}");
    let call = program.call(Method::POST, paths::OAUTH_TOKEN);
    let answer = call
        .body("application/x-www-form-urlencoded", body)
        .send()
        .await;
    answer.oauth_error(400, "invalid_request");
    let call = program.call(Method::POST, paths::OAUTH_TOKEN);
    let answer = call.json(&serde_json::json!({ "code": code })).send().await;
    answer.oauth_error(400, "invalid_request");
    // Parameters belong into the body, not into a URL that is logged.
    let path = format!(
        "{}?grant_type=authorization_code&code={code}",
        paths::OAUTH_TOKEN
    );
    let call = program.call(Method::POST, &path);
    let call = call.body("application/x-www-form-urlencoded", "");
    call.send().await.oauth_error(400, "invalid_request");
    program.get(&path).await.problem(405, "method_not_allowed");
    app.redeem(&program, &code).await.status(200);
}

#[tokio::test]
async fn a_code_of_a_session_that_has_ended_since_gives_nothing() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    let everywhere = serde_json::json!({ "everywhere": true });
    ada.post(paths::SIGN_OUT, everywhere).await.status(204);
    app.redeem(&program, &code)
        .await
        .oauth_error(400, "invalid_grant");
}

#[tokio::test]
async fn codes_and_refresh_tokens_are_kept_only_as_hashes() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    let first = Tokens::of(&app.redeem(&program, &code).await);
    let second = Tokens::of(&app.refresh(&program, &first.refresh).await);
    let rows = format!("{:?}", server.tables().await);
    for secret in [
        &code,
        &first.refresh,
        &second.refresh,
        &first.access,
        &app.verifier,
    ] {
        let random = secret
            .trim_start_matches("pc_ac_")
            .trim_start_matches("pc_rt_");
        assert!(!rows.contains(random));
        // Nor as bytes, which the dump writes in hexadecimal.
        let hex: String = secret.bytes().fold(String::new(), |mut hex, byte| {
            use std::fmt::Write;
            write!(hex, "{byte:02X}").unwrap();
            hex
        });
        assert!(!rows.contains(&hex));
    }
}
