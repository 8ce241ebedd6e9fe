//! `/.well-known`.

use portcullis_http_tests::Server;
use portcullis_types::paths;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn rfc8414_3_3_the_issuer_is_equal_to_the_byte() {
    for public_url in [
        None,
        Some("https://auth.example.com"),
        Some("https://auth.example.com/"),
    ] {
        let server =
            Server::start_with(|config| config.public_url = public_url.map(str::to_owned)).await;
        let program = server.program();
        let oauth = program.get(paths::OAUTH_METADATA).await.status(200).json();
        let openid = program.get(paths::OPENID_METADATA).await.status(200).json();
        assert_eq!(oauth, openid);
        let issuer = oauth["issuer"].as_str().unwrap();
        assert_eq!(issuer, server.origin);
        assert!(!issuer.ends_with('/'));
        for name in [
            "authorization_endpoint",
            "token_endpoint",
            "revocation_endpoint",
            "introspection_endpoint",
            "userinfo_endpoint",
            "end_session_endpoint",
            "jwks_uri",
        ] {
            let url = oauth[name].as_str().unwrap();
            assert!(url.starts_with(&format!("{issuer}/")), "{name}: {url}");
        }
    }
}

#[tokio::test]
async fn oidcc_discovery_says_what_is_offered_and_no_more() {
    let server = Server::start().await;
    let document = server.program().get(paths::OPENID_METADATA).await.json();
    for (name, value) in [
        ("response_types_supported", json!(["code"])),
        (
            "response_modes_supported",
            json!(["query", "fragment", "form_post"]),
        ),
        ("acr_values_supported", json!(["phr", "2", "1"])),
        (
            "ui_locales_supported",
            json!(["en", "de", "fr", "es", "ja"]),
        ),
        ("claims_parameter_supported", json!(true)),
        ("request_uri_parameter_supported", json!(false)),
        (
            "grant_types_supported",
            json!([
                "authorization_code",
                "refresh_token",
                "client_credentials",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:token-exchange"
            ]),
        ),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "token_endpoint_auth_methods_supported",
            json!([
                "none",
                "client_secret_basic",
                "client_secret_post",
                "client_secret_jwt",
                "private_key_jwt"
            ]),
        ),
        (
            "authorization_response_iss_parameter_supported",
            json!(true),
        ),
        ("subject_types_supported", json!(["public", "pairwise"])),
        (
            "id_token_signing_alg_values_supported",
            json!(["ES256", "RS256", "EdDSA"]),
        ),
    ] {
        assert_eq!(document[name], value, "{name}");
    }
}

#[tokio::test]
async fn rfc7517_5_only_public_keys_are_published_and_they_stay() {
    let server = Server::start().await;
    let answer = server.program().get(paths::JWKS).await.status(200);
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    let keys = answer.at("/keys");
    let keys = keys.as_array().unwrap();
    assert_eq!(keys.len(), 2, "the active one and the next");
    for key in keys {
        let mut names: Vec<_> = key.as_object().unwrap().keys().cloned().collect();
        names.sort();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
    let node = server.another_node(|_| {}).await;
    assert_eq!(node.program().get(paths::JWKS).await.body, answer.body);
}

#[tokio::test]
async fn rfc9111_the_keys_may_be_kept_for_minutes_and_asked_for_again_cheaply() {
    let server = Server::start().await;
    let program = server.program();
    let answer = program.get(paths::JWKS).await.status(200);
    let caching = answer.header("cache-control");
    assert_eq!(caching, "public, max-age=300, stale-while-revalidate=600");
    let tag = answer.header("etag").to_owned();
    let ask = |tag: &str| {
        let call = program.call(Method::GET, paths::JWKS);
        call.header("if-none-match", tag).send()
    };
    let same = ask(&tag).await.status(304);
    assert!(same.body.is_empty());
    assert_eq!(
        (same.header("etag"), same.header("cache-control")),
        (&*tag, caching)
    );
    ask("\"another\"").await.status(200);
}

#[tokio::test]
async fn what_password_managers_look_for_is_there() {
    let server = Server::start().await;
    let program = server.program();
    let change = program
        .get("/.well-known/change-password")
        .await
        .status(303);
    assert_eq!(change.header("location"), "/account");
    let endpoints = program
        .get("/.well-known/passkey-endpoints")
        .await
        .status(200);
    assert_eq!(
        endpoints.at("/manage"),
        format!("{}/account", server.origin)
    );
    let origins = program.get("/.well-known/webauthn").await.status(200);
    assert_eq!(origins.at("/origins"), json!([server.origin]));
    program
        .get("/.well-known/nothing")
        .await
        .problem(404, "not_found");
}
