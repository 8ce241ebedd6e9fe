//! What an access token opens, what it does not, and what is none.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use portcullis_http_tests::{
    App, Browser, Server, app::session_of, browser::SESSION, device::base64url, jwt,
};
use portcullis_types::paths;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_bearer_sees_its_session_and_uses_its_permissions() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let program = server.program();
    let tokens = App::spa().tokens(&ada, &program).await;
    let session = session_of(&program, &tokens.access).await.status(200);
    assert_eq!(session.at("/session/user/name"), "ada");
    assert_eq!(session.at("/session/permissions"), json!(["notes:write"]));
    let call = program
        .call(Method::POST, paths::NOTES)
        .bearer(&tokens.access);
    call.json(&json!({ "text": "by token" }))
        .send()
        .await
        .status(201);
    server.clock.advance_seconds(600);
    let late = session_of(&program, &tokens.access).await;
    assert_eq!(late.header("www-authenticate"), "Bearer");
    late.problem(401, "not_authenticated");
}

#[tokio::test]
async fn account_routes_need_the_cookie_session() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.program();
    let token = App::spa().tokens(&admin, &program).await.access;
    let user = admin.user_id().await;
    let ours = format!("{}/{user}", paths::ADMIN_USERS);
    let one = "01a3185c-5000-7b48-baf6-4d2f80957b95";
    let before = server.tables().await;
    for (method, path, body) in [
        (Method::GET, paths::SESSIONS.to_owned(), json!({})),
        (
            Method::DELETE,
            format!("{}/{one}", paths::SESSIONS),
            json!({}),
        ),
        (
            Method::POST,
            paths::END_OTHER_SESSIONS.to_owned(),
            json!({}),
        ),
        (Method::GET, paths::PASSKEYS.to_owned(), json!({})),
        (
            Method::PATCH,
            format!("{}/{one}", paths::PASSKEYS),
            json!({ "name": "x" }),
        ),
        (
            Method::DELETE,
            format!("{}/{one}", paths::PASSKEYS),
            json!({}),
        ),
        (
            Method::POST,
            paths::PASSKEY_REGISTER_BEGIN.to_owned(),
            json!({}),
        ),
        (
            Method::PUT,
            paths::PASSWORD.to_owned(),
            json!({ "new": "x" }),
        ),
        (Method::GET, paths::EVENTS.to_owned(), json!({})),
        (Method::PUT, format!("{ours}/roles/user"), json!({})),
        (Method::DELETE, format!("{ours}/roles/user"), json!({})),
        (Method::POST, format!("{ours}/disable"), json!({})),
        (Method::POST, format!("{ours}/enable"), json!({})),
    ] {
        // Not even when the cookie comes along.
        for browser in [&program, &admin] {
            let call = browser
                .call(method.clone(), &path)
                .bearer(&token)
                .json(&body);
            let answer = call.send().await;
            assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
            answer.problem(403, "cookie_session_required");
        }
    }
    assert_eq!(server.tables().await, before);
    let read = program.call(Method::GET, paths::ADMIN_USERS).bearer(&token);
    read.send().await.status(200);
}

async fn refused(program: &Browser, token: &str, why: &str) {
    let answer = session_of(program, token).await;
    assert_eq!(answer.status, 401, "{why}: {}", answer.text());
    answer.problem(401, "not_authenticated");
}

#[tokio::test]
async fn asvs_9_2_2_an_id_token_is_no_access_token() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let (app, program) = (App::spa(), server.program());
    let code = app.code(&ada).await;
    let id_token = app.redeem(&program, &code).await.text_at("/id_token");
    refused(&program, &id_token, "an ID token").await;
}

#[tokio::test]
async fn asvs_9_1_1_to_9_1_3_forged_tokens_are_refused() {
    let server = Server::start().await;
    let (ada, eve) = (server.person("ada").await, server.person("eve").await);
    let program = server.program();
    let token = App::spa().tokens(&ada, &program).await.access;
    let (header, claims) = (jwt::header(&token), jwt::claims(&token));
    let jwks: Value = program.get(paths::JWKS).await.json();
    let signature = |token: &str| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        URL_SAFE_NO_PAD
            .decode(token.rsplit('.').next().unwrap())
            .unwrap()
    };
    let good = signature(&token);
    let bent = |part: &Value, name: &str, value: Value| {
        let mut part = part.clone();
        part[name] = value;
        part
    };
    session_of(&program, &jwt::assemble(&header, &claims, &good)).await;

    for algorithm in ["none", "None", "nOnE", ""] {
        let header = bent(&header, "alg", json!(algorithm));
        refused(&program, &jwt::assemble(&header, &claims, b""), "alg none").await;
        refused(
            &program,
            &jwt::assemble(&header, &claims, &good),
            "alg none",
        )
        .await;
    }
    // The public key as an HMAC secret, in the forms in which an attacker can get hold of it.
    let key = &jwks["keys"][0];
    let coordinate = |name: &str| key[name].as_str().unwrap().to_owned();
    for secret in [
        key.to_string(),
        jwks.to_string(),
        coordinate("x"),
        format!("{}{}", coordinate("x"), coordinate("y")),
        String::new(),
    ] {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = Some(coordinate("kid"));
        let key = EncodingKey::from_secret(secret.as_bytes());
        let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        refused(&program, &token, "HS256 with the public key").await;
    }
    // A key of the attacker's own, under our kid, another kid, none, or brought along.
    let theirs = EncodingKey::from_ec_der(&pkcs8());
    for kid in [Some(coordinate("kid")), Some("theirs".to_owned()), None] {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("at+jwt".to_owned());
        header.kid = kid;
        header.jku = Some("http://evil.example/jwks.json".to_owned());
        let token = jsonwebtoken::encode(&header, &claims, &theirs).unwrap();
        refused(&program, &token, "another key").await;
    }
    for kid in [
        json!("theirs"),
        json!(null),
        json!(""),
        json!("../../dev/null"),
    ] {
        let header = bent(&header, "kid", kid);
        refused(
            &program,
            &jwt::assemble(&header, &claims, &good),
            "another kid",
        )
        .await;
    }
    for typ in ["JWT", "", "at+jwt2", "application/at+jwt"] {
        let header = bent(&header, "typ", json!(typ));
        refused(
            &program,
            &jwt::assemble(&header, &claims, &good),
            "another typ",
        )
        .await;
    }
    for (name, value) in [
        ("sub", json!(eve.user_id().await)),
        ("exp", json!(9_999_999_999_i64)),
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("client_id", json!("other")),
        ("scope", json!("everything")),
        ("sid", json!(eve.session_id().await)),
    ] {
        let claims = bent(&claims, name, value);
        refused(&program, &jwt::assemble(&header, &claims, &good), name).await;
    }
    for at in [0, 31, 32, 63] {
        let mut signature = good.clone();
        signature[at] ^= 1;
        let token = jwt::assemble(&header, &claims, &signature);
        refused(&program, &token, "a bit of the signature").await;
    }
    refused(
        &program,
        &jwt::assemble(&header, &claims, &[0; 64]),
        "psychic",
    )
    .await;
    refused(
        &program,
        &jwt::assemble(&header, &claims, &good[..63]),
        "short",
    )
    .await;
    for token in ["", ".", "..", "a.b.c", "a.b", &"a.".repeat(5000), "pc_at_x"] {
        refused(&program, token, token).await;
    }
    refused(&program, &ada.session_token(), "a session token").await;
}

fn pkcs8() -> Vec<u8> {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
    };
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    key.unwrap().as_ref().to_vec()
}

#[tokio::test]
async fn asvs_9_2_3_a_token_of_another_server_is_refused() {
    let (here, there) = (Server::start().await, Server::start().await);
    let ada = there.person("ada").await;
    let token = App::spa().tokens(&ada, &there.program()).await.access;
    session_of(&there.program(), &token).await.status(200);
    refused(&here.program(), &token, "another server's").await;
}

#[tokio::test]
async fn a_wrong_authorization_header_fails_even_beside_a_good_cookie() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let token = App::spa().tokens(&ada, &server.program()).await.access;
    for value in [
        "Basic dXNlcjpwYXNz",
        "Bearer",
        "Bearer ",
        "bearer",
        "Token x",
        "",
        &format!("Bearer {token} {token}"),
        &format!("Bearer {token}, Bearer {token}"),
        &format!("Bearer  \"{token}\""),
    ] {
        let call = ada
            .call(Method::GET, paths::SESSION)
            .header("authorization", value);
        let answer = call.send().await;
        assert_eq!(answer.status, 401, "{value}: {}", answer.text());
    }
    let bytes: &[u8] = b"Bearer \xff\xfe";
    let call = ada
        .call(Method::GET, paths::SESSION)
        .header("authorization", bytes);
    call.send().await.problem(401, "not_authenticated");
    let call = ada.call(Method::GET, paths::SESSION).bearer(&token);
    let call = call.also("authorization", format!("Bearer {token}"));
    call.send().await.problem(401, "not_authenticated");
    // The scheme's name is in any case (RFC 9110 section 11.1).
    let call = server.program();
    let call = call.call(Method::GET, paths::SESSION);
    let answer = call
        .header("authorization", format!("bEARER {token}"))
        .send()
        .await;
    answer.status(200);
}

#[tokio::test]
async fn a_token_in_the_url_is_not_looked_at() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let program = server.program();
    let token = App::spa().tokens(&ada, &program).await.access;
    let path = format!("{}?access_token={token}", paths::SESSION);
    assert!(
        program
            .get(&path)
            .await
            .status(200)
            .at("/session")
            .is_null()
    );
    let path = format!("{}?access_token={token}", paths::NOTES);
    program.get(&path).await.problem(401, "not_authenticated");
}

#[tokio::test]
async fn an_access_token_is_no_cookie() {
    let server = Server::start().await;
    let ada = server.person("ada").await;
    let tokens = App::spa().tokens(&ada, &server.program()).await;
    for value in [&tokens.access, &tokens.refresh, &base64url(&[7; 32])] {
        let browser = server.browser();
        browser.plant(SESSION, value);
        assert!(!browser.is_signed_in().await);
    }
}
