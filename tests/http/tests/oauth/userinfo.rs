//! `/oauth/userinfo` (OpenID Connect Core section 5.3, RFC 6750).

use portcullis_http_tests::{Answer, App, Browser, Prover, Server, jwt};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

const PATH: &str = paths::OAUTH_USERINFO;

async fn token(server: &Server, browser: &Browser, scope: &str) -> String {
    let mut app = App::spa();
    scope.clone_into(&mut app.scope);
    app.tokens(browser, &server.program()).await.access
}

async fn ask(program: &Browser, token: &str) -> Answer {
    program.call(Method::GET, PATH).bearer(token).send().await
}

#[tokio::test]
async fn oidcc_5_4_scopes_decide_what_is_told() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let sub = ada.user_id().await;
    // Nobody has changed anything since the account was made.
    let at = ada.session().await["user"]["created_at"].as_i64().unwrap() / 1000;
    for (scope, claims) in [
        ("openid", json!({ "sub": sub })),
        (
            "openid profile",
            json!({ "sub": sub, "name": "ada", "updated_at": at }),
        ),
        (
            "openid email",
            json!({ "sub": sub, "email": "ada@example.com", "email_verified": false }),
        ),
        (
            "openid profile email",
            json!({ "sub": sub, "name": "ada", "updated_at": at,
                    "email": "ada@example.com", "email_verified": false }),
        ),
    ] {
        let token = token(&server, &ada, scope).await;
        let answer = ask(&program, &token).await.status(200);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(
            answer
                .header("content-type")
                .starts_with("application/json")
        );
        assert_eq!(answer.json(), claims, "{scope}");
    }
    let without = token(&server, &ada, "profile email").await;
    let answer = ask(&program, &without).await;
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
    answer.oauth_error(403, "insufficient_scope");
}

/// OpenID Connect Core section 5.3.2: the subject is the ID token's.
#[tokio::test]
async fn oidcc_5_3_2_the_subject_is_the_id_tokens() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let app = App::spa();
    let code = app.code(&ada).await;
    let answer = app.redeem(&program, &code).await.status(200);
    let id_token = jwt::claims(&answer.text_at("/id_token"));
    let told = ask(&program, &answer.text_at("/access_token")).await.json();
    for claim in ["sub", "name", "email", "email_verified"] {
        assert_eq!(told[claim], id_token[claim], "{claim}");
    }
}

#[tokio::test]
async fn rfc6750_2_the_token_is_in_the_header_or_in_a_form_and_in_one_place() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let token = token(&server, &ada, "openid").await;
    let call = |method| program.call(method, PATH);
    let form = [("access_token", &*token)];
    let header = call(Method::POST).bearer(&token).send().await;
    header.status(200);
    let in_form = call(Method::POST).form(&form).send().await;
    assert_eq!(in_form.status(200).at("/sub"), ada.user_id().await);
    let both = call(Method::POST).form(&form).bearer(&token).send().await;
    both.oauth_error(400, "invalid_request");
    let twice = call(Method::POST).form(&[form[0], form[0]]).send().await;
    twice.oauth_error(400, "invalid_request");
    let header = format!("Bearer {token}");
    let two = call(Method::GET)
        .header("authorization", &header)
        .also("authorization", &header)
        .send()
        .await;
    two.oauth_error(401, "invalid_token");
    // Addresses end up in logs and histories.
    let in_query = program.get(&format!("{PATH}?access_token={token}")).await;
    in_query.oauth_error(401, "invalid_token");
    // In a body that is none, or with a method that has none.
    let json = call(Method::POST).json(&json!({ "access_token": token }));
    json.send().await.oauth_error(401, "invalid_token");
    let get = call(Method::GET).form(&form).send().await;
    get.oauth_error(401, "invalid_token");
    for bad in ["", "x", "a.b.c", "\u{7f}", "a b", &"a".repeat(60_000)] {
        let answer = call(Method::POST).form(&[("access_token", bad)]).send();
        answer.await.oauth_error(401, "invalid_token");
    }
    let large = "a".repeat(70_000);
    let answer = call(Method::POST).form(&[("access_token", &large)]);
    answer.send().await.oauth_error(413, "invalid_request");
}

#[tokio::test]
async fn a_session_is_nobodys_consent() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let answer = ada.get(PATH).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.oauth_error(401, "invalid_token");
    let post = ada.call(Method::POST, PATH).form(&[]).send().await;
    post.oauth_error(401, "invalid_token");
    // A wrong token beside a good session is wrong.
    let call = ada.call(Method::GET, PATH).bearer("x");
    let answer = call.send().await;
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(challenge.contains("invalid_token"), "{challenge}");
    answer.oauth_error(401, "invalid_token");
}

#[tokio::test]
async fn rfc9449_7_2_a_bound_token_is_no_bearers() {
    let server = Server::start().await;
    let (ada, program) = (server.person("ada").await, server.program());
    let prover = Prover::new(&server);
    let tokens = prover.tokens(&ada, &program, &App::spa()).await;
    let answer = prover.get(&program, PATH, &tokens.access).await;
    assert_eq!(answer.status(200).at("/sub"), ada.user_id().await);
    let bearer = ask(&program, &tokens.access).await;
    let challenge = bearer.header("www-authenticate").to_owned();
    assert!(challenge.starts_with("DPoP "), "{challenge}");
    bearer.oauth_error(401, "invalid_token");
    let form = [("access_token", &*tokens.access)];
    let call = program.call(Method::POST, PATH).form(&form);
    call.send().await.oauth_error(401, "invalid_token");
}

#[tokio::test]
async fn what_has_ended_tells_nothing() {
    let server = Server::start().await;
    let (admin, ada) = (server.admin().await, server.person("ada").await);
    let program = server.program();
    let (app, user) = (App::spa(), ada.user_id().await);
    let tokens = app.tokens(&ada, &program).await;
    ask(&program, &tokens.access).await.status(200);
    app.revoke(&program, &tokens.refresh).await.status(200);
    let refused = ask(&program, &tokens.access).await;
    refused.oauth_error(401, "invalid_token");
    let tokens = app.tokens(&ada, &program).await;
    let path = format!("{}/{user}/disable", paths::ADMIN_USERS);
    admin
        .post(&path, Value::Object(serde_json::Map::default()))
        .await
        .status(204);
    let refused = ask(&program, &tokens.access).await;
    refused.oauth_error(401, "invalid_token");
    let tokens = app.tokens(&admin, &program).await;
    server.clock.advance_seconds(600);
    let refused = ask(&program, &tokens.access).await;
    refused.oauth_error(401, "invalid_token");
}
