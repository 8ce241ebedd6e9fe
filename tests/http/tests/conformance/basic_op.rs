//! Basic OpenID Provider, re-enacted. What back-channel logout does is in `oauth::backchannel`.

use portcullis_domain::Clock;
use portcullis_http_tests::{
    Answer, App, Browser, Server, Signer,
    app::query,
    call::form,
    clients::{basic, confidential},
    jwt,
};
use portcullis_types::{
    client::{AuthMethod, Client, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A server with a confidential client that has a secret and asks for all scopes there are, and
/// somebody who is signed in.
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    secret: String,
    app: App,
}

impl Scene {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: fn(&mut Client)) -> Self {
        let server = Server::start().await;
        let admin = server.admin().await;
        let mut client = confidential("rp");
        client.scopes = [
            "openid",
            "profile",
            "email",
            "address",
            "phone",
            "offline_access",
        ]
        .map(String::from)
        .to_vec();
        client.id_token_signed_response_alg = SigningAlgorithm::Es256;
        change(&mut client);
        Self {
            secret: admin.secret_of_new(&client).await,
            ada: server.person("ada").await,
            program: server.program(),
            app: App::new("rp", "https://shop.example/callback"),
            server,
        }
    }

    /// The address with the answer to a request with these changes.
    async fn back(&self, changes: &[(&str, &str)]) -> String {
        let back = self.ada.get(&self.app.path_with(changes)).await.location();
        assert!(back.starts_with(&self.app.redirect_uri), "{back}");
        back
    }

    async fn code(&self, changes: &[(&str, &str)]) -> String {
        let back = self.back(changes).await;
        query(&back, "code").unwrap_or_else(|| panic!("no code: {back}"))
    }

    async fn redeem(&self, code: &str) -> Answer {
        let fields = self.app.code_fields(code);
        let path = paths::OAUTH_TOKEN;
        self.program
            .post_as(("rp", &self.secret), path, &fields)
            .await
    }

    /// A whole sign-in: the tokens.
    async fn tokens(&self, changes: &[(&str, &str)]) -> Answer {
        let code = self.code(changes).await;
        self.redeem(&code).await.status(200)
    }

    async fn verified(&self, tokens: &Answer) -> Value {
        let jwks = self.program.get(paths::JWKS).await.json();
        let token = tokens.text_at("/id_token");
        jwt::verify(&token, &jwks, &self.server.origin, "rp")
    }

    async fn userinfo(&self, tokens: &Answer) -> Value {
        let call = self.program.call(Method::GET, paths::OAUTH_USERINFO);
        let call = call.bearer(&tokens.text_at("/access_token"));
        call.send().await.status(200).json()
    }
}

/// Sent to sign in, and whatever the browser does there; where it goes then.
fn to_sign_in(answer: &Answer) -> String {
    let to = answer.location();
    assert!(to.starts_with("/sign-in?"), "{to}");
    query(&to, "return_to").unwrap()
}

#[tokio::test]
async fn oidcc_server() {
    let scene = Scene::set().await;
    let tokens = scene.tokens(&[]).await;
    assert_eq!(tokens.at("/token_type"), "Bearer");
    assert!(tokens.at("/expires_in").as_i64().unwrap() > 0);
    let claims = scene.verified(&tokens).await;
    assert_eq!(claims["nonce"], *scene.app.nonce);
    let now = scene.server.clock.now().as_seconds();
    assert_eq!(claims["iat"], now);
    assert!(claims["exp"].as_i64().unwrap() > now);
    assert_eq!(scene.userinfo(&tokens).await["sub"], claims["sub"]);
}

#[tokio::test]
async fn oidcc_response_type_missing() {
    let scene = Scene::set().await;
    let back = scene.back(&[("response_type", "")]).await;
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    assert_eq!(query(&back, "state").as_deref(), Some(&*scene.app.state));
}

#[tokio::test]
async fn oidcc_idtoken_signature() {
    let scene = Scene::set_with(|client| {
        client.id_token_signed_response_alg = SigningAlgorithm::Rs256;
    })
    .await;
    let tokens = scene.tokens(&[]).await;
    assert_eq!(jwt::header(&tokens.text_at("/id_token"))["alg"], "RS256");
    scene.verified(&tokens).await;
}

/// Unsigned ID tokens are not to be had.
#[tokio::test]
async fn oidcc_idtoken_unsigned() {
    let scene = Scene::set().await;
    let metadata = scene.program.get(paths::OPENID_METADATA).await;
    let offered = metadata.at("/id_token_signing_alg_values_supported");
    assert!(!offered.as_array().unwrap().contains(&json!("none")));
    let admin = scene.server.browser();
    admin.sign_in("root").await;
    let mut body = json!(confidential("unsigned"));
    body["id_token_signed_response_alg"] = "none".into();
    let answer = admin.post(paths::ADMIN_CLIENTS, body).await;
    assert!((400..500).contains(&answer.status), "{}", answer.text());
}

#[tokio::test]
async fn oidcc_userinfo_get_post_header_and_post_body() {
    let scene = Scene::set().await;
    let tokens = scene.tokens(&[]).await;
    let token = tokens.text_at("/access_token");
    let by_get = scene.userinfo(&tokens).await;
    let path = paths::OAUTH_USERINFO;
    let call = scene.program.call(Method::POST, path).bearer(&token);
    assert_eq!(call.send().await.status(200).json(), by_get);
    let call = scene.program.call(Method::POST, path);
    let by_body = call.form(&[("access_token", &token)]).send().await;
    assert_eq!(by_body.status(200).json(), by_get);
}

#[tokio::test]
async fn oidcc_ensure_request_without_nonce_succeeds_for_code_flow() {
    let scene = Scene::set().await;
    let claims = scene.verified(&scene.tokens(&[("nonce", "")]).await).await;
    assert_eq!(claims.get("nonce"), None);
}

#[tokio::test]
async fn oidcc_scope_profile_email_address_phone_and_all() {
    let scene = Scene::set().await;
    let body = serde_json::json!({ "name": "Ada", "profile": {
        "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King",
        "nickname": "The Countess", "preferred_username": "ada",
        "profile": "https://example.com/ada", "picture": "https://example.com/ada.png",
        "website": "https://example.com", "gender": "female", "birthdate": "1815-12-10",
        "zoneinfo": "Europe/London", "locale": "en-GB", "phone_number": "+442071838750",
        "address": { "locality": "London", "country": "United Kingdom" } } });
    scene.ada.put(paths::PROFILE, body).await.status(200);
    // Every claim that OpenID Connect Core section 5.4 has for the scope.
    let profile = [
        "birthdate",
        "family_name",
        "gender",
        "given_name",
        "locale",
        "middle_name",
        "name",
        "nickname",
        "picture",
        "preferred_username",
        "profile",
        "updated_at",
        "website",
        "zoneinfo",
    ];
    let others = [
        "address",
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
    ];
    let mut all = [&profile[..], &others[..]].concat();
    all.sort_unstable();
    for (scope, told) in [
        ("openid profile", profile.to_vec()),
        ("openid email", others[1..3].to_vec()),
        ("openid address", others[..1].to_vec()),
        ("openid phone", others[3..].to_vec()),
        ("openid profile email address phone", all),
    ] {
        let info = scene
            .userinfo(&scene.tokens(&[("scope", scope)]).await)
            .await;
        let mut names: Vec<&str> = info
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.retain(|name| *name != "sub");
        assert_eq!(names, told, "{scope}");
    }
}

/// Twice in a row, as an impatient person does.
#[tokio::test]
async fn oidcc_alternate_happy_flow() {
    let scene = Scene::set().await;
    let first = scene.verified(&scene.tokens(&[]).await).await;
    let second = scene.verified(&scene.tokens(&[]).await).await;
    assert_eq!(first["sub"], second["sub"]);
}

#[tokio::test]
async fn oidcc_display_page_popup_and_claims_locales_and_unknown_parameter() {
    let scene = Scene::set().await;
    for parameter in [
        ("display", "page"),
        ("display", "popup"),
        ("claims_locales", "se"),
        ("ui_locales", "se"),
        ("extra", "foobar"),
    ] {
        scene.tokens(&[parameter]).await;
    }
}

#[tokio::test]
async fn oidcc_prompt_login() {
    let scene = Scene::set().await;
    let first = scene.verified(&scene.tokens(&[]).await).await;
    scene.server.clock.advance_seconds(2);
    let path = scene.app.path_with(&[("prompt", "login")]);
    let back = to_sign_in(&scene.ada.get(&path).await);
    scene.ada.sign_in("ada").await.status(200);
    let to = scene.ada.get(&back).await.location();
    let tokens = scene.redeem(&query(&to, "code").unwrap()).await;
    let second = scene.verified(&tokens.status(200)).await;
    assert!(second["auth_time"].as_i64() > first["auth_time"].as_i64());
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    let scene = Scene::set().await;
    let path = scene.app.path_with(&[("prompt", "none")]);
    let back = scene.server.browser().get(&path).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    let scene = Scene::set().await;
    let first = scene.verified(&scene.tokens(&[]).await).await;
    scene.server.clock.advance_seconds(5);
    let second = scene
        .verified(&scene.tokens(&[("prompt", "none")]).await)
        .await;
    for claim in ["sub", "auth_time"] {
        assert_eq!(first[claim], second[claim], "{claim}");
    }
}

#[tokio::test]
async fn oidcc_max_age_1() {
    let scene = Scene::set().await;
    scene.server.clock.advance_seconds(2);
    let path = scene.app.path_with(&[("max_age", "1")]);
    let back = to_sign_in(&scene.ada.get(&path).await);
    scene.ada.sign_in("ada").await.status(200);
    let to = scene.ada.get(&back).await.location();
    let tokens = scene.redeem(&query(&to, "code").unwrap()).await;
    let claims = scene.verified(&tokens.status(200)).await;
    let now = scene.server.clock.now().as_seconds();
    assert!(claims["auth_time"].as_i64().unwrap() >= now - 1);
}

#[tokio::test]
async fn oidcc_max_age_10000() {
    let scene = Scene::set().await;
    let first = scene.verified(&scene.tokens(&[]).await).await;
    scene.server.clock.advance_seconds(60);
    let second = scene
        .verified(&scene.tokens(&[("max_age", "10000")]).await)
        .await;
    assert_eq!(first["auth_time"], second["auth_time"]);
}

#[tokio::test]
async fn oidcc_id_token_hint() {
    let scene = Scene::set().await;
    let hint = scene.tokens(&[]).await.text_at("/id_token");
    scene
        .tokens(&[("prompt", "none"), ("id_token_hint", &hint)])
        .await;
}

#[tokio::test]
async fn oidcc_login_hint_and_ui_locales() {
    let scene = Scene::set().await;
    let path = scene
        .app
        .path_with(&[("login_hint", "buffy@rp.example"), ("ui_locales", "de")]);
    let to = scene.server.browser().get(&path).await.location();
    assert_eq!(
        query(&to, "login_hint").as_deref(),
        Some("buffy@rp.example")
    );
    assert_eq!(query(&to, "ui_locales").as_deref(), Some("de"));
}

#[tokio::test]
async fn oidcc_ensure_request_with_acr_values_succeeds() {
    let scene = Scene::set().await;
    // None of them is known here: that is voluntary, and what there is is said.
    let tokens = scene.tokens(&[("acr_values", "1 2")]).await;
    assert!(scene.verified(&tokens).await["acr"].is_string());
}

#[tokio::test]
async fn oidcc_codereuse() {
    let scene = Scene::set().await;
    let code = scene.code(&[]).await;
    scene.redeem(&code).await.status(200);
    assert_eq!(
        scene.redeem(&code).await.status(400).at("/error"),
        "invalid_grant"
    );
}

#[tokio::test]
async fn oidcc_codereuse_30seconds() {
    let scene = Scene::set().await;
    let code = scene.code(&[]).await;
    let tokens = scene.redeem(&code).await.status(200);
    scene.server.clock.advance_seconds(30);
    assert_eq!(
        scene.redeem(&code).await.status(400).at("/error"),
        "invalid_grant"
    );
    let call = scene.program.call(Method::GET, paths::OAUTH_USERINFO);
    let call = call.bearer(&tokens.text_at("/access_token"));
    assert_eq!(call.send().await.status, 401, "what it gave is revoked");
}

#[tokio::test]
async fn oidcc_ensure_registered_redirect_uri() {
    let scene = Scene::set().await;
    for uri in [
        "https://shop.example/callback2",
        "https://shop.example/callback?foo=bar",
        "https://shop.example/callback/",
        "https://shop.example.evil.example/callback",
        "https://user@shop.example/callback",
    ] {
        let path = scene.app.path_with(&[("redirect_uri", uri)]);
        let answer = scene.ada.get(&path).await;
        assert_eq!(answer.status, 400, "{uri}");
        assert_eq!(answer.header("location"), "", "{uri}");
    }
}

#[tokio::test]
async fn oidcc_ensure_post_request_succeeds() {
    let scene = Scene::set().await;
    let parameters = scene.app.parameters();
    let fields: Vec<(&str, &str)> = parameters.iter().map(|(a, b)| (&**a, &**b)).collect();
    let call = scene
        .ada
        .call(Method::POST, paths::OAUTH_AUTHORIZE)
        .form(&fields);
    let to = call.send().await.status(303).header("location").to_owned();
    let back = scene.ada.get(&to).await.location();
    scene
        .redeem(&query(&back, "code").unwrap())
        .await
        .status(200);
}

#[tokio::test]
async fn oidcc_server_client_secret_post() {
    let scene = Scene::set_with(|client| {
        client.token_endpoint_auth_method = AuthMethod::ClientSecretPost;
    })
    .await;
    let code = scene.code(&[]).await;
    let mut fields = scene.app.code_fields(&code).to_vec();
    fields.push(("client_secret", &scene.secret));
    let post = async |fields: &[(&str, &str)]| {
        let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
        call.form(fields).send().await
    };
    let tokens = post(&fields).await.status(200);
    assert!(tokens.at("/id_token").is_string());
    // Registered for the one, it is refused with the other.
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let call = call.header("authorization", basic("rp", &scene.secret));
    let code = scene.code(&[]).await;
    let answer = call.form(&scene.app.code_fields(&code)).send().await;
    assert_eq!(answer.at("/error"), "invalid_client");
}

/// A request elsewhere, and an unsigned one: neither is taken, and the metadata says so.
#[tokio::test]
async fn oidcc_request_uri_unsigned_and_unsigned_request_object() {
    let scene = Scene::set().await;
    let metadata = scene.program.get(paths::OPENID_METADATA).await;
    assert_eq!(metadata.at("/request_uri_parameter_supported"), false);
    let algorithms = metadata.at("/request_object_signing_alg_values_supported");
    assert!(!algorithms.as_array().unwrap().contains(&json!("none")));
    let back = scene
        .back(&[("request_uri", "https://rp.example/request.jwt")])
        .await;
    let error = query(&back, "error");
    assert_eq!(error.as_deref(), Some("request_uri_not_supported"));
    let unsigned = jwt::assemble(&json!({ "alg": "none" }), &json!({ "iss": "rp" }), b"");
    let path = scene.app.path_with(&[("request", &unsigned)]);
    assert_eq!(scene.ada.get(&path).await.status, 400);
}

#[tokio::test]
async fn oidcc_request_object_with_redirect_uri() {
    let scene = Scene::set_with(|client| {
        client.token_endpoint_auth_method = AuthMethod::ClientSecretJwt;
    })
    .await;
    let now = scene.server.clock.now().as_seconds();
    let mut claims = json!({ "iss": "rp", "aud": scene.server.origin, "exp": now + 60 });
    for (name, value) in scene.app.parameters() {
        claims[name] = value.into();
    }
    let jwt = Signer::Hs256(scene.secret.clone()).sign(&claims);
    let fields = [
        ("client_id", "rp"),
        ("redirect_uri", "https://elsewhere.example/"),
        ("request", &jwt),
    ];
    let path = format!("{}?{}", paths::OAUTH_AUTHORIZE, form(&fields));
    let back = scene.ada.get(&path).await.location();
    assert!(back.starts_with(&scene.app.redirect_uri), "{back}");
}

#[tokio::test]
async fn oidcc_claims_essential() {
    let scene = Scene::set().await;
    let claims = json!({ "userinfo": { "name": { "essential": true } } }).to_string();
    let tokens = scene
        .tokens(&[("scope", "openid"), ("claims", &claims)])
        .await;
    assert_eq!(scene.userinfo(&tokens).await["name"], "ada");
}

#[tokio::test]
async fn oidcc_refresh_token() {
    let scene = Scene::set().await;
    let tokens = scene.tokens(&[("scope", "openid offline_access")]).await;
    let first = scene.verified(&tokens).await;
    let refresh = async |id: &str, secret: &str, token: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        scene
            .program
            .post_as((id, secret), paths::OAUTH_TOKEN, &fields)
            .await
    };
    let token = tokens.text_at("/refresh_token");
    // A second client with it gets nothing, and takes nothing from the first.
    let admin = scene.server.browser();
    admin.sign_in("root").await.status(200);
    let other = admin.secret_of_new(&confidential("second")).await;
    let stolen = refresh("second", &other, &token).await;
    assert_eq!(stolen.status(400).at("/error"), "invalid_grant");
    let refreshed = refresh("rp", &scene.secret, &token).await.status(200);
    if refreshed.at("/id_token").is_string() {
        let second = scene.verified(&refreshed).await;
        for claim in ["iss", "sub", "aud", "auth_time"] {
            assert_eq!(first[claim], second[claim], "{claim}");
        }
    }
    scene.userinfo(&refreshed).await;
}

#[tokio::test]
async fn oidcc_ensure_request_with_valid_pkce_succeeds() {
    let scene = Scene::set().await;
    scene.tokens(&[]).await;
    let code = scene.code(&[]).await;
    let mut fields = scene.app.code_fields(&code);
    fields[4].1 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let path = paths::OAUTH_TOKEN;
    let wrong = scene
        .program
        .post_as(("rp", &scene.secret), path, &fields)
        .await;
    assert_eq!(wrong.status(400).at("/error"), "invalid_grant");
}
