//! `POST /oauth/introspect` (RFC 7662).

use portcullis_http_tests::{
    Answer, App, Browser, Prover, Server, Signer,
    app::{Tokens, session_of},
    clients::{basic, client_path, confidential},
    database,
    device::base64url,
    jwt,
};
use portcullis_types::{
    client::{Client, GrantType, SigningAlgorithm},
    paths,
};
use reqwest::Method;
use serde_json::{Value, json};

/// A server, and three clients with their secrets: one that signs people in, one that may look at
/// any token, and another.
struct Scene {
    server: Server,
    admin: Browser,
    ada: Browser,
    program: Browser,
    shop: String,
    api: String,
    other: String,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        let admin = server.admin().await;
        let mut api = confidential("api");
        api.may_introspect = true;
        api.grant_types = vec![GrantType::ClientCredentials];
        api.redirect_uris.clear();
        api.scopes = vec!["orders:read".to_owned()];
        Self {
            shop: admin.secret_of_new(&confidential("shop")).await,
            api: admin.secret_of_new(&api).await,
            other: admin.secret_of_new(&confidential("other-shop")).await,
            ada: server.person("ada").await,
            program: server.program(),
            admin,
            server,
        }
    }

    async fn tokens(&self) -> Tokens {
        let app = App::new("shop", "https://shop.example/callback");
        let code = app.code(&self.ada).await;
        let fields = app.code_fields(&code);
        let redeemed = self.post("shop", paths::OAUTH_TOKEN, &fields).await;
        Tokens::of(&redeemed)
    }

    async fn post(&self, id: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let secret = match id {
            "shop" => &self.shop,
            "api" => &self.api,
            _ => &self.other,
        };
        self.program.post_as((id, secret), path, fields).await
    }

    async fn ask(&self, id: &str, token: &str) -> Value {
        let fields = [("token", token)];
        let answer = self.post(id, paths::OAUTH_INTROSPECT, &fields).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.status(200).json()
    }

    async fn own_token(&self) -> String {
        let fields = [("grant_type", "client_credentials")];
        let answer = self.post("api", paths::OAUTH_TOKEN, &fields).await;
        answer.status(200).text_at("/access_token")
    }
}

fn nothing() -> Value {
    json!({ "active": false })
}

#[tokio::test]
async fn rfc7662_2_2_an_access_token_is_told_to_whom_it_concerns() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let user = scene.ada.user_id().await;
    for id in ["shop", "api"] {
        let told = scene.ask(id, &tokens.access).await;
        let id_of_token = told["jti"].clone();
        assert_eq!(
            told,
            json!({
                "active": true, "scope": "openid profile email", "client_id": "shop",
                "token_type": "Bearer", "exp": 1_800_000_600, "iat": 1_800_000_000, "sub": user,
                "aud": scene.server.origin, "iss": scene.server.origin, "jti": id_of_token,
                "auth_time": 1_800_000_000,
            })
        );
    }
    assert_eq!(scene.ask("other-shop", &tokens.access).await, nothing());
    // The refresh token concerns nobody but who has it.
    let told = scene.ask("shop", &tokens.refresh).await;
    assert_eq!(
        (&told["active"], &told["sub"]),
        (&json!(true), &json!(user))
    );
    assert!(told.get("token_type").is_none());
    for id in ["api", "other-shop"] {
        assert_eq!(scene.ask(id, &tokens.refresh).await, nothing(), "{id}");
    }
}

#[tokio::test]
async fn rfc7662_2_1_only_who_can_prove_who_they_are_may_ask() {
    let scene = Scene::set().await;
    let access = scene.tokens().await.access;
    let spa = App::spa().tokens(&scene.ada, &scene.program).await.access;
    let post = |fields: Vec<(&str, &str)>| {
        let call = scene.program.call(Method::POST, paths::OAUTH_INTROSPECT);
        call.form(&fields).send()
    };
    // A public client could be anybody, also where the token is its own.
    for fields in [
        vec![("token", &*spa), ("client_id", "spa")],
        vec![("token", &*access), ("client_id", "shop")],
        vec![("token", &*access), ("client_id", "nobody")],
    ] {
        post(fields).await.oauth_error(401, "invalid_client");
    }
    post(vec![("token", &*access)])
        .await
        .oauth_error(400, "invalid_request");
    // A token does not stand in for a client.
    let call = scene.program.call(Method::POST, paths::OAUTH_INTROSPECT);
    let call = call.form(&[("token", &*access)]).bearer(&access);
    call.send().await.oauth_error(400, "invalid_request");
    let answer = scene.post("shop", paths::OAUTH_INTROSPECT, &[]).await;
    answer.oauth_error(400, "invalid_request");
}

#[tokio::test]
async fn rfc7662_2_2_what_is_not_good_says_nothing_else() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let before = scene.server.tables().await;
    let [header, claims, _] = tokens.access.split('.').collect::<Vec<_>>()[..] else {
        panic!()
    };
    let thief = Signer::es256();
    let forged = thief.sign(&Signer::claims(&scene.server, "shop"));
    for token in [
        "x",
        "pc_rt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "\0",
        &tokens.access[..tokens.access.len() - 4],
        &format!("{header}.{claims}."),
        &forged,
        &scene.ada.session_token(),
        &scene.shop,
        &"a".repeat(60_000),
    ] {
        for id in ["shop", "api"] {
            assert_eq!(scene.ask(id, token).await, nothing(), "{token}");
        }
    }
    assert_eq!(
        database::changed(&before, &scene.server.tables().await),
        [""; 0]
    );
    scene.server.clock.advance_seconds(600);
    assert_eq!(scene.ask("api", &tokens.access).await, nothing());
    assert_eq!(scene.ask("shop", &tokens.refresh).await["active"], true);
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let scene = Scene::set().await;
    let app = App::new("shop", "https://shop.example/callback");
    let code = app.code(&scene.ada).await;
    let fields = app.code_fields(&code);
    let redeemed = scene.post("shop", paths::OAUTH_TOKEN, &fields).await;
    let id_token = redeemed.text_at("/id_token");
    for id in ["shop", "api"] {
        assert_eq!(scene.ask(id, &id_token).await, nothing());
    }
}

/// The very next question knows what ended a token, whatever it was.
#[tokio::test]
async fn asvs_7_4_2_what_has_ended_is_not_active_from_then_on() {
    let scene = Scene::set().await;
    let active = async |token: &str| scene.ask("api", token).await["active"] == true;
    // Refreshed: the old refresh token is spent, the access token is not.
    let tokens = scene.tokens().await;
    let app = App::new("shop", "https://shop.example/callback");
    let fields = app.refresh_fields(&tokens.refresh);
    let refreshed = scene.post("shop", paths::OAUTH_TOKEN, &fields).await;
    let next = Tokens::of(&refreshed);
    assert_eq!(scene.ask("shop", &tokens.refresh).await, nothing());
    assert_eq!(scene.ask("shop", &next.refresh).await["active"], true);
    assert!(active(&tokens.access).await && active(&next.access).await);
    // Given back.
    let token = [("token", &*next.refresh)];
    scene
        .post("shop", paths::OAUTH_REVOKE, &token)
        .await
        .status(200);
    assert!(!active(&tokens.access).await && !active(&next.access).await);
    assert_eq!(scene.ask("shop", &next.refresh).await, nothing());
    // Disabled, and back again.
    let tokens = scene.tokens().await;
    assert!(active(&tokens.access).await);
    let user = scene.ada.user_id().await;
    for act in ["disable", "enable"] {
        let path = format!("{}/{user}/{act}", paths::ADMIN_USERS);
        scene.admin.post(&path, json!({})).await.status(204);
        assert!(!active(&tokens.access).await, "{act}");
    }
    scene.ada.sign_in("ada").await.status(200);
    // The client is deleted.
    let tokens = scene.tokens().await;
    let own = scene.own_token().await;
    assert!(active(&tokens.access).await && active(&own).await);
    let path = client_path("shop");
    scene.admin.delete(&path).await.status(204);
    assert!(!active(&tokens.access).await);
}

#[tokio::test]
async fn rfc9449_6_2_a_bound_token_says_which_key() {
    let scene = Scene::set().await;
    let prover = Prover::new(&scene.server);
    let tokens = prover.tokens(&scene.ada, &scene.program, &App::spa()).await;
    let told = scene.ask("api", &tokens.access).await;
    assert_eq!(told["token_type"], "DPoP");
    assert_eq!(told["cnf"]["jkt"], prover.jkt());
}

#[tokio::test]
async fn rfc7009_2_a_client_gives_its_own_token_back_once_and_for_all() {
    let scene = Scene::set().await;
    let (first, second) = (scene.own_token().await, scene.own_token().await);
    let told = scene.ask("api", &first).await;
    assert_eq!(
        (&told["active"], &told["sub"]),
        (&json!(true), &json!("api"))
    );
    let revoke = async |id: &str, token: &str| {
        let fields = [("token", token), ("token_type_hint", "refresh_token")];
        let answer = scene.post(id, paths::OAUTH_REVOKE, &fields).await;
        answer.status(200);
    };
    // RFC 7009 section 2.1: nobody else's.
    let before = scene.server.tables().await;
    revoke("shop", &first).await;
    revoke("other-shop", &first).await;
    assert_eq!(scene.server.tables().await, before);
    assert_eq!(scene.ask("api", &first).await["active"], true);
    for _ in 0..2 {
        revoke("api", &first).await;
        assert_eq!(scene.ask("api", &first).await, nothing());
    }
    assert_eq!(scene.ask("api", &second).await["active"], true);
    assert_eq!(scene.server.audited("oauth.token_revoked").await, 1);
    // Another node knows.
    let node = scene.server.another_node(|_| {}).await;
    let fields = [("token", &*first)];
    let told = node
        .program()
        .post_as(("api", &scene.api), paths::OAUTH_INTROSPECT, &fields)
        .await;
    assert_eq!(told.json(), nothing());
}

/// That a signature was good is remembered, and nothing else.
#[tokio::test]
async fn what_was_good_before_is_looked_at_again() {
    let scene = Scene::set().await;
    let token = scene.own_token().await;
    assert_eq!(scene.ask("api", &token).await["active"], true);
    // The same under another signature, and other words under the same.
    let another = scene.own_token().await;
    let parts = |token: &str| -> Vec<String> { token.split('.').map(str::to_owned).collect() };
    let (parts, others) = (parts(&token), parts(&another));
    let mut claims = jwt::claims(&token);
    claims["scope"] = json!("orders:read orders:write");
    let claims = base64url(claims.to_string().as_bytes());
    for forged in [
        format!("{}.{}.{}", parts[0], parts[1], others[2]),
        format!("{}.{claims}.{}", parts[0], parts[2]),
    ] {
        assert_eq!(scene.ask("api", &forged).await, nothing());
    }
    assert_eq!(scene.ask("other-shop", &token).await, nothing());
    let claims = jwt::claims(&token);
    let left = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    scene.server.clock.advance_seconds(left - 1);
    assert_eq!(scene.ask("api", &token).await["active"], true);
    scene.server.clock.advance_seconds(1);
    assert_eq!(scene.ask("api", &token).await, nothing());
}

#[tokio::test]
async fn what_another_node_revoked_is_noticed_within_a_second() {
    let scene = Scene::set().await;
    let node = scene.server.another_node(|_| {}).await;
    let token = scene.own_token().await;
    assert_eq!(scene.ask("api", &token).await["active"], true);
    let (fields, api) = ([("token", &*token)], ("api", &*scene.api));
    let program = node.program();
    let given_back = program.post_as(api, paths::OAUTH_REVOKE, &fields);
    given_back.await.status(200);
    scene.server.clock.advance_seconds(1);
    assert_eq!(scene.ask("api", &token).await, nothing());
}

#[tokio::test]
async fn rfc7009_2_1_an_access_token_that_is_given_back_ends_its_family() {
    let scene = Scene::set().await;
    let (app, program) = (App::spa(), &scene.program);
    let tokens = app.tokens(&scene.ada, program).await;
    let kept = app.tokens(&scene.ada, program).await;
    // By another client, confidential or not: a success without effect.
    App::other()
        .revoke(program, &tokens.access)
        .await
        .status(200);
    let token = [("token", &*tokens.access)];
    let path = paths::OAUTH_REVOKE;
    scene.post("api", path, &token).await.status(200);
    session_of(program, &tokens.access).await.status(200);
    app.revoke(program, &tokens.access).await.status(200);
    session_of(program, &tokens.access).await.status(401);
    app.refresh(program, &tokens.refresh)
        .await
        .oauth_error(400, "invalid_grant");
    session_of(program, &kept.access).await.status(200);
    assert_eq!(scene.server.audited("oauth.family_revoked").await, 1);
}

/// What a client may not have any more is not told of it either.
#[tokio::test]
async fn a_client_that_may_not_ask_any_more_is_told_nothing_from_then_on() {
    let scene = Scene::set().await;
    let access = scene.tokens().await.access;
    assert_eq!(scene.ask("api", &access).await["active"], true);
    let shown = scene.admin.get(&client_path("api")).await.at("/client");
    let mut client: Client = serde_json::from_value(shown).unwrap();
    client.may_introspect = false;
    scene.admin.update_client(&client).await.status(200);
    assert_eq!(scene.ask("api", &access).await, nothing());
}

/// RFC 9701: the same answer, signed for whoever asks.
#[tokio::test]
async fn rfc9701_5_an_answer_is_signed_for_whoever_wants_it_so() {
    const SIGNED: &str = "application/token-introspection+jwt";
    let scene = Scene::set().await;
    let ask = async |id: &'static str, secret: &str, token: &str, accept: &str| {
        let call = scene.program.call(Method::POST, paths::OAUTH_INTROSPECT);
        let call = call.form(&[("token", token)]).header("accept", accept);
        let call = call.header("authorization", basic(id, secret));
        call.send().await.status(200)
    };
    let tokens = scene.tokens().await;
    let plain = scene.ask("api", &tokens.access).await;
    for accept in [
        SIGNED,
        "application/json;q=0.5, application/token-introspection+jwt;q=1",
    ] {
        let answer = ask("api", &scene.api, &tokens.access, accept).await;
        assert_eq!(answer.header("content-type"), SIGNED);
        assert_eq!(answer.header("cache-control"), "no-store");
        let signed = answer.text();
        assert_eq!(jwt::header(&signed)["typ"], "token-introspection+jwt");
        assert_eq!(jwt::header(&signed)["alg"], "RS256");
        let jwks = scene.program.get(paths::JWKS).await.json();
        let claims = jwt::verify_statement(&signed, &jwks, &scene.server.origin, "api");
        assert_eq!(claims["token_introspection"], plain);
        // Section 8.1: nothing that would make it pass for a token.
        assert!(
            claims.get("sub").is_none() && claims.get("exp").is_none(),
            "{claims}"
        );
        let asked = session_of(&scene.program, &signed).await;
        assert_eq!(asked.status, 401, "it is no access token");
    }
    // Whom it does not concern learns no more of it signed than unsigned.
    let other = ask("other-shop", &scene.other, &tokens.access, SIGNED).await;
    assert_eq!(jwt::claims(&other.text())["token_introspection"], nothing());
    let unsigned = ask("api", &scene.api, &tokens.access, "application/json, */*").await;
    assert_eq!(unsigned.json(), plain);
}

#[tokio::test]
async fn rfc9701_6_a_client_says_what_it_is_signed_with() {
    let scene = Scene::set().await;
    let mut eager = confidential("eager");
    eager.introspection_signed_response_alg = SigningAlgorithm::EdDsa;
    let secret = scene.admin.secret_of_new(&eager).await;
    let call = scene.program.call(Method::POST, paths::OAUTH_INTROSPECT);
    let call = call
        .form(&[("token", "x")])
        .header("authorization", basic("eager", &secret));
    let answer = call
        .header("accept", "application/token-introspection+jwt")
        .send()
        .await;
    let signed = answer.status(200).text();
    assert_eq!(jwt::header(&signed)["alg"], "EdDSA");
    assert_eq!(jwt::claims(&signed)["token_introspection"], nothing());
}
