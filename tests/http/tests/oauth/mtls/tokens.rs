//! Tokens that are bound to certificates (RFC 8705 sections 3 and 4).

use portcullis_http_tests::{
    App, Browser, Prover,
    app::{Tokens, query, session_of},
    clients::{lets_exchange, public},
    jwt,
    mtls::{Identity, Mtls, Subject, by_key, by_name},
};
use portcullis_types::{
    client::{AccessTokenFormat, Client, GrantType},
    paths,
};
use portcullis_verify::{ClientCertificate, Holder, Issuer, Refusal, Rules, TokenVerifier};
use reqwest::Method;
use serde_json::{Value, json};

use super::{for_itself, named, own_token, post, refused, rows};

const SHOP: &str = "https://shop.example/callback";

/// A public client whose tokens are bound, somebody who is signed in, and two certificates.
struct Scene {
    mtls: Mtls,
    ada: Browser,
    own: Identity,
    other: Identity,
    app: App,
}

fn bound(mut client: Client) -> Client {
    client.tls_client_certificate_bound_access_tokens = true;
    client
}

impl Scene {
    async fn set() -> Self {
        Self::set_with(|_| {}).await
    }

    async fn set_with(change: impl FnOnce(&mut Client)) -> Self {
        let mtls = Mtls::start().await;
        let mut client = bound(public("device", SHOP));
        client.resources = vec!["https://orders.example".to_owned()];
        change(&mut client);
        mtls.server.register(&client).await;
        Self {
            ada: mtls.person("ada").await,
            // Nobody has to know them: what they say of themselves counts for nothing.
            own: Subject::new("device").self_signed(),
            other: Subject::new("device").self_signed(),
            app: App::new("device", SHOP),
            mtls,
        }
    }

    fn own(&self) -> Browser {
        self.mtls.program(Some(&self.own))
    }

    fn thief(&self) -> Browser {
        self.mtls.program(Some(&self.other))
    }

    fn nobody(&self) -> Browser {
        self.mtls.program(None)
    }

    async fn tokens(&self) -> Tokens {
        self.app.tokens(&self.ada, &self.own()).await
    }

    async fn userinfo(&self, program: &Browser, token: &str) -> u16 {
        let call = program.call(Method::GET, paths::OAUTH_USERINFO);
        call.bearer(token).send().await.status
    }
}

#[tokio::test]
async fn rfc8705_3_a_bound_token_opens_what_it_should_over_its_own_connection_only() {
    let scene = Scene::set().await;
    let token = scene.tokens().await.access;
    let claims = jwt::claims(&token);
    assert_eq!(claims["cnf"], json!({ "x5t#S256": scene.own.thumbprint() }));
    let session = session_of(&scene.own(), &token).await.status(200);
    assert_eq!(session.at("/session/user/name"), "ada");
    assert_eq!(scene.userinfo(&scene.own(), &token).await, 200);
    for program in [scene.thief(), scene.nobody()] {
        let answer = session_of(&program, &token).await;
        let challenge = answer.header("www-authenticate").to_owned();
        assert_eq!(challenge, "Bearer error=\"invalid_token\"");
        answer.problem(401, "not_authenticated");
        assert_eq!(scene.userinfo(&program, &token).await, 401);
        let fields = [("access_token", &*token)];
        let by_form = post(&program, paths::OAUTH_USERINFO, &fields).await;
        assert_eq!(by_form.status, 401);
    }
    // What is stolen is not made good by what it is called, nor by a header.
    for (name, value) in [
        ("x-client-cert", scene.own.pem.replace('\n', "")),
        ("client-cert", scene.own.thumbprint()),
        ("x5t#S256", scene.own.thumbprint()),
    ] {
        let program = scene.thief();
        let call = program.call(Method::GET, paths::SESSION).bearer(&token);
        call.header(name, value).send().await.status(401);
    }
    let program = scene.thief();
    let call = program.call(Method::GET, paths::SESSION);
    let call = call.header("authorization", format!("DPoP {token}"));
    call.send().await.status(401);
}

#[tokio::test]
async fn rfc8705_3_who_must_have_bound_tokens_gets_none_without_a_certificate() {
    let scene = Scene::set().await;
    let code = scene.app.code(&scene.ada).await;
    let before = rows(&scene.mtls.server).await;
    let answer = scene.app.redeem(&scene.nobody(), &code).await;
    refused(&answer, "invalid_request");
    // Nothing was spent.
    assert_eq!(rows(&scene.mtls.server).await, before);
    Tokens::of(&scene.app.redeem(&scene.own(), &code).await);
}

#[tokio::test]
async fn rfc8705_4_refresh_tokens_of_public_clients_are_bound_as_well() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let before = rows(&scene.mtls.server).await;
    for program in [scene.thief(), scene.nobody()] {
        let answer = scene.app.refresh(&program, &tokens.refresh).await;
        assert_eq!(answer.status, 400);
    }
    assert_eq!(
        rows(&scene.mtls.server).await,
        before,
        "a thief changes nothing"
    );
    let next = Tokens::of(&scene.app.refresh(&scene.own(), &tokens.refresh).await);
    let claims = jwt::claims(&next.access);
    assert_eq!(claims["cnf"]["x5t#S256"], scene.own.thumbprint());
    // The one before, inside of the window in which its owner gets the same answer again.
    let again = scene.app.refresh(&scene.thief(), &tokens.refresh).await;
    refused(&again, "invalid_grant");
    let again = Tokens::of(&scene.app.refresh(&scene.own(), &tokens.refresh).await);
    assert_eq!(again.refresh, next.refresh);
}

#[tokio::test]
async fn rfc8705_4_a_family_stays_bound_when_its_client_need_not_be_any_more() {
    let scene = Scene::set().await;
    let admin = scene.mtls.admin().await;
    let tokens = scene.tokens().await;
    let mut client = public("device", SHOP);
    client.tls_client_certificate_bound_access_tokens = false;
    admin.update_client(&client).await.ok();
    let stolen = scene.app.refresh(&scene.nobody(), &tokens.refresh).await;
    refused(&stolen, "invalid_grant");
    let stolen = scene.app.refresh(&scene.thief(), &tokens.refresh).await;
    refused(&stolen, "invalid_grant");
    Tokens::of(&scene.app.refresh(&scene.own(), &tokens.refresh).await);
}

#[tokio::test]
async fn rfc8705_opaque_tokens_are_bound_alike_and_introspection_says_to_what() {
    for format in [AccessTokenFormat::Opaque, AccessTokenFormat::Jwt] {
        let scene = Scene::set_with(|client| client.access_token_format = format).await;
        let mut orders = for_itself(by_key("orders", &[scene.other.jwk()]));
        orders.may_introspect = true;
        scene.mtls.server.register(&orders).await;
        let tokens = scene.tokens().await;
        session_of(&scene.own(), &tokens.access).await.status(200);
        session_of(&scene.thief(), &tokens.access).await.status(401);
        session_of(&scene.nobody(), &tokens.access)
            .await
            .status(401);
        let fields = [("client_id", "orders"), ("token", &*tokens.access)];
        let told = post(&scene.thief(), paths::OAUTH_INTROSPECT, &fields).await;
        let told = told.ok().json();
        assert_eq!(told["active"], true);
        assert_eq!(told["token_type"], "Bearer");
        assert_eq!(told["cnf"], json!({ "x5t#S256": scene.own.thumbprint() }));
        assert!(!rows(&scene.mtls.server).await.contains(&tokens.access));
    }
}

#[tokio::test]
async fn rfc8705_a_token_may_be_bound_to_a_key_as_well_and_needs_both() {
    let scene = Scene::set().await;
    let key = Prover::new(&scene.mtls.server);
    let tokens = key.tokens(&scene.ada, &scene.own(), &scene.app).await;
    let claims = jwt::claims(&tokens.access);
    let both = json!({ "jkt": key.jkt(), "x5t#S256": scene.own.thumbprint() });
    assert_eq!(claims["cnf"], both);
    let get = async |program: &Browser, key: &Prover| {
        key.get(program, paths::SESSION, &tokens.access)
            .await
            .status
    };
    assert_eq!(get(&scene.own(), &key).await, 200);
    assert_eq!(get(&scene.thief(), &key).await, 401);
    assert_eq!(get(&scene.nobody(), &key).await, 401);
    let other = Prover::new(&scene.mtls.server);
    get(&scene.own(), &other).await;
    assert_eq!(get(&scene.own(), &other).await, 401);
    session_of(&scene.own(), &tokens.access).await.status(401);
    // Its refresh token, too.
    let fields = scene.app.refresh_fields(&tokens.refresh);
    for program in [scene.thief(), scene.nobody()] {
        let answer = key.post(&program, paths::OAUTH_TOKEN, &fields).await;
        assert_eq!(answer.status, 400);
    }
    let without_key = post(&scene.own(), paths::OAUTH_TOKEN, &fields).await;
    refused(&without_key, "invalid_grant");
    Tokens::of(&key.refresh(&scene.own(), &scene.app, &tokens.refresh).await);
}

#[tokio::test]
async fn a_client_that_is_not_registered_so_has_unbound_tokens_also_with_a_certificate() {
    let scene = Scene::set_with(|client| client.tls_client_certificate_bound_access_tokens = false);
    let scene = scene.await;
    let tokens = scene.tokens().await;
    assert!(jwt::claims(&tokens.access)["cnf"].is_null());
    session_of(&scene.nobody(), &tokens.access)
        .await
        .status(200);
    Tokens::of(&scene.app.refresh(&scene.thief(), &tokens.refresh).await);
}

#[tokio::test]
async fn rfc8705_6_2_a_client_of_the_ca_renews_its_certificate_and_keeps_its_refresh_token() {
    let mtls = Mtls::start().await;
    let ca = &mtls.files.clients;
    let mut client = bound(by_name("ledger", &named("ledger")));
    client.redirect_uris = vec![SHOP.to_owned()];
    client.id_token_signed_response_alg = portcullis_types::client::SigningAlgorithm::Es256;
    mtls.server.register(&client).await;
    let ada = mtls.person("ada").await;
    let app = App::new("ledger", SHOP);
    let (old, new) = (
        ca.issue(&Subject::new("ledger")),
        ca.issue(&Subject::new("ledger")),
    );
    let tokens = app.tokens(&ada, &mtls.program(Some(&old))).await;
    let next = app
        .refresh(&mtls.program(Some(&new)), &tokens.refresh)
        .await;
    let next = Tokens::of(&next);
    assert_eq!(
        jwt::claims(&next.access)["cnf"]["x5t#S256"],
        new.thumbprint()
    );
    // Access tokens go with the certificate that they were got with.
    session_of(&mtls.program(Some(&new)), &tokens.access)
        .await
        .status(401);
    session_of(&mtls.program(Some(&new)), &next.access)
        .await
        .status(200);
}

#[tokio::test]
async fn rfc8705_a_clients_own_tokens_and_exchanged_ones_are_bound_to_who_asks() {
    let mtls = Mtls::start().await;
    let own = Subject::new("gateway").self_signed();
    let mut gateway = bound(by_key("gateway", &[own.jwk()]));
    gateway.grant_types = vec![GrantType::ClientCredentials, GrantType::TokenExchange];
    gateway.redirect_uris = Vec::new();
    gateway.scopes = vec!["orders:read".to_owned()];
    gateway.resources = vec!["https://orders.example".to_owned()];
    lets_exchange(&mut gateway);
    mtls.server.register(&gateway).await;
    let program = mtls.program(Some(&own));
    let token = own_token(&program, "gateway").await.ok();
    assert_eq!(token.at("/token_type"), "Bearer");
    let token = token.text_at("/access_token");
    assert_eq!(jwt::claims(&token)["cnf"]["x5t#S256"], own.thumbprint());
    let fields = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("client_id", "gateway"),
        ("subject_token", &*token),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
        ("resource", "https://orders.example"),
    ];
    let exchanged = post(&program, paths::OAUTH_TOKEN, &fields).await.ok();
    let exchanged = exchanged.text_at("/access_token");
    assert_eq!(jwt::claims(&exchanged)["cnf"]["x5t#S256"], own.thumbprint());
}

#[tokio::test]
async fn rfc8705_3_a_service_of_somebody_elses_refuses_what_is_stolen() {
    let scene = Scene::set().await;
    let token = scene
        .app
        .token_for(&scene.ada, &scene.own(), "https://orders.example")
        .await;
    let keys: Value = scene.nobody().get(paths::JWKS).await.json();
    let clock = std::sync::Arc::clone(&scene.mtls.server.clock);
    let rules = Rules::access_tokens("https://orders.example")
        .clock(move || portcullis_domain::Clock::now(&*clock));
    let verifier = Issuer::with_keys(&scene.mtls.server.origin, &keys.to_string(), rules).unwrap();
    let with = async |identity: Option<&Identity>| {
        let certificate = identity.map(|it| ClientCertificate::from_der(&it.der));
        let holder = Holder {
            key: None,
            certificate: certificate.as_ref(),
        };
        verifier.verify_held(&token, holder).await.err()
    };
    assert_eq!(with(Some(&scene.own)).await, None);
    assert_eq!(with(Some(&scene.other)).await, Some(Refusal::Certificate));
    assert_eq!(with(None).await, Some(Refusal::Certificate));
}

#[tokio::test]
async fn fapi2_5_3_2_1_certificates_authenticate_and_constrain_as_private_key_jwt_and_dpop_do() {
    let mtls = Mtls::start().await;
    let own = mtls.files.clients.issue(&Subject::new("bank"));
    let mut bank = bound(by_name("bank", &named("bank")));
    bank.fapi2 = true;
    bank.redirect_uris = vec![SHOP.to_owned()];
    let mut by_proof = bank.clone();
    "by-proof".clone_into(&mut by_proof.id);
    by_proof.tls_client_certificate_bound_access_tokens = false;
    mtls.server.register(&bank).await;
    mtls.server.register(&by_proof).await;
    let (ada, program) = (mtls.person("ada").await, mtls.program(Some(&own)));
    let code = async |app: &App| {
        let pushed = app.pushed(&program).await;
        let location = ada.get(&app.pushed_path(&pushed)).await.location();
        query(&location, "code").unwrap()
    };
    let app = App::new("bank", SHOP);
    // Only pushed requests, and only from whoever has the certificate.
    let unpushed = ada.get(&app.path()).await;
    assert!(
        !unpushed.location().contains("code="),
        "{}",
        unpushed.location()
    );
    refused(&app.push(&mtls.program(None)).await, "invalid_client");
    let tokens = Tokens::of(&app.redeem(&program, &code(&app).await).await);
    let claims = jwt::claims(&tokens.access);
    assert_eq!(claims["cnf"], json!({ "x5t#S256": own.thumbprint() }));
    session_of(&program, &tokens.access).await.status(200);
    // Whose tokens are bound to no certificate proves a key, as before.
    let app = App::new("by-proof", SHOP);
    let answer = app.redeem(&program, &code(&app).await).await;
    refused(&answer, "invalid_dpop_proof");
    let key = Prover::new(&mtls.server);
    Tokens::of(&key.redeem(&program, &app, &code(&app).await).await);
}
