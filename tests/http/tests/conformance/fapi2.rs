//! Clients that are held to the FAPI 2.0 security profile: modules of the OpenID Foundation's suite,
//! re-enacted by name. What holds for every client here (PKCE, `iss`, exact redirect URIs) is tried
//! once more where the profile names it.

use portcullis_domain::Clock;
use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server, Signer, app::query, jwt, signer::JWT_BEARER,
};
use portcullis_types::{client::GrantType, paths};
use reqwest::Method;
use serde_json::{Value, json};

/// A server with a bank and a second client that have the same key, and somebody who is signed in.
struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    key: Signer,
    prover: Prover,
    app: App,
}

/// The fields of somebody who shows that assertion.
fn with<'a>(assertion: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let own = [
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    [&own[..], fields].concat()
}

impl Scene {
    async fn set() -> Self {
        let key = Signer::es256();
        let mut bank = key.client("bank");
        bank.fapi2 = true;
        bank.redirect_uris = vec!["https://bank.example/callback".to_owned()];
        bank.grant_types.push(GrantType::ClientCredentials);
        bank.scopes.push("accounts".to_owned());
        let mut second = bank.clone();
        "second".clone_into(&mut second.id);
        let server = Server::start_with(|config| {
            config.oauth.code_seconds = 300;
            config.clients.extend([bank, second]);
        })
        .await;
        Self {
            ada: server.person("ada").await,
            program: server.program(),
            prover: Prover::new(&server),
            app: App::new("bank", "https://bank.example/callback"),
            server,
            key,
        }
    }

    /// Good claims of an assertion.
    fn claims(&self) -> Value {
        Signer::claims(&self.server, &self.app.id)
    }

    fn assertion(&self) -> String {
        self.key.sign(&self.claims())
    }

    async fn push_with(&self, changes: &[(&str, &str)]) -> Answer {
        let parameters = self.app.parameters_of(changes);
        let fields: Vec<(&str, &str)> = parameters.iter().map(|(a, b)| (&**a, &**b)).collect();
        let assertion = self.assertion();
        let fields = with(&assertion, &fields);
        self.prover
            .post(&self.program, paths::OAUTH_PAR, &fields)
            .await
    }

    async fn request_uri(&self) -> String {
        let pushed = self.push_with(&[]).await;
        pushed.status(201).text_at("/request_uri")
    }

    async fn code(&self) -> String {
        let uri = self.request_uri().await;
        let back = self.ada.get(&self.app.pushed_path(&uri)).await.location();
        assert_eq!(query(&back, "iss").as_deref(), Some(&*self.server.origin));
        query(&back, "code").unwrap_or_else(|| panic!("no code: {back}"))
    }

    async fn redeem_with(&self, prover: &Prover, code: &str, changes: &[(&str, &str)]) -> Answer {
        let assertion = self.assertion();
        let fields = self.app.code_fields(code);
        let kept = fields.into_iter();
        let kept = kept.filter(|(name, _)| changes.iter().all(|(other, _)| other != name));
        let fields: Vec<_> = kept.chain(changes.iter().copied()).collect();
        let fields = with(&assertion, &fields);
        prover
            .post(&self.program, paths::OAUTH_TOKEN, &fields)
            .await
    }

    async fn redeem(&self, code: &str) -> Answer {
        self.redeem_with(&self.prover, code, &[]).await
    }

    /// What becomes of a grant for the client itself with such an assertion.
    async fn own_grant(&self, assertion: &str) -> Answer {
        let fields = [("grant_type", "client_credentials"), ("scope", "accounts")];
        let fields = with(assertion, &fields);
        self.prover
            .post(&self.program, paths::OAUTH_TOKEN, &fields)
            .await
    }
}

#[track_caller]
fn is(answer: &Answer, error: &str) {
    assert_eq!(
        answer.at("/error"),
        error,
        "{} {}",
        answer.status,
        answer.text()
    );
}

#[tokio::test]
async fn happy_flow() {
    let scene = Scene::set().await;
    let tokens = scene.redeem(&scene.code().await).await.status(200);
    assert_eq!(tokens.at("/token_type"), "DPoP");
    // ID tokens are RS256 unless a client says otherwise; with FAPI 2.0 nothing is.
    for token in ["/id_token", "/access_token"] {
        let header = jwt::header(&tokens.text_at(token));
        assert_eq!(header["alg"], "ES256", "{token}");
    }
    let claims = jwt::claims(&tokens.text_at("/access_token"));
    assert_eq!(claims["cnf"]["jkt"], scene.prover.jkt());
    let refresh = tokens.text_at("/refresh_token");
    let assertion = scene.assertion();
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*refresh),
    ];
    let fields = with(&assertion, &fields);
    let refreshed = scene
        .prover
        .post(&scene.program, paths::OAUTH_TOKEN, &fields)
        .await;
    refreshed.status(200);
    scene.own_grant(&scene.assertion()).await.status(200);
}

#[tokio::test]
async fn user_rejects_authentication() {
    // With nobody signed in and no page allowed, which is what a client sees of a refusal.
    let scene = Scene::set().await;
    let pushed = scene.push_with(&[("prompt", "none")]).await;
    let uri = pushed.status(201).text_at("/request_uri");
    let visitor = scene.server.browser();
    let back = visitor.get(&scene.app.pushed_path(&uri)).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("login_required"));
    assert_eq!(query(&back, "state").as_deref(), Some(&*scene.app.state));
    assert_eq!(query(&back, "iss").as_deref(), Some(&*scene.server.origin));
}

#[tokio::test]
async fn ensure_request_without_par_fails() {
    let scene = Scene::set().await;
    let back = scene.ada.get(&scene.app.path()).await.location();
    assert_eq!(query(&back, "error").as_deref(), Some("invalid_request"));
    assert_eq!(query(&back, "code"), None);
    assert_eq!(scene.server.audited("oauth.code_issued").await, 0);
}

#[tokio::test]
async fn dpop_proof_iat_10_seconds_before_and_after() {
    let scene = Scene::set().await;
    for seconds in [-10, 10] {
        let code = scene.code().await;
        let (header, mut claims) = (
            scene.prover.header(),
            scene.prover.claims("POST", paths::OAUTH_TOKEN, None),
        );
        claims["iat"] = (scene.server.clock.now().as_seconds() + seconds).into();
        let assertion = scene.assertion();
        let fields = scene.app.code_fields(&code);
        let fields = with(&assertion, &fields);
        let call = scene
            .program
            .call(Method::POST, paths::OAUTH_TOKEN)
            .form(&fields);
        let call = call.header("dpop", scene.prover.sign(&header, &claims));
        call.send().await.status(200);
    }
}

#[tokio::test]
async fn mismatched_dpop_jkt_fails() {
    let scene = Scene::set().await;
    let other = Prover::new(&scene.server).jkt();
    is(
        &scene.push_with(&[("dpop_jkt", &other)]).await,
        "invalid_dpop_proof",
    );
}

#[tokio::test]
async fn holder_of_key_required() {
    let scene = Scene::set().await;
    let code = scene.code().await;
    // Without a proof at all: refused, and the code is not spent by it.
    let assertion = scene.assertion();
    let fields = scene.app.code_fields(&code);
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    let answer = call.form(&with(&assertion, &fields)).send().await;
    is(&answer, "invalid_dpop_proof");
    // With another key than the one it was pushed with.
    let thief = Prover::new(&scene.server);
    is(
        &scene.redeem_with(&thief, &code, &[]).await,
        "invalid_grant",
    );
    let own = [("grant_type", "client_credentials")];
    let assertion = scene.assertion();
    let call = scene.program.call(Method::POST, paths::OAUTH_TOKEN);
    is(
        &call.form(&with(&assertion, &own)).send().await,
        "invalid_dpop_proof",
    );
}

#[tokio::test]
async fn dpop_negative_cases() {
    let scene = Scene::set().await;
    let tokens = scene.redeem(&scene.code().await).await.status(200);
    let token = tokens.text_at("/access_token");
    let path = paths::OAUTH_USERINFO;
    scene
        .prover
        .get(&scene.program, path, &token)
        .await
        .status(200);
    // As a bearer's, with another key, for another path, twice.
    let bearer = scene
        .program
        .call(Method::GET, path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(bearer.status, 401);
    let thief = Prover::new(&scene.server);
    thief.keep_nonce(&bearer);
    assert_eq!(thief.get(&scene.program, path, &token).await.status, 401);
    let show = async |proof: &str| {
        let call = scene.program.call(Method::GET, path).header("dpop", proof);
        let answer = call
            .header("authorization", format!("DPoP {token}"))
            .send()
            .await;
        answer.status
    };
    let elsewhere = scene.prover.proof("GET", paths::SESSION, Some(&token));
    assert_eq!(show(&elsewhere).await, 401);
    assert_eq!(show(&scene.prover.proof("GET", path, None)).await, 401);
    let once = scene.prover.proof("GET", path, Some(&token));
    assert_eq!(show(&once).await, 200);
    assert_eq!(show(&once).await, 401);
}

#[tokio::test]
async fn authorization_code_is_bound_to_client() {
    let scene = Scene::set().await;
    let code = scene.code().await;
    let assertion = scene.key.sign(&Signer::claims(&scene.server, "second"));
    let mut fields = scene.app.code_fields(&code);
    fields[1].1 = "second";
    let fields = with(&assertion, &fields);
    let answer = scene
        .prover
        .post(&scene.program, paths::OAUTH_TOKEN, &fields)
        .await;
    is(&answer, "invalid_grant");
}

#[tokio::test]
async fn attempt_reuse_authorization_code_after_one_second() {
    let scene = Scene::set().await;
    let code = scene.code().await;
    let tokens = scene.redeem(&code).await.status(200);
    scene.server.clock.advance_seconds(1);
    is(&scene.redeem(&code).await, "invalid_grant");
    // What it gave is over.
    let token = tokens.text_at("/access_token");
    let answer = scene
        .prover
        .get(&scene.program, paths::OAUTH_USERINFO, &token)
        .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn expired_authorization_code() {
    // Codes live for five minutes here; with FAPI 2.0 for one.
    let scene = Scene::set().await;
    let code = scene.code().await;
    scene.server.clock.advance_seconds(59);
    scene.redeem(&code).await.status(200);
    let code = scene.code().await;
    scene.server.clock.advance_seconds(61);
    is(&scene.redeem(&code).await, "invalid_grant");
}

#[tokio::test]
async fn client_assertion_negative_cases() {
    let scene = Scene::set().await;
    let origin = &scene.server.origin;
    for (why, name, value) in [
        (
            "expired",
            "exp",
            json!(scene.server.clock.now().as_seconds() - 1),
        ),
        ("wrong audience", "aud", json!("https://elsewhere.example")),
        ("audience as array", "aud", json!([origin])),
        (
            "token endpoint as audience",
            "aud",
            json!(format!("{origin}{}", paths::OAUTH_TOKEN)),
        ),
        (
            "PAR endpoint as audience",
            "aud",
            json!(format!("{origin}{}", paths::OAUTH_PAR)),
        ),
        ("without sub", "sub", Value::Null),
        ("without iss", "iss", Value::Null),
    ] {
        let mut claims = scene.claims();
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
        let answer = scene.own_grant(&scene.key.sign(&claims)).await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text());
        is(&answer, "invalid_client");
    }
    let once = scene.assertion();
    scene.own_grant(&once).await.status(200);
    is(&scene.own_grant(&once).await, "invalid_client");
}

#[tokio::test]
async fn signed_client_assertion_with_rs256_fails() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.program();
    for key in Signer::each() {
        let mut client = key.client(key.algorithm());
        client.redirect_uris.clear();
        client.grant_types = vec![GrantType::ClientCredentials];
        client.scopes = vec!["accounts".to_owned()];
        client.fapi2 = true;
        admin.create_client(&client).await.status(201);
        let prover = Prover::new(&server);
        let assertion = key.sign(&Signer::claims(&server, &client.id));
        let fields = [("grant_type", "client_credentials")];
        let fields = with(&assertion, &fields);
        let answer = prover.post(&program, paths::OAUTH_TOKEN, &fields).await;
        let expected = if key.algorithm() == "RS256" { 401 } else { 200 };
        assert_eq!(
            answer.status,
            expected,
            "{} {}",
            key.algorithm(),
            answer.text()
        );
    }
}

#[tokio::test]
async fn par_attempt_reuse_request_uri() {
    let scene = Scene::set().await;
    let path = scene.app.pushed_path(&scene.request_uri().await);
    assert!(query(&scene.ada.get(&path).await.location(), "code").is_some());
    assert_eq!(scene.ada.get(&path).await.status, 400);
}

#[tokio::test]
async fn par_attempt_to_use_expired_request_uri() {
    let scene = Scene::set().await;
    let path = scene.app.pushed_path(&scene.request_uri().await);
    scene.server.clock.advance_seconds(61);
    assert_eq!(scene.ada.get(&path).await.status, 400);
}

#[tokio::test]
async fn par_request_uri_is_bound_to_client() {
    let scene = Scene::set().await;
    let uri = scene.request_uri().await;
    let second = App::new("second", "https://bank.example/callback");
    assert_eq!(scene.ada.get(&second.pushed_path(&uri)).await.status, 400);
}

#[tokio::test]
async fn par_attempt_with_wrong_verb_and_request_uri_inside() {
    let scene = Scene::set().await;
    let answer = scene.program.get(paths::OAUTH_PAR).await;
    assert_eq!(answer.status, 405);
    let uri = scene.request_uri().await;
    is(
        &scene.push_with(&[("request_uri", &uri)]).await,
        "invalid_request",
    );
}

#[tokio::test]
async fn par_without_duplicate_parameters() {
    let scene = Scene::set().await;
    let parameters = scene.app.parameters();
    let mut fields: Vec<(&str, &str)> = parameters.iter().map(|(a, b)| (&**a, &**b)).collect();
    fields.push(("scope", "openid"));
    let assertion = scene.assertion();
    let fields = with(&assertion, &fields);
    let answer = scene
        .prover
        .post(&scene.program, paths::OAUTH_PAR, &fields)
        .await;
    is(&answer, "invalid_request");
}

#[tokio::test]
async fn ensure_pkce_required_plain_refused_and_wrong_verifier_refused() {
    let scene = Scene::set().await;
    for changes in [
        &[("code_challenge", ""), ("code_challenge_method", "")][..],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "")],
        &[("code_challenge", "")],
    ] {
        is(&scene.push_with(changes).await, "invalid_request");
    }
    let code = scene.code().await;
    let wrong = [(
        "code_verifier",
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    )];
    is(
        &scene.redeem_with(&scene.prover, &code, &wrong).await,
        "invalid_grant",
    );
}

#[tokio::test]
async fn a_registration_that_does_not_fit_the_profile_is_refused() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let mut client = portcullis_http_tests::clients::confidential("shop");
    client.fapi2 = true;
    let answer = admin.create_client(&client).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(
        answer.text().contains("private_key_jwt"),
        "{}",
        answer.text()
    );
}
